"""Many shifts in one step: places traded without overlap, all or nothing, tried without a trace, plans filled in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.keeping.rules import news_for
from hotline.roster import batch
from hotline.roster.batch import piece_of, replacing
from hotline.roster.changes import RosterError
from hotline.roster.filling import fill
from hotline.roster.models import RosterChange, Shift
from hotline.roster.pieces import Edit, Piece
from tests.db.roster_people import DAY, HOUR, Town, make_town, wall

NOW = wall("2026-11-23 12:00")


@pytest.fixture
def town(session: Session) -> Town:
    return make_town(session)


def two(town: Town) -> tuple[Shift, Shift]:
    one = town.shift("2026-11-24 08:00", "2026-11-24 20:00", town.ann, "one")
    other = town.shift("2026-11-24 20:00", "2026-11-25 08:00", town.bo, "other")
    town.add(one, other)
    return one, other


def standing(town: Town) -> list[tuple[str, str, object]]:
    town.session.expire_all()
    rows = town.session.scalars(select(Shift).order_by(Shift.starts))
    return [(row.code, f"{row.starts:%d %H}", row.staff_id) for row in rows]


def apply(town: Town, *edits: Edit) -> None:
    batch.apply(town.session, (town.tenant_id, town.id), edits, "published", NOW, "李主任")


def test_two_shifts_trade_places_in_one_step(town: Town) -> None:
    one, other = two(town)
    apply(
        town,
        replacing(one, replace(piece_of(one), starts=other.starts, ends=other.ends)),
        replacing(other, replace(piece_of(other), starts=one.starts, ends=one.ends)),
    )
    assert standing(town) == [("other", "24 00", town.bo), ("one", "24 12", town.ann)]
    change = town.session.scalars(select(RosterChange)).one()
    assert set(change.concerned) == {town.ann, town.bo} and change.what == "published"
    news = news_for(str(town.ann), change.what, change.data)
    assert news and (news.template, news.count) == ("shift_changed", 1)
    assert news.period.start == wall("2026-11-24 20:00")


def test_one_that_overlaps_refuses_all_and_a_trial_leaves_no_trace(town: Town) -> None:
    one, other = two(town)
    good = replacing(other, None)
    with pytest.raises(RosterError, match="重叠"):
        apply(town, good, Edit(Piece(one.starts + HOUR, one.ends + HOUR, "first", town.cai)))
    before = [("one", "24 00", town.ann), ("other", "24 12", town.bo)]
    assert standing(town) == before
    with batch.tried(town.session, (town.tenant_id, town.id), [good], NOW) as moves:
        assert [move["kind"] for move in moves] == ["lost"]
    assert standing(town) == before and not town.session.scalars(select(RosterChange)).all()


def test_what_was_changed_meanwhile_or_has_begun_is_refused(town: Town) -> None:
    one, _other = two(town)
    stale = replacing(one, None)
    one.ends -= HOUR
    town.session.flush()
    with pytest.raises(RosterError, match="被别人改过"):
        apply(town, stale)
    with pytest.raises(RosterError, match="已经开始"):
        batch.apply(town.session, (town.tenant_id, town.id), [replacing(one, None)], "published", one.starts, "李主任")


def test_filling_in_leaves_what_stands_or_takes_its_place(town: Town) -> None:
    two(town)
    wanted = [
        Piece(wall("2026-11-24 08:00") + n * DAY, wall("2026-11-25 08:00") + n * DAY, "first", town.cai)
        for n in range(-1, 3)
    ]
    gentle = fill(town.session, town.id, wanted, NOW, replace=False)
    assert [(one.why, one.piece) for one in gentle.skipped] == [("past", wanted[0]), ("taken", wanted[1])]
    assert [one.piece for one in gentle.edits] == wanted[2:]
    firm = fill(town.session, town.id, wanted, NOW, replace=True)
    assert [one.staff_id for one in firm.removed] == [town.ann, town.bo] and firm.made == 3
    apply(town, *firm.edits)
    assert [(when, who) for _code, when, who in standing(town)] == [(f"{day} 00", town.cai) for day in (24, 25, 26)]
    again = fill(town.session, town.id, wanted, NOW, replace=True)
    assert not again.edits and {one.why for one in again.skipped} == {"past", "same"}


def test_a_rotation_counts_as_somebody_standing_there(town: Town) -> None:
    town.add(town.pattern())
    piece = Piece(wall("2026-11-26 09:00"), wall("2026-11-26 10:00"), "first", town.cai)
    assert not fill(town.session, town.id, [piece], NOW, replace=False).edits
    assert fill(town.session, town.id, [piece], NOW, replace=True).made == 1
