"""What the page of one ticket shows: the facts, each call with its tiers and attempts, the history in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hotline.calls import queries as calls
from hotline.calls.exchange import Exchange
from hotline.calls.models import Recording
from hotline.web import attempts, people
from hotline.web.attempts import CallView
from hotline.web.board import need_words
from hotline.web.language import _, words
from hotline.web.people import Names, Who
from hotline.web.sentences import Sentence, sentence
from hotline.web.ticket import record
from hotline.web.ticket.record import Record
from tickets import merging, queries
from tickets.models import Ticket, TicketEvent
from tickets.states import STATE_WORDS, State


@dataclass(frozen=True)
class Promise:
    """One of the four promises (Q21 s.12): kept at a time, or not yet."""

    name: str
    kept_at: datetime | None


@dataclass(frozen=True)
class Sound:
    """Something spoken: ``here`` once fetched into our own folder, else it is still at the carrier."""

    id: UUID
    ticket_id: UUID
    kind: str
    seconds: int
    at: datetime
    here: bool


@dataclass(frozen=True)
class Story:
    """Everything on the page of one ticket."""

    ticket: Ticket
    who: Who
    state: str
    need: str
    station: str
    line: str
    late: bool
    promises: Sequence[Promise]
    calls: Sequence[CallView]
    sounds: Sequence[Sound]
    history: Sequence[Sentence]
    record: Record
    merged: Sequence[Ticket]
    """Tickets that were merged into it."""
    into: Ticket | None
    """The ticket that it was merged into."""

    @property
    def live(self) -> bool:
        """True while a call of the ticket goes on."""
        return any(call.standing for call in self.calls)


def read(x: Exchange, session: Session, ticket: Ticket, now: datetime) -> Story:
    """Return one ticket's story; a fixed number of queries however many calls it has."""
    merged = merging.merged_into(session, ticket.id)
    ids = [ticket.id, *(row.id for row in merged)]
    found = calls.calls_of(session, *ids)
    legs = calls.legs_of(session, [call.id for call in found])
    recordings = calls.recordings_of(session, *ids)
    history = queries.history(session, *ids)
    own = [event for event in history if event.ticket_id == ticket.id]
    chosen = _chosen(history)
    names = people.read(
        session,
        [ticket],
        stations=[*chosen, *(call.station_id for call in found)],
        survivors=chosen,
        lines=[call.line_id for call in found],
    )
    views = [
        attempts.call_view(
            x.vault, names, call, legs.get(call.id, ()), [r for r in recordings if r.call_id == call.id], now, number
        )
        for number, call in zip(range(len(found), 0, -1), found, strict=True)
    ]
    return Story(
        ticket=ticket,
        who=names.who(ticket, x.vault),
        state=words(STATE_WORDS[State(ticket.state)]),
        need=need_words(ticket),
        station=names.station(ticket.station_id),
        line=names.line(ticket.line_id),
        late=ticket.call_back_by is not None and ticket.call_back_by < now,
        promises=_promises(ticket),
        calls=views,
        sounds=[_sound(x, recording) for recording in recordings],
        history=_told(history, names, {row.id: row.number for row in merged}),
        merged=merged,
        into=session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None,
        record=record.read(session, ticket, own, merged, names.station(ticket.station_id), now),
    )


def _promises(ticket: Ticket) -> Sequence[Promise]:
    return (
        Promise(_("找得到人"), ticket.found_at),
        Promise(_("上得了门"), ticket.came_at),
        Promise(_("帮得上忙"), ticket.helped_at),
        Promise(_("解得了困"), ticket.solved_at),
    )


def _told(history: Sequence[TicketEvent], names: Names, merged: Mapping[UUID, int]) -> Sequence[Sentence]:
    """The history with that of the tickets merged into it, whose lines say where they come from."""
    return [_marked(sentence(event, names), merged.get(event.ticket_id)) for event in history]


def _marked(line: Sentence, number: int | None) -> Sentence:
    return replace(line, text=_("（%(number)s 号）%(said)s", number=number, said=line.text)) if number else line


def _sound(x: Exchange, recording: Recording) -> Sound:
    kinds: Mapping[str, str] = {"message": _("来电人留言"), "memo": _("值班员口述记录"), "feedback": _("回访录音")}
    here = bool(recording.file) and (x.settings.recordings_dir / recording.file).is_file()
    return Sound(
        recording.id,
        recording.ticket_id or UUID(int=0),
        kinds.get(recording.kind, recording.kind),
        recording.seconds,
        recording.at,
        here,
    )


def _chosen(history: Sequence[TicketEvent]) -> list[UUID]:
    """The stations and survivors that the history speaks of."""
    return [
        UUID(event.data["value"])
        for event in history
        if event.kind == "chosen" and event.data.get("what") in ("station", "survivor")
    ]
