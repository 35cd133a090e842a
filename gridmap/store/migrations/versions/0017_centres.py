"""opening times of service centres, new employment groups.

Revision: 0017, after 0016.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
WEEKDAYS = "'daily', 'workdays', 'weekend', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'"
TABLES = (
    "centre_opening",
    "centre_closure",
    "centre_member",
    "centre_check_in",
    "willing_branch",
    "branch_match",
    "volunteer_report",
)
OF_THE_MAP = ("centre_opening", "centre_closure")
"""What is told of a centre wherever it is shown: the layer `property` is new when it changes."""


EVENT = "party_matched"


def _allowed(table: str) -> list[str]:
    """Return the events that a table takes so far, in order."""
    rule = op.get_bind().scalar(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            f" WHERE conname = 'ck_{table}_event' AND conrelid = '{table}'::regclass"
        )
    )
    return re.findall(r"'([a-z_]+)'", str(rule))


def _allow(table: str, events: list[str], how: str = "") -> None:
    listed = ", ".join(f"'{event}'" for event in events)
    op.drop_constraint(op.f(f"ck_{table}_event"), table, type_="check")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_event CHECK (event IN ({listed})) {how}"
    )


def _valid() -> tuple[sa.Column[object], sa.CheckConstraint]:
    return (
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid_span"),
    )


def _once(name: str, *columns: str) -> postgresql.ExcludeConstraint:
    parts = [(sa.column(column), "=") for column in columns]
    return postgresql.ExcludeConstraint(*parts, (sa.column("valid"), "&&"), using="gist", name=name)


def _dated(table: str, *columns: sa.schema.SchemaItem, once: tuple[str, ...]) -> None:
    valid, check = _valid()
    check.name = op.f(f"ck_{table}_valid_span")
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        valid,
        check,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _once(f"ex_{table}", *once),
    )


def upgrade() -> None:
    _make_times()
    _make_members()
    _make_branches()
    for table in ("message", "message_template"):
        _allow(table, [*_allowed(table), EVENT])
    for table in OF_THE_MAP:
        op.execute(
            f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('property')"
        )
        for event in ("insert", "update", "delete", "truncate"):
            op.execute(
                f"CREATE TRIGGER record_{event} AFTER {event} ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION record_placeless('property', 'nothing')"
            )


def _make_times() -> None:
    _dated(
        "centre_opening",
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("weekdays", sa.String(length=16), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.CheckConstraint(f"weekdays IN ({WEEKDAYS})", name=op.f("ck_centre_opening_weekdays")),
        sa.CheckConstraint(
            f"opens ~ '{CLOCK}' AND (closes ~ '{CLOCK}' OR closes = '24:00')",
            name=op.f("ck_centre_opening_clock"),
        ),
        sa.CheckConstraint("closes > opens", name=op.f("ck_centre_opening_order")),
        once=("centre", "weekdays", "opens"),
    )
    _dated(
        "centre_closure",
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        once=("centre",),
    )


def _volunteer(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return (
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f(f"fk_{table}_volunteer_id")
        ),
    )


def _make_members() -> None:
    _dated(
        "centre_member",
        *_volunteer("centre_member"),
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("employer", sa.Text(), nullable=True),
        once=("volunteer_id",),
    )
    op.create_index("ix_centre_member_centre", "centre_member", ["centre"])
    op.create_table(
        "centre_check_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *_volunteer("centre_check_in"),
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "way IN ('code', 'position', 'organiser')", name=op.f("ck_centre_check_in_way")
        ),
        sa.CheckConstraint(
            "(way = 'position') = (distance_m IS NOT NULL)",
            name=op.f("ck_centre_check_in_distance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_check_in")),
        sa.UniqueConstraint(
            "volunteer_id", "centre", "day", name=op.f("uq_centre_check_in_volunteer_id_centre_day")
        ),
    )
    op.create_index("ix_centre_check_in_centre_day", "centre_check_in", ["centre", "day"])
    op.create_table(
        "volunteer_report",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *_volunteer("volunteer_report"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_volunteer_report_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_volunteer_report")),
    )
    op.create_index("ix_volunteer_report_volunteer_id", "volunteer_report", ["volunteer_id"])


def _make_branches() -> None:
    _dated(
        "willing_branch",
        sa.Column("grid_id", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), server_default="1", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("places > 0", name=op.f("ck_willing_branch_places")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_willing_branch_grid_id")),
        once=("grid_id",),
    )
    op.create_table(
        "branch_match",
        sa.Column("id", sa.Integer(), nullable=False),
        *_volunteer("branch_match"),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("along_roads", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'accepted', 'declined')", name=op.f("ck_branch_match_state")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_branch_match_decided")
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR reason <> ''", name=op.f("ck_branch_match_reason")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["party_organisation.id"],
            name=op.f("fk_branch_match_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_branch_match_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_match")),
        sa.UniqueConstraint(
            "volunteer_id", "organisation_id", name=op.f("uq_branch_match_volunteer_id_organisation_id")
        ),
    )  # fmt: skip
    op.create_index("ix_branch_match_organisation_id", "branch_match", ["organisation_id"])
    op.create_index(
        "uq_branch_match_standing", "branch_match", ["volunteer_id"], unique=True,
        postgresql_where=sa.text("state <> 'declined'"),
    )  # fmt: skip


def downgrade() -> None:
    for table in ("message", "message_template"):
        left = [event for event in _allowed(table) if event != EVENT]
        _allow(table, left, "NOT VALID")
    for table in reversed(TABLES):
        op.drop_table(table)
