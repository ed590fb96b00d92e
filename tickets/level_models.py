"""Service levels of a tenant at rest: only what differs from the defaults, checked when written and when read."""

from __future__ import annotations

from collections.abc import Mapping
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


def levels_of(session: Session, tenant_id: UUID) -> ServiceLevels:
    """Return a tenant's service levels. Raises pydantic.ValidationError when what is stored is no longer valid."""
    setting = session.get(ServiceLevelSetting, tenant_id)
    return levels_from(setting.data) if setting else DEFAULT


def save_levels(session: Session, tenant_id: UUID, data: Mapping[str, Any]) -> ServiceLevels:
    """Keep what a tenant sets otherwise and return its levels. Raises pydantic.ValidationError."""
    levels = levels_from(data)
    session.merge(ServiceLevelSetting(tenant_id=tenant_id, data=dict(data)))
    return levels
