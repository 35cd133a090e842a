"""erasable: corrections of registers lose the words that an erasure takes; since then they are not kept at all.

Revision: 0024, after 0023.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEPT = {"households": ("name", "contact_phone", "note"), "door-visits": ("note",)}
DERIVED = {"centre-members": "volunteer_name"}


def upgrade() -> None:
    op.execute("ALTER TABLE register_correction DISABLE TRIGGER refuse_change")
    for register, column in DERIVED.items():
        op.execute(
            f"UPDATE register_correction SET before = before - '{column}', after = after - '{column}'"
            f" WHERE register = '{register}'"
        )
    for register, columns in KEPT.items():
        for column in columns:
            op.execute(
                "UPDATE register_correction SET"
                f" after = CASE WHEN after ? '{column}' THEN after || jsonb_build_object('{column}',"
                f" CASE WHEN before->'{column}' = after->'{column}' THEN '*' ELSE '**' END) ELSE after END,"
                f" before = CASE WHEN before ? '{column}'"
                f" THEN before || jsonb_build_object('{column}', '*') ELSE before END"
                f" WHERE register = '{register}'"
            )
    op.execute("ALTER TABLE register_correction ENABLE TRIGGER refuse_change")


def downgrade() -> None:
    """What was taken away does not come back."""
