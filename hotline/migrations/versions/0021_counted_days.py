"""The figures of days that are over, and the marks that say which must be counted anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MARKS = (
    """
CREATE FUNCTION mark_stale(tenant uuid, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO stale_day (tenant_id, day)
    SELECT tenant_id, day FROM counted_day
     WHERE tenant_id = tenant AND day = (at AT TIME ZONE 'Asia/Shanghai')::date
$$
""",
    """
CREATE FUNCTION call_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(NEW.tenant_id, NEW.started_at);
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION ticket_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(NEW.tenant_id, NEW.opened_at);
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION of_ticket_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(tenant_id, opened_at) FROM ticket WHERE id = NEW.ticket_id;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION leg_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(tenant_id, started_at) FROM call WHERE id = NEW.call_id;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION station_marks_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_day (tenant_id, day) SELECT tenant_id, day FROM counted_day WHERE tenant_id = NEW.tenant_id;
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
TABLES = ("call", "ticket", "ticket_event", "feedback", "referral", "leg", "station")
FUNCTIONS = ("call", "ticket", "of_ticket", "leg", "station")


def upgrade() -> None:
    op.create_table(
        "counted_day",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_counted_day_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_counted_day")),
    )
    op.create_table(
        "day_figures",
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_day_figures_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_day_figures_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("station_id", "day", name=op.f("pk_day_figures")),
    )
    op.create_index(op.f("ix_day_figures_tenant_id_day"), "day_figures", ["tenant_id", "day"])
    op.create_table(
        "stale_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_day")),
    )
    op.create_index(op.f("ix_stale_day_tenant_id_day"), "stale_day", ["tenant_id", "day"])
    for statement in MARKS:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TRIGGER {table}_marks_stale ON {table}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}_marks_stale")
    op.execute("DROP FUNCTION mark_stale")
    for table in ("stale_day", "day_figures", "counted_day"):
        op.drop_table(table)
