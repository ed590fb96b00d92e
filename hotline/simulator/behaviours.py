"""How a scripted telephone behaves when it rings. Scripts are built of steps, so that any story can be told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hotline.simulator.party import Party

Step = Callable[["Party"], Awaitable[None]]
"""One thing a party does; a script is a row of them. It ends by itself when the party is cut off."""


@dataclass(frozen=True)
class Behaviour:
    """What the network says when the telephone is called, and what happens once it rings."""

    name: str
    network: Literal["rings", "busy", "off"] = "rings"
    steps: tuple[Step, ...] = ()
    machine: bool = False
    """Machine detection recognises it as one."""


def wait(seconds: float) -> Step:
    """Do nothing for so long."""
    return lambda _: asyncio.sleep(seconds)


async def pick_up(party: Party) -> None:
    """Answer."""
    party.answer()


async def decline(party: Party) -> None:
    """Press the red button."""
    party.reject()


async def hang_up(party: Party) -> None:
    """Put the receiver down."""
    party.hang_up()


def press(digits: str) -> Step:
    """Press keys."""

    async def step(party: Party) -> None:
        party.press(digits)

    return step


def press_when_spoken_to(digits: str, after: float = 2.0, text: str = "") -> Step:
    """Press keys ``after`` seconds of a prompt that contains ``text``; skipped when connected without one."""

    async def step(party: Party) -> None:
        await party.until(lambda: party.transcript.heard(text) or party.leg.peer is not None, 3600)
        if party.transcript.heard(text):
            await asyncio.sleep(after)
            party.press(digits)

    return step


def talk(seconds: float, text: str = "") -> Step:
    """Once connected to another party, talk for so long."""

    async def step(party: Party) -> None:
        if await party.until(lambda: party.leg.peer is not None, 3600):
            await party.speak(text, seconds)

    return step


def speak(text: str, seconds: float) -> Step:
    """Talk to whoever or whatever is on the line."""
    return lambda party: party.speak(text, seconds)


def script(name: str, *steps: Step, machine: bool = False) -> Behaviour:
    """Return a behaviour made of steps."""
    return Behaviour(name, steps=steps, machine=machine)


MANUAL = Behaviour("manual")
NEVER_ANSWERS = Behaviour("silent")
BUSY = Behaviour("busy", network="busy")
OFF = Behaviour("off", network="off")


def answers(after: float = 3.0, accept: str = "1", accept_after: float = 2.0, talks: float = 30.0) -> Behaviour:
    """Answer after so many seconds of ringing, press the accept key, talk, hang up."""
    return script(
        "answers", wait(after), pick_up, press_when_spoken_to(accept, accept_after), talk(talks, "您好"), hang_up
    )


def answers_but_presses_nothing(after: float = 3.0) -> Behaviour:
    """Answer and never press a key."""
    return script("presses_nothing", wait(after), pick_up)


def rejects(after: float = 3.0) -> Behaviour:
    """Press the red button after so many seconds."""
    return script("rejects", wait(after), decline)


def presses(digits: str, after: float = 3.0) -> Behaviour:
    """Answer, hear the prompt, press these keys, and stay."""
    return script("presses", wait(after), pick_up, press_when_spoken_to(digits))


def hangs_up(after: float = 3.0, listens: float = 1.0) -> Behaviour:
    """Answer and hang up a moment later."""
    return script("hangs_up", wait(after), pick_up, wait(listens), hang_up)


def voicemail(after: float = 15.0, greeting: float = 5.0, records: float = 60.0) -> Behaviour:
    """The handset's own mailbox answers, greets, records for a while, hangs up; it presses nothing."""
    steps = (
        wait(after),
        pick_up,
        speak("您拨打的用户暂时无法接通，请在提示音后留言。", greeting),
        wait(records),
        hang_up,
    )
    return script("voicemail", *steps, machine=True)


def wrong_number(after: float = 4.0) -> Behaviour:
    """A stranger answers, is puzzled, hangs up."""
    return script("wrong_number", wait(after), pick_up, speak("喂？打错了吧。", 3.0), hang_up)


MODES: dict[str, Behaviour] = {
    "manual": MANUAL,
    "answers": answers(),
    "busy": BUSY,
    "off": OFF,
    "voicemail": voicemail(),
    "silent": NEVER_ANSWERS,
}
"""The phone wall's modes."""
