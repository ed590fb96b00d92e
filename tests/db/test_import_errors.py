"""Every mistake of a file is named at once, with its place and reason in both languages, and nothing is imported."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.directory.models import Station, Survivor, Tenant
from hotline.sheets.problems import Problem
from tests.db.directory_facts import SMALL, import_path, import_text

TENANT = "tenant: {code: small, name: 小县, levels: [县, 乡镇, 村]}\nstations:\n  - {code: county, name: 县}\n"

CASES = [
    # what is written, the field, a part of the reason
    ("stations:\n  - {code: a, name: 甲, parent: conty}", "parent", "您是不是想写 “county”"),
    ("stations:\n  - {code: a, name: 甲, parent: b}\n  - {code: b, name: 乙, parent: a}", "parent", "绕回了自己"),
    ("stations:\n  - {code: a, name: 甲}", "parent", "最上级只能有一个"),
    ("stations:\n  - {code: a, name: 甲, parent: county, hours: 上午}", "hours", "看不懂 “上午”"),
    ("stations:\n  - {code: a, name: 甲, parent: county, neighbours: [a]}", "neighbours", "自己相邻"),
    ("stations:\n  - {code: a, name: 甲, parent: county, adress: x}", "adress", "您是不是想写 “address”"),
    ("stations:\n  - {code: a, parent: county}", "name", "缺少这一项"),
    ("stations:\n  - {code: county, name: 又}", "code", "在第 3 行已有"),
    ("stations:\n  - {code: a, name: 甲, name: 乙, parent: county}", "name", "写了两次"),
    (
        "stations:\n  - {code: a, name: 甲, parent: county}\n  - {code: b, name: 乙, parent: a}\n"
        "  - {code: c, name: 丙, parent: b}",
        "parent",
        "这是第 4 层",
    ),
    ("handsets:\n  - {code: h, station: county, number: 1540000}", "number", "请检查位数"),
    ("handsets:\n  - {code: h, station: county, number: 12345}", "number", "短号"),
    ("handsets:\n  - {code: h, station: county, number: 15400000001, priority: 高}", "priority", "应为整数"),
    ("handsets:\n  - {code: h, station: county, number: 15400000001, priority: 0}", "priority", "不能小于 1"),
    (
        "handsets:\n  - {code: h, station: county, number: 15400000001}\n"
        "  - {code: i, station: county, number: 154-0000-0001}",
        "number",
        "154****0001 已是 “h” 的号码",
    ),
    ("staff:\n  - {code: s, station: county, name: 张三, head: 也许}", "head", "请写 是 或 否"),
    ("survivors:\n  - {code: p, station: elsewhere, name: 李四}", "station", "没有站点 “elsewhere”"),
    ("survivors:\n  - {code: p, station: county, name: 李四, hearing: 重厅}", "hearing", "您是不是想写 “重听”"),
    ("survivors:\n  - {code: p, station: county, name: 李四, born: 2月30日}", "born", "请写日期"),
    ("survivors:\n  - {code: p, station: county, name: 李四, identity: 990521195001020010}", "identity", "校验位"),
    ("survivors:\n  - {code: p, station: county, name: 李四, phones: [15400000001, +8615400000001]}", "phones", "两次"),
    ("survivors:\n  - {code: p, station: county, name: 李四, paired_staff: s9}", "paired_staff", "没有工作人员"),
    ("survivors:\n  - {code: p q, station: county, name: 李四}", "code", "不能有空格"),
    (
        "teams: [{code: t, name: 队}]\nbranch_lines:\n  - {code: b, number: 15400000001, serves: 心理疏到, team: t}",
        "serves",
        "您是不是想写 “心理疏导”",
    ),
    (
        "teams: [{code: t, name: 队}]\nbranch_lines:\n  - {code: b, number: 15400000001, serves: 医疗, team: t}",
        "serves",
        "医疗不是需求",
    ),
    ("branch_lines:\n  - {code: b, number: 15400000001, serves: 医疗}", "team", "二者写一个"),
    (
        "lines:\n  - {code: l, name: 线, number: 0356-0111111, station: county, flow: volunteer}",
        "team",
        "要写明志愿服务队",
    ),
    ("policies:\n  - {data: {limit_second: 60}}", "data", "您是不是想写 “limit_seconds”"),
    ("policies:\n  - {data: {limit_seconds: 5}}", "data", "limit_seconds：不能小于 20"),
    ("policies:\n  - {data: 随便}", "data", "应为若干项设置"),
]


def _problems(session: Session, folder: Path, text: str) -> tuple[Problem, ...]:
    """Import the text after a good tenant; sections written twice are joined to one."""
    if text.startswith("stations:\n"):
        text = text.removeprefix("stations:\n")
    return import_text(session, folder, TENANT + text + "\n", "wrong.yaml").errors


@pytest.mark.parametrize(("text", "field", "reason"), CASES, ids=[f"{field}-{reason}" for _, field, reason in CASES])
def test_a_mistake_is_named_with_its_place(
    session: Session, tmp_path: Path, text: str, field: str, reason: str
) -> None:
    problems = _problems(session, tmp_path, text)
    found = [p for p in problems if p.field.endswith(field) and reason in p.reason]
    assert found, "\n".join(map(str, problems))
    assert found[0].file == "wrong.yaml"
    assert found[0].row > 3
    for problem in problems:
        assert re.search(r"[一-鿿].*\(.*[A-Za-z].*\)", problem.reason), problem.reason


def test_all_mistakes_come_at_once_and_nothing_is_imported(session: Session, tmp_path: Path) -> None:
    text = SMALL.replace("154 0000 0002", "154").replace("paired_staff: s1", "paired_staff: s9")
    text = text.replace("[日常生活, urgent]", "[日常]").replace("parent: town}", "parent: twn}")
    report = import_text(session, tmp_path, text)
    assert [(p.sheet.split()[-1], p.row, p.field.split()[-1]) for p in report.errors] == [
        ("stations", 5, "parent"),
        ("handsets", 10, "number"),
        ("survivors", 17, "paired_staff"),
        ("branch_lines", 23, "serves"),
    ]
    assert report.added == 0
    assert "4 处错误，什么都没有导入" in report.summary
    assert session.scalar(select(func.count()).select_from(Tenant)) == 0


def test_a_bad_row_does_not_make_those_that_name_it_bad(session: Session, tmp_path: Path) -> None:
    report = import_text(session, tmp_path, SMALL.replace("name: 张三, number: 154 0000 0011", "name: 张三, number: 1"))
    assert [p.field for p in report.errors] == ["本人手机 number"]


def test_a_later_mistake_leaves_what_was_there(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    wrong = SMALL.replace("name: 一镇", "name: 新一镇").replace("154 0000 0002", "154")
    assert import_text(session, tmp_path, wrong).errors
    session.expire_all()
    assert session.scalars(select(Station.name).where(Station.code == "town")).one() == "一镇"


def test_a_number_published_by_another_tenant_is_refused(session: Session, tmp_path: Path) -> None:
    import_text(session, tmp_path, SMALL)
    report = import_text(session, tmp_path, SMALL.replace("code: small", "code: second"))
    assert {p.reason for p in report.errors} >= {"356****11 已用于 “small trunk” (published already)"}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.yaml", "stations: [", "YAML 格式有误"),
        ("a.yaml", "- a\n- b\n", "应由若干段组成"),
        ("a.yaml", "", "应正好有一行租户"),
        ("a.yaml", TENANT + "statons:\n  - {code: a}\n", "您是不是想写 “stations”"),
        ("a.yaml", TENANT + "staff: [张三]\n", "名称: 内容"),
        ("a.xlsx", "no workbook", "不是可读的 XLSX"),
        ("a.csv", "a,b", "请用 .yaml 或 .xlsx"),
    ],
)
def test_an_unreadable_file_says_why(session: Session, tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    problems = import_path(session, tmp_path / name).errors
    assert any(reason in problem.reason for problem in problems), problems


def test_a_missing_file_says_why(session: Session, tmp_path: Path) -> None:
    assert "文件打不开" in import_path(session, tmp_path / "none.yaml").errors[0].reason


def _workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_made_by_hand_is_read_as_people_type_it(session: Session, tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "hand.xlsx",
        {
            "租户": [["代码", "名称"], ["small", "小县"]],
            "stations": [["code", "name"], ["code", "name"], ["county", "县中心"]],
            "值班手机": [
                ["代码", "站点", "号码", "次序"],
                ["h1", "county", 15400000001, 1.0],
                ["h2", "county", 15400000002],
            ],
            "烈士遗属": [["代码", "站点", "姓名", "电话"], [7, "county", "李四", "15400000021 本人；15400000022"]],
        },
    )
    report = import_path(session, path)
    assert (report.errors, report.added) == ((), 5)
    assert session.scalars(select(Survivor.code)).one() == "7"


def test_a_telephone_that_a_spreadsheet_took_for_a_quantity_is_read(session: Session, tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "plain.xlsx",
        {
            "租户": [["代码", "名称"], ["small", "小县"]],
            "站点": [["代码", "名称"], ["county", "县"]],
            "值班手机": [["代码", "站点", "号码"], ["h", "county", 15400000002]],
        },
    )
    with ZipFile(path) as plain, ZipFile(tmp_path / "science.xlsx", "w") as scientific:
        for name in plain.namelist():
            content = plain.read(name).replace(b"<v>15400000002</v>", b"<v>1.5400000002E10</v>")
            scientific.writestr(name, content)
    report = import_path(session, tmp_path / "science.xlsx")
    assert (report.errors, report.added) == ((), 3)


def test_a_mistake_in_a_workbook_is_named_by_sheet_and_row(session: Session, tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "hand.xlsx",
        {
            "租户": [["代码", "名称"], ["small", "小县"]],
            "站点": [
                ["代码", "名称", "上级站点"],
                ["code", "name", "parent"],
                ["county", "县", ""],
                ["a", "甲", "cuonty"],
            ],
            "站点2": [["代码"], ["x"]],
        },
    )
    problems = [str(problem) for problem in import_path(session, path).errors]
    assert any(p.startswith("hand.xlsx · 站点 stations · 第 4 行 (row 4) · 上级站点 parent：") for p in problems)
    assert any("没有 “站点2” 这一段" in p for p in problems)
