"""Roles: nobody may make an account that can do more than they can themselves."""

from __future__ import annotations

import pytest

from hotline.accounts.roles import DISPLAY, PERMISSIONS, ROLE_WORDS, WHOLE_INSTALLATION, Permission, Role, may_give

CHANGING = {
    Permission.TICKETS_WORK,
    Permission.TICKETS_ASSIGN,
    Permission.ROSTER_EDIT,
    Permission.DIRECTORY_EDIT,
    Permission.SYSTEM_EDIT,
    Permission.BULLETIN_WRITE,
    Permission.BULLETIN_ISSUE,
    Permission.ACCOUNTS_MANAGE,
    Permission.TOKENS_MANAGE,
    Permission.TIMERS_RETRY,
}


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_words_and_something_to_do(role: Role) -> None:
    assert all(ROLE_WORDS[role]) and PERMISSIONS[role]


def test_the_auditor_sees_and_changes_nothing() -> None:
    assert Permission.ACCESS_SEE in PERMISSIONS[Role.AUDITOR]
    assert not PERMISSIONS[Role.AUDITOR] & CHANGING


def test_whoever_leads_may_do_what_duty_staff_may() -> None:
    assert PERMISSIONS[Role.DUTY] < PERMISSIONS[Role.HEAD] < PERMISSIONS[Role.COORDINATOR]


def test_only_the_administrator_makes_accounts() -> None:
    assert [role for role in Role if may_give(role, Role.DUTY)] == [Role.ADMINISTRATOR]
    assert all(may_give(Role.ADMINISTRATOR, role) for role in Role)


def test_a_wall_sees_no_ticket_and_a_whole_installation_is_for_few() -> None:
    assert frozenset({Permission.WALLBOARD}) == DISPLAY
    assert frozenset({Role.ADMINISTRATOR, Role.AUDITOR}) == WHOLE_INSTALLATION
