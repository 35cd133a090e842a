"""places in words: what a report's words were read as, and words as the source of a place.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("place_text", sa.Text()))
    op.add_column("report", sa.Column("said", postgresql.JSONB()))
    op.drop_constraint(op.f("ck_report_place_source"), "report", type_="check")
    op.create_check_constraint(
        op.f("ck_report_place_source"),
        "report",
        "place_source IN ('pin', 'gps', 'search', 'words')",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_report_place_source"), "report", type_="check")
    op.execute("UPDATE report SET place_source = 'search' WHERE place_source = 'words'")
    op.create_check_constraint(
        op.f("ck_report_place_source"), "report", "place_source IN ('pin', 'gps', 'search')"
    )
    op.drop_column("report", "said")
    op.drop_column("report", "place_text")
