"""the inbox, messages on their way, the job queue.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EVENTS = (
    "'held', 'reminded', 'climbed', 'returned', 'supervised', 'handed_over', 'reopened', 'overdue_at_county',"
    " 'resumed', 'joined', 'reporter_filed', 'reporter_accepted', 'reporter_dispatched', 'reporter_asked',"
    " 'reporter_reopened', 'reporter_suspended', 'reporter_closed', 'reporter_joined'"
)
JOB_TABLES = ("events", "periodic_defers", "jobs", "workers")


def upgrade() -> None:
    _make_channels()
    _make_messages()
    # The job runner's own schema, as the pinned release brings it: docs/decisions/0008-jobs.md.
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(SchemaManager.get_schema())


def _make_channels() -> None:
    op.create_table(
        "channel_setting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_url", sa.Text(), server_default="", nullable=False),
        sa.Column("mail_on", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("port", sa.Integer(), server_default="465", nullable=False),
        sa.Column("security", sa.String(length=16), server_default="tls", nullable=False),
        sa.Column("login", sa.Text(), server_default="", nullable=False),
        sa.Column("password", sa.Text(), server_default="", nullable=False),
        sa.Column("from_address", sa.Text(), server_default="", nullable=False),
        sa.Column("from_name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_channel_setting_single")),
        sa.CheckConstraint(
            "security IN ('tls', 'starttls', 'none')", name=op.f("ck_channel_setting_security")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_setting")),
    )
    op.create_table(
        "robot",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("events", postgresql.ARRAY(sa.String(length=32)), nullable=False),
        sa.Column("language", sa.String(length=2), server_default="zh", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('wecom', 'dingtalk')", name=op.f("ck_robot_kind")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_robot_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot")),
    )
    op.create_index(op.f("ix_robot_area_id"), "robot", ["area_id"])
    op.create_table(
        "message_template",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"event IN ({EVENTS})", name=op.f("ck_message_template_event")),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_message_template_language")),
        sa.CheckConstraint(
            "(subject IS NULL) = (body IS NULL)", name=op.f("ck_message_template_words")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_message_template_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
    )
    op.create_index("ix_message_template_event", "message_template", ["event", "language", "id"])
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON message_template"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _make_messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("robot_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("report_number", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"event IN ({EVENTS})", name=op.f("ck_message_event")),
        sa.CheckConstraint(
            "num_nonnulls(person_id, email, robot_id) = 1", name=op.f("ck_message_recipient")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id")),
        sa.ForeignKeyConstraint(["robot_id"], ["robot.id"], name=op.f("fk_message_robot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "key",
            "person_id",
            "email",
            "robot_id",
            name="uq_message_key",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_message_person_id", "message", ["person_id", "id"])
    op.create_index(
        "ix_message_unread",
        "message",
        ["person_id"],
        postgresql_where=sa.text("read_at IS NULL AND person_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_message_robot_id"), "message", ["robot_id"])
    op.create_index(op.f("ix_message_report_number"), "message", ["report_number"])
    op.create_index(op.f("ix_message_at"), "message", ["at"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'robot')", name=op.f("ck_delivery_channel")),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'failed', 'given_up', 'uncertain')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_delivery_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", "channel", name=op.f("uq_delivery_message_id_channel")),
    )
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["next_at"],
        postgresql_where=sa.text("state IN ('pending', 'failed')"),
    )
    op.create_index(
        "ix_delivery_sending",
        "delivery",
        ["claimed_at"],
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_delivery_trouble",
        "delivery",
        ["id"],
        postgresql_where=sa.text("state IN ('failed', 'given_up', 'uncertain')"),
    )


def downgrade() -> None:
    for table in JOB_TABLES:
        op.execute(f"DROP TABLE procrastinate_{table} CASCADE")
    op.execute("""
        DO $$
        DECLARE found regprocedure;
        BEGIN
            FOR found IN SELECT oid::regprocedure FROM pg_proc
                WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace
            LOOP
                EXECUTE 'DROP FUNCTION ' || found || ' CASCADE';
            END LOOP;
        END $$
    """)
    for kind in ("job_to_defer_v1", "job_status", "job_event_type"):
        op.execute(f"DROP TYPE procrastinate_{kind} CASCADE")
    for table in ("delivery", "message", "message_template", "robot", "channel_setting"):
        op.drop_table(table)
