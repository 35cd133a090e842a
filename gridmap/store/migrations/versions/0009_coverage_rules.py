"""coverage rules: which checks a county puts, with which thresholds, from a day to a day.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coverage_rule",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("check", sa.String(length=32), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("thresholds", postgresql.JSONB(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_coverage_rule_valid_span")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_coverage_rule_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_rule")),
        postgresql.ExcludeConstraint(
            (sa.column("check"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_coverage_rule",
        ),
    )
    op.execute(
        "CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON coverage_rule"
        " FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('settings')"
    )


def downgrade() -> None:
    op.drop_table("coverage_rule")
