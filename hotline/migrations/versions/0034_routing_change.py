"""How often directory, rosters and policies changed: a call is routed from memory only while that still holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLES = (
    "tenant", "station", "line", "policy", "staff", "team", "partner", "branch_line", "shift", "override", "swap",
    "pattern",
)  # fmt: skip
HANDSET = "tenant_id, station_id, code, active, number_hash, number_sealed, extension, priority"
FUNCTION = """
CREATE FUNCTION routing_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO routing_change DEFAULT VALUES;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "routing_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("times", sa.BigInteger(), server_default=sa.text("'1'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_change")),
    )
    op.execute("INSERT INTO routing_change (id, times) VALUES (0, 0)")
    op.execute(FUNCTION)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_changes_routing AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION routing_changes()"
        )
    op.execute(
        f"CREATE TRIGGER handset_changes_routing AFTER INSERT OR UPDATE OF {HANDSET} OR DELETE OR TRUNCATE ON handset "
        "FOR EACH STATEMENT EXECUTE FUNCTION routing_changes()"
    )
    op.create_index("ix_handset_unwell", "handset", ["id"], postgresql_where=sa.text("state <> 'ok'"))


def downgrade() -> None:
    op.drop_index("ix_handset_unwell", table_name="handset")
    for table in (*TABLES, "handset"):
        op.execute(f"DROP TRIGGER {table}_changes_routing ON {table}")
    op.execute("DROP FUNCTION routing_changes()")
    op.drop_table("routing_change")
