"""hotline guidance: look into the catalogue of benefits and services. Bodies are imported when they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hotline.commands import speak

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from hotline.directory.catalogue.models import CatalogueEntry
    from hotline.directory.catalogue.search import Hit
    from hotline.directory.models import Tenant

app = typer.Typer(help="服务指引：优待目录 · Guidance: the catalogue of benefits and services.", no_args_is_help=True)

Tenant_ = Annotated[str, typer.Option("--tenant", help="县（市）代码 · code of the county or city")]
Day = Annotated[str, typer.Option("--on", help="哪一天有效，如 · holding on this day, like 2027-02-06")]


@app.command("search")
def search_catalogue(
    text: Annotated[
        str, typer.Argument(help="日常说法、拼音、首字母或英文 · everyday words, pinyin, initials, English")
    ],
    tenant: Tenant_ = "",
    on: Day = "",
    limit: Annotated[int, typer.Option(help="最多几条 · at most so many", min=1, max=100)] = 5,
) -> None:
    """查优待目录：看病报销、yibao、mfzc、tomb · Search the catalogue."""
    from hotline.clock import local
    from hotline.commands.database import exchange
    from hotline.commands.plan import read_moment
    from hotline.directory.catalogue.search import search

    day = local(read_moment(on)).date()
    with exchange() as x, x.sessions() as session:
        hits = search(session, _tenant(session, tenant).id, text, day, limit)
        for number, hit in enumerate(hits, 1):
            _print(number, hit)
    if not hits:
        speak.tell("·", f"没有找到“{text}”，换个说法试试", "nothing found, try another word")


@app.command("list")
def list_catalogue(
    area: Annotated[str, typer.Option(help="领域，如 医疗 · an area, like medical")] = "",
    tenant: Tenant_ = "",
    on: Day = "",
) -> None:
    """列出优待目录 · List the catalogue, or one area of it."""
    from hotline.clock import local
    from hotline.commands.database import exchange
    from hotline.commands.plan import read_moment
    from hotline.directory.catalogue.areas import AREAS
    from hotline.directory.catalogue.search import browse

    codes = {word: code for code, words in AREAS.items() for word in (code, *words)}
    if area and area not in codes:
        raise typer.BadParameter(", ".join(f"{code} {words[0]}" for code, words in AREAS.items()), param_hint="--area")
    day = local(read_moment(on)).date()
    with exchange() as x, x.sessions() as session:
        for entry in browse(session, _tenant(session, tenant).id, day, codes.get(area, "")):
            speak.line(f"{AREAS[entry.area][0]}  {entry.title} · {entry.title_en}  [{entry.code}]  {entry.source}")


def _tenant(session: Session, code: str) -> Tenant:
    """Return the tenant with a code, or the only one. Raises EmbeddedError with the codes there are."""
    from sqlalchemy import select

    from hotline.directory.models import Tenant
    from hotline.embedded.errors import EmbeddedError

    tenants = {tenant.code: tenant for tenant in session.scalars(select(Tenant).order_by(Tenant.code))}
    if not tenants:
        raise EmbeddedError("还没有导入任何县（市） (nothing has been imported yet)")
    if code in tenants or (not code and len(tenants) == 1):
        return tenants[code] if code else next(iter(tenants.values()))
    raise EmbeddedError(f"请用 --tenant 指定其一 (name one with --tenant): {', '.join(tenants)}")


def _print(number: int, hit: Hit) -> None:
    entry = hit.entry
    speak.line(f"{number}. {entry.title} · {entry.title_en}  [{entry.code}]")
    speak.line(f"   {hit.why.chinese} · {hit.why.english}  ({hit.score:.0f})")
    for name, value in _facts(entry):
        speak.line(f"   {name}：{value}")


def _facts(entry: CatalogueEntry) -> list[tuple[str, str]]:
    from hotline.directory.catalogue.areas import AREAS, UNSTATED, UNSTATED_EN

    facts = [
        ("领域 area", " · ".join(AREAS[entry.area]) + ("，绿色通道 green channel" if entry.green_channel else "")),
        ("内容 what", " · ".join(part for part in (entry.summary, entry.summary_en) if part)),
        ("条件 conditions", entry.conditions),
        ("材料 bring", entry.bring),
        ("办理 apply", entry.apply),
        ("责任单位 unit", entry.unit),
        ("联系 contact", entry.contact),
        ("依据 source", entry.source),
        ("说明 note", entry.note),
    ]
    return [(name, f"{value} · {UNSTATED_EN}" if value == UNSTATED else value) for name, value in facts if value]
