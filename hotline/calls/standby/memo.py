"""What the address of a webhook says of its call, signed: enough to go on with it when nothing else can be asked."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

PREFIX_BYTES = 4
"""Of a number's keyed hash: enough to tell a call's telephones apart, too little to find one by trying."""
PARAMETER = "k"
"""The query field of a webhook's address that holds the memo."""


@dataclass(frozen=True)
class Memo:
    """Where a call stands. It names nobody: identifiers, choices, and the telephones rung by prefixes of hashes."""

    call_id: UUID
    line_id: UUID
    home: UUID
    station: UUID
    started: datetime
    """Aware, whole seconds."""
    survivor: UUID | None = None
    language: str = "zh-CN"
    need: str = ""
    domain: str = ""
    urgent: bool = False
    chosen_station: bool = False
    rung: tuple[bytes, ...] = ()
    """Prefixes of the numbers that were rung."""
    ready: tuple[bytes, ...] = ()
    """Those that this document rings, unless the caller presses a key before."""
    alone: bool = False
    """True once the call went on from the snapshot: it then stays there to its end."""


class Memos:
    """Writes and reads memos under the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._serializer = URLSafeSerializer(
            secret, salt="call memo", signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"}
        )
        self._last: tuple[Memo, str] | None = None

    def write(self, memo: Memo) -> str:
        """Return the memo as it goes into an address; the addresses of one answer share the work."""
        last = self._last
        if last is None or last[0] != memo:
            self._last = last = (memo, self._written(memo))
        return last[1]

    def _written(self, memo: Memo) -> str:
        ids = (memo.call_id, memo.line_id, memo.home, memo.station, memo.survivor)
        flags = memo.urgent | memo.chosen_station << 1 | memo.alone << 2
        told = [*(_short(id_) for id_ in ids), int(memo.started.timestamp()), flags, memo.language]
        told += [memo.need, memo.domain, _joined(memo.rung), _joined(memo.ready)]
        written = self._serializer.dumps(told)
        return written if isinstance(written, str) else written.decode()

    def read(self, text: str) -> Memo | None:
        """Return what was written, None when it was not written by us."""
        try:
            call, line, home, station, survivor, started, flags, language, need, domain, rung, ready = (
                self._serializer.loads(text)
            )
        except (BadData, ValueError, TypeError):
            return None
        return Memo(
            call_id=_long(call),
            line_id=_long(line),
            home=_long(home),
            station=_long(station),
            started=datetime.fromtimestamp(started, UTC),
            survivor=_long(survivor) if survivor else None,
            language=language,
            need=need,
            domain=domain,
            urgent=bool(flags & 1),
            chosen_station=bool(flags & 2),
            rung=_parted(rung),
            ready=_parted(ready),
            alone=bool(flags & 4),
        )


def prefixes(hashes: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the prefixes of numbers' hashes, each once."""
    return tuple(dict.fromkeys(hash_[:PREFIX_BYTES] for hash_ in hashes))


def _short(id_: UUID | None) -> str:
    return urlsafe_b64encode(id_.bytes)[:22].decode() if id_ else ""


def _long(text: str) -> UUID:
    return UUID(bytes=urlsafe_b64decode(text + "=="))


def _joined(parts: tuple[bytes, ...]) -> str:
    return urlsafe_b64encode(b"".join(parts)).decode()


def _parted(text: str) -> tuple[bytes, ...]:
    whole = urlsafe_b64decode(text)
    return tuple(whole[at : at + PREFIX_BYTES] for at in range(0, len(whole), PREFIX_BYTES))
