"""The numbers of a bulletin as plain data: stored with it when it is issued, drawn and written from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.calls.statistics import reading
from hotline.calls.statistics.helpers import helpers
from hotline.calls.statistics.measures import SHARES
from hotline.calls.statistics.reading import Numbers, Report
from hotline.calls.statistics.scope import Scope, subtree
from hotline.clock import SHANGHAI, local, month_before, next_month
from hotline.directory.models import Station
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.directory.words import short_name

Figures = Mapping[str, Any]

SUMMARY = ("connect", "within_15", "abandoned", "message", "call_back", "wrap_up", "response", "resolution",
           "satisfaction")  # fmt: skip
"""The shares of the summary, in their order."""
MOST_LATE = 20
"""Late items that are listed one by one."""

_LATE = text("""
SELECT ticket.number, ticket.station_id, due.at, due.what
  FROM ticket
 CROSS JOIN LATERAL (
   SELECT at, what FROM (
     SELECT ticket.call_back_by AS at, 'call_back' AS what
      UNION ALL
     SELECT (step.data ->> 'due')::timestamptz, step.data ->> 'clock'
       FROM ticket_event AS step
      WHERE step.ticket_id = ticket.id AND step.kind = 'clock'
        AND (step.data ->> 'clock' = 'resolution' OR step.data ->> 'clock' = 'first_feedback' AND NOT EXISTS (
              SELECT FROM ticket_event AS told
               WHERE told.ticket_id = ticket.id AND told.kind IN ('survivor_told', 'resolve')))
   ) AS dues WHERE at < :at ORDER BY at LIMIT 1
 ) AS due
 WHERE ticket.tenant_id = :tenant AND ticket.station_id = ANY(:stations)
   AND ticket.opened_at >= :since AND ticket.opened_at < :until
   AND ticket.state IN ('open', 'answered', 'following_up', 'waiting', 'reopened')
 ORDER BY due.at, ticket.number
""")
"""The month's tickets that are still open and past a promised time, by the earliest: as the wallboard counts."""


def span(month: date) -> tuple[datetime, datetime]:
    """Return the moments at which a month begins and ends here."""
    begins, ends = (datetime(day.year, day.month, 1, tzinfo=SHANGHAI) for day in (month, next_month(month)))
    return begins, ends


def collect(session: Session, tree: Sequence[Station], month: date, now: datetime) -> Figures:
    """Return the numbers of a month for a station and all below it (its tree, upper ones first), as of ``now``."""
    scope, past = subtree(tree, span(month)), subtree(tree, span(month_before(month)))
    report, before = reading.report(session, scope), reading.report(session, past)
    names = {station.id: short_name(station, "zh-CN") for station in tree}
    return {
        "as_of": local(min(now, span(month)[1])).isoformat(),
        "counted_at": local(now).isoformat(timespec="minutes"),
        "calls": report.all.share("calls").whole,
        "calls_before": before.all.share("calls").whole,
        "measures": [_measure(code, report.all, before.all) for code in SUMMARY],
        "wait": report.all.span("wait").median,
        "stations": _stations(report, scope, names, tree[0].id),
        "needs": _needs(report, before),
        "days": [[day, *pair] for day, pair in sorted(report.spread.days.items())],
        "helpers": [
            {"name": h.name, "rung": h.rung, "taken": h.taken, "handed": h.handed, "done": h.done,
             "in_time": h.in_time, "returned": h.returned}
            for h in helpers(session, scope.tenant_id, report.helpers) if h.rung or h.handed
        ],
        **_late(session, scope, names, now),
    }  # fmt: skip


def _measure(code: str, now: Numbers, before: Numbers) -> dict[str, Any]:
    share, rate = SHARES[code], now.share(code)
    return {
        "code": code, "name": share.name[0], "part": rate.part, "whole": rate.whole,
        "share": rate.share, "before": before.share(code).share, "norm": share.norm,
        "definition": share.definition[0], "source": share.source[0],
    }  # fmt: skip


def _stations(report: Report, scope: Scope, names: Mapping[UUID, str], top: UUID) -> list[dict[str, Any]]:
    """By connect rate, the best first; those without a call come last and have no rank."""
    rows: list[dict[str, Any]] = []
    for id_ in dict.fromkeys(scope.groups):
        numbers = report.stations.get(id_, Numbers())
        if id_ == top and not numbers.share("calls").whole:
            continue
        row: dict[str, Any] = {"name": names[id_], "own": id_ == top, "calls": numbers.share("calls").whole}
        row |= {code: numbers.share(code).share for code in SUMMARY}
        rows.append(row)
    rows.sort(key=lambda row: (row["connect"] is None, -(row["connect"] or 0), -row["calls"], row["name"]))
    for row in rows:  # equals share a rank
        better = sum((other["connect"] or 0) > (row["connect"] or 0) for other in rows)
        row["rank"] = None if row["connect"] is None else better + 1
    return rows


def _needs(report: Report, before: Report) -> list[dict[str, Any]]:
    words = NEEDS | DOMAINS | {"": ("未选按键", "no key")}
    rows = [
        {
            "name": words.get(code, (code, code))[0],
            "calls": report.needs.get(code, Numbers()).share("calls").whole,
            "before": before.needs.get(code, Numbers()).share("calls").whole,
            "resolution": report.needs.get(code, Numbers()).share("resolution").share,
        }
        for code in {*report.needs, *before.needs}
    ]
    return sorted(rows, key=lambda row: (-row["calls"], -row["before"], row["name"]))


def _late(session: Session, scope: Scope, names: Mapping[UUID, str], now: datetime) -> dict[str, Any]:
    words = {"call_back": "回电", "first_feedback": "首次反馈", "resolution": "办结"}
    rows = session.execute(_LATE, {**scope.values(), "at": now}).all()
    late = [
        {"number": f"No.{number}", "station": names[station], "what": words.get(what, what),
         "due": f"{local(due):%m-%d %H:%M}", "days": (now - due).days}
        for number, station, due, what in rows[:MOST_LATE]
    ]  # fmt: skip
    return {"late": late, "late_count": len(rows)}
