"""The people of a call storm: survivors with their patience, and what becomes of the telephones that ring for them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random

from hotline.simulator.behaviours import (
    BUSY,
    NEVER_ANSWERS,
    OFF,
    Behaviour,
    answers,
    hang_up,
    pick_up,
    rejects,
    script,
    talk,
    voicemail,
    wait,
)
from hotline.simulator.party import Party, PartyGoneError

HUMAN, MESSAGE, HUNG_UP, GAVE_UP, CUT = "human", "message", "hung up", "gave up", "cut"
"""What became of a caller; cut: the call was ended without a human or a message, and not by the caller."""


def handset(chance: Random) -> Behaviour:
    """Return how somebody who is rung behaves: most answer and press the key, some are off, busy, deaf or unwilling."""
    drawn = chance.random()
    if drawn < 0.72:
        return answers(chance.uniform(2, 9), "1", chance.uniform(1.5, 3), chance.uniform(15, 45))
    if drawn < 0.82:
        return NEVER_ANSWERS
    if drawn < 0.88:
        return OFF
    if drawn < 0.92:
        return BUSY
    return rejects(chance.uniform(2, 6)) if drawn < 0.97 else voicemail()


def at_home(chance: Random) -> Behaviour:
    """Return how a survivor behaves who is rung back."""
    return script("at home", wait(chance.uniform(2, 8)), pick_up, talk(chance.uniform(10, 30)), hang_up)


async def survivor(party: Party, chance: Random) -> str:
    """Be a survivor on the line until it is over; return what became of it."""
    with suppress(PartyGoneError):
        drawn = chance.random()
        if drawn < 0.06:  # dialled by mistake, or lost heart
            await party.until(lambda: False, chance.uniform(1, 8))
            party.hang_up()
            return HUNG_UP
        if drawn < 0.16:  # wants something else than the duty handset
            await party.until(lambda: party.transcript.heard("按9"), 60)
            await asyncio.sleep(1.5)
            party.press("9")
            await asyncio.sleep(chance.uniform(4, 9))
            party.press(chance.choice("123"))
        patience = max(20.0, chance.lognormvariate(4.6, 0.5))  # half of them 100 s, one in ten 50 s
        if not await party.until(lambda: party.leg.peer is not None or party.leg.take is not None, patience):
            party.hang_up()
            return GAVE_UP
        if party.leg.peer is not None:
            await _talk(party, chance.uniform(15, 45))
            return HUMAN
        await party.speak("请给我回个电话", chance.uniform(5, 12))
        party.press("#")
        await party.until(lambda: False, 20)
        party.hang_up()
        return MESSAGE
    return _became(party)


async def _talk(party: Party, seconds: float) -> None:
    with suppress(PartyGoneError):
        await party.until(lambda: party.leg.peer is None, seconds)
        if party.leg.peer is not None:
            party.hang_up()
        await party.until(lambda: False, 12)  # the other one has hung up: listens for a moment whether somebody comes
        party.hang_up()


def _became(party: Party) -> str:
    """What became of a caller whose line was closed by the other side."""
    kinds = {entry.kind for entry in party.transcript.entries}
    return HUMAN if "bridged" in kinds else MESSAGE if {"beep", "speak"} <= kinds else CUT
