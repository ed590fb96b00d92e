"""Files kept with a ticket: what they are is told by their content, and they are opened by those who may, noted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import docx
import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hotline.accounts.models import AccessLog
from hotline.accounts.roles import Role
from hotline.settings import DEV_KEY
from hotline.vault import Vault
from tests.web.browsers import form_token, post
from tests.web.conftest import NOW
from tests.web.test_ticket_pages import words
from tests.web.ticket_world import DUTY, World
from tickets import attachments
from tickets.attachment_models import Attachment
from tickets.attachments import AttachmentError
from tickets.file_kinds import kind_of
from tickets.models import Ticket

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def letter() -> bytes:
    file = io.BytesIO()
    docx.Document().save(file)
    return file.getvalue()


def table() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


def with_macros(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml"))
    return file.getvalue()


@pytest.fixture
def ticket(world: World) -> Ticket:
    return world.call("王秀英", NOW - timedelta(hours=2), [DUTY], lasted=248, outcome="answered")


def upload(client: FlaskClient, ticket: Ticket, name: str, content: bytes) -> TestResponse:
    data = {"csrf_token": form_token(client), "file": (io.BytesIO(content), name)}
    return client.post(f"/tickets/{ticket.id}/attachments", data=data, content_type="multipart/form-data")


def test_a_file_is_what_is_in_it() -> None:
    assert [kind_of(c) for c in (PDF, PNG, b"\xff\xd8\xff\xe0", letter(), table())] == [
        "pdf", "png", "jpeg", "docx", "xlsx",
    ]  # fmt: skip
    broken = (b"<html>%PDF-", b"PK\x03\x04", letter()[:400], with_macros(table()), b"MZ", b"")
    assert [kind_of(content) for content in broken] == [None] * len(broken)


def test_a_file_is_kept_sealed_opened_by_those_who_may_and_noted(
    signed_in: Callable[..., FlaskClient], ticket: Ticket, world: World, session: Session
) -> None:
    duty = signed_in(Role.DUTY, world.township)
    assert upload(duty, ticket, "../..\\病历.pdf", PNG).status_code == 303
    assert upload(duty, ticket, "又一次.png", PNG).status_code == 303
    row = session.scalars(select(Attachment)).one()
    assert (row.name, row.kind, row.size) == ("病历.png", "png", len(PNG)) and PNG not in bytes(row.sealed or b"")
    address = f"/tickets/{ticket.id}/attachments/{row.id}"
    answer = duty.get(address)
    assert answer.data == PNG and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;") and "sandbox" in str(answer.headers)
    seen = session.scalars(select(AccessLog).where(AccessLog.what == "attachment_opened")).one()
    assert seen.ticket_id == ticket.id and seen.subject == "病历.png"
    auditor = signed_in(Role.AUDITOR)
    assert auditor.get(address).status_code == 403 and address not in auditor.get(f"/tickets/{ticket.id}").text
    assert signed_in(Role.DUTY, world.village).get(address).status_code == 404
    other = world.call("张福贵", NOW - timedelta(hours=1), [DUTY], lasted=9, outcome="answered")
    assert duty.get(f"/tickets/{other.id}/attachments/{row.id}").status_code == 404
    assert post(duty, f"{address}/remove").status_code == 303
    session.refresh(row)
    assert row.sealed is None and duty.get(address).status_code == 404
    text = words(duty.get(f"/tickets/{ticket.id}").text)
    assert "添加了附件：病历.png" in text and "删除了附件：病历.png" in text
    assert upload(duty, ticket, "病历.png", PNG).status_code == 303


def test_what_may_not_be_kept_is_refused_with_the_reason(client: FlaskClient, ticket: Ticket, session: Session) -> None:
    for name, content, reason in (
        ("网页.pdf", b"<html>", "只能是 PDF"),
        ("宏.xlsx", with_macros(table()), "不含宏"),
        ("空.pdf", b"", "是空的"),
    ):
        answer = upload(client, ticket, name, content)
        assert answer.status_code == 422 and name in answer.text and reason in answer.text
    vault = Vault((DEV_KEY,), b"")
    with pytest.raises(AttachmentError, match="超过"):
        attachments.add(session, vault, ticket, "大.pdf", PDF, "test", NOW, most=len(PDF) - 1)
    assert not session.scalars(select(Attachment)).all()
