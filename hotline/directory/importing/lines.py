"""Rows of the published numbers and of the routing policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import yaml
from pydantic import Field, PlainValidator, ValidationError
from sqlalchemy import select

from hotline.directory.models import Line, Policy, Tenant
from hotline.directory.policy import RoutingPolicy
from hotline.directory.vocabulary import DOMAINS, FLOWS, LANGUAGES, NEEDS
from hotline.sheets.book import Book
from hotline.sheets.fields import Name, Phone, Ref, one_of
from hotline.sheets.kinds import CodedRow, Flaw, Kind, Placed, Row
from hotline.sheets.problems import reason_of, suggestion
from hotline.sheets.store import Store


class LineRow(CodedRow):
    """A published number and the place in the chain at which a call on it enters."""

    name: Name = Field(title="名称")
    name_en: str = Field("", title="英文名称")
    number: Phone = Field(title="号码")
    flow: one_of(FLOWS) = Field("main", title="流程")  # type: ignore[valid-type]
    station: Annotated[str, Ref("stations")] = Field(title="站点", min_length=1)
    team: Annotated[str, Ref("teams")] = Field("", title="志愿服务队")
    partner: Annotated[str, Ref("partners")] = Field("", title="拥军伙伴")
    language: one_of(LANGUAGES) = Field("zh-CN", title="语言")  # type: ignore[valid-type]


def _data(value: object) -> dict[str, Any]:
    """Return the settings of a policy, checked by RoutingPolicy and in the form in which they are kept."""
    plain = yaml.load(value, Loader=yaml.BaseLoader) if isinstance(value, str) else value  # noqa: S506  (texts only)
    if not isinstance(plain, dict):
        raise ValueError("应为若干项设置，例如 {limit_seconds: 60} (name: value pairs are needed)")
    if wrong := flaws(plain):
        raise ValueError("；".join(f"{name}：{reason}" if name in plain else reason for name, reason in wrong.items()))
    return RoutingPolicy.model_validate(plain).model_dump(mode="json", exclude_unset=True)


def flaws(plain: Mapping[str, Any]) -> dict[str, str]:
    """Return setting -> what is wrong with it; a tier's seconds as ``ring_seconds.duty``."""
    try:
        policy = RoutingPolicy.model_validate(plain)
    except ValidationError as error:
        return {".".join(str(part) for part in one["loc"][:2]): _reason(one) for one in error.errors()}
    found = {
        f"ring_seconds.{tier}": f"{tier}：应为 5 到 60 秒 (5 to 60 seconds)"
        for tier, seconds in policy.ring_seconds.items()
        if not 5 <= seconds <= 60
    }
    if len(set(policy.chain)) < len(policy.chain):
        found["chain"] = "同一级写了两次 (a tier is written twice)"
    for name, known in (("default_need", NEEDS), ("default_domain", DOMAINS)):
        if getattr(policy, name) not in known:
            found[name] = f"没有这一种 (not one of {', '.join(known)})"
    return found


def _reason(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"没有设置 “{name}”{suggestion(name, RoutingPolicy.model_fields)} (unknown setting)"
    return reason_of(error)


class PolicyRow(Row):
    """How calls fall through the chain in a tenant, or at one station."""

    station: Annotated[str, Ref("stations")] = Field("", title="站点", description="留空：全域 (empty: everywhere)")
    data: Annotated[dict[str, Any], PlainValidator(_data)] = Field(title="设置")


def _check(rows: Sequence[Placed], _book: Book, store: Store) -> Iterable[Flaw]:
    """A number is published once, in whichever tenant; each flow names whose line it is."""
    seen = _published(store, {row.code for row, _ in rows})
    for row, line in rows:
        found = store.vault.fingerprint(row.number.value)
        if found in seen:
            yield Flaw(line, "number", f"{row.number.masked} 已用于 “{seen[found]}” (published already)")
        seen.setdefault(found, row.code)
        if row.flow == "volunteer" and not row.team:
            yield Flaw(line, "team", "志愿热线要写明志愿服务队 (a volunteer line names its team)")
        if row.flow == "partner" and not row.partner:
            yield Flaw(line, "partner", "伙伴热线要写明拥军伙伴 (a partner line names its partner)")


def _published(store: Store, mine: set[str]) -> dict[bytes, str]:
    rows = store.session.execute(
        select(Line.number_hash, Line.code, Tenant.code).join(Tenant, Tenant.id == Line.tenant_id)
    )
    return {
        number: code if tenant == store.tenant else f"{tenant} {code}"
        for number, code, tenant in rows
        if tenant != store.tenant or code not in mine
    }


LINES = Kind("lines", "公布号码", LineRow, Line, check=_check)
POLICIES = Kind("policies", "接续策略", PolicyRow, Policy, key=("station",), removable=True)
