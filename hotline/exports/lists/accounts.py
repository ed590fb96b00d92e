"""Accounts, the access log and the tokens of the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select

from hotline.accounts import access, people, tokens
from hotline.accounts.access import WHAT_WORDS, What
from hotline.accounts.models import AccessLog, Account
from hotline.accounts.roles import ROLE_WORDS, Permission, Role
from hotline.exports.shape import CHUNK, Column, Listing, Wish
from hotline.sheets.cells import Value
from tickets import queries

EVERYWHERE = ("全部地区", "everywhere")
PASSWORD = ("密码", "password")
PROVIDER = ("统一身份", "identity provider")


def _accounts(wish: Wish) -> Iterator[Sequence[Value]]:
    for one in people.within(wish.session, wish.reach):
        ways = ((PASSWORD, bool(one.password_hash)), (PROVIDER, bool(one.oidc_subject)))
        yield (
            one.login, one.name, wish.say(ROLE_WORDS[Role(one.role)]),
            wish.station(one.station_id) if one.station_id else wish.say(EVERYWHERE), wish.yes(one.active),
            "、".join(wish.say(pair) for pair, has in ways if has), wish.yes(one.totp_confirmed_at is not None),
            one.signed_in_at, one.created_at, one.created_by,
        )  # fmt: skip


def _tokens(wish: Wish) -> Iterator[Sequence[Value]]:
    for one in tokens.within(wish.session, wish.reach):
        scopes = [wish.say(pair) for scope, pair in tokens.SCOPES.items() if scope.value in one.scopes]
        yield (
            one.name, one.prefix, "、".join(scopes),
            wish.station(one.station_id) if one.station_id else wish.say(EVERYWHERE), one.created_at, one.created_by,
            one.expires_at, one.used_at, one.revoked_at,
        )  # fmt: skip


def _access(wish: Wish) -> Iterator[Sequence[Value]]:
    ids = {key: UUID(wish.asked[key]) for key in ("ticket_id", "account_id") if wish.asked.get(key)}
    before = None
    while lines := access.page(wish.session, wish.reach, before=before, limit=CHUNK, **ids):
        numbers = queries.by_id(wish.session, [line.ticket_id for line, _account in lines if line.ticket_id])
        for line, account in lines:
            ticket = numbers.get(line.ticket_id) if line.ticket_id else None
            said = wish.say(WHAT_WORDS[What(line.what)]) if line.what in set(What) else line.what
            yield (
                line.at, account.name if account else "", account.login if account else "",
                wish.say(ROLE_WORDS[Role(account.role)]) if account else "", said, ticket.number if ticket else None,
                wish.station(line.station_id), line.subject, line.address,
            )  # fmt: skip
        before = lines[-1][0].at, lines[-1][0].id
        wish.session.expunge_all()


def _count_access(wish: Wish) -> int:
    near = or_(wish.reach.covers_station(AccessLog.station_id), wish.reach.covers_station(Account.station_id))
    query = select(func.count()).select_from(AccessLog).outerjoin(Account, Account.id == AccessLog.account_id)
    for key, column in (("ticket_id", AccessLog.ticket_id), ("account_id", AccessLog.account_id)):
        if wish.asked.get(key):
            query = query.where(column == UUID(wish.asked[key]))
    return wish.session.scalar(query.where(near)) or 0


ACCOUNTS = Listing(
    "accounts",
    ("账号", "Accounts"),
    Permission.ACCOUNTS_MANAGE,
    (
        Column(("登录名", "Sign-in name"), 18),
        Column(("姓名", "Name"), 14),
        Column(("角色", "Role"), 12),
        Column(("服务站", "Station"), 18),
        Column(("启用", "Active"), 8),
        Column(("登录方式", "Signs in by"), 18),
        Column(("动态验证码", "Second factor"), 12),
        Column(("最近登录", "Last signed in"), 20),
        Column(("建立时间", "Made"), 20),
        Column(("建立人", "Made by"), 14),
    ),
    lambda wish: len(people.within(wish.session, wish.reach)),
    _accounts,
)
ACCESS = Listing(
    "access",
    ("访问记录", "Access log"),
    Permission.ACCESS_SEE,
    (
        Column(("时间", "At"), 20),
        Column(("姓名", "Name"), 14),
        Column(("登录名", "Sign-in name"), 18),
        Column(("角色", "Role"), 12),
        Column(("做了什么", "What"), 18),
        Column(("工单号", "Ticket"), 10),
        Column(("服务站", "Station"), 16),
        Column(("说明", "Remark"), 40),
        Column(("来自", "Address"), 18),
    ),
    _count_access,
    _access,
)
TOKENS = Listing(
    "tokens",
    ("接口令牌", "API tokens"),
    Permission.TOKENS_MANAGE,
    (
        Column(("系统名称", "System"), 24),
        Column(("令牌开头", "Begins with"), 14),
        Column(("权限", "Scopes"), 40),
        Column(("服务站", "Station"), 18),
        Column(("建立时间", "Made"), 20),
        Column(("建立人", "Made by"), 14),
        Column(("有效期至", "Valid until"), 20),
        Column(("最近使用", "Last used"), 20),
        Column(("停用时间", "Revoked"), 20),
    ),
    lambda wish: len(tokens.within(wish.session, wish.reach)),
    _tokens,
)
