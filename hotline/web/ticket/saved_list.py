"""The searches that are kept, as the search page lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from hotline.accounts import searches
from hotline.directory.queries import station_path
from hotline.web.sign_in import current
from hotline.web.ticket import asked


@dataclass(frozen=True)
class Saved:
    """A search as the page lists it. ``mine``: whoever looks may remove it. ``here``: it is what is shown."""

    id: UUID
    name: str
    filters: Mapping[str, Any]
    shared: bool
    mine: bool
    here: bool


def listed(session: Session) -> Sequence[Saved]:
    """Return the searches that whoever asks sees."""
    account, shown = current.current().account, asked.filters(request.args)
    path = [s.id for s in station_path(session, account.station_id)] if account.station_id else []
    return [
        Saved(row.id, row.name, row.asked, row.shared, row.account_id == account.id, dict(row.asked) == shown)
        for row in searches.visible(session, account, path)
    ]
