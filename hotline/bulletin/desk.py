"""What is done with bulletins: drafted, edited, issued, corrected. Callers commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hotline.bulletin.figures import Figures, collect, span
from hotline.bulletin.models import Bulletin
from hotline.bulletin.words import PARAGRAPHS, generated, number, title
from hotline.clock import local
from hotline.db import new_id
from hotline.directory.models import Station
from hotline.directory.queries import descendants
from hotline.directory.words import short_name
from hotline.reach import Reach

LONGEST = 4000
"""Characters of a paragraph at most."""
LONGEST_REFERENCE = 60
"""Characters of a 文号 at most."""


class BulletinError(ValueError):
    """What was asked cannot be done; ``reason`` is future, running, changed, issued, empty, long or long_reference."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


@dataclass(frozen=True)
class Shown:
    """A bulletin as it is read: a draft with the numbers of this moment, an issued one with those of its issue."""

    bulletin: Bulletin
    station: Station
    figures: Figures
    texts: Mapping[str, str]

    @property
    def title(self) -> str:
        """Its title."""
        return title(short_name(self.station, "zh-CN"), self.bulletin.month)

    @property
    def number(self) -> str:
        """The number people cite it by."""
        b = self.bulletin
        return number(b.reference, short_name(self.station, "zh-CN"), b.month, b.version)

    @property
    def plain_number(self) -> str:
        """The number without what a correction adds: what whoever issues it may write otherwise."""
        return number(self.bulletin.reference, short_name(self.station, "zh-CN"), self.bulletin.month, 1)

    @property
    def dated(self) -> str:
        """The day it was issued, as documents write it; empty for a draft."""
        at = self.bulletin.issued_at
        return f"{local(at):%Y}年{local(at).month}月{local(at).day}日" if at else ""

    @property
    def file(self) -> str:
        """The name of its files, without ending."""
        b = self.bulletin
        return f"bulletin-{self.station.code}-{b.month:%Y-%m}-v{b.version}{'' if b.state == 'issued' else '-draft'}"


def draft(session: Session, station: Station, month: date, now: datetime) -> Bulletin:
    """Return the draft of a month, made if there is none: after an issue the draft is its correction.

    Safe when asked twice at once. Raises BulletinError for a month that has not begun.
    """
    if span(month)[0] > now:
        raise BulletinError("future")
    mine = Bulletin.station_id == station.id, Bulletin.month == month
    versions = select(func.coalesce(func.max(Bulletin.version), 0)).where(*mine, Bulletin.state == "issued")
    last = session.scalar(versions) or 0
    issued = select(Bulletin.texts, Bulletin.reference).where(*mine, Bulletin.version == last)
    before = session.execute(issued.where(Bulletin.state == "issued")).first()
    row = {"id": new_id(), "tenant_id": station.tenant_id, "station_id": station.id, "month": month,
           "version": last + 1, "made_at": now, "texts": before.texts if before else {},
           "reference": before.reference if before else ""}  # fmt: skip
    session.execute(insert(Bulletin).values(row).on_conflict_do_nothing())
    return session.scalars(select(Bulletin).where(*mine, Bulletin.state == "draft")).one()


def find(session: Session, reach: Reach, id_: UUID, *, drafts: bool, lock: bool = False) -> Bulletin | None:
    """Return a bulletin within reach; without ``drafts`` only an issued one."""
    query = select(Bulletin).where(Bulletin.id == id_, reach.covers(Bulletin.tenant_id, Bulletin.station_id))
    if not drafts:
        query = query.where(Bulletin.state == "issued")
    return session.scalars(query.with_for_update() if lock else query).first()


def newest(session: Session, reach: Reach, *, drafts: bool, limit: int = 100) -> Sequence[tuple[Bulletin, Station]]:
    """Return bulletins within reach with their stations, the newest month first."""
    query = select(Bulletin, Station).join(Station, Station.id == Bulletin.station_id)
    query = query.where(reach.covers(Bulletin.tenant_id, Bulletin.station_id))
    if not drafts:
        query = query.where(Bulletin.state == "issued")
    order = Bulletin.month.desc(), Station.level, Station.code, Bulletin.version.desc()
    return [(row[0], row[1]) for row in session.execute(query.order_by(*order).limit(limit))]


def shown(session: Session, bulletin: Bulletin, now: datetime) -> Shown:
    """Return a bulletin as it is read."""
    tree = descendants(session, bulletin.station_id)
    figures = bulletin.figures
    if figures is None:
        return _with(bulletin, tree[0], collect(session, tree, bulletin.month, now))
    return Shown(bulletin, tree[0], figures, bulletin.texts)


def edit(session: Session, shown: Shown, texts: Mapping[str, str], edits: int, by: str) -> None:
    """Keep the paragraphs that differ from what the numbers say. ``edits`` is the count the editor saw.

    Raises BulletinError: issued meanwhile, changed by somebody else meanwhile, a paragraph empty or too long.
    """
    bulletin = shown.bulletin
    _check_open(bulletin, edits)
    written = generated(shown.figures)
    kept: dict[str, str] = {}
    for name in PARAGRAPHS:
        words = texts.get(name, "").replace("\r\n", "\n").strip()
        if not words or len(words) > LONGEST:
            raise BulletinError("long" if words else "empty", name)
        if words != written[name]:
            kept[name] = words
    reference = texts.get("reference", bulletin.reference).strip()
    if len(reference) > LONGEST_REFERENCE:
        raise BulletinError("long_reference", "reference")
    bulletin.reference = "" if reference == shown.plain_number else reference
    bulletin.texts, bulletin.edited_by, bulletin.edits = kept, by, bulletin.edits + 1
    session.flush()


def issue(session: Session, shown: Shown, edits: int, by: str, now: datetime) -> None:
    """Issue a draft: words and numbers stay as they are now. Raises BulletinError: running, issued, changed."""
    bulletin = shown.bulletin
    _check_open(bulletin, edits)
    if span(bulletin.month)[1] > now:
        raise BulletinError("running")
    bulletin.texts, bulletin.figures = dict(shown.texts), dict(shown.figures)
    bulletin.state, bulletin.issued_at, bulletin.issued_by = "issued", now, by
    session.flush()


def _check_open(bulletin: Bulletin, edits: int) -> None:
    if bulletin.state != "draft":
        raise BulletinError("issued")
    if bulletin.edits != edits:
        raise BulletinError("changed")


def _with(bulletin: Bulletin, station: Station, figures: Figures) -> Shown:
    return Shown(bulletin, station, figures, generated(figures) | bulletin.texts)
