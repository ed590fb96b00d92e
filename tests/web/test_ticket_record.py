"""Answer, guidance, referral and feedback at a ticket's page, as the coordinator enters them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.calls.models import Errand
from hotline.clock import local
from hotline.directory.catalogue.models import CatalogueEntry
from hotline.directory.models import BranchLine, Team
from tests.web.browsers import post
from tests.web.conftest import NOW
from tests.web.test_ticket_pages import words
from tests.web.ticket_world import DUTY, World
from tickets.models import Feedback, Referral, Ticket


@pytest.fixture
def ticket(world: World) -> Ticket:
    return world.call("王秀英", NOW - timedelta(hours=2), [DUTY], lasted=248, outcome="answered")


@pytest.fixture
def head(signed_in: Callable[..., FlaskClient], world: World) -> FlaskClient:
    return signed_in(Role.COORDINATOR, world.county)


def send(client: FlaskClient, ticket: Ticket, form: str, **data: str) -> tuple[int, str]:
    """Send a form of the page as the ticket stands; the status, and the page's words."""
    answer = post(client, f"/tickets/{ticket.id}/{form}", **{"version": str(ticket.version), **data})
    return answer.status_code, words(answer.text)


def test_a_corrected_answer_keeps_what_stood_before_and_the_second_writer_loses_nothing(
    ticket: Ticket, head: FlaskClient, session: Session
) -> None:
    first = {"answer": "问药费报销，已告知到镇里办。", "need": "daily_life", "category": "complex"}
    seen = {"version": str(ticket.version), "seen": "3"}
    assert send(head, ticket, "record", **first)[0] == 303
    late = {**seen, "answer": "问的是住院补助。", "need": "daily_life"}
    status, text = send(head, ticket, "record", **late)
    assert status == 409 and "问的是住院补助。" in text and "写下了问答内容" in text
    session.refresh(ticket)
    assert ticket.answer == first["answer"]
    assert send(head, ticket, "record", **{**late, "version": str(ticket.version)})[0] == 303
    text = words(head.get(f"/tickets/{ticket.id}").text)
    assert f"更正了答复，原为：{first['answer']}" in text and "“未定”改为“日常生活”" in text and "归类：复杂" in text
    session.refresh(ticket)
    status, text = send(head, ticket, "record", answer=ticket.answer, need="flying")
    assert status == 422 and "需求：没有这一项" in text and ticket.need == "daily_life"


def test_guidance_is_found_given_once_and_its_effect_noted(
    ticket: Ticket, head: FlaskClient, world: World, session: Session
) -> None:
    entry = CatalogueEntry(
        tenant_id=world.tenant.id, code="G1", area="medical", title="优抚对象医疗补助", unit="县医保局",
        source="Q21 s.17",
    )  # fmt: skip
    session.add(entry)
    session.flush()
    shown = post(head, f"/tickets/{ticket.id}/guidance/search", {"HX-Request": "true"}, words="医疗补助").text
    assert f'value="{entry.id}"' in shown and "<html" not in shown
    assert f'value="{entry.id}"' in post(head, f"/tickets/{ticket.id}/guidance/search", words="医疗补助").text
    for _time in range(2):
        assert send(head, ticket, "guidance", entry=str(entry.id))[0] == 303
    assert send(head, ticket, "guidance", advice="周三上午到镇服务站找小李")[0] == 303
    status, text = send(head, ticket, "guidance", advice=" ")
    assert status == 422 and "请选一条目录或写一句话" in text
    given = head.get(f"/tickets/{ticket.id}").text
    assert words(given).count("给出服务指引：优抚对象医疗补助") == 1
    address = given.split('class="helped" method="post" action="')[1].split('"')[0]
    assert post(head, address, helped="yes").status_code == 303
    session.refresh(ticket)
    assert ticket.helped_at == NOW and "优抚对象医疗补助，有帮助" in words(head.get(f"/tickets/{ticket.id}").text)


def test_a_referral_from_the_console_rings_them_and_can_be_ended_both_ways(
    ticket: Ticket, head: FlaskClient, world: World, session: Session
) -> None:
    team = Team(tenant_id=world.tenant.id, code="TM1", name="红烛志愿服务队")
    stranger = Team(tenant_id=world.tenant.id, code="TM2", name="没有电话的队", active=False)
    session.add_all((team, stranger))
    session.flush()
    number = "+8615400000088"
    session.add(
        BranchLine(
            tenant_id=world.tenant.id, code="B1", team_id=team.id, serves=["daily_life"],
            number_hash=world.vault.fingerprint(number), number_sealed=world.vault.seal(number),
        )
    )  # fmt: skip
    session.flush()
    due = local(NOW + timedelta(days=1)).replace(second=0)
    typed = {"branch": str(team.id), "deadline": f"{due:%Y-%m-%dT%H:%M}", "why": "陪老人去医院"}
    status, text = send(head, ticket, "referral", **{**typed, "deadline": "2026-11-01T08:00"})
    assert status == 422 and "期限须在现在之后" in text and ticket.state == "answered"
    assert send(head, ticket, "referral", **{**typed, "branch": str(stranger.id)})[0] == 422
    assert send(head, ticket, "referral", **typed)[0] == 303
    session.refresh(ticket)
    assert ticket.state == "waiting" and session.scalars(select(Referral)).one().deadline == due
    assert session.scalars(select(Errand.kind)).all() == ["referral"]
    assert "转办事项" in words(head.get(f"/tickets/{ticket.id}").text)
    assert send(head, ticket, "referral/end", do="withdraw")[0] == 303
    session.refresh(ticket)
    assert ticket.state == "following_up" and session.scalars(select(Referral.state)).one() == "withdrawn"
    assert send(head, ticket, "referral", **typed)[0] == 303
    session.refresh(ticket)
    assert "请写下对方办理的结果" in send(head, ticket, "referral/end", do="done")[1]
    assert send(head, ticket, "referral/end", do="done", result="陪诊半天，药已取回")[0] == 303
    session.refresh(ticket)
    assert ticket.state == "resolved" and "陪诊半天，药已取回" in words(head.get(f"/tickets/{ticket.id}").text)


def test_feedback_in_person_closes_or_reopens_and_never_about_ones_own_answer(
    ticket: Ticket, head: FlaskClient, session: Session
) -> None:
    said = {"how": "in_person", "rating": "not", "solved": "no", "words": "药还没有送来"}
    assert send(head, ticket, "feedback", **said)[0] == 422  # not resolved yet
    assert send(head, ticket, "work", action="resolve")[0] == 303
    session.refresh(ticket)
    by, ticket.answered_by = ticket.answered_by, "Zhao Ming"
    session.flush()
    status, text = send(head, ticket, "feedback", **said)
    assert status == 422 and "回访不能由接听人本人进行" in text
    ticket.answered_by = by
    session.flush()
    assert send(head, ticket, "feedback", how="in_person")[0] == 422
    assert send(head, ticket, "feedback", **said)[0] == 303
    session.refresh(ticket)
    assert ticket.state == "reopened" and ticket.raised == 1 and ticket.call_back_by is not None
    assert send(head, ticket, "work", action="resolve")[0] == 303
    session.refresh(ticket)
    assert send(head, ticket, "feedback", how="call", rating="satisfied", solved="yes")[0] == 303
    session.refresh(ticket)
    assert ticket.state == "closed" and ticket.solved_at == NOW
    assert session.scalars(select(Feedback.how).order_by(Feedback.id)).all() == ["in_person", "call"]
    assert "药还没有送来" in words(head.get(f"/tickets/{ticket.id}").text)


def test_facts_are_noted_and_the_clocks_say_who_owes_what(ticket: Ticket, head: FlaskClient, session: Session) -> None:
    assert send(head, ticket, "work", action="awaited", text="等她找病历")[0] == 303
    text = words(head.get(f"/tickets/{ticket.id}").text)
    assert "办结 龙港镇" in text and "暂停（等待当事人）" in text
    session.refresh(ticket)
    assert send(head, ticket, "work", action="came")[0] == 303
    session.refresh(ticket)
    assert ticket.came_at == NOW
