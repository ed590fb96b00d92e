"""What is asked for in the search of tickets: the fields of its address, read and checked.

An address holds nothing personal that can be read: a telephone number is there as its keyed hash, a name or any other
text sealed. It can be kept, paged and shared; who opens it finds what they may see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import abort, request

from hotline import numbers
from hotline.clock import local, span_of
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.vault import Vault, VaultError
from hotline.web.language import _
from hotline.web.place import Place
from hotline.web.sign_in import current
from hotline.web.ticket.wrong import WrongError
from tickets.queries import Cursor, CursorError
from tickets.searching import UNFINISHED, Wanted, is_number
from tickets.states import State

FIELDS = ("tenant", "station", "since", "until", "days", "state", "need", "urgent", "late", "unwrapped", "mine")
"""Filters that go into the address as they are."""
DAYS = (7, 30, 90)
"""Periods up to today that a search may be for, so that one that is kept does not age."""
LONGEST = 100
"""Characters of the search box that are looked for."""


@dataclass(frozen=True)
class Asked:
    """What is wanted, from where on, and what the box says."""

    wanted: Wanted
    before: Cursor | None
    after: Cursor | None


def box(typed: str, vault: Vault) -> dict[str, str]:
    """Return the address's words for the search box: a telephone number in any form, else a ticket or a text."""
    text = unicodedata.normalize("NFKC", typed).strip()[:LONGEST]
    if not text:
        return {}
    number = numbers.parse_caller(text)
    if number and not number.is_short:  # a short code looks like a ticket's number, which is what people mean
        return {"caller": vault.fingerprint(number.value).hex()}
    return {"q": text} if is_number(text) else {"text": vault.seal(text).decode()}


def typed(args: Mapping[str, str], vault: Vault) -> str:
    """Return what the box says for an address; 400 for one that we did not make."""
    if "text" not in args:
        return args.get("q", "").strip().replace("\0", "")[:LONGEST]
    try:
        return vault.open(args["text"].encode())
    except (VaultError, ValueError):
        abort(400)


def filters(args: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an address that may be kept: the filters, nothing of the box, no place in the list."""
    return {name: args[name] for name in FIELDS if args.get(name)}


def read(where: Place, vault: Vault, now: datetime) -> Asked:
    """Return what the address asks for. Raises WrongError for a field that is wrong; 400 for what nobody types."""
    args = request.values
    days = args.get("days", "")
    if days and days not in {str(choice) for choice in DAYS}:
        raise WrongError(_("没有这样的时段。"))
    since, until = _day("since", _("起始日期")), _day("until", _("截止日期"))
    if since and until and since > until:
        raise WrongError(_("起始日期不能晚于截止日期。"))
    if args.get("state") not in {None, "", UNFINISHED, *State}:
        raise WrongError(_("没有这种状态。"))
    if args.get("need") not in {None, "", *NEEDS, *DOMAINS}:
        raise WrongError(_("没有这种需求。"))
    try:
        before, after = (Cursor.parse(args[key]) if args.get(key) else None for key in ("before", "after"))
        caller = bytes.fromhex(args["caller"]) if args.get("caller") else None
    except (ValueError, CursorError):
        abort(400)
    if days and since is None:
        since = local(now).date() - timedelta(days=int(days) - 1)
    wanted = Wanted(
        since=span_of(since)[0] if since else None,
        until=span_of(until)[1] if until else None,
        stations=None if where.whole else where.ids,
        state=args.get("state", ""),
        need=args.get("need", ""),
        urgent="urgent" in args,
        late="late" in args,
        unwrapped="unwrapped" in args,
        text=typed(args, vault),
        staff=_me() if "mine" in args else None,
        caller=caller,
    )
    return Asked(wanted, before, after)


def _day(name: str, label: str) -> date | None:
    typed = request.values.get(name, "")
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2200:
        raise WrongError(_("%(label)s“%(typed)s”不是日期，应写成 2026-11-25。", label=label, typed=typed[:20]))
    return day


def subject(wanted: Wanted) -> str:
    """What the access log says was looked for; digits that could be a telephone number are hidden."""
    if wanted.caller:
        return "☎ " + wanted.caller.hex()[:12]
    return re.sub(r"\d(?:[\s-]?\d){6,}", lambda digits: numbers.mask(digits[0]), wanted.text)


def _me() -> UUID:
    """The person on the roster whose account asks; nobody has no tickets."""
    return current.current().account.staff_id or UUID(int=0)
