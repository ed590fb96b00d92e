"""The roster board over the real database: days, gaps in red, and who rings at a given minute."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from hotline.accounts.roles import Role
from hotline.clock import local
from hotline.directory.models import Handset, Staff
from hotline.roster.models import Shift
from hotline.roster.wording import read_question
from tests.web.conftest import NOW
from tests.web.ticket_world import World

Page = Callable[..., str]
EIGHT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
"""08:00 on Tuesday 24 November in Asia/Shanghai."""
HALF = timedelta(hours=12)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def li(world: World) -> Staff:
    """Li Jianguo of the township, on duty on Tuesday from 8 to 20 with its handset."""
    number = "+8615400000101"
    sealed = {"number_hash": world.vault.fingerprint(number), "number_sealed": world.vault.seal(number)}
    tenant, station = world.tenant.id, world.township.id
    staff = Staff(tenant_id=tenant, code="P1", station_id=station, name="李建国")
    handset = Handset(tenant_id=tenant, code="H1", station_id=station, **sealed)
    world.session.add_all([staff, handset])
    world.session.flush()
    world.session.add(
        Shift(
            tenant_id=tenant, station_id=station, role="first", staff_id=staff.id, starts=EIGHT, ends=EIGHT + HALF,
            handset_id=handset.id,
        )
    )  # fmt: skip
    world.session.flush()
    return staff


def field(html: str, day: str) -> str:
    """The words of one day of the grid."""
    cell = next(cell for cell in html.split("<td ") if f'datetime="{day}"' in cell)
    return words("<td " + cell.split("</td>")[0])


def test_a_month_shows_duty_gaps_lunar_days_and_make_up_days(li: Staff, page: Page) -> None:
    html = page("/roster?station=T1&day=2026-11-23")
    tuesday = field(html, "2026-11-24")
    assert "00:00–08:00 无人值班" in tuesday and "08:00–20:00 李建国" in tuesday and "20:00–24:00 无人值班" in tuesday
    assert "十六" in tuesday, "24 November 2026 is the 16th of the tenth lunar month"
    assert "shift gap" in html
    october = page("/roster?station=T1&day=2026-10-10")
    assert "班" in field(october, "2026-10-10").split(), "the Saturday on which people work"
    assert "国庆节" in field(october, "2026-10-01") and "休" in field(october, "2026-10-01").split()


def test_gaps_of_everything_below_are_listed_for_whoever_stands_above(
    li: Staff, world: World, signed_in: Callable[..., FlaskClient]
) -> None:
    head = signed_in(Role.COORDINATOR, world.county)
    text = words(head.get("/roster?view=week&day=2026-11-23").text)
    assert "共 2 处无人值班" in text and "龙港镇 11月23日 10:32 – 11月24日 08:00" in text
    assert signed_in(Role.HEAD, world.village).get("/roster?station=T1").status_code == 404


def test_who_rings_is_answered_in_peoples_words(li: Staff, page: Page) -> None:
    text = words(page("/roster?station=T1&when=明天上午"))
    assert "2026年11月24日 星期二 09:00" in text and "李建国" in text and "值班手机" in text
    night = words(page("/roster?station=T1&when=除夕 03:00"))
    assert "2027年2月5日 星期五 03:00" in night and "无排班，响值班手机" in night
    assert "15400000101" not in night, "nobody's number is shown"
    wrong = page("/roster?station=T1&when=改天再说")
    assert "请写日期和时间" in wrong and 'value="改天再说"' in wrong


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("除夕 03:00", "2027-02-05 03:00"),
        ("春节", "2027-02-06 12:00"),
        ("明天夜里", "2026-11-24 03:00"),
        ("后天晚上8点半", "2026-11-25 20:30"),
        ("下午3点", "2026-11-23 15:00"),
        ("2027-02-05 03:00", "2027-02-05 03:00"),
        ("2027年2月5日 3:00", "2027-02-05 03:00"),
        ("2027-02-05", "2027-02-05 12:00"),
        ("", "2026-11-23 10:32"),
    ],
)
def test_words_for_a_moment(said: str, meant: str) -> None:
    assert f"{local(read_question(said, NOW)):%Y-%m-%d %H:%M}" == meant


@pytest.mark.parametrize("said", ["改天", "明天25:00", "除夕那个谁", "12", "2027-02-30"])
def test_what_is_no_moment_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="请写"):
        read_question(said, NOW)
