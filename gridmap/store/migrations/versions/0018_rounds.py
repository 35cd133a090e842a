"""households and door visits.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('elderly_alone', 'children', 'disabled', 'needy', 'veteran', 'tenants',"
    " 'party_member', 'ordinary', 'building')"
)
SPAN = "NOT isempty(valid) AND NOT lower_inf(valid)"
USUAL = {
    "elderly_alone": 7,
    "children": 15,
    "disabled": 30,
    "needy": 30,
    "veteran": 60,
    "tenants": 60,
    "party_member": 90,
    "ordinary": 180,
    "building": 90,
}
"""Days after which a door is due again, until the county sets its own."""
LAYER = "rounds"
TABLES = ("household", "visit_rule", "door_visit")


def _no_overlap(name: str, *columns: str) -> postgresql.ExcludeConstraint:
    parts = [(sa.column(column), "=") for column in columns]
    return postgresql.ExcludeConstraint(*parts, (sa.column("valid"), "&&"), using="gist", name=name)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _households() -> None:
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=32), nullable=True),
        sa.Column(
            "door",
            sa.String(length=48),
            sa.Computed("coalesce(unit::text, '') || '-' || coalesce(room, '')", persisted=True),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("visitor_id", sa.Integer(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint(SPAN, name=op.f("ck_household_valid_span")),
        sa.CheckConstraint(KINDS, name=op.f("ck_household_kind")),
        sa.CheckConstraint(
            "(kind = 'building') = (unit IS NULL AND room IS NULL)", name=op.f("ck_household_door")
        ),
        sa.CheckConstraint("unit > 0", name=op.f("ck_household_unit")),
        _no_overlap("ex_household", "code"),
        _no_overlap("ex_household_door", "building_id", "door"),
        _refers("household", "building_id", "building"),
        _refers("household", "visitor_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_index("ix_household_building_id", "household", ["building_id"])
    op.create_index(op.f("ix_household_visitor_id"), "household", ["visitor_id"])


def _rules() -> None:
    op.create_table(
        "visit_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint(SPAN, name=op.f("ck_visit_rule_valid_span")),
        sa.CheckConstraint(KINDS, name=op.f("ck_visit_rule_kind")),
        sa.CheckConstraint("days BETWEEN 1 AND 730", name=op.f("ck_visit_rule_days")),
        _no_overlap("ex_visit_rule", "kind"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_rule")),
    )
    for kind, days in USUAL.items():
        op.execute(
            "INSERT INTO visit_rule (kind, days, valid)"
            f" VALUES ('{kind}', {days}, daterange('2000-01-01', NULL))"
        )


def _visits() -> None:
    op.create_table(
        "door_visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household", sa.String(length=64), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("time", sa.String(length=5), server_default="00:00", nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("satisfaction", sa.SmallInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("body_sha256", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('visited', 'not_home')", name=op.f("ck_door_visit_outcome")
        ),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 4", name=op.f("ck_door_visit_satisfaction")),
        sa.CheckConstraint(
            "satisfaction IS NULL OR outcome = 'visited'", name=op.f("ck_door_visit_asked")
        ),
        sa.CheckConstraint(
            "time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'", name=op.f("ck_door_visit_time")
        ),
        _refers("door_visit", "building_id", "building"),
        _refers("door_visit", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_visit")),
        sa.UniqueConstraint("key", name=op.f("uq_door_visit_key")),
    )
    op.create_index("ix_door_visit_household_day", "door_visit", ["household", "day"])
    op.create_index("ix_door_visit_day", "door_visit", ["day"])
    op.create_index("ix_door_visit_building_id", "door_visit", ["building_id"])
    op.create_index(op.f("ix_door_visit_person_id"), "door_visit", ["person_id"])
    op.create_index("uq_door_visit_moment", "door_visit", ["household", "day", "time"], unique=True)


def _matters() -> None:
    op.create_table(
        "door_matter",
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("owner_post_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('need', 'dispute')", name=op.f("ck_door_matter_kind")),
        _refers("door_matter", "visit_id", "door_visit"),
        _refers("door_matter", "report_id", "report"),
        _refers("door_matter", "owner_post_id", "post"),
        sa.PrimaryKeyConstraint("visit_id", "report_id", name=op.f("pk_door_matter")),
    )
    op.create_index(op.f("ix_door_matter_report_id"), "door_matter", ["report_id"])
    op.create_index(op.f("ix_door_matter_owner_post_id"), "door_matter", ["owner_post_id"])


def upgrade() -> None:
    _households()
    _rules()
    _visits()
    _matters()
    op.execute(f"INSERT INTO revision (layer, number) VALUES ('{LAYER}', 0)")
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('{LAYER}')"
        )


def downgrade() -> None:
    for table in ("door_matter", "door_visit", "visit_rule", "household"):
        op.drop_table(table)
    op.execute(f"DELETE FROM revision WHERE layer = '{LAYER}'")
