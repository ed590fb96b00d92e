"""Keep files with a ticket: check + row + event in the caller's one transaction; opened only through the vault."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.vault import Vault, VaultError
from tickets import desk, file_kinds
from tickets.attachment_models import Attachment
from tickets.models import Ticket

MOST = 20
"""Files of one ticket; more belong into the family's paper file."""
LONGEST_NAME = 100


class AttachmentError(Exception):
    """A file cannot be kept or opened; the message says why, in Chinese and English."""


def add(
    session: Session, vault: Vault, ticket: Ticket, name: str, content: bytes, by: str, now: datetime, *, most: int
) -> Attachment:  # fmt: skip
    """Keep a file of at most ``most`` bytes and return it; a file that is there already is there once.

    The caller holds the ticket locked. Raises AttachmentError, and ImpossibleError for a merged ticket.
    """
    desk.refuse_merged(ticket)
    if not content:
        raise AttachmentError("附件是空的 (the file is empty)")
    if len(content) > most:
        megabytes = most / (1 << 20)
        raise AttachmentError(f"附件超过 {megabytes:g} MB (the file is larger than {megabytes:g} MB)")
    kind = file_kinds.kind_of(content)
    if kind is None:
        raise AttachmentError(
            "附件只能是 PDF、JPEG、PNG、DOCX（不含宏）或 XLSX（不含宏），以内容为准"
            " (a file is PDF, JPEG, PNG, DOCX or XLSX without macros, whatever its name says)"
        )
    digest = vault.fingerprint_bytes(content)
    kept = select(Attachment).where(Attachment.ticket_id == ticket.id, Attachment.removed_at.is_(None))
    if same := session.scalars(kept.where(Attachment.digest == digest)).first():
        return same
    if (session.scalar(select(func.count()).select_from(kept.subquery())) or 0) >= MOST:
        raise AttachmentError(f"一张工单最多 {MOST} 个附件 (a ticket keeps at most {MOST} files)")
    row = Attachment(
        ticket_id=ticket.id, name=_named(name, kind), kind=kind, size=len(content), digest=digest,
        sealed=vault.seal_bytes(content), by=by, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    desk.note(session, ticket.id, "attached", now, actor=by, attachment=str(row.id), name=row.name, size=row.size)
    return row


def remove(session: Session, row: Attachment, by: str, now: datetime) -> None:
    """Remove a file for good; the history keeps that it was there and who removed it. Safe to repeat."""
    if row.removed_at is not None:
        return
    row.sealed, row.removed_at, row.removed_by = None, now, by
    desk.note(session, row.ticket_id, "attachment_removed", now, actor=by, attachment=str(row.id), name=row.name)


def open_(vault: Vault, row: Attachment) -> bytes:
    """Return the content of a file. Raises AttachmentError when it is gone, damaged or sealed with a lost key."""
    if row.sealed is None:
        raise AttachmentError("附件已删除 (the file was removed)")
    try:
        content = vault.open_bytes(row.sealed)
    except VaultError:
        raise AttachmentError("附件打不开：密钥不对 (the file cannot be opened with the configured keys)") from None
    if vault.fingerprint_bytes(content) != row.digest:
        raise AttachmentError("附件已损坏 (the file is damaged)")
    return content


def of_ticket(session: Session, *ticket_ids: UUID) -> Sequence[Attachment]:
    """Return a ticket's files in the order in which they came, without their contents and without removed ones."""
    kept = select(Attachment).where(Attachment.ticket_id.in_(ticket_ids), Attachment.removed_at.is_(None))
    return session.scalars(kept.order_by(Attachment.at, Attachment.id)).all()


def find(session: Session, ticket_id: UUID, attachment_id: UUID) -> Attachment | None:
    """Return one file of a ticket that was not removed, or None."""
    row = session.get(Attachment, attachment_id)
    return row if row is not None and row.ticket_id == ticket_id and row.removed_at is None else None


def _named(name: str, kind: str) -> str:
    """Return a name without path and control characters, with the ending of what the file is."""
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", name.replace("\\", "/"))
    stem = PurePosixPath(PurePosixPath(plain).name).stem.strip(" .") or "附件"
    return stem[: LONGEST_NAME - 5] + file_kinds.SUFFIX[kind]
