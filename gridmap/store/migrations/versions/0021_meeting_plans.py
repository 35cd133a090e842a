"""joint meetings are planned ahead, with invitations and proposed points; companies and committees at meetings.

Revision: 0021, after 0020.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

LAYER = "red_property"
EVENTS = (
    "joint_called",
    "joint_soon",
    "joint_moved",
    "joint_cancelled",
    "joint_waiting",
    "doors_late",
    "doors_behind",
)
TOLD = ("message", "message_template")
"""Tables that name the events that are told."""
SIDES = ("company_id", "compound_id", "community_id")
CLOCK = "time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'"
REFERS = {
    "company_id": "property_company",
    "compound_id": "compound",
    "community_id": "area",
    "agency_id": "agency",
    "person_id": "person",
    "plan_id": "meeting_plan",
    "meeting_id": "joint_meeting",
    "report_id": "report",
}


def _allowed(table: str) -> list[str]:
    """Return the events that a table takes so far, in order."""
    known = op.get_bind().scalar(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            f" WHERE conname = 'ck_{table}_event' AND conrelid = '{table}'::regclass"
        )
    )
    return re.findall(r"'([a-z_]+)'", known)


def _allow(events: list[str], table: str, how: str = "") -> None:
    listed = ", ".join(f"'{event}'" for event in events)
    op.drop_constraint(op.f(f"ck_{table}_event"), table, type_="check")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_event CHECK (event IN ({listed})) {how}"
    )


def _table(table: str, columns: list[sa.Column], *constraints: sa.Constraint) -> None:
    """Make a table whose columns named after another table refer to it."""
    links = [
        sa.ForeignKeyConstraint(
            [one.name],
            [f"{REFERS[one.name]}.id"],
            name=op.f(f"fk_{table}_{one.name}"),
            ondelete="SET NULL" if (table, one.name) == ("meeting_plan", "meeting_id") else None,
        )
        for one in columns
        if one.name in REFERS
    ]
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *constraints,
        *links,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _int(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=null)


def _text(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=null)


def _day() -> sa.Column:
    return sa.Column("day", sa.Date(), nullable=False)


def _clock() -> sa.Column:
    return sa.Column("time", sa.String(length=5), nullable=False)


def _at(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _check(table: str, name: str, rule: str) -> sa.Constraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _parties() -> None:
    table = "meeting_party"
    _table(
        table,
        [
            _int("meeting_id"),
            *(_int(side, null=True) for side in SIDES),
            sa.Column("came", sa.Boolean(), nullable=False),
        ],
        _check(table, "side", f"num_nonnulls({', '.join(SIDES)}) = 1"),
        sa.UniqueConstraint(
            "meeting_id", *SIDES, name="uq_meeting_party", postgresql_nulls_not_distinct=True
        ),
    )
    for side in SIDES:
        op.create_index(op.f(f"ix_meeting_party_{side}"), table, [side])
    op.execute(
        f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('{LAYER}')"
    )
    for event in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
        op.execute(
            f"CREATE TRIGGER record_{event.lower()} AFTER {event} ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION record_placeless('{LAYER}', 'nothing')"
        )


def _plans() -> None:
    table = "meeting_plan"
    _table(
        table,
        [
            _int("community_id"),
            _day(),
            _clock(),
            _text("place"),
            _text("topic"),
            _text("note", null=True),
            sa.Column("state", sa.String(length=16), server_default="planned", nullable=False),
            _text("reason", null=True),
            _int("meeting_id", null=True),
            _int("person_id"),
            _at("made_at"),
        ],
        _check(table, "time", CLOCK),
        _check(table, "words", "topic <> '' AND place <> ''"),
        _check(table, "state", "state IN ('planned', 'held', 'cancelled')"),
        _check(table, "held", "meeting_id IS NULL OR state = 'held'"),
        _check(table, "cancelled", "(state = 'cancelled') = (coalesce(reason, '') <> '')"),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_meeting_plan_meeting_id")),
    )
    op.create_index(
        "uq_meeting_plan_open",
        table,
        ["community_id", "day", "topic"],
        unique=True,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index("ix_meeting_plan_day", table, ["day"])
    table = "meeting_move"
    _table(
        table,
        [
            _int("plan_id"),
            _day(),
            _clock(),
            _text("place"),
            _text("reason"),
            _int("person_id"),
            _at("at"),
        ],
        _check(table, "reason", "reason <> ''"),
    )
    op.create_index(op.f("ix_meeting_move_plan_id"), table, ["plan_id"])


def _asked() -> None:
    table, sides = "meeting_invite", (*SIDES, "agency_id", "person_id")
    _table(
        table,
        [
            _int("plan_id"),
            *(_int(side, null=True) for side in sides),
            sa.Column("came", sa.Boolean(), nullable=True),
        ],
        _check(table, "side", f"num_nonnulls({', '.join(sides)}) = 1"),
        sa.UniqueConstraint(
            "plan_id", *sides, name="uq_meeting_invite", postgresql_nulls_not_distinct=True
        ),
    )
    table = "meeting_proposal"
    _table(
        table,
        [
            _int("plan_id"),
            _text("title"),
            sa.Column("report_id", sa.BigInteger(), nullable=True),
            _int("compound_id", null=True),
            _int("person_id"),
            _at("at"),
        ],
        _check(table, "title", "title <> ''"),
        sa.UniqueConstraint("plan_id", "title", name=op.f("uq_meeting_proposal_plan_id_title")),
        sa.UniqueConstraint(
            "plan_id", "report_id", name=op.f("uq_meeting_proposal_plan_id_report_id")
        ),
    )


def upgrade() -> None:
    _parties()
    _plans()
    _asked()
    for table in TOLD:
        _allow([*_allowed(table), *EVENTS], table)


def downgrade() -> None:
    for table in TOLD:  # what was told stays told
        _allow([one for one in _allowed(table) if one not in EVENTS], table, "NOT VALID")
    for table in (
        "meeting_proposal",
        "meeting_invite",
        "meeting_move",
        "meeting_plan",
        "meeting_party",
    ):
        op.drop_table(table)
