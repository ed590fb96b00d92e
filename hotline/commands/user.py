"""hotline user: accounts of the console. Bodies are imported when they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from uuid import UUID

import typer

from hotline.commands import speak

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from hotline.accounts.models import Account
    from hotline.settings import Settings

app = typer.Typer(help="控制台账号：新建、改密码、停用 · Accounts of the console.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="登录名 · the sign-in name")]
Ask = Annotated[bool, typer.Option("--ask", help="自己输入密码，否则生成一次性密码 · type the password oneself")]
Tenant_ = Annotated[str, typer.Option("--tenant", help="县（市）代码 · code of the county or city")]


@app.command("add")
def add_user(
    login: Login,
    role: Annotated[str, typer.Option(help="duty head coordinator supervisor auditor administrator")] = "administrator",
    name: Annotated[str, typer.Option(help="姓名 · the name colleagues see")] = "",
    station: Annotated[str, typer.Option(help="服务站代码，空为全部 · code of the station; empty: everything")] = "",
    staff: Annotated[str, typer.Option(help="值班人员代码 · code of the person on the roster")] = "",
    oidc: Annotated[str, typer.Option(help="统一身份编号，不用密码 · who it is at the identity provider")] = "",
    tenant: Tenant_ = "",
    ask: Ask = False,
) -> None:
    """新建账号；第一个管理员就这样建立 · Make an account; the first administrator begins here."""
    from hotline.accounts import access, people
    from hotline.accounts.people import NewAccount
    from hotline.accounts.roles import ROLE_WORDS, Role
    from hotline.commands.database import exchange
    from hotline.directory.models import Staff, Station

    if role not in set(Role):
        raise typer.BadParameter(", ".join(f"{r} {ROLE_WORDS[r][0]}" for r in Role), param_hint="--role")
    with exchange() as x, x.sessions.begin() as session:
        wanted = NewAccount(
            login, name or login, Role(role),
            _by_code(session, Station, station, tenant), _by_code(session, Staff, staff, tenant), oidc or None,
        )  # fmt: skip
        account = people.add(session, wanted, "hotline user add", x.clock())
        access.note(session, access.What.ACCOUNT_ADDED, x.clock(), account=account, subject=account.login)
        password = "" if oidc else _give_password(session, account, ask)
    speak.tell(
        "✓", f"已建立账号 {account.login}（{ROLE_WORDS[Role(role)][0]}）", f"made as {ROLE_WORDS[Role(role)][1]}"
    )
    _tell_password(password)


@app.command("password")
def new_password(login: Login, ask: Ask = False) -> None:
    """换密码，并解除锁定 · Give another password, and end a lock-out."""
    from hotline.accounts import access
    from hotline.commands.database import exchange

    with exchange() as x, x.sessions.begin() as session:
        account = _account(session, login)
        password = _give_password(session, account, ask)
        access.note(session, access.What.PASSWORD_CHANGED, x.clock(), account=account, subject="hotline user password")
    speak.tell("✓", f"{account.login} 的密码已更换", "the password is another one")
    _tell_password(password)


@app.command("totp")
def end_second_factor(login: Login) -> None:
    """停用动态验证码（手机丢失时） · Take the second factor away, when the telephone is lost."""
    from hotline.accounts import access, people
    from hotline.commands.database import exchange

    with exchange() as x, x.sessions.begin() as session:
        account = _account(session, login)
        people.reset_totp(session, account, x.clock())
        access.note(session, access.What.TOTP_OFF, x.clock(), account=account, subject="hotline user totp")
    speak.tell("✓", f"{account.login} 的动态验证码已停用", "the second factor is off")


@app.command("close")
def close_account(login: Login) -> None:
    """停用账号，已登录的立即退出 · Close an account; whoever is signed in with it is signed out."""
    from hotline.accounts import access, people
    from hotline.commands.database import exchange

    with exchange() as x, x.sessions.begin() as session:
        account = _account(session, login)
        people.deactivate(session, account, x.clock())
        access.note(session, access.What.ACCOUNT_CLOSED, x.clock(), account=account, subject="hotline user close")
    speak.tell("✓", f"{account.login} 已停用", "the account is closed")


@app.command("list")
def list_users() -> None:
    """列出账号 · List the accounts."""
    from sqlalchemy import select

    from hotline.accounts import people
    from hotline.accounts.roles import ROLE_WORDS, Role
    from hotline.clock import local
    from hotline.commands.database import exchange
    from hotline.directory.models import Station
    from hotline.reach import EVERYTHING

    with exchange() as x, x.sessions() as session:
        stations = {station.id: station.name for station in session.scalars(select(Station))}
        for account in people.within(session, EVERYTHING):
            where = stations[account.station_id] if account.station_id else "全部 everything"
            last = f"{local(account.signed_in_at):%Y-%m-%d %H:%M}" if account.signed_in_at else "—"
            marks = (
                ("演示 demo", account.demo), ("停用 closed", not account.active),
                ("动态验证码 second factor", account.totp_confirmed_at),
            )  # fmt: skip
            told = "，".join(word for word, is_so in marks if is_so)
            role = " ".join(ROLE_WORDS[Role(account.role)])
            speak.line(f"{account.login}  {account.name}  {role}  {where}  {last}  {told}".rstrip())


def anybody(settings: Settings) -> bool:
    """Return whether there is any account that a person could sign in with."""
    from hotline.accounts import people
    from hotline.commands.county import exchange_of

    with exchange_of(settings) as x, x.sessions() as session:
        return people.anybody(session)


def _give_password(session: Session, account: Account, ask: bool) -> str:
    """Set the password that is typed, or one of our own that must be changed; return the latter."""
    from hotline.accounts import passwords, people
    from hotline.clock import system_clock

    chosen = typer.prompt("密码 · password", hide_input=True, confirmation_prompt="再输一遍 · again") if ask else ""
    password = chosen or passwords.one_time()
    people.set_password(session, account, password, system_clock(), must_change=not ask)
    return "" if ask else password


def _tell_password(password: str) -> None:
    if password:
        speak.tell("·", f"一次性密码：{password}（登录后须修改）", "one-time password, to be changed after signing in")


def _account(session: Session, login: str) -> Account:
    from hotline.accounts import people

    return people.find(session, login) or _complain(f"没有账号 {login} (there is no such account)")


def _by_code(session: Session, kind: Any, code: str, tenant: str) -> UUID | None:
    """The identifier of the row with a code; with several tenants that share it one must be named."""
    from sqlalchemy import select

    from hotline.directory.models import Tenant

    if not code:
        return None
    query = select(kind.id, Tenant.code).join(Tenant, Tenant.id == kind.tenant_id).where(kind.code == code)
    found = session.execute(query.where(Tenant.code == tenant) if tenant else query).all()
    if len(found) > 1:
        _complain(f"请用 --tenant 指定其一 (name one with --tenant): {', '.join(row[1] for row in found)}")
    if not found:
        _complain(f"没有代码 {code} (there is nothing with this code)")
    id_: UUID = found[0][0]
    return id_


def _complain(sentence: str) -> NoReturn:
    raise LookupError(sentence)
