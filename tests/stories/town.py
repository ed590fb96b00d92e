"""The sample county on the telephone: the application in this process, the simulated carrier, a clock that moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.app import create_app
from hotline.calls import due, sweep, unheard
from hotline.calls.exchange import Exchange, make_exchange
from hotline.calls.models import Call, Errand, Leg
from hotline.db import SessionFactory
from hotline.directory.models import BranchLine, Handset, Line, Staff, Survivor, SurvivorPhone
from hotline.intake import import_file
from hotline.numbers import from_stored
from hotline.settings import Settings
from hotline.simulator.behaviours import MANUAL, Behaviour
from hotline.simulator.inprocess import InProcessHttpClient
from hotline.simulator.party import Party
from hotline.simulator.phone import Phone
from hotline.simulator.world import World
from hotline.telephony.rest import Carrier, CarrierError
from tickets.models import Ticket, TicketEvent

T = TypeVar("T")
Deed = Callable[[], object]
SAMPLE = Path(__file__).parents[2] / "hotline/directory/samples/qinshui.yaml"


class Town:
    """A county whose people and telephones are named by the codes of the sample file."""

    def __init__(self, world: World, x: Exchange) -> None:
        self.world, self.x = world, x
        self.worker: Callable[[Deed], object] = lambda deed: deed()
        """Does what the worker is to do; stories put one here that fails."""
        self.ticking: Callable[[Exchange], object] = due.fire_due
        """How what is due comes to be done; stories put a broker in between here."""
        self.looking: SessionFactory | None = None
        """How the story itself looks into the database, where the application cannot."""
        self.app = create_app(x)
        world.connect(self.app.wsgi_app)
        with x.sessions() as session:
            for line in session.scalars(select(Line)):
                world.line(self._open(line.number_sealed), line.code)

    # Telephones

    def line(self, code: str) -> str:
        """Return a published number."""
        return self._number(select(Line.number_sealed).where(Line.code == code))

    def survivor(self, code: str) -> str:
        """Return the first telephone of a survivor."""
        query = select(SurvivorPhone.number_sealed).join(Survivor).where(Survivor.code == code)
        return self._number(query.order_by(SurvivorPhone.priority))

    def handset(self, code: str, behaviour: Behaviour = MANUAL) -> Phone:
        """Return a station's handset that behaves so from now on."""
        return self.world.phone(self._number(select(Handset.number_sealed).where(Handset.code == code)), behaviour)

    def branch(self, code: str, behaviour: Behaviour = MANUAL) -> Phone:
        """Return a telephone of a volunteer team or partner."""
        return self.world.phone(
            self._number(select(BranchLine.number_sealed).where(BranchLine.code == code)), behaviour
        )

    def staff(self, code: str, behaviour: Behaviour = MANUAL) -> Phone:
        """Return a staff member's own telephone."""
        return self.world.phone(self._number(select(Staff.number_sealed).where(Staff.code == code)), behaviour)

    def everybody(self, behaviour: Behaviour) -> None:
        """Let every handset, staff telephone and branch line of the county behave so."""
        with self.reading() as session:
            for model in (Handset, Staff, BranchLine):
                for sealed in session.scalars(select(model.number_sealed).where(model.number_sealed.is_not(None))):
                    self.world.phone(self._open(sealed), behaviour)

    # What happens

    def play(self, story: Coroutine[Any, Any, T], *, working: bool = True) -> T:
        """Run a story, with the background work going on beside it or not, until every webhook has arrived."""
        return self.world.play(self._whole(story, working))

    async def ring(self, caller: str, line: str = "trunk") -> Party:
        """Let a survivor (by code) or a number ring a published line (by code)."""
        number = caller if caller.startswith(("+", "anon")) else self.survivor(caller)
        return await self.world.dial(number, self.line(line))

    async def fire(self) -> None:
        """Let the worker do what is due."""
        await self.world.work(self.worker, lambda: self.ticking(self.x))

    async def sweep(self) -> None:
        """Let the worker ask the carrier after every call that has gone silent."""
        await self.world.work(self.worker, self._sweep)

    async def read_the_books(self) -> None:
        """Let the worker take in the calls that the carrier took alone; if it does not answer, the next time."""
        with suppress(CarrierError):
            await self.world.work(self.worker, lambda: unheard.take_in(self.x))

    def _sweep(self) -> None:
        with self.x.sessions() as session:
            silent = sweep.silent_calls(session, self.x.clock())
        for call in silent:
            sweep.ask_after(self.x, call)

    async def _whole(self, story: Coroutine[Any, Any, T], working: bool) -> T:
        work = asyncio.create_task(self._work()) if working else None
        try:
            return await story
        finally:
            if work:
                work.cancel()
            await self.world.carrier.settle()

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(2)
            await self.fire()

    # What is written

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session to look at what was written."""
        with (self.looking or self.x.sessions)() as session:
            yield session

    def tickets(self) -> Sequence[Ticket]:
        """Return all tickets, oldest first."""
        with self.reading() as session:
            return session.scalars(select(Ticket).order_by(Ticket.number)).all()

    def ticket(self) -> Ticket:
        """Return the one ticket there is."""
        tickets = self.tickets()
        assert len(tickets) == 1, [t.number for t in tickets]
        return tickets[0]

    def calls(self) -> Sequence[Call]:
        """Return all calls, oldest first."""
        with self.reading() as session:
            return session.scalars(select(Call).order_by(Call.started_at, Call.id)).all()

    def legs(self, *states: str) -> Sequence[Leg]:
        """Return the legs in the order of plans and tiers, those in the given states."""
        with self.reading() as session:
            legs = session.scalars(select(Leg).order_by(Leg.call_id, Leg.plan, Leg.tier, Leg.position)).all()
        return [leg for leg in legs if not states or leg.state in states]

    def errands(self, kind: str = "") -> Sequence[Errand]:
        """Return the calls that the system placed."""
        with self.reading() as session:
            errands = session.scalars(select(Errand).order_by(Errand.created_at, Errand.id)).all()
        return [errand for errand in errands if kind in ("", errand.kind)]

    def events(self, ticket: Ticket | None = None) -> list[str]:
        """Return the kinds of a ticket's events in their order."""
        with self.reading() as session:
            query = select(TicketEvent.kind).where(TicketEvent.ticket_id == (ticket or self.ticket()).id)
            return list(session.scalars(query.order_by(TicketEvent.id)))

    def change(self, work: Callable[[Session], object]) -> None:
        """Change something in the county before or during a story."""
        with self.x.sessions.begin() as session:
            work(session)

    def close(self) -> None:
        """End the world and give the connections back."""
        self.world.close()
        self.x.close()

    def _number(self, query: Any) -> str:
        with self.reading() as session:
            sealed = session.scalars(query).first()
        assert sealed is not None, f"nobody found by {query}"
        return self._open(sealed)

    def _open(self, sealed: bytes | None) -> str:
        assert sealed is not None
        return from_stored(self.x.vault.open(sealed)).value


def settle(settings: Settings, world: World) -> Town:
    """Return the county of a database that holds the sample already."""
    carrier = Carrier(settings, InProcessHttpClient(world.carrier))
    x = make_exchange(settings, world.now, carrier)
    with x.sessions() as session:
        x.standby.renew(session, x.clock())  # as a web process that has just started
        x.prompts.refresh(session)
    return Town(world, x)


def populate(settings: Settings, world_now: Callable[[], Any], sample: Path = SAMPLE) -> None:
    """Import a sample into an empty database."""
    x = make_exchange(settings)
    with x.sessions.begin() as session:
        report = import_file(session, sample, x.vault, world_now())
        assert not report.errors, report.errors
    x.close()
