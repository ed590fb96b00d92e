"""The catalogue of benefits and services."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("summary_en", sa.Text(), server_default="", nullable=False),
        sa.Column("conditions", sa.Text(), server_default=sa.text("'以文件和经办单位解释为准'"), nullable=False),
        sa.Column("bring", sa.Text(), server_default=sa.text("'以文件和经办单位解释为准'"), nullable=False),
        sa.Column("apply", sa.Text(), server_default=sa.text("'以文件和经办单位解释为准'"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("everyday", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("green_channel", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "area IN ('living', 'aid', 'elder_care', 'medical', 'housing', 'education', 'employment', 'transport', 'communications', 'insurance', 'finance', 'culture', 'honour', 'commemoration', 'legal', 'counselling', 'service')",
            name=op.f("ck_catalogue_entry_area"),
        ),
        sa.CheckConstraint(
            "code <> '' AND title <> '' AND unit <> '' AND source <> ''", name=op.f("ck_catalogue_entry_said")
        ),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_catalogue_entry_valid")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_catalogue_entry_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_entry")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_catalogue_entry_tenant_id_code")),
    )
    op.create_index(
        "ix_catalogue_entry_search_text",
        "catalogue_entry",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )


def downgrade() -> None:
    op.drop_index(
        "ix_catalogue_entry_search_text",
        table_name="catalogue_entry",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_table("catalogue_entry")
