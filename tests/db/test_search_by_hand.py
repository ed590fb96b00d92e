"""The search finds what the plainest SQL finds, page by page and back, whichever of its ways is taken."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import contacts, county
from hotline.reach import EVERYTHING
from hotline.vault import Vault
from tickets import searching
from tickets.searching import Wanted

NOW = datetime(2026, 11, 23, 2, 32, 5, tzinfo=UTC)
VAULT = Vault(("A" * 43 + "=",), b"pepper")
BY_TEXT = """
SELECT id FROM ticket
 WHERE answer LIKE :said OR survivor_id IN (SELECT id FROM survivor WHERE name LIKE :said)
    OR id IN (SELECT ticket_id FROM ticket_event WHERE kind = 'comment' AND data ->> 'said' LIKE :said)
 ORDER BY opened_at DESC, id DESC
"""
BY_TELEPHONE = """
SELECT id FROM ticket
 WHERE caller_hash = :caller
    OR survivor_id IN (SELECT survivor_id FROM survivor_phone WHERE number_hash = :caller)
 ORDER BY opened_at DESC, id DESC
"""


@pytest.fixture
def tenant(session: Session) -> UUID:
    made = county.write(session, VAULT, villages=10, survivors=20)
    contacts.write(session, VAULT, made, 150, NOW, checked=True)
    return made.tenant_id


def pages(session: Session, tenant: UUID, wanted: Wanted) -> list[UUID]:
    """Go from the newest to the last page, and back again; return what was seen."""
    page = searching.search(session, EVERYTHING, tenant, wanted, NOW, limit=7)
    seen, last = [ticket.id for ticket in page.tickets], page
    while last.older:
        last = searching.search(session, EVERYTHING, tenant, wanted, NOW, before=last.older, limit=7)
        seen += [ticket.id for ticket in last.tickets]
    back = [ticket.id for ticket in last.tickets]
    while last.newer:
        last = searching.search(session, EVERYTHING, tenant, wanted, NOW, after=last.newer, limit=7)
        back = [*(ticket.id for ticket in last.tickets), *back]
    assert back == seen
    return seen


@pytest.mark.parametrize("near", [1, 20])
def test_a_text(session: Session, tenant: UUID, monkeypatch: pytest.MonkeyPatch, near: int) -> None:
    monkeypatch.setattr(searching, "NEAR", near)
    for said in ("优待证", "秀英", "号事项", "材料已收到", "无此内容", "咨询_", "，1"):
        pattern = said.replace("_", r"\_")
        expected = session.scalars(text(BY_TEXT), {"said": f"%{pattern}%"}).all()
        assert pages(session, tenant, Wanted(text=said)) == expected, said
        assert expected or said in ("无此内容", "咨询_")


def test_a_telephone_is_its_own_and_its_owners(session: Session, tenant: UUID) -> None:
    caller = session.scalar(
        text("""
        SELECT number_hash FROM survivor_phone JOIN ticket USING (survivor_id)
         GROUP BY number_hash ORDER BY count(*) DESC, number_hash LIMIT 1""")
    )
    stranger = "UPDATE ticket SET caller_hash = :caller WHERE id IN (SELECT id FROM ticket ORDER BY opened_at LIMIT 9)"
    session.execute(text(stranger), {"caller": caller})
    expected = session.scalars(text(BY_TELEPHONE), {"caller": caller}).all()
    assert len(expected) > 9
    assert pages(session, tenant, Wanted(caller=caller)) == expected


def test_one_character_is_looked_for_in_names_and_in_the_newest(session: Session, tenant: UUID) -> None:
    expected = session.scalars(text(BY_TEXT), {"said": "%秀%"}).all()
    assert pages(session, tenant, Wanted(text="秀")) == expected
    assert pages(session, tenant, Wanted(text="证"))
