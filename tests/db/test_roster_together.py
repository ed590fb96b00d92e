"""Two handsets press "take over" at the same moment: both get an answer, one person is on duty."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.db import create
from hotline.roster import desk
from hotline.roster.models import Override
from hotline.roster.queries import duty_at
from tests.db.roster_people import make_town, wall


def test_two_who_take_over_at_once(fresh_database: Callable[[], str]) -> None:
    engine = create(fresh_database())
    now = wall("2026-11-23 12:00")
    with Session(engine, expire_on_commit=False) as session:
        town = make_town(session)
        town.add(town.pattern(), town.override("2026-11-23 10:00", "2026-11-23 18:00", town.ann))
        session.commit()
    together = Barrier(2)

    def press(staff_id: UUID) -> UUID | None:
        with Session(engine) as session:
            together.wait(5)
            piece = desk.take_over_now(session, town.tenant_id, town.id, staff_id, now, "值班手机")
            session.commit()
            return piece and piece.id

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(press, [town.bo, town.cai]))
    with Session(engine) as session:
        kept = session.scalars(select(Override).where(Override.kind == "takeover")).one()
        found = duty_at(session, [town.id], now)[town.id].first
    assert kept.id in made
    assert found is not None
    assert (found.staff_id, found.until) == (kept.staff_id, wall("2026-11-23 18:00"))
    engine.dispose()
