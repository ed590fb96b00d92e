"""Channels and notifications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_setting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("personal", sa.Text(), server_default="none", nullable=False),
        sa.Column("urgent_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quiet", sa.Text(), server_default="21:00-08:00", nullable=False),
        sa.Column("workdays_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("code NOT IN ('console', 'telephone')", name=op.f("ck_channel_setting_code")),
        sa.CheckConstraint("language IN ('zh-CN', 'en')", name=op.f("ck_channel_setting_language")),
        sa.CheckConstraint("personal IN ('none', 'initials', 'full')", name=op.f("ck_channel_setting_personal")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_channel_setting_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_channel_setting_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_setting")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_channel_setting_tenant_id_code")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), server_default="", nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("clock", sa.Text(), server_default="", nullable=False),
        sa.Column("dedupe", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Text(), server_default="", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(channel_id IS NULL) = (channel IN ('console', 'telephone'))", name=op.f("ck_notification_channel")
        ),
        sa.CheckConstraint(
            "recipient_kind IN ('station', 'staff', 'role', 'survivor')", name=op.f("ck_notification_recipient_kind")
        ),
        sa.CheckConstraint("state IN ('pending', 'sent', 'failed', 'dropped')", name=op.f("ck_notification_state")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel_setting.id"], name=op.f("fk_notification_channel_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_notification_station_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_notification_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_notification_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_notification_dedupe")),
    )
    op.create_index(op.f("ix_notification_channel_id"), "notification", ["channel_id"], unique=False)
    op.create_index(
        "ix_notification_failed",
        "notification",
        ["tenant_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_notification_next", "notification", ["next_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(op.f("ix_notification_ticket_id"), "notification", ["ticket_id"], unique=False)
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["station_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("channel = 'console' AND read_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_notification_unread",
        table_name="notification",
        postgresql_where=sa.text("channel = 'console' AND read_at IS NULL"),
    )
    op.drop_index(op.f("ix_notification_ticket_id"), table_name="notification")
    op.drop_index("ix_notification_next", table_name="notification", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_notification_failed", table_name="notification", postgresql_where=sa.text("state = 'failed'"))
    op.drop_index(op.f("ix_notification_channel_id"), table_name="notification")
    op.drop_table("notification")
    op.drop_table("channel_setting")
