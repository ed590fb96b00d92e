"""Everything killed with -9 under load, started again: counted against the log of a carrier that does not die."""

from __future__ import annotations

import asyncio
import random
import selectors
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.calls import sweep, unheard
from hotline.calls.exchange import Exchange, make_exchange
from hotline.calls.models import Call, Errand, Recording
from hotline.calls.standby.models import BroughtIn
from hotline.clock import system_clock
from hotline.directory.models import Handset, Line
from hotline.embedded.postgres import Postgres
from hotline.embedded.valkey import free_port
from hotline.numbers import from_stored
from hotline.settings import Settings
from hotline.simulator.behaviours import NEVER_ANSWERS
from hotline.simulator.carrier import Carrier, Config
from hotline.simulator.lines import at
from hotline.simulator.party import Party
from hotline.simulator.transport import HttpTransport
from hotline.simulator.web.server import make_app
from tests.embedded.serving import Serving, two_free_ports
from tests.matrix.cases import ON_DUTY, lives_through, person
from tests.matrix.test_matrix import RESULTS
from tickets.models import Ticket, TicketEvent, Timer

CALLS = 24 if RESULTS else 10
"""The whole load with make matrix; in the suite a smaller one, in which somebody always answers."""
SPEED = 6.0
"""The carrier's seconds pass so much faster than ours."""
KILLED_AFTER = 36.0 if RESULTS else 25.0
"""Carrier seconds from the first call: some are greeted, some ring, some talk, some have hung up."""
TOKEN = "recovery-token"


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout and timeout / SPEED)


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds are shorter than ours."""

    def __init__(self) -> None:
        super().__init__(_Selector())

    def time(self) -> float:
        return super().time() * SPEED


@dataclass
class Outside:
    """The carrier, in this process, and the hotline, in many others."""

    serving: Serving
    carrier: Carrier
    x: Exchange
    lines: list[str]


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    port, rest = two_free_ports(), free_port()
    api = f"http://127.0.0.1:{rest}"
    serving = Serving(tmp_path / "data", port, **_environment(api)).started()
    url = Postgres(tmp_path / "data/postgres", tmp_path / "log").url()
    settings = Settings(
        database_url=url, redis_url="", data_dir=tmp_path / "ours", carrier_api_url=api,
        carrier_token=SecretStr(TOKEN), public_url=f"http://127.0.0.1:{port}", fallback_url=f"{api}/left",
    )  # fmt: skip
    loop = FastLoop()
    x = make_exchange(settings)
    config = Config(token=TOKEN, url=api, data=tmp_path / "carrier", seed=1)
    carrier = Carrier(config, HttpTransport(15.0), loop)
    runner = web.AppRunner(_with_documents(make_app(carrier, ""), tmp_path / "data/fallback"), access_log=None)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", rest).start())
    outside = Outside(serving, carrier, x, _people(carrier, x, settings.base_url, api))
    yield outside
    outside.serving.stop()
    loop.run_until_complete(carrier.stop())
    loop.run_until_complete(runner.cleanup())
    loop.close()
    x.close()


def _environment(api: str) -> dict[str, str]:
    return {"HOTLINE_CARRIER_API_URL": api, "HOTLINE_CARRIER_TOKEN": TOKEN, "HOTLINE_FALLBACK_URL": f"{api}/left"}


def _with_documents(app: web.Application, folder: Path) -> web.Application:
    """Let the carrier keep the documents for when all of ours is down."""

    @web.middleware
    async def document(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith("/left/"):
            file = folder / request.path.removeprefix("/left/")
            return web.Response(body=file.read_bytes(), content_type="text/xml")
        return await handler(request)

    app.middlewares.append(document)
    return app


def _people(carrier: Carrier, x: Exchange, webhook: str, api: str) -> list[str]:
    """Publish the lines at the carrier, give the handsets to people, and return the lines' numbers."""
    with x.sessions() as session:
        lines = [(line.code, _number(x, line.number_sealed)) for line in session.scalars(select(Line))]
        handsets = [_number(x, sealed) for sealed in session.scalars(select(Handset.number_sealed))]
    for code, number in lines:
        carrier.add_line(replace(at(webhook, number), voice_fallback_url=f"{api}/left/qinshui-{code}.xml"))
    for at_, number in enumerate(sorted(handsets)):
        carrier.phone(number).behaviour = (
            NEVER_ANSWERS if RESULTS and at_ % 3 == 0 else person(ON_DUTY, after=4, talks=15)
        )
    return [number for code, number in lines if code in ("trunk", "longgang", "jiafeng", "zhangcun")]


def _number(x: Exchange, sealed: bytes) -> str:
    return from_stored(x.vault.open(sealed)).value


def _kill(serving: Serving) -> None:
    """Everything, at once: whoever starts the parts again goes first."""
    processes = [psutil.Process(serving.process.pid), *psutil.Process(serving.process.pid).children(recursive=True)]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    serving.process.wait()


async def _load(outside: Outside) -> list[Party]:
    chance = random.Random(7)

    async def one(number: int) -> Party:
        await asyncio.sleep(chance.uniform(0, KILLED_AFTER + 10))
        party = outside.carrier.dial(f"+861540000{number:04d}", outside.lines[number % len(outside.lines)])
        if number % 5:
            await lives_through(party, {}, talks=chance.uniform(5, 30))
        else:
            await asyncio.sleep(4)
            party.hang_up()
        return party

    return list(await asyncio.gather(*(one(number) for number in range(CALLS))))


async def _story(outside: Outside) -> list[Party]:
    load = asyncio.create_task(_load(outside))
    await asyncio.sleep(KILLED_AFTER)
    database = outside.serving.part("postgres")
    assert database and outside.carrier.live, "nobody is on the line"
    database.kill()
    await asyncio.sleep(4)  # some webhooks go to the journal
    _kill(outside.serving)
    assert outside.carrier.live
    old = outside.serving
    again = await asyncio.to_thread(
        lambda: Serving(old.folder, old.port, **_environment(outside.carrier.config.url)).started()
    )
    outside.serving = again
    parties = await load
    await outside.carrier.pulse.until(lambda: not outside.carrier.live, 300)
    await asyncio.to_thread(_later, outside.x)
    return parties


def _later(x: Exchange) -> None:
    """A quarter of an hour has passed: what the carrier never told is asked for."""
    for sessions in (x.sessions, x.call_sessions):
        sessions.kw["bind"].dispose()
    x = replace(x, clock=lambda: system_clock() + timedelta(minutes=15))
    with x.sessions() as session:
        silent = sweep.silent_calls(session, x.clock())
    for call in silent:
        sweep.ask_after(x, call)
    unheard.take_in(x)


@pytest.mark.timeout(300)
def test_nothing_is_missing_after_everything_was_killed_under_load(outside: Outside) -> None:
    parties = outside.carrier.loop.run_until_complete(_story(outside))
    carrier, x = outside.carrier, outside.x
    sids = {party.sid for party in parties}
    assert len(sids) == CALLS and all(party.over for party in parties)
    assert not carrier.crashes
    with x.sessions() as session:
        calls = {call.sid: call for call in session.scalars(select(Call).where(Call.sid.in_(sids)))}
        assert set(calls) == sids and all(call.ended_at for call in calls.values())
        tickets = session.scalar(select(func.count(Ticket.id)))
        assert len({call.ticket_id for call in calls.values()}) == CALLS == tickets
        for party in parties:
            _told(session, session.get_one(Ticket, calls[party.sid].ticket_id), party)
        left = {r.sid for r in carrier.recordings if r.seconds and r.call_sid in sids and r.status == "completed"}
        assert left <= set(session.scalars(select(Recording.sid)))
        placed = {sid for sid, r in carrier.records.items() if r.direction == "outbound-api"}
        assert placed == {errand.sid for errand in session.scalars(select(Errand)) if errand.sid}
        assert not session.scalars(select(Timer).where(Timer.state == "failed")).all()
        brought_in = session.scalar(select(func.count()).select_from(BroughtIn))
        assert _journalled(outside.serving.folder) == brought_in


def _told(session: Session, ticket: Ticket, party: Party) -> None:
    """One beginning and one end; a human, or a promise with a timer."""
    events = Counter(session.scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id)))
    assert (events["opened"], events["called"], events["call_ended"]) == (1, 1, 1), (events, str(party.transcript))
    if ticket.answered_at is None:
        waiting = select(Timer.id).where(Timer.ticket_id == ticket.id, Timer.state == "pending")
        assert ticket.call_back_by or ticket.call_back_tries, str(party.transcript)
        ordered = session.scalars(select(Errand.id).where(Errand.ticket_id == ticket.id)).all()
        assert ordered or session.scalars(waiting).all(), "nobody rings back"


def _journalled(folder: Path) -> int:
    """How many lines the journal has; every one says that it is in the database."""
    with closing(sqlite3.connect(folder / "standby" / "journal.db")) as db:
        assert db.execute("SELECT count(*) FROM entry WHERE brought_in = 0").fetchone() == (0,)
        return int(db.execute("SELECT count(*) FROM entry").fetchone()[0])
