"""The directory: tenants, stations, handsets, staff, survivors, teams, partners, lines, policies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("levels", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("code", name=op.f("uq_tenant_code")),
    )
    op.create_table(
        "household",
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_household_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_household_tenant_id_code")),
    )
    op.create_table(
        "station",
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("hours", sa.Text(), server_default="24/7", nullable=False),
        sa.Column("neighbours", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_station_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["station.id"], name=op.f("fk_station_parent_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_station_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_station_tenant_id_code")),
    )
    op.create_index(op.f("ix_station_parent_id"), "station", ["parent_id"], unique=False)
    op.create_table(
        "handset",
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("extension", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("state", sa.Text(), server_default="ok", nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_handset_station_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_handset_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handset")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_handset_tenant_id_code")),
    )
    op.create_index(op.f("ix_handset_number_hash"), "handset", ["number_hash"], unique=False)
    op.create_index(op.f("ix_handset_station_id"), "handset", ["station_id"], unique=False)
    op.create_table(
        "partner",
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_partner_station_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_partner_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_partner_tenant_id_code")),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_policy_station_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_policy_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint(
            "tenant_id", "station_id", name=op.f("uq_policy_tenant_id_station_id"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "staff",
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("head", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_staff_station_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_staff_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_staff_tenant_id_code")),
    )
    op.create_index(op.f("ix_staff_number_hash"), "staff", ["number_hash"], unique=False)
    op.create_index(op.f("ix_staff_station_id"), "staff", ["station_id"], unique=False)
    op.create_table(
        "team",
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_team_station_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_team_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_team_tenant_id_code")),
    )
    op.create_table(
        "branch_line",
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("serves", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("extension", sa.Text(), server_default="", nullable=False),
        sa.Column("hours", sa.Text(), server_default="24/7", nullable=False),
        sa.Column("priority", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("own_queue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("num_nonnulls(team_id, partner_id) = 1", name=op.f("ck_branch_line_one_owner")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_branch_line_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_branch_line_team_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_branch_line_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_line")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_branch_line_tenant_id_code")),
    )
    op.create_index(op.f("ix_branch_line_tenant_id"), "branch_line", ["tenant_id"], unique=False)
    op.create_table(
        "line",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("flow", sa.Text(), server_default="main", nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("flow IN ('main', 'volunteer', 'partner')", name=op.f("ck_line_flow")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_line_partner_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_line_station_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_line_team_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_line_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("number_hash", name=op.f("uq_line_number_hash")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_line_tenant_id_code")),
    )
    op.create_table(
        "survivor",
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("identity_hash", sa.LargeBinary(), nullable=True),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("born", sa.Date(), nullable=True),
        sa.Column("relation", sa.Text(), server_default="", nullable=False),
        sa.Column("village", sa.Text(), server_default="", nullable=False),
        sa.Column("dialect", sa.Text(), server_default="", nullable=False),
        sa.Column("hearing", sa.Text(), server_default="normal", nullable=False),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("paired_staff_id", sa.Uuid(), nullable=True),
        sa.Column("situation", sa.Text(), server_default="", nullable=False),
        sa.Column("verified_at", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_survivor_household_id")),
        sa.ForeignKeyConstraint(
            ["paired_staff_id"], ["staff.id"], name=op.f("fk_survivor_paired_staff_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_survivor_station_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_survivor_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survivor")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_survivor_tenant_id_code")),
    )
    op.create_index(op.f("ix_survivor_identity_hash"), "survivor", ["identity_hash"], unique=False)
    op.create_index(op.f("ix_survivor_station_id"), "survivor", ["station_id"], unique=False)
    op.create_table(
        "survivor_phone",
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survivor_id"], ["survivor.id"], name=op.f("fk_survivor_phone_survivor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("survivor_id", "number_hash", name=op.f("pk_survivor_phone")),
    )
    op.create_index(op.f("ix_survivor_phone_number_hash"), "survivor_phone", ["number_hash"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_survivor_phone_number_hash"), table_name="survivor_phone")
    op.drop_table("survivor_phone")
    op.drop_index(op.f("ix_survivor_station_id"), table_name="survivor")
    op.drop_index(op.f("ix_survivor_identity_hash"), table_name="survivor")
    op.drop_table("survivor")
    op.drop_table("line")
    op.drop_index(op.f("ix_branch_line_tenant_id"), table_name="branch_line")
    op.drop_table("branch_line")
    op.drop_table("team")
    op.drop_index(op.f("ix_staff_station_id"), table_name="staff")
    op.drop_index(op.f("ix_staff_number_hash"), table_name="staff")
    op.drop_table("staff")
    op.drop_table("policy")
    op.drop_table("partner")
    op.drop_index(op.f("ix_handset_station_id"), table_name="handset")
    op.drop_index(op.f("ix_handset_number_hash"), table_name="handset")
    op.drop_table("handset")
    op.drop_index(op.f("ix_station_parent_id"), table_name="station")
    op.drop_table("station")
    op.drop_table("household")
    op.drop_table("tenant")
