"""Tokens of the API: made, found again by what a request carries, counted, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from hotline.accounts.roles import Permission
from hotline.accounts.token_models import ApiReference, ApiToken
from hotline.reach import Reach

SCOPES: dict[Permission, tuple[str, str]] = {
    Permission.TICKETS_SEE: ("读取工单和来电", "Read tickets and calls"),
    Permission.TICKETS_SEND: ("转来工单", "Send tickets"),
    Permission.TICKETS_WORK: ("转来和办理工单", "Send tickets and work on them"),
    Permission.DIRECTORY_SEE: ("读取通讯录", "Read the directory"),
    Permission.DIRECTORY_EDIT: ("修改通讯录", "Change the directory"),
    Permission.SURVIVORS_SEE: ("读取遗属台账", "Read the ledger of survivors"),
    Permission.NUMBERS_SEE: ("读取完整号码", "Read whole numbers"),
    Permission.ROSTER_SEE: ("读取排班", "Read rosters"),
    Permission.ROSTER_EDIT: ("修改排班", "Change rosters"),
    Permission.STATISTICS_SEE: ("读取统计", "Read statistics"),
}
"""What a token may be given, one permission each: Chinese, English."""
A_MINUTE = 300
"""Requests that one token may make within a minute."""
DAYS = (30, 90, 365)
"""How long a token may last, in days."""
KEYS_KEPT = timedelta(days=7)
"""How long a change can be sent again under the same Idempotency-Key."""
_MINUTE = timedelta(minutes=1)
_MARK = "hot_"


@dataclass(frozen=True)
class NewToken:
    """What a token is made with."""

    name: str
    scopes: Sequence[Permission]
    station_id: UUID | None
    days: int


def make(session: Session, wanted: NewToken, by: str, now: datetime) -> tuple[ApiToken, str]:
    """Make a token; return it and its secret, which is kept nowhere."""
    secret = _MARK + secrets.token_urlsafe(32)
    row = ApiToken(
        name=wanted.name, prefix=secret[:10], token_hash=_hash(secret), scopes=[scope.value for scope in wanted.scopes],
        station_id=wanted.station_id, created_at=now, created_by=by, expires_at=now + timedelta(days=wanted.days),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, secret


def use(session: Session, secret: str, now: datetime) -> ApiToken | None:
    """Return the token with this secret and count the request; None: unknown, revoked or past its time."""
    fresh = or_(ApiToken.window_at.is_(None), ApiToken.window_at <= now - _MINUTE)
    counted = (
        update(ApiToken)
        .where(ApiToken.token_hash == _hash(secret), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .values(
            used_at=now,
            window_at=case((fresh, now), else_=ApiToken.window_at),
            window_count=case((fresh, 1), else_=ApiToken.window_count + 1),
        )
        .returning(ApiToken)
        .execution_options(populate_existing=True)
    )
    return session.scalars(counted).first()


def forget_keys(session: Session, now: datetime) -> int:
    """Forget the Idempotency-Keys of long ago, not the references of tickets; return how many."""
    old = ApiReference.reference.startswith("#"), ApiReference.at < now - KEYS_KEPT
    return len(session.scalars(delete(ApiReference).where(*old).returning(ApiReference.reference)).all())


def within(session: Session, reach: Reach) -> Sequence[ApiToken]:
    """Return the tokens within reach, the newest first."""
    mine = select(ApiToken).where(reach.covers_station(ApiToken.station_id))
    return session.scalars(mine.order_by(ApiToken.created_at.desc(), ApiToken.id)).all()


def find(session: Session, reach: Reach, token_id: UUID) -> ApiToken | None:
    """Return one token within reach."""
    mine = select(ApiToken).where(ApiToken.id == token_id, reach.covers_station(ApiToken.station_id))
    return session.scalars(mine).first()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
