"""The figures of the last days' hours, and the marks that say which of these must be counted anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MARK_DAY = """
CREATE OR REPLACE FUNCTION mark_stale(tenant uuid, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO stale_day (tenant_id, day)
    SELECT tenant_id, day FROM counted_day
     WHERE tenant_id = tenant AND day = (at AT TIME ZONE 'Asia/Shanghai')::date{hour}
$$
"""
AND_HOUR = """;
    INSERT INTO stale_hour (tenant_id, hour)
    SELECT tenant_id, hour FROM counted_hour WHERE tenant_id = tenant AND hour = date_trunc('hour', at);"""
MARK_ALL = """
CREATE OR REPLACE FUNCTION station_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_day (tenant_id, day) SELECT tenant_id, day FROM counted_day WHERE tenant_id = NEW.tenant_id;{hours}
    RETURN NULL;
END $$
"""
AND_HOURS = """
    INSERT INTO stale_hour (tenant_id, hour) SELECT tenant_id, hour FROM counted_hour WHERE tenant_id = NEW.tenant_id;"""


def upgrade() -> None:
    op.create_table(
        "counted_hour",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_counted_hour_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "hour", name=op.f("pk_counted_hour")),
    )
    op.create_table(
        "hour_figures",
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_hour_figures_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_hour_figures_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", "hour", name=op.f("pk_hour_figures")),
    )
    op.create_index(op.f("ix_hour_figures_tenant_id_hour"), "hour_figures", ["tenant_id", "hour"])
    op.create_table(
        "stale_hour",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_hour")),
    )
    op.create_index(op.f("ix_stale_hour_tenant_id_hour"), "stale_hour", ["tenant_id", "hour"])
    op.execute(MARK_DAY.format(hour=AND_HOUR))
    op.execute(MARK_ALL.format(hours=AND_HOURS))


def downgrade() -> None:
    op.execute(MARK_DAY.format(hour=""))
    op.execute(MARK_ALL.format(hours=""))
    for table in ("stale_hour", "hour_figures", "counted_hour"):
        op.drop_table(table)
