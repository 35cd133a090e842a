"""the county's calendar of holidays and make-up days.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_calendar_day_name")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.execute("INSERT INTO revision (layer, number) VALUES ('calendar', 0)")
    op.execute(
        "CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON calendar_day"
        " FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('calendar')"
    )
    # Office hours are a setting, yet a deadline made by other hours is made by another calendar.
    op.execute(
        "CREATE TRIGGER raise_calendar AFTER INSERT OR UPDATE ON setting FOR EACH ROW"
        " WHEN (NEW.key = 'office_hours') EXECUTE FUNCTION raise_revision('calendar')"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER raise_calendar ON setting")
    op.drop_table("calendar_day")
    op.execute("DELETE FROM revision WHERE layer = 'calendar'")
