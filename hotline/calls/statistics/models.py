"""Days and hours whose figures are kept, and the marks by which the database says that one must be counted anew."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, JSON, ForeignKey, Identity, Index, event
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class CountedDay(Base):
    """A day of a tenant whose figures are kept, or are to be; a day is one of Asia/Shanghai."""

    __tablename__ = "counted_day"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    announced_at: Mapped[datetime]
    """From here on changes leave marks; counting begins when whatever ran then has ended."""
    counted_at: Mapped[datetime | None]


class DayFigures(Base):
    """What was counted of a day at a station and all below it; days on which nobody rang there have no row.

    JSON and not JSONB: it is only ever read whole.
    """

    __tablename__ = "day_figures"
    __table_args__ = (Index(None, "tenant_id", "day"),)

    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    tally: Mapped[dict[str, Any]] = mapped_column(JSON)
    """All of it (see tally.Tally), without ``times``."""
    times: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The long times, call back to resolution: many values, and few pages ask for each station's."""
    parts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By need, hour, depth and helper (see tally.Count), and ``own``: the station's without those below."""


class CountedHour(Base):
    """The same of an hour of the last days, named by the moment at which it begins."""

    __tablename__ = "counted_hour"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    announced_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]


class HourFigures(Base):
    """What was counted of an hour, as in DayFigures."""

    __tablename__ = "hour_figures"
    __table_args__ = (Index(None, "tenant_id", "hour"),)

    station_id: Mapped[UUID] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    tally: Mapped[dict[str, Any]] = mapped_column(JSON)
    times: Mapped[dict[str, Any]] = mapped_column(JSON)
    parts: Mapped[dict[str, Any]] = mapped_column(JSON)


class StaleDay(Base):
    """A mark: something that a counted day counts has changed since. Only added to, so that no call waits for it.

    ``station_id``: the one whose own calls or tickets changed; None: the day is to be counted anew as a whole.
    """

    __tablename__ = "stale_day"
    __table_args__ = (Index(None, "tenant_id", "day"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID]
    day: Mapped[date]
    station_id: Mapped[UUID | None]


class StaleHour(Base):
    """The same mark of a counted hour."""

    __tablename__ = "stale_hour"
    __table_args__ = (Index(None, "tenant_id", "hour"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID]
    hour: Mapped[datetime]
    station_id: Mapped[UUID | None]


MARKS = (
    """
CREATE FUNCTION mark_stale(tenant uuid, at timestamptz, station uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO stale_day (tenant_id, day, station_id)
    SELECT tenant_id, day, station FROM counted_day
     WHERE tenant_id = tenant AND day = (at AT TIME ZONE 'Asia/Shanghai')::date;
    INSERT INTO stale_hour (tenant_id, hour, station_id)
    SELECT tenant_id, hour, station FROM counted_hour WHERE tenant_id = tenant AND hour = date_trunc('hour', at);
$$
""",
    """
CREATE FUNCTION call_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(NEW.tenant_id, NEW.started_at, NEW.station_id);
    IF OLD.station_id <> NEW.station_id THEN
        PERFORM mark_stale(OLD.tenant_id, OLD.started_at, OLD.station_id);
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION ticket_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(NEW.tenant_id, NEW.opened_at, NEW.station_id);
    IF OLD.station_id <> NEW.station_id THEN
        PERFORM mark_stale(OLD.tenant_id, OLD.opened_at, OLD.station_id);
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION of_ticket_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(tenant_id, opened_at, station_id) FROM ticket WHERE id = NEW.ticket_id;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION leg_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(tenant_id, started_at, station_id) FROM call WHERE id = NEW.call_id;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION station_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_day (tenant_id, day) SELECT tenant_id, day FROM counted_day WHERE tenant_id = NEW.tenant_id;
    INSERT INTO stale_hour (tenant_id, hour) SELECT tenant_id, hour FROM counted_hour WHERE tenant_id = NEW.tenant_id;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER call_marks_stale AFTER INSERT
    OR UPDATE OF direction, station_id, need, domain, accepted_leg_id, accepted_at, ended_at, outcome ON call
    FOR EACH ROW EXECUTE FUNCTION call_marks_stale()
""",
    """
CREATE TRIGGER ticket_marks_stale AFTER INSERT
    OR UPDATE OF station_id, need, domain, state, answered_at, wrapped_at ON ticket
    FOR EACH ROW EXECUTE FUNCTION ticket_marks_stale()
""",
    """
CREATE TRIGGER ticket_event_marks_stale AFTER INSERT ON ticket_event
    FOR EACH ROW WHEN (NEW.kind IN ('answer', 'answered_late', 'call_back_promised', 'survivor_told', 'resolve'))
    EXECUTE FUNCTION of_ticket_marks_stale()
""",
    """
CREATE TRIGGER feedback_marks_stale AFTER INSERT OR UPDATE ON feedback
    FOR EACH ROW EXECUTE FUNCTION of_ticket_marks_stale()
""",
    """
CREATE TRIGGER referral_marks_stale AFTER INSERT OR UPDATE ON referral
    FOR EACH ROW EXECUTE FUNCTION of_ticket_marks_stale()
""",
    """
CREATE TRIGGER leg_marks_stale AFTER UPDATE OF rung_at, accepted_at, target_id, tier_kind ON leg
    FOR EACH ROW EXECUTE FUNCTION leg_marks_stale()
""",
    """
CREATE TRIGGER station_marks_stale AFTER UPDATE OF parent_id ON station
    FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION station_marks_stale()
""",
)
"""Whatever changes a row that is counted leaves a mark, whichever code or hand it was."""

for _statement in MARKS:
    event.listen(Base.metadata, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
