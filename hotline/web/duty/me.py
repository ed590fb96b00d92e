"""Whoever reads the duty page: the person on the roster, their turns, and the telephones that ring for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.models import Account
from hotline.accounts.roles import Role
from hotline.calls.keeping import telephones
from hotline.calls.keeping.models import DutyConfirmation
from hotline.calls.keeping.telephones import Telephone
from hotline.directory.models import Handset, Staff, Station
from hotline.numbers import from_stored
from hotline.roster.duty import HORIZON, covering
from hotline.roster.queries import load_rosters
from hotline.roster.turns import Turn, read_turns, running
from hotline.vault import Vault

AHEAD = timedelta(days=35)
"""How far ahead one's next turns are looked for."""
NEXT = 3
"""Turns to come that the page lists."""


@dataclass(frozen=True)
class Me:
    """``staff`` None: the account is nobody's on the roster. ``station``: where the person belongs, None: nowhere."""

    account: Account
    staff: Staff | None
    station: Station | None
    turn: Turn | None
    """The turn that runs now."""
    to_come: Sequence[Turn]
    phones: Sequence[Telephone]
    """What rings for this person now: the handset carried first, then their own telephone."""
    unconfirmed: bool
    """The system asked whether this person is there, and nobody has pressed the key yet."""

    @property
    def phone(self) -> Telephone | None:
        """The telephone that the system rings to put this person through."""
        return next(iter(self.phones), None)

    @property
    def phone_ids(self) -> list[UUID]:
        """The telephones' identifiers, as the legs of calls name them."""
        return [phone.id for phone in self.phones]

    @property
    def place_id(self) -> UUID | None:
        """The station whose duty it is now, else one's own."""
        return self.turn.station_id if self.turn else self.station.id if self.station else None

    @property
    def place_ids(self) -> list[UUID]:
        """That station, and one's own."""
        return sorted({id_ for id_ in (self.place_id, self.station.id if self.station else None) if id_})

    @property
    def takes_over(self) -> bool:
        """Whether it is for this person to read what the last shift has left: on duty, not behind as backup.

        Where nobody knows whose turn it is, a duty account that shows the station's handset stands for who carries it.
        """
        if self.turn:
            return self.turn.role == "first"
        return self.account.role == Role.DUTY and self.carries_handset()

    @property
    def missing(self) -> str:
        """What has to be put right before the page is of use: ``station``, ``person``, ``turns``, ``phone``, or ""."""
        if self.station is None:
            return "station"
        if self.staff is None:
            return "person"
        if self.turn is None and not self.to_come:
            return "turns"
        return "" if self.phones else "phone"

    def carries_handset(self) -> bool:
        """Return whether it is a station's handset that rings, and not only a telephone of one's own."""
        return isinstance(self.phone, Handset)


def read(session: Session, account: Account, now: datetime) -> Me:
    """Return who an account is on duty at ``now``."""
    staff = session.get(Staff, account.staff_id) if account.staff_id else None
    staff = staff if staff and staff.active else None
    station = (
        session.get(Station, staff.station_id if staff else account.station_id) if staff or account.station_id else None
    )
    turns = read_turns(session, staff.id, now, now + AHEAD) if staff else []
    turn = running(turns, now)
    return Me(
        account=account,
        staff=staff,
        station=station,
        turn=turn,
        to_come=[one for one in turns if one.start > now][:NEXT],
        phones=_phones(session, staff, station, turn, now),
        unconfirmed=_unconfirmed(session, turn, now),
    )


def masked(vault: Vault, phone: Telephone) -> str:
    """Return a telephone's number with its middle hidden."""
    return from_stored(vault.open(phone.number_sealed)).masked if phone.number_sealed else ""


def _phones(
    session: Session, staff: Staff | None, station: Station | None, turn: Turn | None, now: datetime
) -> Sequence[Telephone]:
    """On duty the handset that is carried; the station's where no roster is kept or the account is nobody's."""
    own = [staff] if staff and staff.number_sealed else []
    carried: Telephone | None = None
    if turn:
        carried = telephones.carried(session, turn.station_id, turn.role, turn.piece)
    elif station is not None:
        roster = load_rosters(session, [station.id], now, now + HORIZON)[station.id]
        if staff is None or not roster.first.is_kept:
            carried = telephones.carried(session, station.id, "first", covering(roster.first, now))
    return [*([carried] if carried else []), *(phone for phone in own if carried is None or phone.id != carried.id)]


def _unconfirmed(session: Session, turn: Turn | None, now: datetime) -> bool:
    if turn is None:
        return False
    asked = select(DutyConfirmation.id).where(
        DutyConfirmation.station_id == turn.station_id,
        DutyConfirmation.staff_id == turn.staff_id,
        DutyConfirmation.state.in_(("asked", "missed")),
        DutyConfirmation.starts <= now,
        DutyConfirmation.ends > now,
    )
    return session.scalar(asked.limit(1)) is not None
