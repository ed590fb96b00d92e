"""A new call taken in two round trips is the very call that is taken the long way: same words, rings and rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.orm import Session

from hotline.calls import errand_turns, opening, switchboard
from hotline.calls.arrival import taking as arrival
from hotline.calls.exchange import Exchange
from hotline.calls.keeping.models import DutyConfirmation
from hotline.calls.models import Call, Hold, Leg, Reply
from hotline.calls.standby import changes
from hotline.directory.models import BranchLine, Handset, Line, Policy, Survivor, SurvivorPhone
from hotline.numbers import from_stored
from hotline.roster.queries import duty_at
from hotline.simulator.behaviours import NEVER_ANSWERS, answers
from hotline.telephony.events import CallEvent, read
from ivr_flows.engine.run import run
from ivr_flows.engine.steps import Begin, Facts, Position, TierWords
from ivr_flows.flows import FLOWS
from tests.stories.town import Town
from tickets.level_models import save_levels
from tickets.models import Ticket, TicketEvent, Timer

WRITTEN = (Ticket, TicketEvent, Timer, Call, Leg, Hold, Reply)
LEVELS = {"categories": {"general": {"first_feedback": "2 h"}}}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}")
_MEMO = re.compile(r"k=([\w.-]+)")


def the_long_way(x: Exchange, session: Session, event: CallEvent) -> str:
    return errand_turns.staff_call(x, session, event) or switchboard.incoming(x, session, event)


def rows_of(x: Exchange, session: Session) -> dict[str, list[str]]:
    """Everything in the tables a call is written to, with what is made anew each time left out."""
    found = {}
    session.flush()
    for model in WRITTEN:
        names = [c.key for c in inspect(model).columns if c.key not in ("number", "caller_sealed", "from_sealed")]
        shown = []
        for one in session.scalars(select(model)):
            row = {name: getattr(one, name) for name in names}
            if "number_sealed" in row:
                row["number_sealed"] = x.vault.open(row["number_sealed"])
            if "reply" in row:
                row["reply"] = plain(x, row["reply"])
            shown.append(str(row))
        found[model.__name__] = shown
    return found


def plain(x: Exchange, reply: str) -> str:
    """An answer with its memos read."""

    def told(match: re.Match[str]) -> str:
        return f"k={x.standby.memos.read(match[1])}"

    return _MEMO.sub(told, reply)


def at_once(x: Exchange, session: Session, event: CallEvent) -> str | None:
    """Take a call in two round trips, within a transaction that can be looked at and undone."""
    reply = arrival.answer(x, session.connection(), event)
    if reply is None:
        session.rollback()
    return reply


def taken(x: Exchange, way: Callable[[Exchange, Session, CallEvent], str | None], event: CallEvent) -> Any:
    """Take a call one way and return all it says and writes; nothing stays."""
    with x.sessions() as session:
        before = {name: set(rows) for name, rows in rows_of(x, session).items()}
        reply = way(x, session, event)
        if reply is None:
            return None
        session.flush()
        session.expire_all()
        after = {name: [row for row in rows if row not in before[name]] for name, rows in rows_of(x, session).items()}
        known = " ".join(row for rows in before.values() for row in rows)
        session.rollback()
    kept = set(_ID.findall(known))
    made: dict[str, str] = {}

    def stable(text: str) -> str:
        return _ID.sub(lambda m: m[0] if m[0] in kept else made.setdefault(m[0], f"#{len(made)}"), text)

    return stable(plain(x, reply)), {
        name: sorted(named_apart(row, kept) for row in rows) for name, rows in after.items()
    }


def named_apart(row: str, kept: set[str]) -> str:
    return _ID.sub(lambda match: match[0] if match[0] in kept else "#", row)


def callers(x: Exchange) -> Iterator[tuple[str, str]]:
    """Caller and called: everybody with a telephone on the trunk, nobody known and a withheld number on every line."""
    with x.sessions() as session:
        lines = [from_stored(x.vault.open(one.number_sealed)).value for one in session.scalars(select(Line))]
        phones = [from_stored(x.vault.open(p.number_sealed)).value for p in session.scalars(select(SurvivorPhone))]
    for line in lines:
        yield "+8615499999999", line
        yield "anonymous", line
    for number, phone in enumerate(phones):
        yield phone, lines[number % 3]
    yield "+8615499999999", "+8600000"


def event_of(caller: str, called: str, sid: str = "CA1") -> CallEvent:
    return read({"CallSid": sid, "From": caller, "To": called, "CallStatus": "ringing", "Direction": "inbound"})


def compare(x: Exchange, caller: str, called: str) -> bool:
    """Return whether the short way took the call; then both must have done the same."""
    short = taken(x, at_once, event_of(caller, called))
    if short is not None:
        assert short == taken(x, the_long_way, event_of(caller, called))
    return short is not None


def test_everybody_is_taken_alike_by_day_and_by_night(town: Town) -> None:
    everybody = list(callers(town.x))
    for turn, hours in enumerate((0, 11, 30)):
        town.play(town.world.passes(hours * 3600), working=False)
        for caller, called in everybody[turn::6]:
            assert compare(town.x, caller, called), (caller, called, hours)


def test_what_happened_a_moment_before_is_seen(town: Town) -> None:
    """Telephones in use or unwell, people not confirmed, other service levels, a missed call, a call cut off."""
    x, caller, called = town.x, town.survivor("p003"), town.line("longgang")
    changes_told: list[Callable[[Session], object]] = [
        lambda s: s.add(_hold(s, x, "longgang-1")),
        lambda s: s.execute(update(Handset).where(Handset.code == "longgang-2").values(state="suspect")),
        lambda s: s.execute(update(Handset).where(Handset.code == "longgang-1").values(state="dead")),
        lambda s: s.add(_unconfirmed(s, x)),
        lambda s: save_levels(s, s.scalars(select(Line.tenant_id)).first() or UUID(int=0), LEVELS),
        lambda s: s.execute(update(Survivor).where(Survivor.code == "p003").values(language="en", dialect="晋城话")),
        lambda s: s.add_all(_hold(s, x, code) for code in s.scalars(select(Handset.code)) if code != "longgang-1"),
        lambda s: s.add_all(_hold(s, x, None, branch) for branch in s.scalars(select(BranchLine.code))),
    ]
    for change in changes_told:
        town.change(change)
        assert compare(x, caller, called), change
    calls = len(town.calls())
    town.play(town.ring("p003", "longgang"))
    assert len(town.calls()) == calls + 1
    town.change(lambda s: s.execute(update(Call).values(ended_at=x.clock())))
    assert compare(x, caller, called), "the ticket of a missed call goes on"


def _hold(session: Session, x: Exchange, handset: str | None, branch: str = "") -> Hold:
    model, code = (Handset, handset) if handset else (BranchLine, branch)
    row = session.scalars(select(model).where(model.code == code)).one()
    return Hold(number_hash=row.number_hash, holder_id=row.id, until=x.clock() + timedelta(minutes=5))


def _unconfirmed(session: Session, x: Exchange) -> DutyConfirmation:
    station = session.scalars(select(Handset.station_id).where(Handset.code == "longgang-1")).one()
    duty = duty_at(session, [station], x.clock())[station].first
    assert duty is not None
    tenant = session.scalars(select(Line.tenant_id)).first()
    times = {"asked_at": x.clock(), "starts": x.clock() - timedelta(hours=1), "ends": x.clock() + timedelta(hours=1)}
    return DutyConfirmation(tenant_id=tenant, station_id=station, staff_id=duty.staff_id, state="missed", **times)


def test_the_telephone_of_a_call_that_was_cut_off_rings_again(town: Town) -> None:
    x = town.x
    backup = town.handset("longgang-2", answers(1, talks=20))
    town.handset("longgang-1", NEVER_ANSWERS)

    async def story() -> None:
        call = await town.ring("p003", "longgang")
        await call.joined(backup.number, within=60)
        await town.world.passes(8)
        call.hang_up()

    town.play(story())
    town.play(town.world.passes(120))
    assert compare(x, town.survivor("p003"), town.line("longgang"))
    town.play(town.world.passes(3600))
    assert compare(x, town.survivor("p003"), town.line("longgang"))


def test_a_changed_directory_is_seen_by_the_very_next_call(town: Town) -> None:
    x, caller, called = town.x, town.survivor("p003"), town.line("longgang")
    assert taken(x, at_once, event_of(caller, called)) is not None
    for change in (
        lambda s: s.execute(update(Handset).where(Handset.code == "longgang-1").values(active=False)),
        lambda s: s.execute(update(Policy).values(data={"most_targets": 2})),
    ):
        town.change(change)
        assert taken(x, at_once, event_of(caller, called)) is None, "memory is not believed any more"
        assert x.standby.stale
        with x.sessions() as session:
            x.standby.renew(session, x.clock())
        assert compare(x, caller, called)


def test_folding_changes_nothing_of_the_count(town: Town) -> None:
    with town.x.sessions.begin() as session:
        for _ in range(changes.FOLDED + 20):
            session.execute(update(Handset).values(extension=Handset.extension))
        before = changes.count(session)
        changes.fold(session)
        assert changes.count(session) == before > changes.FOLDED
        assert session.execute(text("SELECT count(*) FROM routing_change")).scalar_one() == 1


def test_the_same_call_twice_and_a_telephone_taken_meanwhile_lose_nothing(town: Town) -> None:
    """The second webhook of a call waits for the first, writes nothing, and gets the same answer."""
    x, event = town.x, event_of(town.survivor("p003"), town.line("longgang"))
    with x.sessions() as first, x.sessions() as second:
        said = at_once(x, first, event)
        thread = ThreadPoolExecutor(1).submit(at_once, x, second, event)
        _waits(x)
        first.commit()
        assert thread.result(10) is None
        assert the_long_way(x, second, event) == said
        second.commit()
    assert (len(town.calls()), len(town.tickets())) == (1, 1)

    town.change(lambda s: s.execute(delete(Hold)))
    with x.sessions() as first, x.standby.gate.statements() as second:
        other = event_of(town.survivor("p004"), town.line("longgang"), "CA2")
        hold = _hold(first, x, "longgang-1")
        first.add(hold)
        first.flush()
        thread = ThreadPoolExecutor(1).submit(arrival.answer, x, second, other)
        _waits(x)
        first.commit()
        assert thread.result(10), "somebody was faster: asked anew, and taken all the same"
    assert len(town.calls()) == 2
    assert "busy" in {leg.reason for leg in town.legs("passed_over") if leg.label.startswith("龙港镇")}


def _waits(x: Exchange) -> None:
    """Return once a session of the database waits for a lock."""
    with x.sessions() as session:
        for _ in range(2000):
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            if session.execute(text(waiting)).scalar_one():
                return
            session.rollback()
    raise AssertionError("nobody waits")


def test_the_beginning_of_a_flow_asks_for_nothing_but_what_it_is_given() -> None:
    """Whoever changes a flow so that its greeting tells of tickets finds out here, and not by a call."""

    class Watched(frozenset[str]):
        asked: ClassVar[set[object]] = set()

        def __contains__(self, flag: object) -> bool:
            self.asked.add(flag)
            return super().__contains__(flag)

    for flow in opening.FLOWS.values():
        facts = Facts(words=dict.fromkeys(FLOWS[flow].words, "x"), next_tier=TierWords("duty", "x"), flags=Watched())
        turn = run(FLOWS[flow], Position(FLOWS[flow].start), Begin(), facts)
        assert not turn.effects and not turn.resume
    assert Watched.asked <= {"no_number", "several"}
