"""A draft changes nothing until it is published, is judged as if it were, and never undoes what was done meanwhile."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.roster import batch, drafts
from hotline.roster.batch import piece_of, replacing
from hotline.roster.board_models import DraftShift
from hotline.roster.changes import RosterError
from hotline.roster.models import RosterChange, Shift
from hotline.roster.pieces import Edit, Piece
from hotline.roster.queries import duty_at
from tests.db.roster_people import DAY, HOUR, Town, make_town, wall

NOW = wall("2026-11-23 12:00")


@pytest.fixture
def town(session: Session) -> Town:
    town = make_town(session)
    town.add(
        town.shift("2026-11-26 08:00", "2026-11-27 08:00", town.ann, "one"),
        town.shift("2026-11-27 08:00", "2026-11-28 08:00", town.bo, "other"),
    )
    return town


def shift(town: Town, code: str) -> Shift:
    return town.session.scalars(select(Shift).where(Shift.code == code)).one()


def put(town: Town, *edits: Edit) -> None:
    drafts.put(town.session, (town.tenant_id, town.id), edits, NOW, "李主任")


def publish(town: Town) -> None:
    drafts.publish(town.session, (town.tenant_id, town.id), NOW, "李主任")
    town.session.expire_all()


def holder(town: Town, at: str) -> UUID | None:
    found = duty_at(town.session, [town.id], wall(at))[town.id].first
    return found.staff_id if found else None


def test_calls_know_of_a_draft_only_when_it_is_published(town: Town) -> None:
    one, other = shift(town, "one"), shift(town, "other")
    put(town, replacing(one, replace(piece_of(one), starts=other.starts, ends=other.ends)), replacing(other, None))
    put(town, Edit(Piece(one.starts, one.ends, "first", town.cai)))
    assert holder(town, "2026-11-26 12:00") == town.ann and not town.session.scalars(select(RosterChange)).all()
    publish(town)
    assert (holder(town, "2026-11-26 12:00"), holder(town, "2026-11-27 12:00")) == (town.cai, town.ann)
    change = town.session.scalars(select(RosterChange)).one()
    assert change.what == "published" and set(change.concerned) == {town.ann, town.bo, town.cai}
    assert not drafts.rows_of(town.session, town.id)
    with pytest.raises(RosterError, match="草稿是空的"):
        publish(town)


def test_a_piece_that_is_new_in_the_draft_is_moved_again_and_taken_back(town: Town) -> None:
    piece = Piece(wall("2026-11-29 08:00"), wall("2026-11-30 08:00"), "first", town.cai)
    put(town, Edit(piece))
    row = town.session.scalars(select(DraftShift)).one()
    later = replace(piece, starts=piece.starts + DAY, ends=piece.ends + DAY)
    put(town, Edit(later, row.id, ""))
    row = town.session.scalars(select(DraftShift)).one()
    assert (row.starts, row.shift_id) == (later.starts, None)
    put(town, Edit(None, row.id, ""))
    assert not drafts.rows_of(town.session, town.id)


def test_what_is_put_back_as_published_leaves_the_draft(town: Town) -> None:
    one = shift(town, "one")
    put(town, replacing(one, replace(piece_of(one), staff_id=town.cai)))
    put(town, replacing(one, piece_of(one)))
    assert not drafts.rows_of(town.session, town.id)


def test_an_overlap_with_the_published_or_the_draft_is_refused_at_once(town: Town) -> None:
    for begin in ("2026-11-27 20:00", "2026-11-29 20:00"):
        piece = Piece(wall(begin), wall(begin) + 12 * HOUR, "first", town.cai)
        put(town, Edit(piece)) if begin > "2026-11-28" else None
        with pytest.raises(RosterError, match="重叠"), town.session.begin_nested():
            put(town, Edit(replace(piece, starts=piece.starts + HOUR)))
    assert len(drafts.rows_of(town.session, town.id)) == 1


def test_tonight_and_tomorrow_are_never_drafted(town: Town) -> None:
    town.add(town.shift("2026-11-24 20:00", "2026-11-25 08:00", town.bo, "tomorrow"))
    tomorrow = shift(town, "tomorrow")
    for edit in (
        replacing(tomorrow, None),
        replacing(
            tomorrow, replace(piece_of(tomorrow), starts=wall("2026-11-30 08:00"), ends=wall("2026-11-30 09:00"))
        ),
        Edit(Piece(wall("2026-11-23 20:00"), wall("2026-11-24 08:00"), "first", town.cai)),
    ):
        with pytest.raises(RosterError, match="今天和明天的班不进草稿"):
            put(town, edit)


def test_what_was_changed_meanwhile_is_not_undone(town: Town) -> None:
    one = shift(town, "one")
    put(town, replacing(one, replace(piece_of(one), staff_id=town.cai)))
    batch.apply(town.session, (town.tenant_id, town.id), [replacing(one, replace(piece_of(one), staff_id=town.bo))],
                "drag", NOW, "王主任")  # fmt: skip
    with pytest.raises(RosterError, match="被别人改过"):
        publish(town)
    assert holder(town, "2026-11-26 12:00") == town.bo


def test_a_shift_that_has_gone_already_need_not_go_again(town: Town) -> None:
    one, other = shift(town, "one"), shift(town, "other")
    put(town, replacing(one, None), replacing(other, replace(piece_of(other), staff_id=town.cai)))
    batch.apply(town.session, (town.tenant_id, town.id), [replacing(one, None)], "shift_removed", NOW, "王主任")
    town.session.expire_all()
    publish(town)
    assert holder(town, "2026-11-27 12:00") == town.cai and not town.session.scalars(select(DraftShift)).all()
