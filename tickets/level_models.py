"""Service levels of a tenant at rest: only what differs from the defaults, checked when written and when read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.db import Base
from tickets.levels import DEFAULT, ServiceLevels, levels_from


class ServiceLevelSetting(Base):
    """What a tenant sets otherwise than tickets.levels."""

    __tablename__ = "service_level_setting"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[dict[str, Any]]


OF_TICKET = "SELECT data::text FROM service_level_setting WHERE tenant_id = ticket.tenant_id"
_OF_TENANT = "SELECT data::text FROM service_level_setting WHERE tenant_id = %(tenant)s"


def levels_of(session: Session, tenant_id: UUID) -> ServiceLevels:
    """Return a tenant's service levels. Raises pydantic.ValidationError when what is stored is no longer valid."""
    return levels_in(session.connection().exec_driver_sql(_OF_TENANT, {"tenant": tenant_id}).scalar())


@lru_cache(maxsize=64)
def levels_in(data: str | None) -> ServiceLevels:
    """Return the service levels of what a tenant sets otherwise, as JSON. Raises pydantic.ValidationError."""
    return levels_from(json.loads(data)) if data else DEFAULT


def save_levels(session: Session, tenant_id: UUID, data: Mapping[str, Any]) -> ServiceLevels:
    """Keep what a tenant sets otherwise and return its levels. Raises pydantic.ValidationError."""
    levels = levels_from(data)
    session.merge(ServiceLevelSetting(tenant_id=tenant_id, data=dict(data)))
    session.flush()
    return levels
