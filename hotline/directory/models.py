"""Who is there: tenants, stations, handsets, staff, survivors, teams, partners and published lines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Base, new_id


class _Row:
    """What every directory row has: our identifier, its tenant, and the code by which a file names it."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    code: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class _Dialable:
    """A telephone number at rest: keyed hash to find it, ciphertext to dial it (see hotline.vault)."""

    number_hash: Mapped[bytes]
    number_sealed: Mapped[bytes]


class Tenant(Base):
    """A county or city that runs the hotline; everything else belongs to one."""

    __tablename__ = "tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")
    levels: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    """Names of the tiers of its station tree from the top, e.g. 县, 乡镇, 村."""


class Station(Base, _Row):
    """A veterans' service station; a node of the tenant's tree."""

    __tablename__ = "station"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("parent_id <> id", name="own_parent"),
        Index(None, "parent_id"),
    )

    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id"))
    level: Mapped[int] = mapped_column(default=0)
    """Depth in the tree, 0 at the top."""
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    hours: Mapped[str] = mapped_column(default="24/7", server_default="24/7")
    """Office hours for walk-ins, as hotline.directory.hours reads them."""
    neighbours: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    """Codes of the stations that help out, nearest first."""

    parent: Mapped[Station | None] = relationship(remote_side="Station.id")


class Handset(Base, _Row, _Dialable):
    """The mobile with a fixed number that a station's duty person carries (相对固定号码的移动通讯工具)."""

    __tablename__ = "handset"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        Index(None, "station_id"),
        Index(None, "number_hash"),
        Index("ix_handset_unwell", "id", postgresql_where=text("state <> 'ok'")),
    )

    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    extension: Mapped[str] = mapped_column(default="", server_default="")
    priority: Mapped[int] = mapped_column(default=1, server_default="1")
    """1 is the duty handset, 2 the backup's."""
    state: Mapped[str] = mapped_column(default="ok", server_default="ok")
    """ok, suspect (rung last) or dead (passed over)."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Attempts in a row that ended in a failure or a voicemail."""
    confirmed_at: Mapped[datetime | None]
    """When a human last pressed a key on it."""


class Staff(Base, _Row):
    """A person on duty at a station (专责人员)."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("tenant_id", "code"), Index(None, "station_id"), Index(None, "number_hash"))

    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="", server_default="")
    head: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """True for the head of the station (站长)."""
    number_hash: Mapped[bytes | None]
    number_sealed: Mapped[bytes | None]


class Household(Base, _Row):
    """A family that shares an address."""

    __tablename__ = "household"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    address: Mapped[str] = mapped_column(default="", server_default="")


class Survivor(Base, _Row):
    """A bereaved family member of a martyr (烈士遗属), one person one file (一人一档, Q21 s.8)."""

    __tablename__ = "survivor"
    __table_args__ = (UniqueConstraint("tenant_id", "code"), Index(None, "station_id"), Index(None, "identity_hash"))

    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id"))
    """The station that serves the person: a village's where there is one, else the township's."""
    name: Mapped[str]
    identity_hash: Mapped[bytes | None]
    identity_sealed: Mapped[bytes | None]
    born: Mapped[date | None]
    relation: Mapped[str] = mapped_column(default="", server_default="")
    """What the person is to the martyr: 父亲, 母亲, 配偶, 子女, 兄弟姐妹."""
    village: Mapped[str] = mapped_column(default="", server_default="")
    dialect: Mapped[str] = mapped_column(default="", server_default="")
    """Spoken language where not Mandarin, e.g. 晋语, 粤语, 客家话."""
    hearing: Mapped[str] = mapped_column(default="normal", server_default="normal")
    """normal, hard (speak up) or deaf (somebody of the household speaks)."""
    language: Mapped[str] = mapped_column(default="zh-CN", server_default="zh-CN")
    paired_staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """The person paired with this survivor (一对一, 结对子; Q21 s.4)."""
    situation: Mapped[str] = mapped_column(default="", server_default="")
    """Living, health and income in a sentence (Q21 s.9)."""
    verified_at: Mapped[date | None]


class SurvivorPhone(Base, _Dialable):
    """A telephone under which a survivor rings; several to a person, several people to one."""

    __tablename__ = "survivor_phone"
    __table_args__ = (Index(None, "number_hash"),)

    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("survivor.id", ondelete="CASCADE"), primary_key=True)
    number_hash: Mapped[bytes] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(default="", server_default="")
    priority: Mapped[int] = mapped_column(default=1, server_default="1")


class Team(Base, _Row):
    """A volunteer team (志愿服务队, Q21 s.14)."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id"))
    """The station in whose subtree it serves; none: the whole tenant."""
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")


class Partner(Base, _Row):
    """A member of the social support matrix (社会拥军矩阵, Q21 s.13)."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id"))
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")


class BranchLine(Base, _Row, _Dialable):
    """A telephone of a volunteer team or partner that the chain may ring, with what it serves and when."""

    __tablename__ = "branch_line"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("num_nonnulls(team_id, partner_id) = 1", name="one_owner"),
        Index(None, "tenant_id"),
    )

    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    serves: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    """Needs (teams) or domains (partners): the codes in hotline.directory.vocabulary."""
    extension: Mapped[str] = mapped_column(default="", server_default="")
    hours: Mapped[str] = mapped_column(default="24/7", server_default="24/7")
    priority: Mapped[int] = mapped_column(default=1, server_default="1")
    own_queue: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """True where the number takes several calls at once (a company's hotline)."""


class Line(Base, _Row, _Dialable):
    """A published number, and the place in the chain at which a call on it enters."""

    __tablename__ = "line"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("number_hash"),
        CheckConstraint("flow IN ('main', 'volunteer', 'partner')", name="flow"),
    )

    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")
    flow: Mapped[str] = mapped_column(default="main", server_default="main")
    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id"))
    """The station whose chain a call on this line falls through."""
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    language: Mapped[str] = mapped_column(default="zh-CN", server_default="zh-CN")


class Policy(Base):
    """How calls are routed in a tenant or, more narrowly, at a station; checked by hotline.directory.policy."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("tenant_id", "station_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"))
    data: Mapped[dict[str, Any]]
