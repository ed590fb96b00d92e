"""Rows of the branches: volunteer teams, partners, and the telephones under which each serves (Q21 s.13-14)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from hotline.directory.importing.places import Hours
from hotline.directory.models import BranchLine, Partner, Team
from hotline.directory.vocabulary import DOMAINS, NEEDS
from hotline.sheets.book import Book
from hotline.sheets.fields import Flag, Name, Phone, Ref, some_of
from hotline.sheets.kinds import CodedRow, Flaw, Kind, Placed
from hotline.sheets.store import Store


class TeamRow(CodedRow):
    """A volunteer team (志愿服务队)."""

    name: Name = Field(title="名称")
    name_en: str = Field("", title="英文名称")
    station: Annotated[str, Ref("stations")] = Field("", title="站点", description="留空：全域 (empty: everywhere)")


class PartnerRow(TeamRow):
    """A member of the social support matrix (社会拥军矩阵)."""


class BranchLineRow(CodedRow):
    """A telephone of a team or a partner that the chain may ring."""

    team: Annotated[str, Ref("teams")] = Field("", title="志愿服务队", description="二者写一 (one of the two)")
    partner: Annotated[str, Ref("partners")] = Field("", title="拥军伙伴", description="二者写一 (one of the two)")
    serves: some_of(NEEDS | DOMAINS) = Field(title="服务内容")  # type: ignore[valid-type]
    number: Phone = Field(title="号码")
    hours: Hours = Field("24/7", title="服务时间", description="Mo-Su 08:00-20:00; PH off")
    priority: int = Field(1, ge=1, le=9, title="次序")
    own_queue: Flag = Field(False, title="可同时接多个电话", description="有总机 (it has a switchboard)")


def _check(rows: Sequence[Placed], _book: Book, _store: Store) -> Iterable[Flaw]:
    """A branch line has one owner, and serves needs where that is a team, domains where it is a partner."""
    for row, line in rows:
        if bool(row.team) == bool(row.partner):
            yield Flaw(line, "team", "志愿服务队和拥军伙伴二者写一个 (write either a team or a partner)")
            continue
        known, what = (NEEDS, "需求") if row.team else (DOMAINS, "领域")
        for code in row.serves:
            if code not in known:
                names = "、".join(zh for zh, _ in known.values())
                reason = f"{(NEEDS | DOMAINS)[code][0]}不是{what}，可写 {names} (must be one of {', '.join(known)})"
                yield Flaw(line, "serves", reason)


TEAMS = Kind("teams", "志愿服务队", TeamRow, Team)
PARTNERS = Kind("partners", "拥军伙伴", PartnerRow, Partner)
BRANCH_LINES = Kind("branch_lines", "服务电话", BranchLineRow, BranchLine, check=_check)
