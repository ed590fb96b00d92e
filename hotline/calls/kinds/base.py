"""What every kind of errand is: a flow, the facts it speaks, and what its keys do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from hotline.calls.exchange import Exchange
from hotline.calls.models import Errand
from ivr_flows.engine.steps import Effect, Facts


@dataclass(frozen=True)
class Work:
    """One webhook's or timer's surroundings: the exchange, the open transaction, the moment."""

    x: Exchange
    session: Session
    now: datetime


@dataclass(frozen=True)
class Survivor:
    """A survivor's telephone that an errand rings to join it with the person on the line."""

    number: str
    extension: str = ""


class Kind:
    """A kind of errand. Subclasses say what is spoken and what a key does; each may be run twice safely."""

    flow: ClassVar[str]
    ring_seconds: ClassVar[int] = 25
    """How long the telephone rings, in seconds."""
    incoming: ClassVar[bool] = False
    """True when the person rings us: then the call's end without a key says nothing about the telephone."""
    again_minutes: ClassVar[Sequence[int]] = ()
    """Minutes after which an unanswered errand is tried once more, one entry a try."""

    def wanted(self, work: Work, errand: Errand) -> bool:
        """Return whether the errand still has a cause; asked just before it is placed."""
        return True

    def postponed(self, work: Work, errand: Errand) -> datetime | None:
        """Return the moment until which the errand has to wait, None when it may be placed now."""
        return None

    def facts(self, work: Work, errand: Errand) -> Facts:
        """Return the facts of the flow, without the telephones still to be rung."""
        return Facts(language=errand.language)

    def apply(self, work: Work, errand: Errand, effect: Effect) -> None:
        """Carry out what the person decided."""

    def survivors(self, work: Work, errand: Errand) -> Sequence[Survivor]:
        """Return the telephones to ring, in turn, when the flow joins the person with a survivor."""
        return ()

    def joined(self, work: Work, errand: Errand, talked_seconds: int) -> None:
        """The survivor was reached and the two have talked."""

    def not_reached(self, work: Work, errand: Errand) -> None:
        """None of the survivor's telephones was picked up."""

    def recorded(self, work: Work, errand: Errand, kind: str, recording: str, seconds: int) -> None:
        """Something was spoken to the ticket."""

    def over(self, work: Work, errand: Errand) -> None:
        """The call is over, or could not be made: ``errand.state`` is done, missed or failed."""
