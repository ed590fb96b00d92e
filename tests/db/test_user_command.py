"""hotline user: from an empty database to the first administrator, and what it says when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from hotline import settings
from hotline.accounts import passwords, people
from hotline.commands.user import app
from hotline.db import create
from hotline.migrations import schema

Command = Callable[..., str]


@pytest.fixture
def url(fresh_database: Callable[[], str]) -> str:
    """A database as the migrations know it."""
    url = fresh_database()
    engine = create(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.head()})
    engine.dispose()
    return url


@pytest.fixture
def user(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Run ``hotline user`` and return what it says; ``fails`` says whether it must."""
    monkeypatch.setenv("HOTLINE_DATABASE_URL", url)
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()

    def run(*arguments: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, arguments)
        assert (done.exit_code != 0) == fails, done.output
        return f"{done.output}{done.exception or ''}"

    yield run
    settings.load.cache_clear()


def one_time_password(said: str) -> str:
    found = re.search(r"一次性密码：([a-z2-9-]{17})", said)
    assert found, said
    return found[1]


def test_the_first_administrator_and_what_becomes_of_it(user: Command, url: str) -> None:
    first = one_time_password(user("add", "Admin", "--name", "周岚"))
    assert "已有人用" in user("add", "admin", fails=True)
    second = one_time_password(user("password", "ADMIN"))
    user("totp", "admin")
    listed = user("list")
    assert re.search(r"admin\s+周岚\s+管理员 Administrator\s+全部 everything", listed) and "停用" not in listed
    engine = create(url)
    with Session(engine) as session:
        account = people.find(session, "admin")
        assert account and account.must_change
        assert passwords.fits(second, account.password_hash) and not passwords.fits(first, account.password_hash)
        lines = session.scalars(text("SELECT what FROM access_log ORDER BY id")).all()
        assert lines == ["account_added", "password_changed", "totp_off"]
    engine.dispose()
    user("close", "admin")
    assert "停用 closed" in user("list")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "x y"), "登录名"),
        (("add", "duty", "--role", "duty"), "须指定服务站"),
        (("add", "duty", "--role", "king"), "administrator 管理员"),
        (("add", "duty", "--role", "duty", "--station", "NONE"), "NONE"),
        (("password", "nobody"), "nobody"),
        (("close", "nobody"), "nobody"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(user: Command, arguments: tuple[str, ...], said: str) -> None:
    assert said in user(*arguments, fails=True)


def test_an_account_of_the_identity_provider_has_no_password(user: Command) -> None:
    assert "一次性密码" not in user("add", "gov", "--oidc", "gov-4711")
    assert "已关联" in user("add", "gov2", "--oidc", "gov-4711", fails=True)
