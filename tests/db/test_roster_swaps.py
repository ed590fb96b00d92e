"""Swaps: asked, agreed, refused; they follow an edited shift and never overlap (oncall#4538, #4182)."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.roster import desk, swaps
from hotline.roster.desk import RosterError
from hotline.roster.models import RosterChange, Swap
from tests.db.roster_people import ANNS, BOS, NOW, Town, on_duty, rotating_town, wall


@pytest.fixture
def town(session: Session) -> Town:
    return rotating_town(session)


def asked(town: Town, swap: Swap) -> UUID:
    swaps.ask_swap(town.session, swap, NOW, "安一")
    return swap.id


def test_nothing_changes_until_it_is_agreed(town: Town) -> None:
    swap = asked(town, town.swap(town.ann, town.bo, ANNS, BOS))
    assert on_duty(town, "2026-11-25 12:00") == town.ann
    swaps.agree_swap(town.session, swap, NOW, "薄二")
    assert on_duty(town, "2026-11-25 12:00") == town.bo
    assert on_duty(town, "2026-11-26 12:00") == town.ann
    assert on_duty(town, "2026-11-27 12:00") == town.ann
    change = town.session.scalars(select(RosterChange).order_by(RosterChange.id.desc())).first()
    assert change and change.what == "swap_agreed"
    assert set(change.concerned) == {town.ann, town.bo}
    assert {(UUID(m["staff"]), m["kind"]) for m in change.data["moves"]} == {
        (town.ann, "gained"), (town.ann, "lost"), (town.bo, "gained"), (town.bo, "lost"),
    }  # fmt: skip


def test_a_refused_swap_is_settled_for_good(town: Town) -> None:
    swap = asked(town, town.swap(town.ann, town.bo, ANNS))
    swaps.refuse_swap(town.session, swap, NOW, "薄二")
    assert on_duty(town, "2026-11-25 12:00") == town.ann
    with pytest.raises(RosterError, match="已经处理过"):
        swaps.agree_swap(town.session, swap, NOW, "薄二")


def test_two_swaps_never_hold_for_the_same_time(town: Town) -> None:
    one = asked(town, town.swap(town.ann, town.bo, ANNS, BOS))
    night = ("2026-11-25 20:00", "2026-11-26 08:00")
    with pytest.raises(IntegrityError, match="ex_swap_asked_no_overlap"), town.session.begin_nested():
        asked(town, town.swap(town.ann, town.cai, night))
    swaps.agree_swap(town.session, one, NOW, "薄二")
    with pytest.raises(RosterError, match="不是该人员值班"):
        asked(town, town.swap(town.ann, town.cai, night))
    with pytest.raises(RosterError, match="已有换班"):
        asked(town, town.swap(town.ann, town.cai, BOS))
    swaps.cancel_swap(town.session, one, NOW, "李主任")
    assert on_duty(town, "2026-11-25 12:00") == town.ann
    other = asked(town, town.swap(town.ann, town.cai, night))
    swaps.agree_swap(town.session, other, NOW, "蔡三")
    assert on_duty(town, "2026-11-25 21:00") == town.cai


def test_what_cannot_be_swapped_is_said(town: Town) -> None:
    for swap, why in (
        (town.swap(town.bo, town.ann, ANNS), "不是该人员值班"),
        (town.swap(town.ann, town.bo, ANNS, ANNS), "不是该人员值班"),
        (town.swap(town.ann, town.ann, ANNS), "自己"),
        (town.swap(town.ann, town.bo, ("2026-11-23 08:00", "2026-11-23 12:00")), "已经过去"),
    ):
        with pytest.raises(RosterError, match=why):
            asked(town, swap)


def test_agreeing_looks_at_the_roster_as_it_is_now(town: Town) -> None:
    swap = asked(town, town.swap(town.ann, town.bo, ANNS))
    desk.add_shift(town.session, town.shift(*ANNS, town.cai), NOW, "李主任")
    with pytest.raises(RosterError, match="不是该人员值班"):
        swaps.agree_swap(town.session, swap, NOW, "薄二")


def test_a_swap_follows_the_shift_that_is_moved(town: Town) -> None:
    shift = town.shift("2026-12-01 20:00", "2026-12-02 07:00", town.cai)
    town.add(shift)
    swap = asked(town, town.swap(town.cai, town.ann, ("2026-12-01 20:00", "2026-12-02 07:00")))
    swaps.agree_swap(town.session, swap, NOW, "安一")
    desk.edit_shift(town.session, shift, NOW, "李主任", starts=wall("2026-12-01 21:00"), ends=wall("2026-12-02 09:00"))
    assert on_duty(town, "2026-12-02 08:59") == town.ann
    assert on_duty(town, "2026-12-01 20:30") != town.cai
    desk.edit_shift(town.session, shift, NOW, "李主任", staff_id=town.bo)
    assert on_duty(town, "2026-12-02 08:59") == town.bo
