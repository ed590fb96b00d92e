"""The access log: who signed in, who looked at which ticket, who changed an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from hotline.accounts.models import AccessLog, Account
from hotline.reach import Reach


class What(StrEnum):
    """What was done or looked at."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    CODE_FAILED = "code_failed"
    SIGNED_OUT = "signed_out"
    OTHERS_SIGNED_OUT = "others_signed_out"
    TICKET_SEEN = "ticket_seen"
    TICKETS_SEARCHED = "tickets_searched"
    CALL_BACK_ASKED = "call_back_asked"
    TIMER_RETRIED = "timer_retried"
    RECORDING_HEARD = "recording_heard"
    ATTACHMENT_OPENED = "attachment_opened"
    NUMBER_SEEN = "number_seen"
    LIST_EXPORTED = "list_exported"
    DEMO_REMOVED = "demo_removed"
    FILE_FETCHED = "file_fetched"
    DIRECTORY_SEEN = "directory_seen"
    DIRECTORY_IMPORTED = "directory_imported"
    DIRECTORY_CHANGED = "directory_changed"
    PROMPT_CHANGED = "prompt_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (a code, not a password)
    TOTP_ON = "totp_on"
    TOTP_OFF = "totp_off"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_LINKED = "account_linked"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    DISPLAY_OPENED = "display_opened"
    API_USED = "api_used"
    TOKEN_MADE = "token_made"  # noqa: S105  (a code, not a password)
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_ENDED = "webhook_ended"


WHAT_WORDS: dict[What, tuple[str, str]] = {
    What.SIGNED_IN: ("登录", "Signed in"),
    What.SIGN_IN_FAILED: ("登录失败", "Sign-in failed"),
    What.CODE_FAILED: ("动态验证码有误", "Wrong second factor"),
    What.SIGNED_OUT: ("退出登录", "Signed out"),
    What.OTHERS_SIGNED_OUT: ("退出其他设备", "Signed other browsers out"),
    What.TICKET_SEEN: ("查看工单", "Looked at a ticket"),
    What.TICKETS_SEARCHED: ("查找工单", "Searched tickets"),
    What.CALL_BACK_ASKED: ("请系统回电", "Had a survivor rung back"),
    What.TIMER_RETRIED: ("重试停下的事", "Had what was given up tried again"),
    What.RECORDING_HEARD: ("播放录音", "Heard a recording"),
    What.ATTACHMENT_OPENED: ("打开附件", "Opened a file"),
    What.NUMBER_SEEN: ("查看完整号码", "Saw a whole number"),
    What.LIST_EXPORTED: ("导出清单", "Exported a list"),
    What.DEMO_REMOVED: ("清除示例县", "Took the sample county away"),
    What.FILE_FETCHED: ("下载导出文件", "Fetched an exported file"),
    What.DIRECTORY_SEEN: ("查看通讯录", "Looked at the directory"),
    What.DIRECTORY_IMPORTED: ("导入通讯录", "Imported a directory"),
    What.DIRECTORY_CHANGED: ("修改通讯录", "Changed the directory"),
    What.PROMPT_CHANGED: ("修改提示语", "Changed a prompt"),
    What.PASSWORD_CHANGED: ("修改密码", "Changed a password"),
    What.TOTP_ON: ("启用动态验证码", "Turned the second factor on"),
    What.TOTP_OFF: ("停用动态验证码", "Turned the second factor off"),
    What.ACCOUNT_ADDED: ("新建账号", "Made an account"),
    What.ACCOUNT_LINKED: ("关联值班人员", "Linked an account to the roster"),
    What.ACCOUNT_CLOSED: ("停用账号", "Closed an account"),
    What.ACCOUNT_REOPENED: ("恢复账号", "Reopened an account"),
    What.DISPLAY_OPENED: ("改作大屏显示", "Became a wall display"),
    What.API_USED: ("接口访问", "Asked by the API"),
    What.TOKEN_MADE: ("新建接口令牌", "Made an API token"),
    What.TOKEN_REVOKED: ("停用接口令牌", "Revoked an API token"),
    What.WEBHOOK_MADE: ("新建推送", "Made a webhook"),
    What.WEBHOOK_ENDED: ("停用推送", "Ended a webhook"),
}
"""What pages call each: Chinese, English."""


def note(
    session: Session, what: What, now: datetime, *, account: Account | None = None, account_id: UUID | None = None,
    station_id: UUID | None = None, ticket_id: UUID | None = None, subject: str = "", address: str = "",
) -> None:  # fmt: skip
    """Add one line to the log; without a station it is the account's own."""
    if account is not None:
        account_id, station_id = account.id, station_id or account.station_id
    line = AccessLog(
        at=now, account_id=account_id, what=what.value, station_id=station_id, ticket_id=ticket_id,
        subject=subject[:200], address=address[:100],
    )  # fmt: skip
    session.add(line)


def page(
    session: Session, reach: Reach, *, before: tuple[datetime, UUID] | None = None, ticket_id: UUID | None = None,
    account_id: UUID | None = None, limit: int = 100,
) -> Sequence[tuple[AccessLog, Account | None]]:  # fmt: skip
    """Return lines within reach, the newest first: what concerns one of its stations, or was done from one."""
    near = or_(reach.covers_station(AccessLog.station_id), reach.covers_station(Account.station_id))
    query = select(AccessLog, Account).outerjoin(Account, Account.id == AccessLog.account_id).where(near)
    if ticket_id:
        query = query.where(AccessLog.ticket_id == ticket_id)
    if account_id:
        query = query.where(AccessLog.account_id == account_id)
    if before:
        query = query.where(tuple_(AccessLog.at, AccessLog.id) < before)
    return session.execute(query.order_by(AccessLog.at.desc(), AccessLog.id.desc()).limit(limit)).all()
