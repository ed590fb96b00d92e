"""hotline duty at the terminal: any minute, every gap, and errors that say what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from hotline import settings
from hotline.db import create
from hotline.roster.cli import app
from tests.db.roster_people import Town, make_town

Run = Callable[..., Result]


@pytest.fixture
def run(fresh_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    url = fresh_database()
    monkeypatch.setenv("HOTLINE_DATABASE_URL", url)
    settings.load.cache_clear()
    engine = create(url)
    with Session(engine) as session:
        fill(make_town(session))
        session.commit()
    engine.dispose()
    yield lambda *arguments: CliRunner().invoke(app, list(arguments))
    settings.load.cache_clear()


def fill(town: Town) -> None:
    """龙港 keeps a roster with a hole on 除夕; 中村 keeps none."""
    town.add(
        town.pattern(until=date(2027, 2, 5)),
        town.shift("2027-02-05 20:00", "2027-02-20 08:00", town.cai),
    )


def test_new_years_eve_at_three_in_the_night(run: Run) -> None:
    said = run("--at", "2027-02-06 03:00").stdout
    assert "除夕之夜" in said
    assert "春节" in said
    assert "2027 年放假安排尚未公布" in said
    assert "蔡三（班次 shift，至 until 02-" in said
    assert "中村镇服务站" in said
    assert "无排班，直接响值班手机" in said


def test_a_gap_says_that_the_handset_rings(run: Run) -> None:
    said = run("--at", "2027-02-05 12:00", "--station", "longgang").stdout
    assert "空档，直接响值班手机" in said
    assert "中村" not in said


def test_every_uncovered_minute_is_listed_with_its_day(run: Run) -> None:
    said = run("--at", "2027-02-01", "--gaps", "10d").stdout
    assert "2027-02-05 08:00" in said
    assert "2027-02-05 20:00" in said
    assert " 720 " in said
    assert "除夕" in said
    assert "无排班，直接响值班手机 (no roster: the duty handset rings)：中村镇服务站" in said
    assert said.count("值班 first") == 1


def test_no_gap_is_said_too(run: Run) -> None:
    said = run("--at", "2027-02-06", "--gaps", "5", "--station", "longgang").stdout
    assert "没有空档" in said


def test_a_day_of_the_calendar(run: Run) -> None:
    assert "2026-02-14 · 工作日 working day" in run("--calendar", "2026-02-14").stdout
    assert "除夕 Chinese New Year's Eve · 休息日 day off" in run("--calendar", "2027-02-05").stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--at", "明天"), "不是时间"),
        (("--gaps", "0"), "1d 到 400d"),
        (("--gaps", "x"), "1d 到 400d"),
        (("--calendar", "2027-02-30"), "不是日期"),
        (("--station", "longgan"), "您是不是想写 “longgang”"),
        (("--tenant", "nowhere"), "没有"),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(run: Run, arguments: tuple[str, ...], why: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert why in result.output.replace("\n", "").replace("│", "").replace(" ", "") or why in result.output
