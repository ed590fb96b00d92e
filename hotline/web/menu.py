"""The console's menu: a line a page, shown to those who may open it. A new page adds its line here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from hotline.accounts.roles import Permission, Role
from hotline.web.language import N_, _
from hotline.web.sign_in.current import signed_in


@dataclass(frozen=True)
class Entry:
    """One place of the menu. ``under``: endpoints that begin like this belong to it too."""

    endpoint: str
    words: str
    icon: str
    permission: Permission
    under: str | tuple[str, ...] = ""

    @property
    def name(self) -> str:
        """The entry in the reader's language."""
        return _(self.words)

    @property
    def here(self) -> bool:
        """Return whether the page that is shown belongs to this entry."""
        endpoint = request.endpoint or ""
        return endpoint == self.endpoint or bool(self.under and endpoint.startswith(self.under))


AT_THE_HANDSET = (Role.DUTY, Role.HEAD)
"""Whose first page is the duty page."""
API = ("tokens.", "webhooks_out.", "api_manual.")
"""Tokens, webhooks and the manual are tabs of one place."""

MENU = (
    Entry("duty.show", N_("值班台"), "handset", Permission.DUTY_DESK, under="duty"),
    Entry("pages.tickets", N_("工单"), "ticket", Permission.TICKETS_SEE, under="pages."),
    Entry("ticket_search.show", N_("查找工单"), "search", Permission.TICKETS_SEE, under="ticket_search."),
    Entry("wallboard.show", N_("大屏"), "screen", Permission.WALLBOARD, under="given_up."),
    Entry("roster.show", N_("排班"), "calendar", Permission.ROSTER_SEE, under="roster"),
    Entry("response_times.show", N_("响应时效"), "chart", Permission.STATISTICS_SEE, under="response_times"),
    Entry("bulletins.overview", N_("通报"), "paper", Permission.STATISTICS_SEE, under="bulletins."),
    Entry("exports.show", N_("导出"), "down", Permission.EXPORT, under="exports."),
    Entry("routing_lab.show", N_("接续推演"), "branches", Permission.ROUTING_TRY, under="routing_"),
    Entry("directory.home", N_("通讯录"), "book", Permission.DIRECTORY_SEE, under="directory"),
    Entry("accounts.overview", N_("账号"), "person", Permission.ACCOUNTS_MANAGE, under="accounts."),
    Entry("tokens.overview", N_("接口"), "link", Permission.TOKENS_MANAGE, under=API),
    Entry("access.log", N_("访问记录"), "eye", Permission.ACCESS_SEE, under="access."),
)
"""In the order in which they are shown."""


def entries() -> Sequence[Entry]:
    """Return what whoever asks may open; nothing for nobody."""
    asking = signed_in()
    if asking is None:
        return []
    mine = [entry for entry in MENU if asking.may(entry.permission)]
    if asking.role not in AT_THE_HANDSET:  # of less use to whoever carries no handset
        mine.sort(key=lambda entry: entry is MENU[0])
    return mine
