"""What is measured, each with its definition and source: the same condition counts a number and lists its tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, true

from hotline.calls.statistics.facts import CALLS, TICKETS
from tickets.rates import DEFINITIONS

Words = tuple[str, str]
Subject = Literal["calls", "tickets"]
C, T = CALLS.c, TICKETS.c

GB: Words = ("GB/T 33358-2016", "GB/T 33358-2016")
PRACTICE: Words = ("接诉即办通行做法", "practice of the 12345 hotlines")
OURS: Words = ("本系统", "this system")


@dataclass(frozen=True)
class Share:
    """A part of a whole, both conditions on the facts. ``norm`` is the share it should reach, where one is set."""

    code: str
    subject: Subject
    name: Words
    definition: Words
    source: Words
    part: ColumnElement[bool]
    whole: ColumnElement[bool]
    norm: float | None = None
    more_is_better: bool = True


@dataclass(frozen=True)
class Span:
    """A time in whole seconds, where it is known; ``norm`` is the most seconds it should take."""

    code: str
    subject: Subject
    name: Words
    definition: Words
    source: Words
    seconds: ColumnElement[int]
    norm: int | None = None


def _within(seconds: int, source: Words, norm: float | None = None) -> Share:
    return Share(
        f"within_{seconds}",
        "calls",
        (f"{seconds} 秒内接通", f"Answered within {seconds} s"),
        (
            f"已结束或已接听的来电中，从来电到真人按键接听不超过 {seconds} 秒的比例。",
            f"Share of calls that are over or answered in which a human pressed the key within {seconds} s.",
        ),
        source,
        and_(C.over, C.waited <= seconds),
        C.over,
        norm,
    )


SHARES: Mapping[str, Share] = {
    share.code: share
    for share in (
        Share(
            "calls", "calls", ("来电", "Calls"),
            ("本期打进各公布号码的电话。", "Calls to the published numbers in the period."), OURS, true(), true(),
        ),
        Share(
            "connect", "calls", ("接通率", "Connect rate"),
            ("已结束或已接听的来电中，有真人按键接听的比例；手机自己的语音信箱不算。",
             "Share of calls that are over or answered a human took by pressing a key; voicemail does not count."),
            GB, C.reached, C.over, 0.95,
        ),
        _within(15, GB),
        _within(20, ("行业通行口径", "industry practice")),
        _within(30, ("美国退伍军人危机热线目标 90%", "Veterans Crisis Line, target 90 %"), 0.9),
        Share(
            "abandoned", "calls", ("接通前挂断", "Abandoned"),
            ("已结束或已接听的来电中，没有真人接听、来电人先挂断的比例，三秒就挂断的也算。",
             "Share of calls over or answered in which the caller hung up before a human was reached, however soon."),
            OURS, and_(C.over, C.lost == "abandoned"), C.over, None, False,
        ),
        Share(
            "message", "calls", ("转为留言", "Left a message"),
            ("已结束或已接听的来电中，各级无人接听而留了言的比例。",
             "Share of calls over or answered in which nobody answered and a message was left."),
            OURS, and_(C.over, C.lost == "message"), C.over, None, False,
        ),
        Share(
            "call_back", "tickets", ("按时回电", "Called back in time"),
            ("承诺回电的工单中，在承诺时间内联系上来电人的比例（来电人再次打来并接通也算）。",
             "Share of tickets with a promised call back in which the caller was talked with by the promised time."),
            OURS, and_(T.counted, T.promised, T.kept), and_(T.counted, T.promised),
        ),
        Share(
            "wrap_up", "tickets", ("小结完成率", "Wrapped up"),
            ("有真人接听的工单中，已做办理小结（答复、指引、结果）的比例。",
             "Share of tickets that a human answered which have been wrapped up."),
            ("Q21 第十二条", "Q21 s.12"), and_(T.counted, T.answered, T.wrapped), and_(T.counted, T.answered),
        ),
        Share(
            "response", "tickets", ("响应率", "Response rate"), DEFINITIONS["response"], PRACTICE,
            and_(T.counted, T.answered), T.counted,
        ),
        Share(
            "resolution", "tickets", ("解决率", "Resolution rate"), DEFINITIONS["resolution"], PRACTICE,
            and_(T.counted, T.solved), and_(T.counted, T.solved.is_not(None)),
        ),
        Share(
            "satisfaction", "tickets", ("满意率", "Satisfaction rate"), DEFINITIONS["satisfaction"], PRACTICE,
            and_(T.counted, T.rating.in_(("satisfied", "mostly"))), and_(T.counted, T.rating != ""),
        ),
    )
}  # fmt: skip
"""Code -> a share of the period's calls or tickets."""

SPANS: Mapping[str, Span] = {
    span.code: span
    for span in (
        Span(
            "wait", "calls", ("接听用时", "Time to a human"),
            ("从来电到真人按键接听的秒数（不满一秒按一秒）；只计有真人接听的来电。",
             "Seconds from the call's start to the accept key, begun seconds counted; only calls that a human took."),
            GB, C.waited, 15,
        ),
        Span(
            "back", "tickets", ("回电用时", "Time to call back"),
            ("从承诺回电到真正联系上来电人；计已联系上的。",
             "From the promise of a call back to talking with the caller; of those reached."),
            OURS, T.back_seconds, 900,
        ),
        Span(
            "feedback", "tickets", ("首次反馈用时", "Time to first feedback"),
            ("从工单建立到第一次把进展告诉来电人或办结（不满一分钟按一分钟）；计已反馈的。",
             "Begun minutes from the opening until the caller was first told what is done, or it was; of those told."),
            ("北京 12345 规范", "Beijing 12345 norm"), T.told_seconds,
        ),
        Span(
            "resolved", "tickets", ("办结用时", "Time to resolution"),
            ("从工单建立到第一次办结（不满一分钟按一分钟）；计已办结的。",
             "Begun minutes from opening to the first resolution; of those resolved."),
            ("北京 12345 规范（2021 征求意见稿）", "Beijing 12345 norm, 2021 draft"), T.resolved_seconds,
        ),
    )
}  # fmt: skip
"""Code -> a time whose median, 90th and 95th percentile are shown."""
