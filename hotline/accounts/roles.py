"""Who may do what: the six roles of the console and the permissions of each, in one place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """Something a page or a button asks for before it does anything."""

    TICKETS_SEE = "tickets.see"
    TICKETS_WORK = "tickets.work"
    """Answer, wrap up, comment, call back, refer."""
    TICKETS_SEND = "tickets.send"
    """Hand matters over from outside; people open tickets by ringing."""
    TICKETS_ASSIGN = "tickets.assign"
    """Hand tickets to other stations, merge them, in bulk."""
    RECORDINGS_HEAR = "recordings.hear"
    ATTACHMENTS_OPEN = "attachments.open"
    """Open the files kept with a ticket; each time is written down."""
    NUMBERS_SEE = "numbers.see"
    """See a telephone number whole; each time is written down."""
    WALLBOARD = "wallboard"
    DUTY_DESK = "duty.desk"
    """The page of whoever holds the handset."""
    GUIDANCE_SEE = "guidance.see"
    ROSTER_SEE = "roster.see"
    ROSTER_EDIT = "roster.edit"
    """Edit and publish rosters, decide on swaps."""
    DIRECTORY_SEE = "directory.see"
    DIRECTORY_EDIT = "directory.edit"
    """Stations, handsets, staff, survivors, teams, partners."""
    SURVIVORS_SEE = "survivors.see"
    """The ledger of survivors (一人一档); other systems need it besides the directory."""
    SYSTEM_EDIT = "system.edit"
    """Lines, policies, prompts, catalogue, channels: what changes how every call goes."""
    TIMERS_RETRY = "timers.retry"
    """See what the system has given up, and have it tried again."""
    ROUTING_TRY = "routing.try"
    STATISTICS_SEE = "statistics.see"
    EXPORT = "export"
    BULLETIN_WRITE = "bulletin.write"
    BULLETIN_ISSUE = "bulletin.issue"
    ACCOUNTS_MANAGE = "accounts.manage"
    ACCESS_SEE = "access.see"
    """Who signed in, and who looked at what."""
    HISTORY_SEE = "history.see"
    """Every change with who and when."""
    TOKENS_MANAGE = "tokens.manage"
    """Tokens and webhooks of the API."""


class Role(StrEnum):
    """What somebody is here; ordered from the handset upward."""

    DUTY = "duty"
    HEAD = "head"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_WORDS: Mapping[Role, tuple[str, str]] = {
    Role.DUTY: ("值班员", "Duty staff"),
    Role.HEAD: ("站长", "Station head"),
    Role.COORDINATOR: ("督导", "Coordinator"),
    Role.SUPERVISOR: ("主管", "Supervisor"),
    Role.AUDITOR: ("审计员", "Auditor"),
    Role.ADMINISTRATOR: ("管理员", "Administrator"),
}
"""What pages call a role: Chinese, English."""

_P = Permission
_DUTY = frozenset(
    {_P.TICKETS_SEE, _P.TICKETS_WORK, _P.RECORDINGS_HEAR, _P.NUMBERS_SEE, _P.WALLBOARD, _P.DUTY_DESK}
    | {_P.ATTACHMENTS_OPEN, _P.GUIDANCE_SEE, _P.ROSTER_SEE}
)
_HEAD = (
    _DUTY
    | {_P.TICKETS_ASSIGN, _P.ROSTER_EDIT, _P.DIRECTORY_SEE, _P.DIRECTORY_EDIT}
    | {_P.SURVIVORS_SEE, _P.STATISTICS_SEE, _P.EXPORT}
)
_COORDINATOR = _HEAD | {_P.ROUTING_TRY, _P.BULLETIN_WRITE, _P.HISTORY_SEE, _P.TIMERS_RETRY}
_SUPERVISOR = frozenset(
    {_P.TICKETS_SEE, _P.TICKETS_ASSIGN, _P.RECORDINGS_HEAR, _P.WALLBOARD, _P.GUIDANCE_SEE, _P.ROSTER_SEE}
    | {_P.DIRECTORY_SEE, _P.SURVIVORS_SEE, _P.ROUTING_TRY, _P.STATISTICS_SEE, _P.EXPORT, _P.HISTORY_SEE}
    | {_P.BULLETIN_WRITE, _P.BULLETIN_ISSUE, _P.ATTACHMENTS_OPEN}
)
_AUDITOR = frozenset(
    {_P.TICKETS_SEE, _P.ROSTER_SEE, _P.DIRECTORY_SEE, _P.GUIDANCE_SEE, _P.STATISTICS_SEE, _P.HISTORY_SEE}
    | {_P.SURVIVORS_SEE, _P.ACCESS_SEE}
)

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.DUTY: _DUTY,
    Role.HEAD: _HEAD,
    Role.COORDINATOR: _COORDINATOR,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.AUDITOR: _AUDITOR,
    Role.ADMINISTRATOR: frozenset(Permission),
}
"""What each role may do within its station's subtree."""

WHOLE_INSTALLATION = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Roles that an account may hold without a station: for every tenant of the installation."""

DISPLAY = frozenset({Permission.WALLBOARD})
"""What a browser may do that hangs on a wall: nobody sits in front of it."""


def may_give(giver: Role, role: Role) -> bool:
    """Return whether whoever manages accounts as ``giver`` may make one of ``role``: never more than one's own."""
    return Permission.ACCOUNTS_MANAGE in PERMISSIONS[giver] and PERMISSIONS[role] <= PERMISSIONS[giver]
