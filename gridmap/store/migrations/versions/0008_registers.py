"""registers: corrections, joint meetings, photos and reports of visits, contacts of units.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _corrections()
    _meetings()
    _visits()
    op.add_column("responsible_unit", sa.Column("contact", sa.Text(), nullable=True))
    op.add_column("responsible_unit", sa.Column("contact_phone", sa.String(32), nullable=True))


def _corrections() -> None:
    op.create_table(
        "register_correction",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("register", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_register_correction_reason")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_register_correction_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_correction")),
    )
    op.create_index(
        "ix_register_correction_record", "register_correction", ["register", "record_id"]
    )
    op.create_index(
        "ix_register_correction_subject", "register_correction", ["register", "subject"]
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON register_correction"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _meetings() -> None:
    op.create_table(
        "joint_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("attended", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=True),
        sa.CheckConstraint("topic <> ''", name=op.f("ck_joint_meeting_topic")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_joint_meeting_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_meeting")),
        sa.UniqueConstraint(
            "community_id", "day", "topic", name=op.f("uq_joint_meeting_community_id_day_topic")
        ),
    )
    op.create_index("ix_joint_meeting_day", "joint_meeting", ["day"])
    op.execute(
        "CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON joint_meeting"
        " FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('posts')"
    )


def _visits() -> None:
    op.create_table(
        "visit_photo",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_photo_visit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_photo")),
        sa.UniqueConstraint("visit_id", "position", name=op.f("uq_visit_photo_visit_id_position")),
    )
    op.create_table(
        "visit_report",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_visit_report_report_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_report_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "report_id", name=op.f("pk_visit_report")),
    )
    op.create_index(op.f("ix_visit_report_report_id"), "visit_report", ["report_id"])


def downgrade() -> None:
    op.drop_column("responsible_unit", "contact_phone")
    op.drop_column("responsible_unit", "contact")
    op.drop_table("visit_report")
    op.drop_table("visit_photo")
    op.drop_table("joint_meeting")
    op.drop_table("register_correction")
