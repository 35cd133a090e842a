"""other systems: API keys, what they have filed, webhooks with their events and deliveries.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OLD_EVENTS = (
    "'held', 'reminded', 'climbed', 'returned', 'supervised', 'handed_over', 'reopened', 'overdue_at_county',"
    " 'resumed', 'joined', 'plan_returned', 'plan_approved', 'plan_adopted', 'plan_withdrawn', 'reporter_filed',"
    " 'reporter_accepted', 'reporter_dispatched', 'reporter_asked', 'reporter_reopened', 'reporter_suspended',"
    " 'reporter_closed', 'reporter_joined', 'gap_named', 'gap_overdue', 'gap_mended', 'gap_dropped'"
)
NEW_EVENTS = "'webhook_stopped'"
KINDS = "'report.filed', 'report.moved', 'report.closed', 'report.reopened', 'plan.published', 'plan.withdrawn'"
MOMENT = sa.DateTime(timezone=True)


def _allow_events(events: str, how: str = "") -> None:
    for table in ("message", "message_template"):
        op.drop_constraint(op.f(f"ck_{table}_event"), table, type_="check")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_event CHECK (event IN ({events})) {how}"
        )


def upgrade() -> None:
    _allow_events(f"{OLD_EVENTS}, {NEW_EVENTS}")
    _make_keys()
    _make_webhooks()
    _make_deliveries()
    _make_triggers()


def _make_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.String(length=32)), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.CheckConstraint("per_minute BETWEEN 1 AND 100000", name=op.f("ck_api_key_per_minute")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_api_key_area_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_api_key_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_api_key_key_sha256")),
    )
    op.create_table(
        "api_filing",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_api_filing_report_id")),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_api_filing_key_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_api_filing")),
        sa.UniqueConstraint("key_id", "token", name=op.f("uq_api_filing_key_id_token")),
    )
    op.create_index("ix_api_filing_again", "api_filing", ["key_id", "body_sha256", "at"])


def _make_webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.String(length=32)), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_until", MOMENT, nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("stopped_why", sa.Text(), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(old_secret IS NULL) = (old_until IS NULL)", name=op.f("ck_webhook_old_secret")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "uid",
            sa.Text(),
            server_default=sa.text("'evt_' || replace(gen_random_uuid()::text, '-', '')"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=True),
        sa.Column("adoption_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("spread_at", MOMENT, nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_webhook_event_kind")),
        sa.CheckConstraint(
            "(step_id IS NULL) <> (adoption_id IS NULL)", name=op.f("ck_webhook_event_subject")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["step.id"], name=op.f("fk_webhook_event_step_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["adoption_id"],
            ["plan_adoption.id"],
            name=op.f("fk_webhook_event_adoption_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
    )
    op.create_index(op.f("ix_webhook_event_at"), "webhook_event", ["at"])
    op.create_index(
        "ix_webhook_event_waiting",
        "webhook_event",
        ["id"],
        postgresql_where=sa.text("spread_at IS NULL"),
    )


def _make_deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=12), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'failed', 'given_up')",
            name=op.f("ck_webhook_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint(
            "webhook_id", "message_id", name=op.f("uq_webhook_delivery_webhook_id_message_id")
        ),
    )
    op.create_index(op.f("ix_webhook_delivery_at"), "webhook_delivery", ["at"])
    op.create_index(
        "ix_webhook_delivery_waiting",
        "webhook_delivery",
        ["next_at"],
        postgresql_where=sa.text("state IN ('pending', 'failed')"),
    )
    op.create_index(
        "ix_webhook_delivery_sending",
        "webhook_delivery",
        ["claimed_at"],
        postgresql_where=sa.text("state = 'sending'"),
    )


def _make_triggers() -> None:
    """Events are rows of the transaction in which they happened: steps, also those of the sweep, and plans.

    Steps between those who work on a report are left out, and parts of reports: see
    `gridmap.dispatch.following` for what the public may know of.
    """
    op.execute("""
        CREATE FUNCTION tell_webhooks_of_steps() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM webhook WHERE active) THEN
                RETURN NULL;
            END IF;
            INSERT INTO webhook_event (kind, step_id, at)
            SELECT CASE
                    WHEN fresh.action = 'filed' THEN 'report.filed'
                    WHEN fresh.action = 'reopened' THEN 'report.reopened'
                    WHEN fresh.stage IN ('closed', 'joined') THEN 'report.closed'
                    ELSE 'report.moved'
                END, fresh.id, fresh.at
            FROM fresh JOIN report ON report.id = fresh.report_id
            WHERE report.parent_id IS NULL
                AND fresh.action NOT IN ('noted', 'supervised', 'handed_over', 'replaced', 'unreached')
            ORDER BY fresh.id;
            IF FOUND THEN
                PERFORM pg_notify('gridmap_webhooks', '');
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER tell_webhooks AFTER INSERT ON step REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_webhooks_of_steps()"
    )
    op.execute("""
        CREATE FUNCTION tell_webhooks_of_plans() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO webhook_event (kind, adoption_id, at)
            SELECT CASE WHEN NEW.withdrawn_at IS NULL THEN 'plan.published' ELSE 'plan.withdrawn' END,
                NEW.id, coalesce(NEW.withdrawn_at, NEW.at)
            WHERE EXISTS (SELECT FROM webhook WHERE active);
            IF FOUND THEN
                PERFORM pg_notify('gridmap_webhooks', '');
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER tell_webhooks AFTER INSERT ON plan_adoption FOR EACH ROW"
        " EXECUTE FUNCTION tell_webhooks_of_plans()"
    )
    op.execute(
        "CREATE TRIGGER tell_webhooks_withdrawn AFTER UPDATE OF withdrawn_at ON plan_adoption FOR EACH ROW"
        " WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL)"
        " EXECUTE FUNCTION tell_webhooks_of_plans()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_webhooks ON step")
    op.execute("DROP TRIGGER tell_webhooks ON plan_adoption")
    op.execute("DROP TRIGGER tell_webhooks_withdrawn ON plan_adoption")
    op.execute("DROP FUNCTION tell_webhooks_of_steps()")
    op.execute("DROP FUNCTION tell_webhooks_of_plans()")
    for table in ("webhook_delivery", "webhook_event", "webhook", "api_filing", "api_key"):
        op.drop_table(table)
    _allow_events(OLD_EVENTS, "NOT VALID")  # what was told stays told
