"""A turn is asked for once at a time; a request that nobody answered expires."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_swap_state"), "swap", type_="check")
    op.create_check_constraint(op.f("ck_swap_state"), "swap", "state IN ('asked', 'agreed', 'refused', 'expired')")
    # of several requests for one turn the latest goes on waiting for its answer
    op.execute(
        """
UPDATE swap SET state = 'expired', settled_at = now()
 WHERE state = 'asked' AND EXISTS (
       SELECT FROM swap AS other
        WHERE other.state = 'asked' AND other.station_id = swap.station_id AND other.role = swap.role
          AND other.during && swap.during AND (other.asked_at, other.id) > (swap.asked_at, swap.id))
"""
    )
    op.execute(
        "ALTER TABLE swap ADD CONSTRAINT ex_swap_asked_no_overlap EXCLUDE USING gist"
        " (station_id WITH =, role WITH =, during WITH &&) WHERE (state = 'asked')"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE swap DROP CONSTRAINT ex_swap_asked_no_overlap")
    op.execute("UPDATE swap SET state = 'refused' WHERE state = 'expired'")
    op.drop_constraint(op.f("ck_swap_state"), "swap", type_="check")
    op.create_check_constraint(op.f("ck_swap_state"), "swap", "state IN ('asked', 'agreed', 'refused')")
