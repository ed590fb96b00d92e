"""Response times for other systems: the figures of the console's page, each with its definition and source."""

from __future__ import annotations

from datetime import date

from hotline.accounts.roles import Permission
from hotline.calls.statistics import reading
from hotline.calls.statistics.measures import SHARES, SPANS, Share, Span, Words
from hotline.calls.statistics.reading import Numbers
from hotline.calls.statistics.scope import subtree
from hotline.web.api.access import api, scope
from hotline.web.api.document import answers, spec
from hotline.web.api.places import part_of
from hotline.web.api.schema import Place
from hotline.web.api.schema_statistics import (
    DayOut,
    DaysAsked,
    Definition,
    Measured,
    NeedMeasured,
    Said,
    ShareOut,
    StationMeasured,
    StatisticsOut,
    TimeOut,
)  # fmt: skip
from hotline.web.board import span_of
from hotline.web.webhooks import exchange


@api.get("/statistics")
@scope(Permission.STATISTICS_SEE)
@spec.validate(resp=answers(StatisticsOut, 404), tags=["statistics"])
def statistics(query: DaysAsked) -> StatisticsOut:
    """Calls, connect rate, seconds to a human, call backs and the three rates of a period."""
    with exchange().sessions() as session:
        part = part_of(session, query.tenant, query.station)
        asked = subtree(part.tree, (span_of(query.since)[0], span_of(query.until)[1]))
        report, before = reading.report(session, asked, times=True), reading.totals(session, asked.before())
    return StatisticsOut(
        tenant=part.tenant.code,
        station=_place(part.tree[0].code, part.tree[0].name),
        since=query.since,
        until=query.until,
        definitions=_definitions(),
        all=Measured(**_measured(report.all)),
        before=Measured(**_measured(before)),
        stations=[
            StationMeasured(
                station=_place(part.names[id_].code, part.names[id_].name),
                **_measured(report.stations.get(id_, Numbers())),
            )
            for id_ in dict.fromkeys(asked.groups)
        ],
        needs=[NeedMeasured(need=code, **_measured(numbers)) for code, numbers in report.needs.items()],
        days=[
            DayOut(day=date.fromisoformat(day), calls=calls, reached=reached)
            for day, (calls, reached) in sorted(report.spread.days.items())
        ],
        answered_by=dict(report.spread.depth),
    )


def _definitions() -> list[Definition]:
    measures: list[Share | Span] = [*SHARES.values(), *SPANS.values()]
    return [
        Definition(
            code=one.code, kind="share" if isinstance(one, Share) else "time", counted=one.subject,
            name=_said(one.name), definition=_said(one.definition), source=_said(one.source), norm=one.norm,
        )
        for one in measures
    ]  # fmt: skip


def _measured(numbers: Numbers) -> dict[str, dict[str, ShareOut] | dict[str, TimeOut]]:
    shares = {code: numbers.share(code) for code in SHARES}
    times = {code: numbers.span(code) for code in SPANS}
    return {
        "shares": {c: ShareOut(part=rate.part, whole=rate.whole, share=rate.share) for c, rate in shares.items()},
        "times": {c: TimeOut(count=t.count, median=t.median, p90=t.p90, p95=t.p95) for c, t in times.items()},
    }


def _said(words: Words) -> Said:
    return Said(zh=words[0], en=words[1])


def _place(code: str, name: str) -> Place:
    return Place(code=code, name=name)
