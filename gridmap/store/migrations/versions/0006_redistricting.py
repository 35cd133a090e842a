"""redistricting: atoms, plans and their versions, proposals, adoptions, tasks.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEPT = ("atom", "atom_border", "plan_version", "plan_event")
"""Tables whose rows never change: what a plan was stays readable."""


OLD_EVENTS = (
    "'held', 'reminded', 'climbed', 'returned', 'supervised', 'handed_over', 'reopened', 'overdue_at_county',"
    " 'resumed', 'joined', 'reporter_filed', 'reporter_accepted', 'reporter_dispatched', 'reporter_asked',"
    " 'reporter_reopened', 'reporter_suspended', 'reporter_closed', 'reporter_joined'"
)
NEW_EVENTS = "'plan_returned', 'plan_approved', 'plan_adopted', 'plan_withdrawn'"
"""Messages to the authors of plans; see `gridmap.messaging.words.Event`."""


def _allow_events(events: str, how: str = "") -> None:
    for table in ("message", "message_template"):
        op.drop_constraint(op.f(f"ck_{table}_event"), table, type_="check")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_event CHECK (event IN ({events})) {how}"
        )


def upgrade() -> None:
    _allow_events(f"{OLD_EVENTS}, {NEW_EVENTS}")
    op.create_table(
        "atom_layer",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("epsg", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_atom_layer_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_atom_layer")),
    )
    op.create_index(
        "ix_atom_layer_community_id", "atom_layer", ["community_id", "id"], unique=False
    )
    op.create_table(
        "atom",
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("face", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("outer_m", sa.Double(), nullable=False),
        sa.Column("spot_x", sa.Double(), nullable=False),
        sa.Column("spot_y", sa.Double(), nullable=False),
        sa.Column(
            "shape",
            Geometry(
                geometry_type="POLYGON",
                srid=-1,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_atom_compound_id")),
        sa.ForeignKeyConstraint(["layer_id"], ["atom_layer.id"], name=op.f("fk_atom_layer_id")),
        sa.PrimaryKeyConstraint("layer_id", "number", name=op.f("pk_atom")),
    )
    op.create_table(
        "atom_border",
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column("road", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("first < second", name=op.f("ck_atom_border_order")),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["atom_layer.id"], name=op.f("fk_atom_border_layer_id")
        ),
        sa.PrimaryKeyConstraint("layer_id", "first", "second", name=op.f("pk_atom_border")),
    )
    op.create_table(
        "atom_building",
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_atom_building_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["atom_layer.id"], name=op.f("fk_atom_building_layer_id")
        ),
        sa.PrimaryKeyConstraint("layer_id", "building_id", name=op.f("pk_atom_building")),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("origin", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head", sa.Integer(), server_default="0", nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("share_key", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(state IN ('adopted', 'withdrawn')) = (day IS NOT NULL)", name=op.f("ck_plan_day")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'approved', 'adopted', 'withdrawn', 'dropped')",
            name=op.f("ck_plan_state"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_plan_area_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_plan_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("share_key", name=op.f("uq_plan_share_key")),
    )
    op.create_index(op.f("ix_plan_author_id"), "plan", ["author_id"], unique=False)
    op.create_index("ix_plan_state", "plan", ["state"], unique=False)
    op.create_table(
        "plan_adoption",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("communities", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("journal", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_plan_adoption_person_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_adoption_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_adoption")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_plan_adoption_plan_id")),
    )
    op.create_index(
        "ix_plan_adoption_waiting",
        "plan_adoption",
        ["day"],
        unique=False,
        postgresql_where=sa.text("carried_out_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "plan_event",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_event_person_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_event_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_event")),
    )
    op.create_index("ix_plan_event_plan_id", "plan_event", ["plan_id"], unique=False)
    op.create_table(
        "plan_version",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("edit", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("layers", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("base", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("grids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "locked_atoms", sa.ARRAY(sa.Integer()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("assignment", sa.LargeBinary(), nullable=False),
        sa.Column("beneath", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_plan_version_person_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_version_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_version")),
    )
    op.create_table(
        "proposal_run",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("wish", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("stop", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'stopped', 'failed')",
            name=op.f("ck_proposal_run_state"),
        ),
        sa.CheckConstraint(
            "progress >= 0 AND progress <= 1", name=op.f("ck_proposal_run_progress")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_proposal_run_person_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_proposal_run_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_run")),
    )
    op.create_index(
        "ix_proposal_run_open",
        "proposal_run",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index("ix_proposal_run_plan_id", "proposal_run", ["plan_id"], unique=False)
    op.create_table(
        "grid_change",
        sa.Column("lineage_id", sa.Integer(), nullable=False),
        sa.Column("adoption_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adoption_id"], ["plan_adoption.id"], name=op.f("fk_grid_change_adoption_id")
        ),
        sa.ForeignKeyConstraint(
            ["lineage_id"], ["grid_lineage.id"], name=op.f("fk_grid_change_lineage_id")
        ),
        sa.PrimaryKeyConstraint("lineage_id", name=op.f("pk_grid_change")),
    )
    op.create_index(
        op.f("ix_grid_change_adoption_id"), "grid_change", ["adoption_id"], unique=False
    )
    op.create_table(
        "plan_task",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("adoption_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("proposal", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["adoption_id"], ["plan_adoption.id"], name=op.f("fk_plan_task_adoption_id")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["person.id"], name=op.f("fk_plan_task_done_by_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_plan_task_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_task")),
    )
    op.create_index("ix_plan_task_adoption_id", "plan_task", ["adoption_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("grids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("assignment", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["proposal_run.id"], name=op.f("fk_proposal_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("run_id", "kind", name=op.f("uq_proposal_run_id_kind")),
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    _allow_events(OLD_EVENTS, "NOT VALID")  # what was told stays told
    op.drop_table("proposal")
    op.drop_table("plan_task")
    op.drop_table("grid_change")
    op.drop_table("proposal_run")
    op.drop_table("plan_version")
    op.drop_table("plan_event")
    op.drop_table("plan_adoption")
    op.drop_table("plan")
    op.drop_table("atom_building")
    op.drop_table("atom_border")
    op.drop_table("atom")
    op.drop_table("atom_layer")
