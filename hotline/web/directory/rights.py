"""Who may change which rows: what each kind asks for, and that nobody reaches out of their own part of the tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from hotline.accounts.roles import Permission
from hotline.directory.models import Station, Tenant
from hotline.reach import Reach
from hotline.sheets.columns import fields_of
from hotline.sheets.editing import Texts
from hotline.sheets.fields import Ref, Secret
from hotline.sheets.history import Author
from hotline.sheets.kinds import Kind
from hotline.sheets.store import Store
from hotline.web.directory import rows
from hotline.web.language import _
from hotline.web.sign_in import current

_ASKS: Mapping[str, Permission] = {
    "patterns": Permission.ROSTER_EDIT,
    "shifts": Permission.ROSTER_EDIT,
    **dict.fromkeys(("tenant", "lines", "policies", "catalogue"), Permission.SYSTEM_EDIT),
}
"""Kinds that ask for more than DIRECTORY_EDIT."""


def author(how: str = "form") -> Author:
    """Return in whose name a change is kept in the history."""
    account = current.current().account
    return Author(account.name, how, account.id)


def may_write(kind: Kind) -> bool:
    """Return whether whoever asks may change rows of a kind."""
    return current.may(_ASKS.get(kind.name, Permission.DIRECTORY_EDIT))


def is_secret(kind: Kind) -> bool:
    """Return whether rows of a kind hold telephone or identity numbers."""
    return kind.name == "survivors" or any(kind.meta(name, Secret) for name in kind.row.model_fields)


def may_edit(kind: Kind) -> bool:
    """Return whether whoever asks may open a row's form: it shows numbers in full."""
    return may_write(kind) and (not is_secret(kind) or current.may(Permission.NUMBERS_SEE))


def may_add(kind: Kind, reach: Reach) -> bool:
    """Return whether whoever asks may add a row; a tenant comes with its import."""
    return kind.name != "tenant" and may_edit(kind) and (reach.whole or kind.name not in ("lines", "policies"))


def outside(
    store: Store, reach: Reach, tenant: Tenant, kind: Kind, record: Any, before: Texts
) -> Iterator[tuple[str, str]]:
    """Yield (field, reason) for what a written row names out of reach; ``before``: its texts before, {} for a new row.

    What stays as it was may lie outside: a village's survivor is paired with somebody of the county.
    """
    if reach.whole:
        return
    for name in kind.row.model_fields:
        ref = kind.meta(name, Ref)
        if not ref or ref.as_code:  # neighbours lie outside by their nature
            continue
        target, kept = store.kinds[ref.kind], before.get(name, "").split("；")
        value = fields_of(kind, record, store, [name])[name] or ()
        wanted = {
            store.id_of(ref.kind, code) for code in ([value] if isinstance(value, str) else value) if code not in kept
        }
        model: Any = target.model
        inside = select(model.id).where(model.id.in_(wanted), rows.within(reach, tenant, target))
        if wanted - set(store.session.scalars(inside)):
            yield name, _("不在您的范围内。")
    if not store.session.scalar(select(_still_inside(reach, tenant, kind, record))):
        names = kind.row.model_fields
        yield "station" if "station" in names else next(iter(names)), _("这一条会不在您的范围内，请选您范围内的站点。")


def _still_inside(reach: Reach, tenant: Tenant, kind: Kind, record: Any) -> Any:
    model: Any = kind.model
    inside = rows.within(reach, tenant, kind)
    if kind.name == "stations":  # a new station's id is not known to the reach
        inside = inside | Station.parent_id.in_(reach.stations)
    return select(model.id).where(model.id == record.id, inside).exists()
