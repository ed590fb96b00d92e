"""The words of a bulletin: its head, and paragraphs written from the numbers until somebody writes better ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hotline.bulletin.figures import Figures

PARAGRAPHS: Mapping[str, str] = {
    "summary": "一、总体情况",
    "stations": "二、各站情况",
    "problems": "三、群众反映较集中的问题",
    "late": "四、逾期事项",
    "helpers": "五、志愿者和社会力量",
    "next": "六、下步要求",
}
"""Paragraph -> its heading, in the order of the bulletin; official documents are written in Chinese alone."""


def title(place: str, month: date) -> str:
    """Return the bulletin's title."""
    return f"关于{place}{month.year}年{month.month}月关爱帮扶热线运行情况的通报"


def number(reference: str, place: str, month: date, version: int) -> str:
    """Return its number (文号), as people cite it: the one written, else one made; a correction says which it is."""
    written = reference or f"热线通报〔{month.year}〕{month.month}号（{place}）"
    return written + (f" 更正第{version - 1}次" if version > 1 else "")


def percent(share: float | None) -> str:
    """``96.4%``; a dash where nothing was counted."""
    return "—" if share is None else f"{100 * share:.1f}%"


def generated(figures: Figures) -> dict[str, str]:
    """Return every paragraph as the numbers alone would write it."""
    return {
        "summary": _summary(figures),
        "stations": _stations(figures),
        "problems": _problems(figures),
        "late": _late(figures),
        "helpers": _helpers(figures),
        "next": _next(figures),
    }


def change(now: int, before: int) -> str:
    """Say how a count compares with the month before."""
    if now == before:
        return "与上月持平"
    if not before:
        return "上月为零"
    return f"环比{'上升' if now > before else '下降'}{100 * abs(now - before) / before:.1f}%"


def _summary(figures: Figures) -> str:
    if not figures["calls"]:
        return "本月没有来电。"
    m: Mapping[str, Any] = {row["code"]: row for row in figures["measures"]}
    wait = f"接听用时一半在{figures['wait']}秒以内，" if figures["wait"] is not None else ""
    return (
        f"本月共接来电{figures['calls']}个，{change(figures['calls'], figures['calls_before'])}。"
        f"接通率{percent(m['connect']['share'])}（应达{percent(m['connect']['norm'])}），"
        f"15秒内接通{percent(m['within_15']['share'])}，{wait}按时回电{percent(m['call_back']['share'])}。"
        f"响应率{percent(m['response']['share'])}，解决率{percent(m['resolution']['share'])}，"
        f"满意率{percent(m['satisfaction']['share'])}。"
    )


def _stations(figures: Figures) -> str:
    ranked = [row for row in figures["stations"] if row["rank"]]
    silent = [row["name"] for row in figures["stations"] if not row["calls"]]
    said = []
    if ranked:
        first = [row["name"] for row in ranked if row["rank"] == 1]
        said.append(f"接通率居前的是{'、'.join(first[:3])}{'等' if len(first) > 3 else ''}。")
        below = [f"{row['name']}（{percent(row['connect'])}）" for row in ranked if row["connect"] < 0.95]
        said.append(f"接通率未达95%的有{len(below)}个：{'、'.join(below[:8])}。" if below else "接通率均达到95%。")
    if silent:
        said.append(f"本月没有来电的有{len(silent)}个：{'、'.join(silent[:8])}{'等' if len(silent) > 8 else ''}。")
    return "".join(said) or "本月没有来电。"


def _problems(figures: Figures) -> str:
    rows = [row for row in figures["needs"] if row["calls"] and row["name"] != "未选按键"][:5]
    if not rows:
        return "本月来电未按需求分类。"
    said = [f"{row['name']}{row['calls']}个（{change(row['calls'], row['before'])}）" for row in rows]
    return f"来电较集中的需求依次为：{'；'.join(said)}。"


def _late(figures: Figures) -> str:
    count = figures["late_count"]
    return f"截至统计时，本月工单仍有{count}个逾期未办结，见表。" if count else "截至统计时，本月工单没有逾期事项。"


def _helpers(figures: Figures) -> str:
    rows = figures["helpers"]
    if not rows:
        return "本月没有转接或转办志愿服务队、社会力量。"
    rung, taken, handed, done, returned = (
        sum(row[key] for row in rows) for key in ("rung", "taken", "handed", "done", "returned")
    )
    return f"本月转接{rung}次，接听{taken}次；转办{handed}件，办成{done}件，退回{returned}件。"


def _next(figures: Figures) -> str:
    asked = []
    if any(row["connect"] is not None and row["connect"] < 0.95 for row in figures["stations"]):
        asked.append("接通率未达标的站要查明值班手机和排班情况，当月整改")
    if figures["late_count"]:
        asked.append("逾期工单所在站要立即联系来电人，说明进展，限期办结")
    return "；".join(asked or ["各站要保持值班手机畅通，按时接班、按时回访"]) + "。"
