"""Brings what was spoken from the carrier into our own folder, so that it outlives the carrier's copy."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.exchange import Exchange
from hotline.calls.models import Recording


def waiting(session: Session, limit: int = 50) -> Sequence[UUID]:
    """Return recordings that are still at the carrier only."""
    return session.scalars(select(Recording.id).where(Recording.file == "").order_by(Recording.at).limit(limit)).all()


def fetch(x: Exchange, recording_id: UUID) -> None:
    """Fetch one recording and remember its file; safe to repeat. Raises CarrierError while it is not ready."""
    with x.sessions() as session:
        recording = session.get_one(Recording, recording_id)
        url, done = recording.url, recording.file
    if done:
        return
    sound = x.carrier.download(url)
    folder = x.settings.recordings_dir
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{recording_id}.wav"
    partial = folder / f"{name}.part"
    partial.write_bytes(sound)
    partial.replace(folder / name)
    with x.sessions.begin() as session:
        session.get_one(Recording, recording_id).file = name
