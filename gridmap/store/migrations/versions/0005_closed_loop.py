"""the closed loop: deadlines, outcomes, feedback, followers, saved views.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STAGES_BEFORE = ("filed", "accepted")
STAGES = (*STAGES_BEFORE, "handling", "checking", "asking", "suspended", "joined", "closed")
RUNGS = ("building_group", "grid_branch", "community", "township", "county")
OUTCOMES = ("solved", "not_solved", "not_ours", "duplicate")
PHOTO_KINDS = ("near", "far", "before", "after")
CHECKS = (
    ("report", "outcome", "outcome", OUTCOMES),
    ("report", "sender_rung", "sender_rung", RUNGS),
    ("step", "outcome", "outcome", OUTCOMES),
    ("photo", "kind", "kind", PHOTO_KINDS),
)
RULES = {
    "closed": "(stage = 'closed') = (closed_at IS NOT NULL)",
    "joined": "(stage = 'joined') = (joined_to_id IS NOT NULL)",
    "owner": "(stage = 'suspended') = (owner_post_id IS NOT NULL)",
    "agency": "agency_id IS NULL OR entrusted",
}


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _set_stages(words: tuple[str, ...]) -> None:
    for table in ("report", "step"):
        op.drop_constraint(op.f(f"ck_{table}_stage"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_stage"), table, _one_of("stage", words))


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view_person_id_name")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("step_sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.String(length=16), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "satisfaction IN ('satisfied', 'basically', 'dissatisfied')",
            name=op.f("ck_feedback_satisfaction"),
        ),
        sa.CheckConstraint(
            "reached = (contacted IS NOT NULL AND solved IS NOT NULL AND satisfaction IS NOT NULL)",
            name=op.f("ck_feedback_answer"),
        ),
        sa.ForeignKeyConstraint(["caller_id"], ["person.id"], name=op.f("fk_feedback_caller_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_feedback_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint(
            "report_id", "step_sequence", name=op.f("uq_feedback_report_id_step_sequence")
        ),
    )
    op.create_index(op.f("ix_feedback_at"), "feedback", ["at"], unique=False)
    op.create_table(
        "follower",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("track_key", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=2), server_default="zh", nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_follower_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_follower_idempotency_key")),
    )
    op.create_index("ix_follower_report_id", "follower", ["report_id"], unique=False)
    op.add_column(
        "photo", sa.Column("step_sequence", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("photo", sa.Column("kind", sa.String(length=8), nullable=True))
    op.add_column("report", sa.Column("reporter_email", sa.Text(), nullable=True))
    op.add_column(
        "report", sa.Column("language", sa.String(length=2), server_default="zh", nullable=False)
    )
    op.add_column(
        "report", sa.Column("entrusted", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("report", sa.Column("agency_id", sa.Integer(), nullable=True))
    op.add_column("report", sa.Column("sender_rung", sa.String(length=32), nullable=True))
    op.add_column("report", sa.Column("handler_id", sa.Integer(), nullable=True))
    op.add_column("report", sa.Column("handler_post_id", sa.Integer(), nullable=True))
    op.add_column("report", sa.Column("owner_post_id", sa.Integer(), nullable=True))
    op.add_column("report", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.add_column("report", sa.Column("joined_to_id", sa.BigInteger(), nullable=True))
    op.add_column("report", sa.Column("outcome", sa.String(length=16), nullable=True))
    op.add_column("report", sa.Column("rounds", sa.Integer(), server_default="0", nullable=False))
    op.add_column("report", sa.Column("stage_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("acts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("supervised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_report_acts_at",
        "report",
        ["acts_at"],
        unique=False,
        postgresql_where=sa.text("acts_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_report_agency_id"), "report", ["agency_id"], unique=False)
    op.create_index("ix_report_category_id_stage", "report", ["category_id", "stage"], unique=False)
    op.create_index(op.f("ix_report_due_at"), "report", ["due_at"], unique=False)
    op.create_index(op.f("ix_report_handler_id"), "report", ["handler_id"], unique=False)
    op.create_index(op.f("ix_report_joined_to_id"), "report", ["joined_to_id"], unique=False)
    op.create_index(op.f("ix_report_parent_id"), "report", ["parent_id"], unique=False)
    op.create_index("ix_report_promised_at", "report", ["promised_at"], unique=False)
    op.create_index(
        "ix_report_remind_at",
        "report",
        ["remind_at"],
        unique=False,
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_report_handler_post_id"), "report", "post", ["handler_post_id"], ["id"]
    )
    op.create_foreign_key(op.f("fk_report_parent_id"), "report", "report", ["parent_id"], ["id"])
    op.create_foreign_key(op.f("fk_report_agency_id"), "report", "agency", ["agency_id"], ["id"])
    op.create_foreign_key(op.f("fk_report_handler_id"), "report", "person", ["handler_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_report_owner_post_id"), "report", "post", ["owner_post_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_report_joined_to_id"), "report", "report", ["joined_to_id"], ["id"]
    )
    op.add_column("step", sa.Column("outcome", sa.String(length=16), nullable=True))
    op.add_column(
        "step",
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column("step", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("step", sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("step", sa.Column("lon", sa.Double(), nullable=True))
    op.add_column("step", sa.Column("lat", sa.Double(), nullable=True))
    op.add_column("step", sa.Column("key", sa.String(length=64), nullable=True))
    op.create_index("ix_step_at", "step", ["at"], unique=False)
    op.create_unique_constraint(op.f("uq_step_key"), "step", ["key"])
    op.create_index(
        "ix_report_filed_by_id",
        "report",
        ["filed_by_id"],
        unique=False,
        postgresql_where=sa.text("filed_by_id IS NOT NULL"),
    )
    op.execute("UPDATE report SET stage_since = filed_at")
    op.alter_column("report", "stage_since", nullable=False)
    _set_stages(STAGES)
    for table, name, column, words in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, _one_of(column, words))
    for name, rule in RULES.items():
        op.create_check_constraint(op.f(f"ck_report_{name}"), "report", rule)
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OF report_id, step_sequence, at, reached, contacted, solved, satisfaction"
        " OR DELETE OR TRUNCATE ON feedback FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_index("ix_report_filed_by_id", table_name="report")
    _set_stages(STAGES_BEFORE)
    op.drop_constraint(op.f("uq_step_key"), "step", type_="unique")
    op.drop_index("ix_step_at", table_name="step")
    op.drop_column("step", "key")
    op.drop_column("step", "lat")
    op.drop_column("step", "lon")
    op.drop_column("step", "rule")
    op.drop_column("step", "due_at")
    op.drop_column("step", "details")
    op.drop_column("step", "outcome")
    op.drop_constraint(op.f("fk_report_joined_to_id"), "report", type_="foreignkey")
    op.drop_constraint(op.f("fk_report_owner_post_id"), "report", type_="foreignkey")
    op.drop_constraint(op.f("fk_report_handler_id"), "report", type_="foreignkey")
    op.drop_constraint(op.f("fk_report_agency_id"), "report", type_="foreignkey")
    op.drop_constraint(op.f("fk_report_parent_id"), "report", type_="foreignkey")
    op.drop_constraint(op.f("fk_report_handler_post_id"), "report", type_="foreignkey")
    op.drop_index(
        "ix_report_remind_at",
        table_name="report",
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.drop_index("ix_report_promised_at", table_name="report")
    op.drop_index(op.f("ix_report_parent_id"), table_name="report")
    op.drop_index(op.f("ix_report_joined_to_id"), table_name="report")
    op.drop_index(op.f("ix_report_handler_id"), table_name="report")
    op.drop_index(op.f("ix_report_due_at"), table_name="report")
    op.drop_index("ix_report_category_id_stage", table_name="report")
    op.drop_index(op.f("ix_report_agency_id"), table_name="report")
    op.drop_index(
        "ix_report_acts_at", table_name="report", postgresql_where=sa.text("acts_at IS NOT NULL")
    )
    op.drop_column("report", "erased_at")
    op.drop_column("report", "supervised_at")
    op.drop_column("report", "closed_at")
    op.drop_column("report", "handled_at")
    op.drop_column("report", "promised_at")
    op.drop_column("report", "acts_at")
    op.drop_column("report", "remind_at")
    op.drop_column("report", "due_at")
    op.drop_column("report", "stage_since")
    op.drop_column("report", "rounds")
    op.drop_column("report", "outcome")
    op.drop_column("report", "joined_to_id")
    op.drop_column("report", "parent_id")
    op.drop_column("report", "owner_post_id")
    op.drop_column("report", "handler_post_id")
    op.drop_column("report", "handler_id")
    op.drop_column("report", "sender_rung")
    op.drop_column("report", "agency_id")
    op.drop_column("report", "entrusted")
    op.drop_column("report", "language")
    op.drop_column("report", "reporter_email")
    op.drop_column("photo", "kind")
    op.drop_column("photo", "step_sequence")
    op.drop_index("ix_follower_report_id", table_name="follower")
    op.drop_table("follower")
    op.drop_index(op.f("ix_feedback_at"), table_name="feedback")
    op.drop_table("feedback")
    op.drop_table("saved_view")
