"""The catalogue of benefits and services (优待目录清单, Q21 s.1): what a ticket's guidance is taken from."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, new_id
from hotline.directory.catalogue.areas import AREAS, UNSTATED
from hotline.directory.catalogue.folding import fold, search_text
from hotline.directory.catalogue.scoring import Document

_AREAS = ", ".join(f"'{code}'" for code in AREAS)
_UNSTATED = text(f"'{UNSTATED}'")


class CatalogueEntry(Base):
    """A benefit, service, fund or green channel of a tenant, as its source document gives it; no personal data."""

    __tablename__ = "catalogue_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint(f"area IN ({_AREAS})", name="area"),
        CheckConstraint("code <> '' AND title <> '' AND unit <> '' AND source <> ''", name="said"),
        CheckConstraint("valid_from <= valid_to", name="valid"),
        Index(
            "ix_catalogue_entry_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    code: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    area: Mapped[str]
    """A code of hotline.directory.catalogue.areas."""
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="", server_default="")
    summary: Mapped[str] = mapped_column(default="", server_default="")
    """What it is, in the document's words."""
    summary_en: Mapped[str] = mapped_column(default="", server_default="")
    conditions: Mapped[str] = mapped_column(default=UNSTATED, server_default=_UNSTATED)
    bring: Mapped[str] = mapped_column(default=UNSTATED, server_default=_UNSTATED)
    """Papers to bring along."""
    apply: Mapped[str] = mapped_column(default=UNSTATED, server_default=_UNSTATED)
    """How it is asked for."""
    unit: Mapped[str]
    """The responsible unit, as in the document (责任单位)."""
    contact: Mapped[str] = mapped_column(default="", server_default="")
    """The unit's public contact, in words."""
    everyday: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    """What people call it, e.g. 看病报销, 免费坐车, 上坟."""
    source: Mapped[str]
    """Document and section, e.g. ``Q21 s.17; Q8 s.16`` (short names as in docs)."""
    note: Mapped[str] = mapped_column(default="", server_default="")
    """What the reader must know of the source, e.g. that it is a draft."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    """The last day on which it holds; none: no end is known."""
    green_channel: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Served first, by a 绿色通道."""
    search_text: Mapped[str] = mapped_column(default="", server_default="")
    """Derived at every write: all of it folded, names in pinyin too, a line each (trigram index)."""

    @property
    def document(self) -> Document:
        """What is searched of this entry."""
        return Document(
            titles=(self.title, self.title_en or ""),
            everyday=tuple(self.everyday or ()),
            areas=AREAS.get(self.area, ()),
            text=" ".join(fold(part) for part in self._texts),
        )

    @property
    def _texts(self) -> tuple[str, ...]:
        stated = (part for part in (self.conditions, self.bring, self.apply) if part and part != UNSTATED)
        return (self.summary or "", self.summary_en or "", *stated, self.unit, self.contact or "", self.note or "")


@event.listens_for(CatalogueEntry, "before_insert")
@event.listens_for(CatalogueEntry, "before_update")
def _keep_searchable(_mapper: Any, _connection: Any, entry: CatalogueEntry) -> None:
    """Derive the searched column, whoever wrote the entry."""
    document = entry.document
    entry.search_text = search_text((*document.titles, *document.everyday, *document.areas), document.text)
