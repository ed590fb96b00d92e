"""What a flow may know of a call: the words, lists and flags of its prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from functools import cached_property, partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from hotline.calls import progress, transfer
from hotline.calls.models import Call, Leg
from hotline.calls.progress import Progress
from hotline.directory.models import Partner, Station, Survivor, SurvivorPhone, Team, Tenant
from hotline.directory.policy import RoutingPolicy
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.directory.words import short_name, surname_in
from ivr_flows.engine.steps import Choice, Facts, TierWords
from tickets.desk import find_open_for
from tickets.models import Ticket
from tickets.states import FINAL

T = TypeVar("T")

NUMERALS = {5: "五", 10: "十", 15: "十五", 20: "二十", 30: "三十", 60: "六十"}


class _WhenAsked(Mapping[str, T]):
    """Words and lists by name, each read only when a flow wants it."""

    def __init__(self, loaders: Mapping[str, Callable[[], T]]) -> None:
        self._loaders = loaders

    def __getitem__(self, key: str) -> T:
        return self._loaders[key]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)


class _Raised(Set[str]):
    """Flags, each looked at only when a flow asks for it."""

    def __init__(self, raised: Mapping[str, Callable[[], bool]]) -> None:
        self._raised = raised

    def __contains__(self, name: object) -> bool:
        return name in self._raised and self._raised[str(name)]()

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._raised if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @classmethod
    def _from_iterable(cls, names: Iterable[str]) -> frozenset[str]:  # type: ignore[override]
        return frozenset(names)


class Briefing:
    """Gathers the facts of a caller's flow from the rows of the call."""

    def __init__(self, session: Session, call: Call, policy: RoutingPolicy, now: datetime) -> None:
        self._session, self._call, self._policy, self._now = session, call, policy, now

    def facts(self, next_tier: TierWords | None, *, first_tier: bool, flags: Iterable[str] = ()) -> Facts:
        """Return the facts at this moment; ``flags`` are raised besides those of the rows."""
        raised: dict[str, Callable[[], bool]] = {
            "no_number": lambda: self._call.from_hash is None,
            "ticket": lambda: self._progress is not None,
            "late": lambda: self._progress is not None and self._progress.late,
            "several": lambda: self._call.survivor_id is None and len(self._people()) > 1,
        }
        return Facts(
            language=self._call.language,
            words=_WhenAsked(self._words()),
            choices=_WhenAsked(
                {"stations": self._stations, "needs": self._needs, "domains": self._domains, "survivors": self._people}
            ),
            next_tier=next_tier,
            first_tier=first_tier,
            flags=_Raised(raised | dict.fromkeys(flags, lambda: True)),
        )

    @cached_property
    def _ticket(self) -> Ticket | None:
        """The survivor's open ticket: another one, or this call's own where an earlier call was missed."""
        if self._call.survivor_id is None:
            return None
        own = self._session.get_one(Ticket, self._call.ticket_id)
        other = find_open_for(self._session, self._call.survivor_id, besides=own.id)
        return other or (own if own.opened_at < self._call.started_at and own.state not in FINAL else None)

    @cached_property
    def _progress(self) -> Progress | None:
        ticket = self._ticket
        return progress.read(self._session, ticket, self._now, self._call.language) if ticket else None

    def _words(self) -> dict[str, Callable[[], str]]:
        call, team, partner = self._call, self._call.line.team_id, self._call.line.partner_id
        known = {
            "station": short_name(call.station, call.language),
            **caller_words(self._policy, call.language, call.need, call.domain, urgent=call.urgent),
        }
        return {
            **{name: partial(str, word) for name, word in known.items()},
            **{name: partial(self._of_progress, name) for name in progress.WORDS},
            "team": lambda: self._owner(self._session.get(Team, team) if team else None),
            "partner": lambda: self._owner(self._session.get(Partner, partner) if partner else None),
        }

    def _of_progress(self, name: str) -> str:
        return self._progress.words.get(name, "") if self._progress else ""

    def _owner(self, owner: Team | Partner | None) -> str:
        if owner is None:
            return ""
        return (owner.name_en if self._call.language == "en" else "") or owner.name

    def _stations(self) -> tuple[Choice, ...]:
        rows = self._session.scalars(
            select(Station)
            .join(Tenant, Tenant.id == Station.tenant_id)
            .where(Station.tenant_id == self._call.tenant_id, Station.active)
            .where(Station.level == func.greatest(1, func.cardinality(Tenant.levels) - 2))
            .order_by(Station.code)
        )
        return tuple(Choice(str(row.id), short_name(row, self._call.language)) for row in rows)

    def _needs(self) -> tuple[Choice, ...]:
        return tuple(Choice(code, words[self._call.language == "en"]) for code, words in NEEDS.items())

    def _domains(self) -> tuple[Choice, ...]:
        return tuple(Choice(code, words[self._call.language == "en"]) for code, words in DOMAINS.items())

    def _people(self) -> tuple[Choice, ...]:
        if self._call.from_hash is None:
            return ()
        rows = self._session.scalars(
            select(Survivor)
            .join(SurvivorPhone)
            .where(SurvivorPhone.number_hash == self._call.from_hash, Survivor.tenant_id == self._call.tenant_id)
            .order_by(SurvivorPhone.priority, Survivor.code)
        )
        return tuple(Choice(str(row.id), row.name) for row in rows)


def caller_words(policy: RoutingPolicy, language: str, need: str, domain: str, *, urgent: bool) -> dict[str, str]:
    """Return what a caller is told of the promise and of what they chose."""
    english = language != "zh-CN"
    minutes = policy.urgent_callback_minutes if urgent else policy.callback_minutes
    return {
        "callback": f"within {minutes} minutes" if english else f"{NUMERALS.get(minutes, minutes)}分钟内",
        "need": NEEDS.get(need, ("", ""))[english],
        "domain": DOMAINS.get(domain, ("", ""))[english],
    }


Told = Row[UUID, str, str, str, str]
"""Id, name, village, dialect and hearing of a survivor."""
_TOLD = select(Survivor.id, Survivor.name, Survivor.village, Survivor.dialect, Survivor.hearing)
WORDS = ("village", "name", "hearing", "dialect")
"""What is whispered of a survivor, as far as it is known."""
NAMELESS = ("一位来电人", "a caller")
"""What somebody without a file is called, in Chinese and English."""


def person_words(
    session: Session, survivor_id: UUID | None, caller_hash: bytes | None, language: str
) -> tuple[dict[str, str], Sequence[Told]]:
    """Return what may be whispered of a survivor, or of all who share a telephone, and who they are."""
    english = language == "en"
    if survivor_id is not None:
        query = _TOLD.where(Survivor.id == survivor_id)
    elif caller_hash is not None:
        query = _TOLD.join(SurvivorPhone).where(SurvivorPhone.number_hash == caller_hash)
    else:
        return {}, ()
    people = session.execute(query.order_by(Survivor.code)).all()
    if not people:
        return {}, ()
    words = {
        "village": people[0].village,
        "dialect": people[0].dialect,
        "name": (" or " if english else "或").join(p.name for p in people[:2]),
    }
    if any(p.hearing != "normal" for p in people):
        words["hearing"] = "hard of hearing" if english else "听力不好"
    return words, people


class Whisper:
    """What a handset may be told of the caller before it is joined (the survivor's file, Q21 s.8); asked for once.

    A volunteer or partner is told the surname only, and nothing of other cases: the minimum to help.
    """

    def __init__(self, session: Session, call: Call, leg: Leg, language: str) -> None:
        self._session, self._call, self._leg, self._language = session, call, leg, language
        self._outsider = leg.target_kind == "branch"

    def facts(self) -> Facts:
        """Return the facts as the call stands at this moment; the caller's file is read when a flow wants it."""
        call, chosen = self._call, self._leg.reason == transfer.REASON
        raised = {
            "urgent": lambda: call.urgent,
            "unknown": lambda: not self._people,
            "several": lambda: len(self._people) > 1,
            "ticket": lambda: self._another,
            "caller_gone": lambda: call.ended_at is not None,
            "colleague": lambda: (
                call.ended_at is None and not chosen and call.accepted_leg_id not in (None, self._leg.id)
            ),
        }
        words = {name: partial(self._word, name) for name in WORDS}
        return Facts(language=self._language, words=_WhenAsked(words), flags=_Raised(raised))

    @cached_property
    def _file(self) -> tuple[dict[str, str], Sequence[Told]]:
        words, people = person_words(self._session, self._call.survivor_id, self._call.from_hash, self._language)
        if self._outsider and people:
            surname = surname_in(people[0].name)
            words["name"] = f"family {surname}" if self._language == "en" else f"姓{surname}"
        return words, people

    def _word(self, name: str) -> str:
        return self._file[0].get(name, "")

    @property
    def _people(self) -> Sequence[Told]:
        return self._file[1]

    @cached_property
    def _another(self) -> bool:
        """Whether the survivor has another open case."""
        if self._outsider or not self._people:
            return False
        return find_open_for(self._session, self._people[0].id, besides=self._call.ticket_id) is not None
