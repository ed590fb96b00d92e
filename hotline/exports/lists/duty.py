"""Who is on duty where, from when to when, as the roster in force says; gaps are rows too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from hotline.accounts.roles import Permission
from hotline.exports.lists.calls import PERIOD
from hotline.exports.shape import Column, Listing, Pair, Wish
from hotline.roster.duty import ROLES, segments
from hotline.roster.queries import load_rosters, stations_shown
from hotline.sheets.cells import Value

ROLE_WORDS: Mapping[str, Pair] = {"first": ("值班", "first"), "backup": ("备班", "backup")}
SOURCES: Mapping[str, Pair] = {
    "takeover": ("临时接班", "took over"),
    "override": ("调班", "override"),
    "swap": ("换班", "swap"),
    "shift": ("班次", "shift"),
    "pattern": ("轮值", "rotation"),
}
"""Layer of the roster -> its words."""


def _rows(wish: Wish) -> Iterator[Sequence[Value]]:
    period = PERIOD.validate_python(wish.asked)
    near = set(period.stations) if period.stations is not None else None
    for station in stations_shown(wish.session, wish.tenant.code):
        if not wish.reach.includes(wish.tenant.id, station.id) or (near is not None and station.id not in near):
            continue
        roster = load_rosters(wish.session, [station.id], period.since, period.until)[station.id]
        for role in (role for role in ROLES if roster.role(role).is_kept):
            for one in segments(roster.role(role), period.since, period.until):
                person = roster.names.get(one.staff_id, "") if one.staff_id else wish.say(("空缺", "nobody"))
                source = wish.say(SOURCES.get(one.source)) if one.source else ""
                hours = round((one.end - one.start) / timedelta(hours=1), 2)
                yield wish.station(station.id), wish.say(ROLE_WORDS[role]), one.start, one.end, hours, person, source


def _count(wish: Wish) -> int:
    return sum(1 for _row in _rows(wish))


DUTY = Listing(
    "duty",
    ("值班表", "Rosters"),
    Permission.ROSTER_SEE,
    (
        Column(("服务站", "Station"), 16),
        Column(("角色", "Role"), 8),
        Column(("从", "From"), 20),
        Column(("到", "To"), 20),
        Column(("小时", "Hours"), 8),
        Column(("姓名", "Name"), 14),
        Column(("来源", "Source"), 12),
    ),
    _count,
    _rows,
)
