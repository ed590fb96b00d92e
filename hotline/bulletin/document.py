"""A bulletin as a document: the one order of paragraphs, tables and charts that page, PDF and DOCX all follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.bulletin.charts import charts
from hotline.bulletin.desk import Shown
from hotline.bulletin.figures import Figures
from hotline.bulletin.words import PARAGRAPHS, change, percent

MARK = "关爱帮扶热线通报"
TO = "各乡镇（街道）、村（社区）退役军人服务站："
_RATES = ("connect", "within_15", "call_back", "response", "resolution", "satisfaction")


@dataclass(frozen=True)
class Table:
    """A table of words; ``wide`` says how wide each column is beside the others."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    wide: Sequence[int]


@dataclass(frozen=True)
class Figure:
    """A chart: its name, its SVG and what stands below it."""

    name: str
    svg: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A heading, its paragraphs, a table (without rows: none) and a chart (None: nothing to draw)."""

    heading: str
    lines: Sequence[str]
    table: Table
    figure: Figure | None


@dataclass(frozen=True)
class Document:
    """The whole of it."""

    mark: str
    number: str
    title: str
    to: str
    sections: Sequence[Section]
    signed: str
    dated: str


def document(shown: Shown) -> Document:
    """Return a bulletin as a document."""
    figures, drawn = shown.figures, charts(shown.figures)
    tables = {
        "summary": _summary(figures), "stations": _stations(figures), "problems": _problems(figures),
        "late": _late(figures), "helpers": _helpers(figures), "next": Table("", (), (), ()),
    }  # fmt: skip
    captions = {"summary": ("days", "图1　每天来电个数"), "stations": ("stations", "图2　各站接通率")}
    sections = []
    for name, heading in PARAGRAPHS.items():
        lines = [line.strip() for line in shown.texts[name].split("\n") if line.strip()]
        chart, caption = captions.get(name, ("", ""))
        figure = Figure(chart, drawn[chart], caption) if chart in drawn else None
        sections.append(Section(heading, lines, tables[name], figure))
    return Document(
        MARK, shown.number + ("" if shown.dated else "（草稿）"), shown.title, TO, sections,
        shown.station.name, shown.dated or "（草稿，未印发）",
    )  # fmt: skip


def _summary(figures: Figures) -> Table:
    rows = [
        (row["name"], percent(row["share"]), percent(row["before"]), f"{row['part']}/{row['whole']}",
         f"{row['definition']}（{row['source']}）")
        for row in figures["measures"]
    ]  # fmt: skip
    return Table("表1　主要指标", ("指标", "本月", "上月", "计数", "口径和来源"), rows, (3, 2, 2, 2, 9))


def _stations(figures: Figures) -> Table:
    rows = [
        (str(row["rank"] or "—"), row["name"] + ("（本级）" if row["own"] else ""), str(row["calls"]),
         *(percent(row[code]) for code in _RATES))
        for row in figures["stations"]
    ]  # fmt: skip
    heads = ("名次", "站", "来电", "接通率", "15秒内", "按时回电", "响应率", "解决率", "满意率")
    return Table("表2　各站情况", heads, rows, (2, 4, 2, 3, 3, 3, 3, 3, 3))


def _problems(figures: Figures) -> Table:
    rows = [
        (row["name"], str(row["calls"]), str(row["before"]), change(row["calls"], row["before"]),
         percent(row["resolution"]))
        for row in figures["needs"]
    ]  # fmt: skip
    return Table("表3　来电需求", ("需求", "本月", "上月", "环比", "解决率"), rows, (4, 2, 2, 4, 3))


def _late(figures: Figures) -> Table:
    rows = [(row["number"], row["station"], row["what"], row["due"], str(row["days"])) for row in figures["late"]]
    part = f"（前{len(rows)}个）" if figures["late_count"] > len(rows) else ""
    return Table(f"表4　逾期事项{part}", ("工单", "站", "事项", "应于", "逾期天数"), rows, (3, 4, 3, 3, 2))


def _helpers(figures: Figures) -> Table:
    keys = ("rung", "taken", "handed", "done", "in_time", "returned")
    rows = [(row["name"], *(str(row[key]) for key in keys)) for row in figures["helpers"]]
    heads = ("名称", "转接", "接听", "转办", "办成", "按时", "退回")
    return Table("表5　志愿者和社会力量", heads, rows, (6, 2, 2, 2, 2, 2, 2))
