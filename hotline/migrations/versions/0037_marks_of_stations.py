"""Marks name the station whose figures changed, and a station's calls of a day are found without reading the day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

MARK = """
CREATE FUNCTION mark_stale(tenant uuid, at timestamptz{parameter}) RETURNS void LANGUAGE sql AS $$
    INSERT INTO stale_day (tenant_id, day{column})
    SELECT tenant_id, day{value} FROM counted_day
     WHERE tenant_id = tenant AND day = (at AT TIME ZONE 'Asia/Shanghai')::date;
    INSERT INTO stale_hour (tenant_id, hour{column})
    SELECT tenant_id, hour{value} FROM counted_hour WHERE tenant_id = tenant AND hour = date_trunc('hour', at);
$$
"""
OWN = """
CREATE OR REPLACE FUNCTION {table}_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(NEW.tenant_id, NEW.{at}{of_new});{moved}
    RETURN NULL;
END $$
"""
MOVED = """
    IF OLD.station_id <> NEW.station_id THEN
        PERFORM mark_stale(OLD.tenant_id, OLD.{at}, OLD.station_id);
    END IF;"""
OTHER = """
CREATE OR REPLACE FUNCTION {name}_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(tenant_id, {at}{value}) FROM {table} WHERE id = NEW.{table}_id;
    RETURN NULL;
END $$
"""
TABLES = (("call", "started_at", "leg"), ("ticket", "opened_at", "of_ticket"))


def upgrade() -> None:
    for name in ("stale_day", "stale_hour"):
        op.add_column(name, sa.Column("station_id", sa.Uuid(), nullable=True))
    op.execute("DROP FUNCTION mark_stale")
    op.execute(MARK.format(parameter=", station uuid", column=", station_id", value=", station"))
    for table, at, other in TABLES:
        op.execute(OWN.format(table=table, at=at, of_new=", NEW.station_id", moved=MOVED.format(at=at)))
        op.execute(OTHER.format(name=other, table=table, at=at, value=", station_id"))
    op.create_index(op.f("ix_call_station_id_started_at"), "call", ["station_id", "started_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_call_station_id_started_at"), "call")
    op.execute("DROP FUNCTION mark_stale")
    op.execute(MARK.format(parameter="", column="", value=""))
    for table, at, other in TABLES:
        op.execute(OWN.format(table=table, at=at, of_new="", moved=""))
        op.execute(OTHER.format(name=other, table=table, at=at, value=""))
    for name in ("stale_day", "stale_hour"):
        op.drop_column(name, "station_id")
