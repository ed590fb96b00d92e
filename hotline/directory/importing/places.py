"""Rows of the tenant and its stations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from hotline.directory.hours import check as check_hours
from hotline.directory.models import Station, Tenant
from hotline.sheets.book import Book
from hotline.sheets.fields import Code, Items, Name, Ref
from hotline.sheets.kinds import CodedRow, Flaw, Kind, Placed, Row
from hotline.sheets.store import Store

Hours = Annotated[str, AfterValidator(check_hours)]


class TenantRow(Row):
    """The county or city that runs the hotline."""

    code: Code = Field(title="代码")
    name: Name = Field(title="名称")
    name_en: str = Field("", title="英文名称")
    levels: Items = Field((), title="层级", description="自上而下 (from the top): 县；乡镇；村")


class StationRow(CodedRow):
    """A veterans' service station (退役军人服务站)."""

    name: Name = Field(title="名称")
    name_en: str = Field("", title="英文名称")
    parent: Annotated[str, Ref("stations")] = Field("", title="上级站点", description="最上级留空 (empty at the top)")
    address: str = Field("", title="地址")
    hours: Hours = Field("24/7", title="办公时间", description="Mo-Fr 08:30-12:00,14:00-17:30; PH off")
    neighbours: Annotated[Items, Ref("stations", many=True, as_code=True)] = Field(
        (), title="相邻站点", description="由近到远 (nearest first)"
    )


def _check(rows: Sequence[Placed], book: Book, store: Store) -> Iterable[Flaw]:
    """Parents must not run in a circle, a tenant has one top, and nobody is their own neighbour."""
    parents = _parents(rows, store)
    for row, line in rows:
        if row.code in _above(row.code, parents):
            yield Flaw(line, "parent", f"“{row.code}” 的上级绕回了自己 (the parents of this station form a circle)")
        if row.code in row.neighbours:
            yield Flaw(line, "neighbours", "站点不能与自己相邻 (a station is not its own neighbour)")
    tops = [code for code, parent in parents.items() if not parent]
    for row, line in rows if len(tops) > 1 else ():
        if not row.parent and row.code != tops[0]:
            yield Flaw(line, "parent", f"最上级只能有一个，已有 “{tops[0]}” (a tenant has one station at the top)")
    yield from _too_deep(rows, parents, book, store)


def _too_deep(rows: Sequence[Placed], parents: dict[str, str], book: Book, store: Store) -> Iterator[Flaw]:
    tenants = book.of("tenant")
    levels = list(tenants[0].row.levels) if tenants else []
    if not levels and store.tenant_id:
        levels = store.records("tenant")[(store.tenant,)].levels
    for row, line in rows if levels else ():
        depth = len(_above(row.code, parents))
        if depth >= len(levels) and row.code not in _above(row.code, parents):
            named = "、".join(levels)
            yield Flaw(line, "parent", f"这是第 {depth + 1} 层，租户只有 {named} (deeper than the tenant's levels)")


def _parents(rows: Sequence[Placed], store: Store) -> dict[str, str]:
    kept = {r.code: store.code_of("stations", r.parent_id) for r in store.records("stations").values()}
    return kept | {row.code: row.parent for row, _ in rows}


def _above(code: str, parents: dict[str, str]) -> list[str]:
    """Return the codes above a station; those of a circle once each."""
    path: list[str] = []
    while (code := parents.get(code, "")) and code not in path:
        path.append(code)
    return path


def _tops_first(rows: Sequence[Placed]) -> Sequence[Placed]:
    parents = {placed.row.code: placed.row.parent for placed in rows}
    return sorted(rows, key=lambda placed: len(_above(placed.row.code, parents)))


def _levels(store: Store) -> None:
    """Set each station's depth; moving a station moves those below it."""
    stations = {record.id: record for record in store.records("stations").values()}
    parents = {str(id_): str(record.parent_id or "") for id_, record in stations.items()}
    for id_, record in stations.items():
        depth = len(_above(str(id_), parents))
        if record.level != depth:
            record.level = depth


TENANT = Kind("tenant", "租户", TenantRow, Tenant)
STATIONS = Kind("stations", "站点", StationRow, Station, check=_check, order=_tops_first, finish=_levels)
