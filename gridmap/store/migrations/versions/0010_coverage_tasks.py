"""coverage tasks: who mends a gap of coverage, by when, and how it ended.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD_EVENTS = (
    "'held', 'reminded', 'climbed', 'returned', 'supervised', 'handed_over', 'reopened', 'overdue_at_county',"
    " 'resumed', 'joined', 'plan_returned', 'plan_approved', 'plan_adopted', 'plan_withdrawn', 'reporter_filed',"
    " 'reporter_accepted', 'reporter_dispatched', 'reporter_asked', 'reporter_reopened', 'reporter_suspended',"
    " 'reporter_closed', 'reporter_joined'"
)
NEW_EVENTS = "'gap_named', 'gap_overdue', 'gap_mended', 'gap_dropped'"
"""Messages about gaps of coverage; see `gridmap.messaging.words.Event`."""


def _allow_events(events: str, how: str = "") -> None:
    for table in ("message", "message_template"):
        op.drop_constraint(op.f(f"ck_{table}_event"), table, type_="check")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_event CHECK (event IN ({events})) {how}"
        )


def upgrade() -> None:
    _allow_events(f"{OLD_EVENTS}, {NEW_EVENTS}")
    op.create_table(
        "coverage_task",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("check", sa.String(length=32), nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("subject_name", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("ended", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("ended IN ('mended', 'dropped')", name=op.f("ck_coverage_task_ended")),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (ended IS NULL)", name=op.f("ck_coverage_task_closed")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_coverage_task_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_coverage_task_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["person.id"], name=op.f("fk_coverage_task_opened_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_coverage_task_closed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_task")),
    )
    op.create_index(
        "uq_coverage_task_open",
        "coverage_task",
        ["check", "subject_kind", "subject_code"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_coverage_task_owner_id", "coverage_task", ["owner_id"])
    op.create_index("ix_coverage_task_community_id", "coverage_task", ["community_id"])


def downgrade() -> None:
    _allow_events(OLD_EVENTS, "NOT VALID")  # what was told stays told
    op.drop_table("coverage_task")
