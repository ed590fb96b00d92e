"""The wallboard: what is going on now, in big type and few words, live for days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, Response
from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.calls import given_up, last_resort
from hotline.calls import queries as calls
from hotline.calls.last_resort import LastResort
from hotline.calls.statistics import reading, wall
from hotline.calls.statistics.reading import Numbers
from hotline.calls.statistics.scope import subtree
from hotline.calls.statistics.wall import Alone, Standing, Unwrapped
from hotline.clock import local
from hotline.directory.models import Handset
from hotline.reach import Reach
from hotline.roster import duty
from hotline.roster.duty import HORIZON, Gap
from hotline.roster.queries import load_rosters, stations_shown
from hotline.settings import Settings
from hotline.web import live, pages, place
from hotline.web.board import span_of
from hotline.web.place import Place
from hotline.web.sign_in import current
from hotline.web.sign_in.guards import needs
from hotline.web.webhooks import exchange

views = Blueprint("wallboard", __name__)

AHEAD = timedelta(hours=24)
"""How far ahead gaps of the roster are shown."""
WRAP_UPS = 4
CALLS = 6
"""How many fit on a screen that is read from five metres."""


@dataclass(frozen=True)
class Ringing:
    """A call that has not ended: where it came in, who is tried or talks, since when."""

    ticket_id: UUID
    station: str
    urgent: bool
    started_at: datetime
    standing: live.Standing


@dataclass(frozen=True)
class Post:
    """A station's duty: who holds it (empty: nobody), until when, how its handset is, and whether a roster is kept.

    ``heard_at``: when a human last pressed a key on the handset, in a call or a test; ``others``: further handsets of
    the station that fail.
    """

    station: str
    name: str
    until: datetime | None
    handset: str
    kept: bool
    heard_at: datetime | None
    failures: int
    others: int

    @property
    def tone(self) -> str:
        """How urgent it is that somebody looks at it."""
        if self.handset in ("dead", "none") or (self.kept and not self.name):
            return "bad"
        return "warn" if self.handset == "suspect" or self.others or not self.kept else "good"


@dataclass(frozen=True)
class Wall:
    """Everything on the wall."""

    ringing: Sequence[Ringing]
    today: Numbers
    standing: Standing
    unwrapped: Sequence[Unwrapped]
    posts: Sequence[Post]
    gaps: Sequence[tuple[str, Gap]]
    alone: Alone | None
    """Calls of the last day that went on without the database."""


@views.get("/wallboard")
@needs(Permission.WALLBOARD)
def show() -> Response:
    """What is going on now in the reader's part of the tree."""
    x = exchange()
    now = x.clock()
    with x.sessions() as session:
        found = place.find(session, current.reach())
        if found is None:
            return pages.live_page("wallboard.html", "_no_directory.html", {"tenant": None})
        words = {"wall": read(session, found, now), "place": found, "tenant": found.tenant, "now": now}
        words["given_up"] = _given_up(session, found)
        words["last_resort"] = _last_resort(x.settings, now) if found.whole else None
        return pages.live_page("wallboard.html", "_wallboard.html", words, polled=True)


def _given_up(session: Session, where: Place) -> int:
    """How much the workers have given up: of the tenant where one sees all of it, else of the stations shown."""
    whole = where.whole and current.reach().whole
    return given_up.count(session, Reach(where.tenant.id, frozenset(where.ids), whole=whole))


def _last_resort(settings: Settings, now: datetime) -> LastResort:
    """How old the documents for the carrier are: a fact of the installation, for those who see all of a tenant."""
    return last_resort.standing(settings, now)


def read(session: Session, where: Place, now: datetime) -> Wall:
    """Return the wall of a place; a fixed number of queries however much goes on."""
    tenant, ids = where.tenant.id, where.ids
    posts, gaps = _posts(session, where, now)
    return Wall(
        ringing=_ringing(session, where),
        today=reading.answering(session, subtree(where.tree, span_of(local(now).date()))),
        standing=wall.standing(session, ids, now),
        unwrapped=wall.unwrapped(session, ids, WRAP_UPS),
        posts=posts,
        gaps=gaps,
        alone=wall.alone(session, tenant, ids, now - AHEAD),
    )


def _ringing(session: Session, where: Place) -> Sequence[Ringing]:
    reach = Reach(where.tenant.id, frozenset(where.ids), whole=False)
    found = calls.live_calls(session, reach, where.tenant.id)
    legs = calls.legs_of(session, [call.id for call in found])
    return [
        Ringing(
            call.ticket_id,
            where.name(call.station_id),
            call.urgent,
            call.started_at,
            live.standing(call, legs.get(call.id, ())),
        )
        for call in found
    ]


def _posts(session: Session, where: Place, now: datetime) -> tuple[Sequence[Post], Sequence[tuple[str, Gap]]]:
    inside = {station.id: station for station in where.tree}
    expected = [row.id for row in stations_shown(session, where.tenant.code) if row.id in inside]
    ids = expected or [where.station.id]
    rosters = load_rosters(session, ids, now, now + HORIZON)
    handsets = _handsets(session, ids)
    posts, gaps = [], []
    for id_ in ids:
        roster, name = rosters[id_], where.name(id_)
        first, kept = duty.on_duty(roster, now).first, roster.first.is_kept
        until = first.until if first else None
        used, others = _handset(handsets, id_, first.handset_id if first else None)
        health, heard_at, failures = (used.state, used.confirmed_at, used.failures) if used else ("none", None, 0)
        posts.append(Post(name, first.name if first else "", until, health, kept, heard_at, failures, others))
        if kept:
            gaps += [(name, gap) for gap in duty.gaps(roster, now, now + AHEAD)]
    return posts, sorted(gaps, key=lambda pair: pair[1].start)


def _handsets(session: Session, ids: Sequence[UUID]) -> Sequence[Handset]:
    """The handsets of the stations, the duty handset of each first."""
    mine = select(Handset).where(Handset.station_id == any_(literal(ids, ARRAY(Uuid))), Handset.active)
    return session.scalars(mine.order_by(Handset.station_id, Handset.priority, Handset.code)).all()


def _handset(handsets: Sequence[Handset], station: UUID, carried: UUID | None) -> tuple[Handset | None, int]:
    """The handset that the duty person carries, else the station's first; and how many of its others fail."""
    of_station = [handset for handset in handsets if handset.station_id == station]
    used = next((handset for handset in handsets if handset.id == carried), of_station[0] if of_station else None)
    return used, sum(handset is not used and handset.state != "ok" for handset in of_station)
