"""second factors, sign-in trials, stand-ins.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _change_accounts()
    _create_trials_and_factors()
    _create_stand_ins()
    op.create_index(
        "ix_audit_entry_account_id_at", "audit_entry", ["account_id", "at"], unique=False
    )
    # Who may only use the tables (and does not own them) can add to the records, not change them.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, step FROM PUBLIC")


def _change_accounts() -> None:
    op.drop_column("account", "failures")
    op.drop_column("account", "locked_until")
    op.add_column(
        "account", sa.Column("must_change", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("account", sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "sign_in", sa.Column("factor_passed", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("sign_in", sa.Column("pending_secret", sa.String(length=64), nullable=True))
    op.add_column("sign_in", sa.Column("agent", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "sign_in", sa.Column("address", sa.String(length=64), server_default="", nullable=False)
    )


def _create_trials_and_factors() -> None:
    op.create_table(
        "sign_in_trial",
        sa.Column("login_sha256", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login_sha256", name=op.f("pk_sign_in_trial")),
    )
    op.create_index(op.f("ix_sign_in_trial_last_at"), "sign_in_trial", ["last_at"], unique=False)
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "code_sha256", name=op.f("pk_recovery_code")),
    )


def _create_stand_ins() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_stand_in_valid_span")
        ),
        sa.CheckConstraint("NOT upper_inf(valid)", name=op.f("ck_stand_in_end")),
        sa.ForeignKeyConstraint(
            ["named_by_id"], ["person.id"], name=op.f("fk_stand_in_named_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stand_in_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_stand_in_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
        postgresql.ExcludeConstraint(
            (sa.column("post_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_stand_in",
        ),
    )
    op.create_index("ix_stand_in_person_id", "stand_in", ["person_id"], unique=False)
    op.execute(
        "CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON stand_in"
        " FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('posts')"
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entry_account_id_at", table_name="audit_entry")
    op.drop_index("ix_stand_in_person_id", table_name="stand_in")
    op.drop_table("stand_in")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_index(op.f("ix_sign_in_trial_last_at"), table_name="sign_in_trial")
    op.drop_table("sign_in_trial")
    for column in ("factor_passed", "pending_secret", "agent", "address"):
        op.drop_column("sign_in", column)
    op.drop_column("account", "must_change")
    op.drop_column("account", "signed_in_at")
    op.add_column(
        "account", sa.Column("failures", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("account", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
