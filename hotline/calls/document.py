"""The document with which a caller's webhook is answered: the steps of a flow with the addresses of what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from hotline.calls.exchange import Exchange
from hotline.calls.standby.memo import Memo
from hotline.telephony import twiml
from hotline.telephony.twiml import Ringing, Style, Target
from ivr_flows.engine.steps import Continue, Ring, Speak, Step, Wait, prompt


@dataclass(frozen=True)
class Rung:
    """A telephone that this document rings."""

    leg_id: UUID
    number: str
    extension: str


@dataclass(frozen=True)
class Tone:
    """How the caller is spoken to: the line's own greeting, the survivor's dialect, the number shown to handsets."""

    line: str
    dialect: str
    shown: str


LONGEST_PAUSE = 5
"""Seconds: who waits for longer than this is told in between that we are still at it."""
SAYING_SECONDS = 1
"""What the words in between take."""


def hold_the_line(steps: Sequence[Step], pause: int) -> list[Step]:
    """Return steps whose ringing has become waiting: nobody is free, so after ``pause`` seconds we look again."""
    held: list[Step] = []
    for step in steps:
        if not isinstance(step, Ring):
            held.append(step)
        elif pause <= LONGEST_PAUSE:
            held += [Wait(pause), Continue(step.at)]
        else:
            silence = pause - SAYING_SECONDS
            shorter = silence // 2  # first: before it a menu may have waited for a key
            held += [Wait(shorter), Speak(prompt("error.moment")), Wait(silence - shorter), Continue(step.at)]
    return held


def write(
    x: Exchange, memo: Memo, number: int, steps: Sequence[Step], tone: Tone, rung: Sequence[Rung], ring_seconds: int = 0
) -> str:
    """Return the document of step ``number`` of a call; ``rung`` are the telephones of its Ring step, if it has one.

    A call that goes on without the database carries its memo in every address, also of reports.
    """
    base = f"{x.settings.base_url}/carrier"

    def report(path: str) -> str:
        return x.standby.address(path, memo) if memo.alone else path

    style = Style(
        book=x.book,
        language=memo.language,
        carrier=x.capabilities,
        url=lambda at: x.standby.address(f"{base}/calls/{memo.call_id}/{number + 1}/{at}", memo),
        audio_url=lambda name: f"{base}/audio/{name}",
        recording_url=report(f"{base}/calls/{memo.call_id}/recording"),
        line=tone.line,
        dialect=tone.dialect,
    )
    if rung:
        targets = tuple(
            Target(
                one.number,
                x.standby.address(f"{base}/legs/{one.leg_id}/screen", memo),
                report(f"{base}/legs/{one.leg_id}/status"),
                one.extension,
            )
            for one in rung
        )
        style = replace(style, ringing=Ringing(targets, ring_seconds, x.settings.carrier_from or tone.shown))
    return twiml.render(steps, style)
