"""Makes the file of an export: rows with what the account reaches now, progress in the row, stopped when cancelled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.accounts import access
from hotline.accounts.access import What
from hotline.accounts.models import Account
from hotline.accounts.roles import PERMISSIONS, Permission, Role
from hotline.calls.exchange import Exchange
from hotline.directory.models import Station, Tenant
from hotline.directory.queries import reach_below
from hotline.exports import desk
from hotline.exports.models import Export
from hotline.exports.registry import LISTINGS
from hotline.exports.shape import CHUNK, Listing, Wish
from hotline.reach import Reach

log = logging.getLogger(__name__)


class RefusedError(PermissionError):
    """The account may not have this list (any more)."""


@dataclass(frozen=True)
class _Stopped(Exception):  # noqa: N818  (no error: somebody cancelled it)
    rows: int


def make(x: Exchange, export_id: UUID) -> None:
    """Make a claimed export in a worker. Safe to repeat; a failure is kept in the row and tried again."""
    with x.sessions.begin() as session:
        export = desk.begin(session, export_id, x.clock())
    if export is None:
        return

    def told(rows: int) -> None:
        with x.sessions.begin() as session:
            if not desk.progress(session, export, rows, x.clock()):
                raise _Stopped(rows)

    try:
        with x.sessions() as session:
            wish, listing = wish_of(x, session, export)
            total = listing.count(wish)
            with x.sessions.begin() as noted:
                noted.get_one(Export, export_id).rows_total = total
            rows = _write(x, export, listing, wish, told)
        with x.sessions.begin() as session:
            told(rows)
            finish(x, session, session.get_one(Export, export_id), rows)
    except _Stopped:
        _draft(x, export).unlink(missing_ok=True)
    except Exception as error:  # whatever it is, whoever waits for the file must be told
        log.exception("export %s failed", export_id)
        with x.sessions.begin() as session:
            desk.fail(session, export_id, f"{type(error).__name__}: {error}", x.clock())


def make_at_once(x: Exchange, session: Session, export: Export) -> bool:
    """Make a short export in the transaction that asks for it; False: it is long, a worker will take it."""
    with x.sessions() as reading:
        wish, listing = wish_of(x, reading, export)
        export.rows_total = listing.count(wish)
        if export.rows_total > desk.AT_ONCE:
            return False
        rows = _write(x, export, listing, wish, lambda _rows: None)
    finish(x, session, export, rows)
    return True


def wish_of(x: Exchange, session: Session, export: Export) -> tuple[Wish, Listing]:
    """Return what is to be listed, as far as the account reaches now. Raises RefusedError."""
    listing = LISTINGS[export.kind]
    account = session.get_one(Account, export.account_id)
    allowed = PERMISSIONS[Role(account.role)]
    if not account.active or not {Permission.EXPORT, listing.permission} <= allowed:
        raise RefusedError("账号没有这份清单的权限 (the account may not have this list)")
    tenant = session.get_one(Tenant, export.tenant_id)
    return Wish(session, x.vault, _reach(session, account), tenant, export.asked, export.language, x.clock()), listing


def finish(x: Exchange, session: Session, export: Export, rows: int) -> None:
    """The file is there: say so, until when, and note who has the list."""
    file = desk.file_of(x.settings, export)
    _draft(x, export).replace(file)
    now = x.clock()
    export.state, export.rows_done, export.rows_total = "done", rows, rows
    export.ended_at, export.leased_until, export.size = now, None, file.stat().st_size
    export.expires_at = now + timedelta(hours=x.settings.export_hours)
    account = session.get_one(Account, export.account_id)
    subject = f"{LISTINGS[export.kind].words[0]} · {export.title} · {rows}"
    access.note(session, What.LIST_EXPORTED, now, account=account, subject=subject)


def _write(x: Exchange, export: Export, listing: Listing, wish: Wish, told: Callable[[int], None]) -> int:
    from hotline.exports.writing import writer  # openpyxl is loaded by whoever makes a file

    heads = [wish.say(column.words) for column in listing.columns]
    out = writer(_draft(x, export), export.format, wish.say(listing.words), listing.columns, heads)
    done, rows = 0, listing.rows(wish)
    try:
        while chunk := list(islice(rows, CHUNK)):
            for row in chunk:
                out.add(row)
            done += len(chunk)
            told(done)
    finally:
        out.close()
    return done


def _draft(x: Exchange, export: Export) -> Path:
    """Where it is written; moved to its place once it is whole."""
    file = desk.file_of(x.settings, export)
    return file.with_name(f".{file.name}")


def _reach(session: Session, account: Account) -> Reach:
    return reach_below(session, session.get(Station, account.station_id) if account.station_id else None)
