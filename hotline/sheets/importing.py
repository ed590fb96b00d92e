"""A file into the database: everything of it or, with one mistake in it, nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.sheets.book import Book, check, typed
from hotline.sheets.changes import change, given, kept
from hotline.sheets.history import COMMAND, Author, Scribe
from hotline.sheets.kinds import Kind, Kinds, Placed
from hotline.sheets.problems import Change, Counts, ImportReport, Problem
from hotline.sheets.reading import RawFile, read
from hotline.sheets.store import Store
from hotline.vault import Vault

LOCK = 0x1A9  # one import or form at a time in a database


def import_file(
    session: Session,
    path: Path,
    vault: Vault,
    now: datetime,
    kinds: Kinds,
    *,
    dry_run: bool = False,
    only: str = "",
    by: Author = COMMAND,
) -> ImportReport:
    """Import a YAML file or XLSX workbook into one tenant and report what changed. The caller commits.

    Rows are matched by code (see Kind.key); a second import changes nothing. With any error nothing is written and
    the report lists them all. Rows that are no longer in the file are left alone: a person is retired with
    ``active: no``, never by leaving a line out. A field that is left out keeps its value. With ``dry_run`` everything
    is done and undone again. ``only``: the code of the one tenant that whoever imports may touch. ``by``: in whose
    name the changes are kept in the history.
    """
    one_at_a_time(session)
    raw = read(path, kinds)
    tenant = _tenant(raw, kinds[0])
    if only and tenant and tenant != only:
        raw.complain(
            kinds[0].heading, 0, "", f"这里只能导入 “{only}” 的数据 (only data of {only} may be imported here)"
        )
        tenant = ""  # nothing may be looked up there
    store = Store(session, vault, now, kinds, tenant)
    book = typed(raw, kinds)
    if tenant:
        check(book, store)
    return write(book, store, Scribe(by), dry_run=dry_run)


def one_at_a_time(session: Session) -> None:
    """Wait until no other import or form is being written; held until the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def write(book: Book, store: Store, scribe: Scribe, *, dry_run: bool = False) -> ImportReport:
    """Write a checked book, all of it or nothing, keep it in the history and report it; see import_file."""
    if book.problems:
        return ImportReport(errors=_in_order(book.problems, book.kinds), dry_run=dry_run, tenant=store.tenant)
    counts: dict[str, Counts] = {}
    changes: list[Change] = []
    savepoint = store.session.begin_nested()
    for kind in book.kinds:
        if book.of(kind.name):
            try:
                counts[kind.name] = _write(kind, book, store, changes, None if dry_run else scribe)
            except IntegrityError as error:
                savepoint.rollback()
                return ImportReport(errors=(_conflict(book, kind, error),), dry_run=dry_run, tenant=store.tenant)
    savepoint.rollback() if dry_run else savepoint.commit()
    return ImportReport(counts, dry_run=dry_run, tenant=store.tenant, changes=changes)


def _conflict(book: Book, kind: Kind, error: IntegrityError) -> Problem:
    """Return what the database refused; the checks before have not seen it, so only the rule's name is known."""
    diagnosis = getattr(error.orig, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None) or type(error.orig).__name__
    return Problem(book.file, kind.heading, 0, "", f"与已有数据冲突 (the database refuses a row: {rule})")


def _in_order(problems: Sequence[Problem], kinds: Kinds) -> tuple[Problem, ...]:
    """Return the problems in the order of the sheets and rows; those of no sheet first."""
    places = {kind.heading: place for place, kind in enumerate(kinds)}
    return tuple(sorted(problems, key=lambda p: (places.get(p.sheet, -1), p.row)))


def _tenant(raw: RawFile, kind: Kind) -> str:
    """Return the code of the one tenant of a file; none or several is a problem."""
    codes = [str(one.fields.get("code", "")) for one in raw.rows if one.kind is kind]
    if len(codes) == 1:
        return codes[0]
    if codes or not raw.problems:
        raw.complain(kind.heading, 0, "", f"应正好有一行{kind.title} (exactly one row is needed, {len(codes)} found)")
    return ""


def _write(kind: Kind, book: Book, store: Store, changes: list[Change], scribe: Scribe | None) -> Counts:
    counts, session = Counts(), store.session
    rows: list[tuple[Placed, Mapping[str, Any], object, str]] = [
        (placed, kept(kind, placed.row, store), *store.put(kind, placed.row))
        for placed in kind.order(book.of(kind.name))
    ]
    session.flush()
    for (row, line), before, record, outcome in rows:
        more = kind.write_more(row, record, store) if kind.write_more else False
        result = "changed" if more and outcome == "unchanged" else outcome
        setattr(counts, result, getattr(counts, result) + 1)
        if result != "unchanged" and scribe:
            scribe.note(store, kind, record, result, before, given(kind, row, new=result == "added"))
        elif result != "unchanged":
            changes.append(change(kind, line, row, before, result))
    if kind.finish:
        kind.finish(store)
    session.flush()
    return counts
