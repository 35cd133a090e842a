"""members, duties and meetings of branches.

Revision: 0019, after 0018.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

EVENTS = ("party_due", "party_missed")
"""Messages about duties; see `gridmap.messaging.words.Event`."""
FOLLOWED = ("party_membership", "party_duty", "party_meeting")
KINDS = "'theme_day', 'members_meeting', 'committee_meeting', 'group_meeting', 'lesson'"
MOVES = "'transferred', 'admitted', 'died', 'left'"


def _allowed(table: str) -> list[str]:
    """Return the events that a table takes so far, in order."""
    rule = op.get_bind().scalar(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            f" WHERE conname = 'ck_{table}_event' AND conrelid = '{table}'::regclass"
        )
    )
    return list(dict.fromkeys(re.findall(r"'([a-z_]+)'", rule)))


def _allow(events: list[str], table: str, how: str = "") -> None:
    listed = ", ".join(f"'{event}'" for event in events)
    op.drop_constraint(op.f(f"ck_{table}_event"), table, type_="check")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_event CHECK (event IN ({listed})) {how}"
    )


def _span(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f(f"ck_{table}_valid_span")
    )


def _key(table: str, column: str, other: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"), **more)


def _alone(table: str, column: str) -> postgresql.ExcludeConstraint:
    return postgresql.ExcludeConstraint(
        (sa.column(column), "="), (sa.column("valid"), "&&"), using="gist", name=f"ex_{table}"
    )


def upgrade() -> None:
    for table in ("message", "message_template"):
        _allow([*_allowed(table), *EVENTS], table)
    _members()
    _duties()
    _meetings()
    op.execute("INSERT INTO revision (layer, number) VALUES ('party_life', 0)")
    for table in FOLLOWED:
        op.execute(
            f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('party_life')"
        )


def _members() -> None:
    op.create_table(
        "party_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("came", sa.String(length=16), nullable=True),
        sa.Column("went", sa.String(length=16), nullable=True),
        sa.Column("elsewhere", sa.Text(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        _span("party_membership"),
        sa.CheckConstraint(
            "standing IN ('full', 'probationary')", name=op.f("ck_party_membership_standing")
        ),
        sa.CheckConstraint(f"came IN ({MOVES})", name=op.f("ck_party_membership_came")),
        sa.CheckConstraint(f"went IN ({MOVES})", name=op.f("ck_party_membership_went")),
        _key("party_membership", "person_id", "person.id"),
        _key("party_membership", "organisation_id", "party_organisation.id"),
        _key("party_membership", "building_id", "building.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_membership")),
        _alone("party_membership", "person_id"),
    )
    for column in ("organisation_id", "building_id"):
        op.create_index(f"ix_party_membership_{column}", "party_membership", [column])
    op.create_table(
        "party_dues",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("date_part('day', month) = 1", name=op.f("ck_party_dues_month")),
        _key("party_dues", "person_id", "person.id"),
        _key("party_dues", "noted_by_id", "person.id"),
        sa.PrimaryKeyConstraint("person_id", "month", name=op.f("pk_party_dues")),
    )


def _duties() -> None:
    op.create_table(
        "party_duty",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        _span("party_duty"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_party_duty_kind")),
        sa.CheckConstraint("months IN (0, 1, 2, 3, 6, 12)", name=op.f("ck_party_duty_months")),
        _key("party_duty", "account_id", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_duty")),
        _alone("party_duty", "kind"),
    )


def _meetings() -> None:
    op.create_table(
        "party_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_party_meeting_kind")),
        sa.CheckConstraint(
            "state IN ('planned', 'held', 'cancelled')", name=op.f("ck_party_meeting_state")
        ),
        sa.CheckConstraint("topic <> ''", name=op.f("ck_party_meeting_topic")),
        sa.CheckConstraint(
            "(state = 'held') = (present IS NOT NULL) AND (present IS NULL OR"
            " (expected IS NOT NULL AND present >= 0 AND present <= expected))",
            name=op.f("ck_party_meeting_present"),
        ),
        _key("party_meeting", "organisation_id", "party_organisation.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_meeting")),
        sa.UniqueConstraint(
            "organisation_id", "kind", "day", name=op.f("uq_party_meeting_organisation_id_kind_day")
        ),
    )
    op.create_index("ix_party_meeting_day", "party_meeting", ["day"])
    op.create_table(
        "party_attendance",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _key("party_attendance", "meeting_id", "party_meeting.id", ondelete="CASCADE"),
        _key("party_attendance", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_party_attendance")),
    )
    op.create_index("ix_party_attendance_person_id", "party_attendance", ["person_id"])


def downgrade() -> None:
    for table in ("party_attendance", "party_meeting", "party_duty", "party_dues"):
        op.drop_table(table)
    op.drop_table("party_membership")
    op.execute("DELETE FROM revision WHERE layer = 'party_life'")
    for table in ("message", "message_template"):
        left = [event for event in _allowed(table) if event not in EVENTS]
        _allow(left, table, "NOT VALID")  # what was told stays told
