"""Notes from shift to shift: left by whoever leaves, shown until the next person marks them read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.roster import changes
from hotline.roster.changes import RosterError
from hotline.roster.note_models import HandoverNote

LONGEST = 1000
"""Characters of a note."""
READ = 3
"""How many of those read last are shown."""


def leave(session: Session, station_id: UUID, writer_id: UUID, writer: str, text: str, now: datetime) -> HandoverNote:
    """Leave a note for the next shift of a station. Raises RosterError for an empty one, or one too long."""
    said = text.replace("\0", "").strip()
    if not said:
        raise RosterError("请写下要交代的事 (write down what the next shift has to know)")
    if len(said) > LONGEST:
        raise RosterError(f"留言最多 {LONGEST} 字，现在 {len(said)} 字 (at most {LONGEST} characters, not {len(said)})")
    note = HandoverNote(station_id=station_id, writer_id=writer_id, writer=writer, written_at=now, text=said)
    session.add(note)
    session.flush()
    changes.note(session, station_id, "note_left", (), now, writer, note=str(note.id))
    return note


def mark_read(session: Session, note_id: UUID, reader_id: UUID, reader: str, now: datetime) -> None:
    """The next person has read a note; the first time counts. Raises RosterError for one's own, or none."""
    note = session.get(HandoverNote, note_id, with_for_update=True, populate_existing=True)
    if note is None:
        raise RosterError("没有这条留言 (there is no such note)")
    if note.writer_id == reader_id:
        raise RosterError("自己写的留言，由接班的人标为已读 (a note is read by somebody other than its writer)")
    if note.read_at is None:
        note.reader_id, note.reader, note.read_at = reader_id, reader, now
        changes.note(session, note.station_id, "note_read", (), now, reader, note=str(note.id))


def unread(session: Session, station_ids: Collection[UUID]) -> Sequence[HandoverNote]:
    """Return the notes of stations that nobody has read yet, the oldest first."""
    waiting = select(HandoverNote).where(HandoverNote.station_id.in_(station_ids), HandoverNote.read_at.is_(None))
    return session.scalars(waiting.order_by(HandoverNote.written_at, HandoverNote.id)).all()


def latest_read(session: Session, station_ids: Collection[UUID], most: int = READ) -> Sequence[HandoverNote]:
    """Return the notes of stations that were read, the newest first."""
    read = select(HandoverNote).where(HandoverNote.station_id.in_(station_ids), HandoverNote.read_at.is_not(None))
    return session.scalars(read.order_by(HandoverNote.written_at.desc()).limit(most)).all()
