"""Webhooks out: the systems that are told of tickets, and the outbox that the history fills."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION webhook_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM webhook WHERE ended_at IS NULL AND NEW.kind = ANY (kinds)) THEN
        RETURN NULL;
    END IF;
    INSERT INTO webhook_delivery (id, webhook_id, ticket_id, event_id, kind, created_at, next_at)
    WITH RECURSIVE above AS (
        SELECT station.id, station.parent_id FROM station JOIN ticket ON ticket.station_id = station.id
         WHERE ticket.id = NEW.ticket_id
        UNION
        SELECT station.id, station.parent_id FROM station JOIN above ON station.id = above.parent_id
    )
    SELECT gen_random_uuid(), webhook.id, NEW.ticket_id, NEW.id, NEW.kind, NEW.at, NEW.at FROM webhook
     WHERE webhook.ended_at IS NULL AND NEW.kind = ANY (webhook.kinds)
       AND (webhook.station_id IS NULL OR webhook.station_id IN (SELECT id FROM above));
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER webhook_outbox AFTER INSERT ON ticket_event
    FOR EACH ROW EXECUTE FUNCTION webhook_outbox()
"""


def upgrade() -> None:
    texts = postgresql.ARRAY(sa.Text())
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("events", texts, nullable=False),
        sa.Column("kinds", texts, nullable=False),
        sa.Column("scopes", texts, server_default="{}", nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_webhook_partner_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_webhook_station_id")),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_webhook_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    for column in ("partner_id", "station_id", "token_id"):
        op.create_index(op.f(f"ix_webhook_{column}"), "webhook", [column])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'sent', 'failed')", name=op.f("ck_webhook_delivery_state")),
        sa.ForeignKeyConstraint(["event_id"], ["ticket_event.id"], name=op.f("fk_webhook_delivery_event_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_webhook_delivery_ticket_id")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(op.f("ix_webhook_delivery_webhook_id_created_at"), "webhook_delivery", ["webhook_id", "created_at"])
    pending = sa.text("state = 'pending'")
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["webhook_id", "next_at"], postgresql_where=pending)
    over = sa.text("state <> 'pending'")
    op.create_index("ix_webhook_delivery_over", "webhook_delivery", ["ended_at"], postgresql_where=over)
    op.execute(FUNCTION)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER webhook_outbox ON ticket_event")
    op.execute("DROP FUNCTION webhook_outbox()")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
