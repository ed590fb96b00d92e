"""A bulletin as PDF (typst, its own type, no network) and as DOCX that people go on editing."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Literal

import typst
from cvttf_NotoSansCJK_Bold import get_TTF_path as bold
from cvttf_NotoSansCJK_Regular import get_TTF_path as regular
from docx import api
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from hotline.bulletin.document import Document, Figure, Table

FONTS = typst.Fonts(include_system_fonts=False, font_paths=[str(Path(path()).parent) for path in (regular, bold)])
TEMPLATE = Path(__file__).with_name("bulletin.typ").read_bytes()
SHARPNESS = 180
"""Dots per inch of the DOCX's pictures."""
_DRAWN = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 160mm)"""
_WIDTH = Mm(160)


def pdf(document: Document, at: datetime) -> bytes:
    """Return the document as PDF, dated ``at``: the same bytes whenever it is asked for."""
    return _typst(
        TEMPLATE, {"document": json.dumps(asdict(document), ensure_ascii=False)}, "pdf", at.replace(microsecond=0)
    )


def png(figure: Figure) -> bytes:
    """Return a chart as a picture, drawn from its SVG."""
    return _typst(_DRAWN, {"svg": figure.svg}, "png")


def docx(document: Document) -> bytes:
    """Return the document as DOCX."""
    paper = _paper()
    _line(paper, document.mark, 26, bold=True, centre=True, red=True)
    _line(paper, document.number, 12, centre=True)
    _line(paper, document.title, 17, bold=True, centre=True)
    _line(paper, document.to, 12)
    for section in document.sections:
        paper.add_heading(section.heading, level=1)
        for words in section.lines:
            paper.add_paragraph(words).paragraph_format.first_line_indent = Pt(24)
        if section.table.rows:
            _table(paper, section.table)
        if section.figure:
            paper.add_picture(BytesIO(png(section.figure)), width=_WIDTH)
            _line(paper, section.figure.caption, 10, centre=True)
    for words in ("", document.signed, document.dated):
        paper.add_paragraph(words).alignment = ALIGN.RIGHT
    paper.core_properties.title = document.title
    paper.core_properties.author = document.signed
    written = BytesIO()
    paper.save(written)
    return written.getvalue()


def _typst(source: bytes, inputs: dict[str, str], kind: Literal["pdf", "png"], at: datetime | None = None) -> bytes:
    return typst.compile(
        source, format=kind, font_paths=FONTS, sys_inputs=inputs, ppi=SHARPNESS,
        timestamp=at,
    )  # fmt: skip


def _paper() -> Paper:
    paper = api.Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(25)
    for name, size in (("Normal", 12), ("Heading 1", 14)):
        style = paper.styles[name]
        style.font.size, style.font.name = Pt(size), "Noto Sans CJK SC"
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)  # a theme's type would win over the one named
        fonts.set(qn("w:eastAsia"), "宋体" if name == "Normal" else "黑体")
    return paper


def _line(paper: Paper, words: str, size: int, *, bold: bool = False, centre: bool = False, red: bool = False) -> None:
    paragraph = paper.add_paragraph()
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(size), bold
    if centre:
        paragraph.alignment = ALIGN.CENTER
    if red:
        run.font.color.rgb = RGBColor(0xA3, 0x30, 0x1F)


def _table(paper: Paper, table: Table) -> None:
    _line(paper, table.caption, 10, bold=True, centre=True)
    made = paper.add_table(rows=0, cols=len(table.heads), style="Table Grid")
    made.autofit = False
    for place, row in enumerate((table.heads, *table.rows)):
        for cell, words, part in zip(made.add_row().cells, row, table.wide, strict=True):
            cell.width = int(_WIDTH * part / sum(table.wide))
            paragraph = cell.paragraphs[0]
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(words)
            run.font.size, run.bold = Pt(9), place == 0
