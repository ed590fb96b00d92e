"""The lives of a call that faults are put into: who rings, who answers, what is pressed upon hearing what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from hotline.simulator.behaviours import NEVER_ANSWERS, Behaviour, script
from hotline.simulator.party import Party, PartyGoneError
from tests.stories.town import Town
from tests.stories.waiting import until
from tickets.models import Ticket

Keys = Mapping[str, str]
CALLER, LINE = "p003", "longgang"
ON_DUTY: Keys = {"接听按1": "1", "拨打请按1": "1", "按1": "1"}
"""What a duty person presses, by what is said: accept, ring them now, “已解答”."""
REACTS_AFTER = 2.0
"""Seconds between hearing a choice and pressing."""


@dataclass
class Life:
    """Somebody on a call until it is over: presses what is asked for, speaks at the beep, talks and hangs up."""

    party: Party
    keys: Keys
    talks: float
    says: str = "好的"
    seen: int = 0
    """Entries of the transcript that are old."""

    async def through(self) -> None:
        """Live through the call."""
        with suppress(PartyGoneError):
            while not self.party.over:
                await self.party.until(lambda: bool(self.choice) or self.joined or self.beep, 3600)
                if self.joined:
                    await self.talk()
                elif self.beep:
                    await self.party.speak(self.says, 4)
                    self.party.press("#")
                    await self.party.until(lambda: not self.beep, 30)
                else:
                    await self.press()

    @property
    def choice(self) -> str:
        """The key that something new asks for."""
        return next((key for words, key in self.keys.items() if self.party.transcript.find(words, self.seen)), "")

    @property
    def joined(self) -> bool:
        """Connected to another person."""
        return self.party.leg.peer is not None

    @property
    def beep(self) -> bool:
        """What is said is being recorded."""
        return self.party.leg.take is not None

    async def talk(self) -> None:
        """Talk for so long, then hang up; or until the other one does."""
        talk = asyncio.ensure_future(self.party.speak(self.says, self.talks))
        await self.party.until(lambda: not self.joined or talk.done(), self.talks + 1)
        talk.cancel()
        if self.joined:
            self.party.hang_up()
            await self.party.ends()
        self.seen = len(self.party.transcript.entries)

    async def press(self) -> None:
        """Press a moment after the choice was heard."""
        key = self.choice
        await asyncio.sleep(REACTS_AFTER)
        if not self.party.over and not self.joined:
            self.seen = len(self.party.transcript.entries)
            self.party.press(key)


async def lives_through(party: Party, keys: Keys, talks: float, says: str = "好的") -> None:
    """Be on a call until it is over."""
    await Life(party, keys, talks, says).through()


def person(keys: Keys, *, after: float = 3.0, talks: float = 60.0) -> Behaviour:
    """Return somebody who answers every call and presses what is asked for."""

    async def pick_up(party: Party) -> None:
        await asyncio.sleep(after)
        if party.leg.ringing:
            party.answer()

    async def step(party: Party) -> None:
        await lives_through(party, keys, talks)

    return script("person", pick_up, step)


def _done(town: Town, holds: Callable[[Ticket], bool]) -> Callable[[], bool]:
    def check() -> bool:
        tickets = town.tickets()
        return bool(tickets) and all(holds(ticket) for ticket in tickets)

    return check


async def sweeping(town: Town) -> None:
    """Ask after silent calls as the worker does, for the first quarter of an hour."""
    for _ in range(60):
        await asyncio.sleep(15)
        await town.sweep()


async def reading_the_books(town: Town) -> None:
    """Look for calls that the carrier took alone, as the worker does every five minutes, for the first hour."""
    for _ in range(12):
        await asyncio.sleep(300)
        await town.read_the_books()


async def answered(town: Town) -> Party:
    """The duty handset takes it; wrapped up by key; two hours later the survivor says it is good and solved."""
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-1", person(ON_DUTY))
    call = await town.ring(CALLER, LINE)
    await lives_through(call, {}, talks=20)
    town.world.phone(town.survivor(CALLER), person({"满意按1": "1", "办好了按1": "1"}))
    await until(town, town.world.now() + timedelta(days=2), _done(town, lambda t: t.state == "closed"))
    return call


async def left_a_message(town: Town) -> Party:
    """Nobody takes it, tier after tier; a message; then the duty person comes back and the call back reaches her."""
    town.everybody(NEVER_ANSWERS)
    call = await town.ring(CALLER, LINE)
    await lives_through(call, {}, talks=20, says="我想问问医药费的事")
    town.handset("longgang-1", person(ON_DUTY))
    town.world.phone(town.survivor(CALLER), person({}, talks=20))
    await until(town, town.world.now() + timedelta(hours=3), _done(town, lambda t: t.wrapped_at is not None))
    return call


async def by_menu(town: Town) -> Party:
    """She presses 9, asks for volunteers, chooses counselling; the first team does not answer, the station does."""
    town.everybody(NEVER_ANSWERS)
    town.handset("longgang-2", person(ON_DUTY))
    town.world.phone(town.survivor(CALLER), person({}, talks=20))
    call = await town.ring(CALLER, LINE)
    keys = {"其他事按9": "9", "找志愿者按3": "3", "心理疏导按3": "3"}
    await lives_through(call, keys, talks=20)
    await until(town, town.world.now() + timedelta(hours=3), _done(town, lambda t: t.wrapped_at is not None))
    return call


CASES: Mapping[str, Callable[[Town], Awaitable[Party]]] = {
    "answered": answered, "message": left_a_message, "menu": by_menu,
}  # fmt: skip
