"""What machines ask: healthz, readyz, metrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from hotline import db
from hotline.app import create_app
from hotline.calls.exchange import Exchange
from hotline.migrations import schema
from tests.web.conftest import NOW
from tests.web.ticket_world import DUTY, World
from tickets import timers

TOKEN = "a-token-for-prometheus"


@pytest.fixture
def watched(web_exchange: Exchange) -> FlaskClient:
    settings = web_exchange.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    return create_app(replace(web_exchange, settings=settings)).test_client()


@pytest.fixture
def figures(watched: FlaskClient) -> Callable[[], dict[tuple[str, ...], float]]:
    def read() -> dict[tuple[str, ...], float]:
        answer = watched.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200, answer.text
        samples = [s for family in text_string_to_metric_families(answer.text) for s in family.samples]
        return {(s.name, *sorted(s.labels.values())): s.value for s in samples}

    return read


def test_ready_says_what_is_missing(visitor: FlaskClient, session: Session) -> None:
    assert visitor.get("/healthz").get_json() == {"status": "ok"}

    def at(revision: str) -> tuple[int, str]:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)"))
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
        answer = visitor.get("/readyz")
        return answer.status_code, answer.get_json()["database"]

    assert at(str(schema.head())) == (200, "ok")
    assert at("0003") == (503, "schema too old")
    assert at("9999") == (200, "ok"), "the next release has brought its schema already"


def test_without_a_database_it_is_alive_and_not_ready(web_exchange: Exchange) -> None:
    engine = db.create("postgresql://nobody@127.0.0.1:9/nothing")
    settings = web_exchange.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    lost = create_app(replace(web_exchange, settings=settings, sessions=sessionmaker(engine))).test_client()
    assert lost.get("/healthz").status_code == 200
    answer = lost.get("/readyz")
    assert (answer.status_code, answer.get_json()["database"]) == (503, "unreachable")
    shown = lost.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert "hotline_database_up 0.0" in shown.text


def test_without_a_database_it_is_ready_while_it_has_a_snapshot(web_exchange: Exchange, session: Session) -> None:
    web_exchange.standby.renew(session, web_exchange.clock())
    engine = db.create("postgresql://nobody@127.0.0.1:9/nothing")
    lost = create_app(replace(web_exchange, sessions=sessionmaker(engine))).test_client()
    try:
        answer = lost.get("/readyz")
    finally:
        web_exchange.standby.directory = None
    assert (answer.status_code, answer.get_json()["status"]) == (200, "without the database")


def test_figures_want_the_token(watched: FlaskClient, visitor: FlaskClient) -> None:
    assert visitor.get("/metrics").status_code == 404, "there is no token here, so there is no page"
    assert watched.get("/metrics").status_code == 401
    assert watched.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 401


def test_figures_in_the_terms_of_the_field(
    world: World, session: Session, watched: FlaskClient, figures: Callable[[], dict[tuple[str, ...], float]]
) -> None:
    assert figures()["hotline_database_up",] == 1
    world.call("王秀英", NOW - timedelta(minutes=20), [DUTY], lasted=248, outcome="answered")
    world.call("张福贵", NOW - timedelta(days=2), [DUTY], lasted=248, outcome="answered")
    world.call("刘桂兰", NOW - timedelta(hours=1), lasted=60, outcome="abandoned")
    timers.set_timer(session, "sla", "sla:late", NOW - timedelta(hours=2))
    watched.post("/carrier/voice", data={"CallSid": "CA1"})
    after = figures()
    assert after["hotline_calls_last_day", "answered", "duty"] == 1
    assert after["hotline_calls_last_day", "", "abandoned"] == 1
    assert after["hotline_seconds_to_human_last_day_bucket", "15.0"] == 0
    assert after["hotline_seconds_to_human_last_day_bucket", "20.0"] == 1
    assert after["hotline_seconds_to_human_last_day_gsum",] == 16
    assert after["hotline_call_backs_late",] == 1
    assert after["hotline_timer_lag_seconds",] == 7200
    assert after["hotline_webhook_seconds_count", "403", "voice"] == 1
