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

MOVED = """
INSERT INTO coverage_rule ("check", "on", thresholds, set_at, valid)
SELECT 'municipal_leader', true, jsonb_build_object('communities', value), now(),
       daterange(coalesce((SELECT CAST(value #>> '{}' AS date) FROM setting WHERE key = 'first_day'), DATE '1949-10-01'),
                 NULL)
FROM setting WHERE key = 'municipal_communities'
"""
"""Which communities a municipal leader is linked to was a setting without days: it held on all of them."""


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
    op.execute(MOVED)
    op.execute("DELETE FROM setting WHERE key = 'municipal_communities'")


def downgrade() -> None:
    op.execute(
        "INSERT INTO setting (key, value) SELECT 'municipal_communities', thresholds -> 'communities'"
        ' FROM coverage_rule WHERE "check" = \'municipal_leader\' AND "on" ORDER BY valid DESC LIMIT 1'
    )
    op.drop_table("coverage_rule")
