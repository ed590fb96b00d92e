"""Accounts over the real database: lock-out under many tries at once, time-outs, codes that work once, the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from hotline.accounts import access, browsers, people, sign_in, throttle, totp
from hotline.accounts.access import What
from hotline.accounts.browsers import Lifetimes, Visitor
from hotline.accounts.lockout import ACCOUNT, ADDRESS
from hotline.accounts.models import AccessLog, Account, BrowserSession, SignInFailure
from hotline.accounts.people import AccountError, NewAccount
from hotline.accounts.roles import Role
from hotline.accounts.sign_in import Answer
from hotline.db import SessionFactory, create
from hotline.directory.models import Station, Tenant
from hotline.reach import EVERYTHING, Reach
from hotline.vault import Vault

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
VAULT = Vault((Fernet.generate_key().decode(),), b"pepper")
LIFETIMES = Lifetimes(idle=timedelta(hours=1), longest=timedelta(hours=12))
HERE = Visitor("10.1.2.3", "Firefox/140 Windows")
PASSWORD = "correct horse battery"

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def account(session: Session) -> Account:
    made = people.add(session, NewAccount(" Ｌi.Min ", "李敏", Role.ADMINISTRATOR, None), "test", NOW)
    people.set_password(session, made, PASSWORD, NOW, must_change=False)
    return made


@pytest.fixture
def sessions(session: Session) -> SessionFactory:
    return sessionmaker(session.connection(), join_transaction_mode="create_savepoint", expire_on_commit=False)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def try_(sessions: SessionFactory, login: str, password: str, now: datetime, address: str = "10.1.2.3") -> Answer:
    return sign_in.by_password(sessions, login, password, Visitor(address), now, LIFETIMES)


def test_a_sign_in_name_is_the_same_however_it_is_typed(account: Account, sessions: SessionFactory) -> None:
    assert account.login == "li.min"
    for typed in ("li.min", "LI.MIN", " ｌｉ．ｍｉｎ "):
        assert try_(sessions, typed, PASSWORD, NOW).token


def test_after_five_failures_even_the_right_password_waits(account: Account, sessions: SessionFactory) -> None:
    for n in range(5):
        assert try_(sessions, "li.min", "wrong", NOW + seconds(n)) == Answer()
    locked = try_(sessions, "li.min", PASSWORD, NOW + seconds(5))
    assert not locked.token and locked.wait == seconds(29)
    assert try_(sessions, "li.min", PASSWORD, NOW + seconds(34)).token
    assert try_(sessions, "li.min", "wrong", NOW + seconds(35)).wait == seconds(0), "success forgets the failures"


def test_a_name_without_account_is_answered_alike(account: Account, sessions: SessionFactory) -> None:
    answers = [
        [try_(sessions, login, f"wrong {n}", NOW + seconds(n), address) for n in range(7)]
        for login, address in (("li.min", "10.0.0.1"), ("nobody", "10.0.0.2"))
    ]
    assert answers[0] == answers[1] and answers[0][-1].wait


def test_an_address_that_tries_many_names_is_locked_too(account: Account, sessions: SessionFactory) -> None:
    for n in range(ADDRESS.free + 1):
        assert not try_(sessions, f"name{n}", "wrong", NOW, "10.6.6.6").wait
    assert try_(sessions, "li.min", PASSWORD, NOW, "10.6.6.6").wait
    assert try_(sessions, "li.min", PASSWORD, NOW, "10.1.1.1").token, "nobody else is locked out"


def test_signing_in_does_not_wash_an_address_clean(account: Account, sessions: SessionFactory) -> None:
    for n in range(ADDRESS.free):
        try_(sessions, f"name{n}", "wrong", NOW)
        assert try_(sessions, "li.min", PASSWORD, NOW).token
    try_(sessions, "name", "wrong", NOW)
    assert try_(sessions, "li.min", PASSWORD, NOW).wait


def test_many_guesses_at_one_moment_get_no_further(fresh_database: Callable[[], str]) -> None:
    engine = create(fresh_database(), pool_size=16)
    factory = sessionmaker(engine, expire_on_commit=False)

    def guess(n: int) -> timedelta:
        with factory.begin() as session:
            keys = {throttle.account_key("li.min"): ACCOUNT, throttle.address_key(f"10.0.0.{n % 3}"): ADDRESS}
            return throttle.admit(session, keys, NOW)

    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(guess, range(40)))
    engine.dispose()
    assert waits.count(seconds(0)) == ACCOUNT.free + 1


def test_a_browser_is_signed_out_when_unused_and_at_last_in_any_case(account: Account, session: Session) -> None:
    token = browsers.open_(session, account, "password", HERE, NOW, LIFETIMES.longest)
    (row,) = session.scalars(select(BrowserSession)).all()
    assert token not in str(vars(row)) and len(row.token_hash) == 32

    def found(after: timedelta) -> bool:
        session.expire_all()
        return browsers.find(session, token, NOW + after, LIFETIMES) is not None

    assert found(timedelta(minutes=59)) and not found(timedelta(hours=1))
    for hour in range(1, 13):
        row.seen_at = NOW + timedelta(hours=hour - 0.5)
        session.flush()
        assert found(timedelta(hours=hour)) == (hour < 12)
    assert browsers.find(session, token + "x", NOW, LIFETIMES) is None


def test_signing_in_drops_what_is_long_over(account: Account, session: Session, sessions: SessionFactory) -> None:
    for day in (0, 20, 40):
        try_(sessions, "li.min", PASSWORD, NOW + timedelta(days=day))
        try_(sessions, f"nobody{day}", "wrong", NOW + timedelta(days=day))
    assert session.scalars(select(BrowserSession.opened_at).order_by(BrowserSession.opened_at)).all() == [
        NOW + timedelta(days=20),
        NOW + timedelta(days=40),
    ]
    assert len(session.scalars(select(SignInFailure)).all()) <= 3


def test_closing_an_account_ends_its_browsers_at_once(account: Account, session: Session) -> None:
    token = browsers.open_(session, account, "password", HERE, NOW, LIFETIMES.longest)
    people.deactivate(session, account, NOW)
    session.expire_all()
    assert browsers.find(session, token, NOW, LIFETIMES) is None


def test_a_new_password_keeps_only_the_browser_it_was_chosen_in(account: Account, session: Session) -> None:
    kept, other = (browsers.open_(session, account, "password", HERE, NOW, LIFETIMES.longest) for _ in range(2))
    mine = browsers.find(session, kept, NOW, LIFETIMES)
    assert mine
    people.set_password(session, account, "another " + PASSWORD, NOW, must_change=False, kept=mine[0].id)
    session.expire_all()
    assert browsers.find(session, kept, NOW, LIFETIMES) and not browsers.find(session, other, NOW, LIFETIMES)


def test_a_code_works_once_and_a_clock_may_be_a_little_off(account: Account, session: Session) -> None:
    clock = pyotp.TOTP(totp.begin(account, VAULT))
    assert totp.confirm(session, account, VAULT, clock.at(NOW - seconds(90)), NOW) is None
    assert totp.confirm(session, account, VAULT, clock.at(NOW - seconds(30)), NOW)
    present = clock.at(NOW)
    assert totp.accept(session, account, VAULT, f" {present[:3]} {present[3:]} ", NOW)
    assert not totp.accept(session, account, VAULT, present, NOW)
    for nonsense in ("", "六位数字吧", "12345", "0" * 500):
        assert not totp.accept(session, account, VAULT, nonsense, NOW)


def test_each_recovery_code_works_once(account: Account, session: Session) -> None:
    clock = pyotp.TOTP(totp.begin(account, VAULT))
    codes = totp.confirm(session, account, VAULT, clock.at(NOW), NOW)
    assert codes and len(set(codes)) == totp.CODES == totp.codes_left(session, account)
    assert totp.accept(session, account, VAULT, codes[0].upper().replace("-", " "), NOW)
    assert not totp.accept(session, account, VAULT, codes[0], NOW)
    assert totp.codes_left(session, account) == totp.CODES - 1


def test_the_second_factor_stands_between_password_and_console(
    account: Account, session: Session, sessions: SessionFactory
) -> None:
    clock = pyotp.TOTP(totp.begin(account, VAULT))
    totp.confirm(session, account, VAULT, clock.at(NOW - seconds(30)), NOW)
    session.flush()
    half = try_(sessions, "li.min", PASSWORD, NOW)
    assert half.awaits_code

    def code(text: str, now: datetime, token: str = half.token) -> Answer | None:
        return sign_in.by_code(sessions, VAULT, token, text, HERE, now, LIFETIMES)

    assert code("000000", NOW) == Answer(awaits_code=True)
    assert code(clock.at(NOW), NOW + timedelta(minutes=5)) is None, "it took too long"
    whole = code(clock.at(NOW), NOW)
    assert whole and whole.token not in ("", half.token)
    assert code(clock.at(NOW + seconds(30)), NOW) is None, "what was half-way is over"


def test_guessing_codes_is_locked_out_across_passwords(
    account: Account, session: Session, sessions: SessionFactory
) -> None:
    totp.confirm(session, account, VAULT, pyotp.TOTP(totp.begin(account, VAULT)).at(NOW - seconds(30)), NOW)
    session.flush()
    for _ in range(ACCOUNT.free + 1):
        half = try_(sessions, "li.min", PASSWORD, NOW)
        answer = sign_in.by_code(sessions, VAULT, half.token, "000000", HERE, NOW, LIFETIMES)
        assert answer and not answer.wait
    half = try_(sessions, "li.min", PASSWORD, NOW)
    answer = sign_in.by_code(sessions, VAULT, half.token, "000000", HERE, NOW, LIFETIMES)
    assert answer and answer.wait


def test_a_password_kept_cheaply_is_kept_anew_at_sign_in(
    account: Account, session: Session, sessions: SessionFactory
) -> None:
    account.password_hash = cheap = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    session.flush()
    assert try_(sessions, "li.min", PASSWORD, NOW).token
    session.refresh(account)
    assert account.password_hash != cheap and try_(sessions, "li.min", PASSWORD, NOW).token


@pytest.mark.parametrize(
    "change", ["UPDATE access_log SET what = 'x'", "DELETE FROM access_log", "TRUNCATE access_log"]
)
def test_the_access_log_is_only_added_to(session: Session, account: Account, change: str) -> None:
    access.note(session, What.SIGNED_IN, NOW, account=account)
    session.flush()
    with pytest.raises(DBAPIError, match="only added to"):
        session.execute(text(change))


def test_accounts_that_cannot_be_are_refused_in_words(session: Session, account: Account) -> None:
    for new in (
        NewAccount("li.min", "x", Role.ADMINISTRATOR, None),
        NewAccount("a", "x", Role.ADMINISTRATOR, None),
        NewAccount("has space", "x", Role.ADMINISTRATOR, None),
        NewAccount("nobody", " ", Role.ADMINISTRATOR, None),
        NewAccount("nowhere", "x", Role.DUTY, None),
    ):
        with pytest.raises(AccountError):
            people.add(session, new, "test", NOW)


def test_the_database_refuses_a_demo_account_with_a_password(session: Session) -> None:
    made = people.add(session, NewAccount("demo", "x", Role.AUDITOR, None, demo=True), "test", NOW)
    with pytest.raises(AccountError):
        people.set_password(session, made, PASSWORD, NOW, must_change=False)
    made.password_hash = "$argon2id$"
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.fixture
def tree(session: Session) -> Iterator[dict[str, Station]]:
    """Two counties, each with a township."""
    made: dict[str, Station] = {}
    for county in ("A", "B"):
        tenant = Tenant(code=county, name=county)
        session.add(tenant)
        session.flush()
        for code, parent in ((county, None), (f"{county}1", county)):
            above = made[parent].id if parent else None
            made[code] = Station(tenant_id=tenant.id, code=code, name=code, parent_id=above, level=1 if parent else 0)
            session.add(made[code])
            session.flush()
    yield made


def test_reach_is_a_county_a_station_or_everything(session: Session, tree: dict[str, Station]) -> None:
    a, a1, b1 = tree["A"], tree["A1"], tree["B1"]
    whole = Reach(a.tenant_id, frozenset({a.id, a1.id}), whole=True)
    part = Reach(a.tenant_id, frozenset({a1.id}), whole=False)

    def seen(reach: Reach) -> list[str]:
        query = select(Station.code).where(reach.covers(Station.tenant_id, Station.id)).order_by(Station.code)
        assert session.scalars(query).all() == [
            station.code for station in tree.values() if reach.includes(station.tenant_id, station.id)
        ]
        return list(
            session.scalars(select(Station.code).where(reach.covers_station(Station.id)).order_by(Station.code))
        )

    assert (seen(EVERYTHING), seen(whole), seen(part)) == (["A", "A1", "B", "B1"], ["A", "A1"], ["A1"])
    assert whole.includes(a.tenant_id, None) and not part.includes(a.tenant_id, None)
    assert not whole.includes(b1.tenant_id, None)
    assert session.scalars(select(Tenant.code).where(part.covers_tenant(Tenant.id))).all() == ["A"]


def test_an_auditor_of_one_county_reads_no_line_of_another(session: Session, tree: dict[str, Station]) -> None:
    for code in ("A", "A1", "B1"):
        someone = people.add(session, NewAccount(f"of-{code}", code, Role.DUTY, tree[code].id), "test", NOW)
        access.note(session, What.SIGNED_IN, NOW, account=someone)
    access.note(session, What.SIGN_IN_FAILED, NOW)
    session.flush()
    county = Reach(tree["A"].tenant_id, frozenset({tree["A"].id, tree["A1"].id}), whole=True)
    assert {a.name for _, a in access.page(session, county) if a} == {"A", "A1"}
    assert len(access.page(session, county)) == 2 and len(access.page(session, EVERYTHING)) == 4
    assert session.scalars(select(AccessLog)).all()
