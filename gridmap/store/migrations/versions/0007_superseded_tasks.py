"""superseded tasks: what a publication left to decide, closed by a later one, with the reason.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REASONS = "'grid_ended', 'grid_returned', 'renumbered'"


def upgrade() -> None:
    op.add_column("plan_task", sa.Column("superseded_by_id", sa.Integer(), nullable=True))
    op.add_column("plan_task", sa.Column("reason", sa.String(length=16), nullable=True))
    op.create_foreign_key(
        op.f("fk_plan_task_superseded_by_id"),
        "plan_task",
        "plan_adoption",
        ["superseded_by_id"],
        ["id"],
    )
    op.create_check_constraint(op.f("ck_plan_task_reason"), "plan_task", f"reason IN ({REASONS})")
    op.create_check_constraint(
        op.f("ck_plan_task_superseded"),
        "plan_task",
        "(superseded_by_id IS NULL) = (reason IS NULL)",
    )
    op.create_index("ix_plan_task_superseded_by_id", "plan_task", ["superseded_by_id"])


def downgrade() -> None:
    op.drop_index("ix_plan_task_superseded_by_id", "plan_task")
    op.drop_constraint(op.f("ck_plan_task_superseded"), "plan_task", type_="check")
    op.drop_constraint(op.f("ck_plan_task_reason"), "plan_task", type_="check")
    op.drop_constraint(op.f("fk_plan_task_superseded_by_id"), "plan_task", type_="foreignkey")
    op.drop_column("plan_task", "reason")
    op.drop_column("plan_task", "superseded_by_id")
