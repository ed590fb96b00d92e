"""Too much at once: pages give way, callers are answered; by the snapshot where the database has no time for them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text, update
from twilio.request_validator import RequestValidator

from hotline.calls.models import Call, Leg
from hotline.calls.standby import keeper
from hotline.calls.standby.gate import MOST_INSIDE
from hotline.directory.models import Handset
from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from hotline.web import answering
from hotline.web.shedding import PAGES_AT_ONCE
from tests.stories.outage import prepared
from tests.stories.town import Town


@contextmanager
def locked(engine: Engine, *tables: str) -> Iterator[None]:
    """Somebody holds tables and does not let go."""
    with engine.connect() as connection, connection.begin():
        connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
        yield


@contextmanager
def taken(engine: Engine) -> Iterator[None]:
    """Every connection of a pool is in somebody's hands."""
    with ExitStack() as hands:
        pool = engine.pool
        for _ in range(pool.size() + pool._max_overflow):  # type: ignore[attr-defined]
            hands.enter_context(engine.connect())
        yield


def look(app: Flask) -> tuple[int, str, str]:
    client = app.test_client()
    client.set_cookie("hotline", "whoever")
    answer = client.get("/tickets")
    return answer.status_code, answer.headers.get("Retry-After", ""), answer.text


def test_pages_that_hang_are_refused_before_they_take_the_callers_threads(town: Town) -> None:
    duty = town.handset("longgang-1", answers())
    pages: Engine = town.x.sessions.kw["bind"]

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.joined(duty.number, within=40)
        call.hang_up()

    with ThreadPoolExecutor(PAGES_AT_ONCE) as readers:
        with locked(pages, "browser_session"):
            hanging = [readers.submit(look, town.app) for _ in range(PAGES_AT_ONCE)]
            while _waiting(town) < PAGES_AT_ONCE:
                Event().wait(0.05)
            code, again, page = look(town.app)
            town.play(story(), working=False)
        assert (code, again) == (503, "3") and "来电优先" in page
        assert all(page.result()[0] != 200 for page in hanging)
    assert town.ticket().state == "answered"


def _waiting(town: Town) -> int:
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with town.x.call_sessions() as session:
        return int(session.scalar(query) or 0)


def test_pages_that_hold_every_connection_hold_no_caller(town: Town) -> None:
    duty, line, caller = town.handset("longgang-1", answers()), town.line("longgang"), town.survivor("p003")

    async def story() -> None:
        call = await town.world.dial(caller, line)
        await call.joined(duty.number, within=40)

    with taken(town.x.sessions.kw["bind"]):
        town.play(story(), working=False)
    assert town.ticket().state == "answered" and "from_snapshot" not in town.events()


def test_no_connection_left_for_a_caller_either(town: Town) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    duty = town.handset("longgang-1", answers())
    line, caller = town.line("longgang"), town.survivor("p003")

    async def story() -> None:
        call = await town.world.dial(caller, line)
        await call.hears("您好，龙港镇", within=5)
        await call.joined(duty.number, within=40)
        call.hang_up()
        await town.world.quiet()

    with taken(town.x.call_sessions.kw["bind"]):
        town.play(story(), working=False)
    assert prepared(town) and town.ticket().state == "answered"
    assert max(sent.seconds for sent in town.world.sent()) < 5


def test_more_callers_than_the_database_has_places_are_answered_and_nobody_takes_it_for_dead(town: Town) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    duty = town.handset("longgang-1", answers())
    line, caller = town.line("longgang"), town.survivor("p003")
    gate = town.x.standby.gate

    async def story() -> None:
        with ExitStack() as others:
            for _ in range(MOST_INSIDE):
                assert gate._places.acquire(1)
                others.callback(gate._places.release)
            call = await town.world.dial(caller, line)
            await call.hears("您好，龙港镇", within=5)
        await call.joined(duty.number, within=40)
        call.hang_up()
        await town.world.quiet()

    town.play(story(), working=False)
    assert not gate.closed
    assert prepared(town) and town.ticket().state == "answered" and "from_snapshot" in town.events()


@contextmanager
def crowd() -> Iterator[Callable[[], None]]:
    """As many callers as there are places for; gives what lets them go."""
    taken = [answering._callers.acquire(timeout=0) for _ in range(answering.CALLERS_AT_ONCE)]
    assert all(taken)

    def go() -> None:
        while taken:
            taken.pop()
            answering._callers.release()

    try:
        yield go
    finally:
        go()


def test_whoever_would_wait_before_the_threads_hears_so_at_once(town: Town) -> None:
    duty = town.handset("longgang-1", answers(after=2, talks=10))

    async def story() -> float:
        with crowd() as go:
            call = await town.ring("p003", "longgang")
            await call.hears("正在继续为您接通", within=1)
            go()
            await call.joined(duty.number, within=40)
        call.hang_up()
        await town.world.quiet()
        return call.longest_silence()

    assert town.play(story(), working=False) <= 6
    (call,) = town.calls()
    assert call.outcome == "answered" and town.events().count("opened") == 1


def test_a_handset_that_is_asked_to_wait_comes_back_to_what_failed(town: Town) -> None:
    """The carrier lost the whisper and asks the address for failures, in a crowd: it must not become a new call."""
    town.everybody(NEVER_ANSWERS)

    def failed(client: FlaskClient, url: str, form: dict[str, str]) -> str:
        base, token = town.x.settings.base_url, town.x.settings.carrier_tokens[0]
        signature = RequestValidator(token).compute_signature(base + url, form)
        return str(client.post(url, data=form, headers={"X-Twilio-Signature": signature}).text)

    def picked_up() -> str:
        (call,), leg, client = town.calls(), town.legs("ringing")[0], town.app.test_client()
        form = {"CallSid": "CA78", "ParentCallSid": call.sid, "CallStatus": "in-progress"}
        lost = {"ErrorUrl": f"{town.x.settings.base_url}/carrier/legs/{leg.id}/screen"}
        with crowd():
            told = failed(client, "/carrier/fallback", form | lost)
        again = html.unescape(told.split("<Redirect")[1].split(">")[1].split("<")[0])
        return failed(client, again.removeprefix(town.x.settings.base_url), form)

    async def story() -> None:
        await town.ring("p003", "longgang")
        await town.handset("longgang-1", NEVER_ANSWERS).rings(within=20)
        await town.world.passes(1)
        assert "接听按1" in await town.world.work(picked_up)

    town.play(story(), working=False)
    assert len(town.calls()) == 1


def test_a_crowd_that_stays_keeps_nobody_out(town: Town) -> None:
    """Asked to wait a few times at each step, then they wait with the others; whoever hangs up is noted."""
    town.everybody(NEVER_ANSWERS)

    async def story() -> None:
        with crowd():
            call = await town.ring("p003", "longgang")
            await call.hears("您好，龙港镇关爱帮扶热线", within=30)
            call.hang_up()
            await town.world.quiet()

    town.play(story(), working=False)
    (call,) = town.calls()
    assert call.outcome == "abandoned" and town.ticket().call_back_by


def test_a_lock_that_nobody_gives_back(town: Town) -> None:
    prepared(town)
    town.everybody(NEVER_ANSWERS)
    duty = town.handset("longgang-1", answers())
    line, caller = town.line("longgang"), town.survivor("p003")

    async def story() -> None:
        call = await town.world.dial(caller, line)
        await call.joined(duty.number, within=60)
        call.hang_up()
        await town.world.quiet()

    with locked(town.x.sessions.kw["bind"], "ticket"):
        town.play(story(), working=False)
    assert prepared(town) and town.ticket().state == "answered"


def test_the_database_is_seen_again_however_long_the_snapshot_takes(town: Town) -> None:
    """A province's survivors are read, and for that long no call would be answered by the database."""
    standby = prepared(town).x.standby
    town.change(lambda session: session.execute(update(Handset).values(extension=Handset.extension)))
    with ThreadPoolExecutor(1) as thread:
        with locked(town.x.sessions.kw["bind"], "station"):
            renewed = thread.submit(keeper.renew, town.x)
            while not _waiting(town):
                Event().wait(0.02)
            standby.gate.close(TimeoutError("too slow once"))
            assert keeper.watch(town.x) and not standby.gate.closed
            assert not renewed.done()
        assert renewed.result(20)


def test_a_webhook_that_gives_way_to_another_begins_again(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Two transactions wait for each other: PostgreSQL ends the webhook's, which holds the call and wants the leg."""
    caplog.set_level("INFO", "hotline.web.answering")
    town.everybody(NEVER_ANSWERS)

    def clash() -> int:
        (call,), leg = town.calls(), town.legs("ringing")[0]
        form = {"CallSid": "CA77", "ParentCallSid": call.sid, "CallStatus": "busy"}
        path, token = f"/carrier/legs/{leg.id}/status", town.x.settings.carrier_tokens[0]
        signature = RequestValidator(token).compute_signature(town.x.settings.base_url + path, form)
        with ThreadPoolExecutor(1) as thread, town.x.sessions() as session:
            session.get_one(Leg, leg.id, with_for_update=True)
            client, headers = town.app.test_client(), {"X-Twilio-Signature": signature}
            sent = thread.submit(lambda: client.post(path, data=form, headers=headers).status_code)
            while not _waiting(town):
                Event().wait(0.02)
            session.get_one(Call, call.id, with_for_update=True)
            session.commit()
            return sent.result(20)

    async def story() -> None:
        await town.ring("p003", "longgang")
        await town.handset("longgang-1", NEVER_ANSWERS).rings(within=20)
        await town.world.passes(1)
        assert await town.world.work(clash) == 204

    town.play(story(), working=False)
    assert "begins again" in caplog.text
    assert town.legs()[0].state == "busy"
