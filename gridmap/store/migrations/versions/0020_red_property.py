"""joint posts, agendas and follow-up, what responsible units did; a company's party organisation gets its days.

Revision: 0020, after 0019.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LAYER = "red_property"
TABLES = (
    "company_party",
    "joint_post",
    "self_management",
    "meeting_item",
    "meeting_agency",
    "meeting_task",
    "unit_deed",
)
DRAWN = ("company_party",)
"""Of these tables: a change shows in the colours of the map."""
DRAWN_NOW = ("property_company", "property_contract", "owners_committee", "unserved_compound")
"""Tables of the layer `property` that had nothing to do with the map so far."""
EVENTS = ("follow_up_named", "follow_up_due", "follow_up_late", "unit_idle")
TOLD = ("message", "message_template")
"""Tables that name the events that are told."""
FORMS = "party_form IN ('alone', 'joint', 'adviser')"
CODE = "'HY' || repeat('0', greatest(6 - length(id::text), 0)) || id::text"


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


def _dated(table: str, columns: list[sa.Column], *constraints: sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        *constraints,
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f(f"ck_{table}_valid_span")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _plain(table: str, columns: list[sa.Column], *constraints: sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *constraints,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _alone(name: str, *columns: str) -> sa.Constraint:
    parts = [(sa.column(column), "=") for column in columns]
    return postgresql.ExcludeConstraint(*parts, (sa.column("valid"), "&&"), name=name, using="gist")


def _int(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=null)


def _text(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=null)


def _property() -> None:
    table = "company_party"
    _dated(
        table,
        [
            _int("company_id"),
            sa.Column("party_form", sa.String(length=16), nullable=False),
            _text("name", null=True),
        ],
        sa.CheckConstraint(FORMS, name=op.f("ck_company_party_party_form")),
        _refers(table, "company_id", "property_company"),
        _alone("ex_company_party", "company_id"),
    )
    op.execute("""
        INSERT INTO company_party (company_id, party_form, valid)
        SELECT c.id, c.party_form, daterange(coalesce(
            (SELECT min(lower(k.valid)) FROM property_contract k WHERE k.company_id = c.id), CURRENT_DATE), NULL)
        FROM property_company c WHERE c.party_form IS NOT NULL
    """)
    op.drop_constraint(op.f("ck_property_company_party_form"), "property_company", type_="check")
    op.drop_column("property_company", "party_form")
    table = "joint_post"
    _dated(
        table,
        [
            _int("community_id"),
            _int("person_id"),
            _int("company_id", null=True),
            _int("compound_id", null=True),
            sa.Column("duty", sa.String(length=24), nullable=False),
        ],
        sa.CheckConstraint(
            "num_nonnulls(company_id, compound_id) = 1", name=op.f("ck_joint_post_side")
        ),
        sa.CheckConstraint("duty IN ('member', 'deputy')", name=op.f("ck_joint_post_duty")),
        _refers(table, "community_id", "area"),
        _refers(table, "person_id", "person"),
        _refers(table, "company_id", "property_company"),
        _refers(table, "compound_id", "compound"),
        _alone("ex_joint_post", "person_id", "community_id"),
    )
    for column in ("community_id", "company_id", "compound_id"):
        op.create_index(op.f(f"ix_joint_post_{column}"), table, [column])
    table = "self_management"
    _dated(
        table,
        [
            _int("compound_id"),
            sa.Column("work", sa.String(length=16), nullable=False),
            _text("manager"),
            sa.Column("phone", sa.String(length=32), nullable=True),
        ],
        sa.CheckConstraint(
            "work IN ('cleaning', 'gate', 'repairs', 'lights', 'drains', 'parking', 'greenery', 'fire')",
            name=op.f("ck_self_management_work"),
        ),
        sa.CheckConstraint("manager <> ''", name=op.f("ck_self_management_manager")),
        _refers(table, "compound_id", "compound"),
        _alone("ex_self_management", "compound_id", "work"),
    )


def _meetings() -> None:
    op.add_column(
        "joint_meeting",
        sa.Column("code", sa.String(length=24), sa.Computed(CODE, persisted=True), nullable=False),
    )
    op.create_unique_constraint(op.f("uq_joint_meeting_code"), "joint_meeting", ["code"])
    table = "meeting_item"
    _plain(
        table,
        [_int("meeting_id"), _int("position"), _text("title"), _text("decision", null=True)],
        sa.CheckConstraint("position BETWEEN 1 AND 99", name=op.f("ck_meeting_item_position")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_meeting_item_title")),
        _refers(table, "meeting_id", "joint_meeting"),
        sa.UniqueConstraint(
            "meeting_id", "position", name=op.f("uq_meeting_item_meeting_id_position")
        ),
    )
    table = "meeting_agency"
    _plain(
        table,
        [_int("meeting_id"), _int("agency_id")],
        _refers(table, "meeting_id", "joint_meeting"),
        _refers(table, "agency_id", "agency"),
        sa.UniqueConstraint(
            "meeting_id", "agency_id", name=op.f("uq_meeting_agency_meeting_id_agency_id")
        ),
    )
    op.create_index(op.f("ix_meeting_agency_agency_id"), table, ["agency_id"])
    table = "meeting_task"
    _plain(
        table,
        [
            _int("meeting_id"),
            _text("title"),
            _int("person_id"),
            sa.Column("due", sa.Date(), nullable=False),
            sa.Column("done_on", sa.Date(), nullable=True),
            _text("result", null=True),
            sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        ],
        sa.CheckConstraint("title <> ''", name=op.f("ck_meeting_task_title")),
        sa.CheckConstraint(
            "done_on IS NULL OR coalesce(result, '') <> ''", name=op.f("ck_meeting_task_result")
        ),
        _refers(table, "meeting_id", "joint_meeting"),
        _refers(table, "person_id", "person"),
        sa.UniqueConstraint("meeting_id", "title", name=op.f("uq_meeting_task_meeting_id_title")),
    )
    op.create_index("ix_meeting_task_due", table, ["due"])
    op.create_index(op.f("ix_meeting_task_person_id"), table, ["person_id"])


def _units() -> None:
    table = "unit_deed"
    _plain(
        table,
        [
            _int("community_id"),
            _int("agency_id"),
            sa.Column("day", sa.Date(), nullable=False),
            sa.Column("kind", sa.String(length=16), nullable=False),
            _text("note"),
        ],
        sa.CheckConstraint(
            "kind IN ('visit', 'project', 'lecture', 'help', 'other')",
            name=op.f("ck_unit_deed_kind"),
        ),
        sa.CheckConstraint("note <> ''", name=op.f("ck_unit_deed_note")),
        _refers(table, "community_id", "area"),
        _refers(table, "agency_id", "agency"),
        sa.UniqueConstraint(
            "community_id",
            "agency_id",
            "day",
            "kind",
            name=op.f("uq_unit_deed_community_id_agency_id_day_kind"),
        ),
    )
    op.create_index(op.f("ix_unit_deed_agency_id"), table, ["agency_id"])
    op.create_index("ix_unit_deed_day", table, ["day"])


def _record(table: str, layer: str, event: str, much: str) -> None:
    op.execute(
        f"CREATE TRIGGER record_{event.lower()} AFTER {event} ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION record_placeless('{layer}', '{much}')"
    )


def _follow() -> None:
    op.execute(f"INSERT INTO revision (layer, number) VALUES ('{LAYER}', 0)")
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('{LAYER}')"
        )
        for event in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            _record(table, LAYER, event, "all" if table in DRAWN else "nothing")
    _redraw("all")


def _redraw(much: str) -> None:
    for table in DRAWN_NOW:
        for event in ("INSERT", "UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER record_{event.lower()} ON {table}")
            _record(table, "property", event, much)


def upgrade() -> None:
    _property()
    _meetings()
    _units()
    _follow()
    for table in TOLD:
        _allow([*_allowed(table), *EVENTS], table)


def downgrade() -> None:
    for table in TOLD:  # what was told stays told
        _allow([one for one in _allowed(table) if one not in EVENTS], table, "NOT VALID")
    _redraw("nothing")
    op.add_column("property_company", sa.Column("party_form", sa.String(length=16), nullable=True))
    op.create_check_constraint(
        op.f("ck_property_company_party_form"), "property_company", f"party_form IS NULL OR {FORMS}"
    )
    op.execute("""
        UPDATE property_company c SET party_form = p.party_form
        FROM company_party p WHERE p.company_id = c.id AND p.valid @> CURRENT_DATE
    """)
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint(op.f("uq_joint_meeting_code"), "joint_meeting", type_="unique")
    op.drop_column("joint_meeting", "code")
    op.execute(f"DELETE FROM revision WHERE layer = '{LAYER}'")
    op.execute(f"DELETE FROM ledger_change WHERE layer = '{LAYER}'")
