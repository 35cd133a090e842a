"""imports: who brought a file in, what it wrote and how it was before, and that it was rolled back.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WHO = ("account_id", "undone_by_id")


def upgrade() -> None:
    for name in WHO:
        op.add_column("import_record", sa.Column(name, sa.Integer()))
        op.create_foreign_key(
            op.f(f"fk_import_record_{name}"), "import_record", "account", [name], ["id"]
        )
    op.add_column("import_record", sa.Column("undone_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_import_record_undone"), "import_record", "undone_at IS NULL OR outcome = 'loaded'"
    )
    op.create_table(
        "import_written",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("made", postgresql.INT4MULTIRANGE(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_record.id"], name=op.f("fk_import_written_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_written")),
    )
    op.create_index(op.f("ix_import_written_import_id"), "import_written", ["import_id"])
    op.create_table(
        "import_before",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=8), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "change IN ('altered', 'replaced', 'bounded')", name=op.f("ck_import_before_change")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_record.id"], name=op.f("fk_import_before_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_before")),
    )
    op.create_index("ix_import_before_row", "import_before", ["import_id", "table_name", "row_id"])


def downgrade() -> None:
    op.drop_table("import_before")
    op.drop_table("import_written")
    op.drop_constraint(op.f("ck_import_record_undone"), "import_record", type_="check")
    op.drop_column("import_record", "undone_at")
    for name in WHO:
        op.drop_constraint(op.f(f"fk_import_record_{name}"), "import_record", type_="foreignkey")
        op.drop_column("import_record", name)
