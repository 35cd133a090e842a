"""workbooks: what a register's or the gazetteer's workbook changed, row by row, so that it can be rolled back as a whole.

A row is kept as PostgreSQL writes it, which every type reads back without loss. Steps are kept only while
``gridmap.workbook`` names an import in the transaction; they are undone from the last to the first.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = (
    "agency",
    "centre_closure",
    "centre_member",
    "centre_opening",
    "company_party",
    "door_visit",
    "household",
    "joint_meeting",
    "joint_post",
    "meeting_agency",
    "meeting_item",
    "meeting_party",
    "meeting_task",
    "name_evidence",
    "owners_committee",
    "party_meeting",
    "party_membership",
    "party_organisation",
    "party_version",
    "person",
    "place_name",
    "post",
    "property_company",
    "property_contract",
    "responsible_unit",
    "self_management",
    "service_centre",
    "service_centre_area",
    "stand_in",
    "unit_checkin",
    "unit_deed",
    "unserved_compound",
    "visit",
    "willing_branch",
)

KEEP = """
CREATE FUNCTION keep_workbook_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO workbook_step (import_id, table_name, row_id, before, after) VALUES (
        current_setting('gridmap.workbook')::integer,
        TG_TABLE_NAME,
        CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END,
        CASE WHEN TG_OP <> 'INSERT' THEN OLD::text END,
        CASE WHEN TG_OP <> 'DELETE' THEN NEW::text END
    );
    RETURN NULL;
END $$
"""
UNDO = """
CREATE FUNCTION undo_workbook(of_import integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    step record;
    name text;
    own text;
    others text;
BEGIN
    FOR step IN SELECT * FROM workbook_step WHERE import_id = of_import ORDER BY id DESC LOOP
        name := quote_ident(step.table_name);
        IF step.before IS NULL THEN
            EXECUTE 'DELETE FROM ' || name || ' WHERE id = $1' USING step.row_id;
            CONTINUE;
        END IF;
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
               string_agg(quote_ident(attname), ', ' ORDER BY attnum) FILTER (WHERE attname <> 'id')
        INTO own, others FROM pg_attribute
        WHERE attrelid = to_regclass(name) AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        IF step.after IS NULL THEN
            EXECUTE 'INSERT INTO ' || name || ' (' || own || ') OVERRIDING SYSTEM VALUE SELECT ' || own
                 || ' FROM (SELECT ($1::' || name || ').*) b' USING step.before;
        ELSE
            EXECUTE 'UPDATE ' || name || ' SET (' || others || ') = (SELECT ' || others
                 || ' FROM (SELECT ($1::' || name || ').*) b) WHERE id = $2' USING step.before, step.row_id;
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "workbook_import",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_workbook_import_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["account.id"], name=op.f("fk_workbook_import_undone_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_import")),
    )
    op.create_index("ix_workbook_import_kind", "workbook_import", ["kind", "at"])
    op.create_table(
        "workbook_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "before IS NOT NULL OR after IS NOT NULL", name=op.f("ck_workbook_step_step")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["workbook_import.id"], name=op.f("fk_workbook_step_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_step")),
    )
    op.create_index("ix_workbook_step_row", "workbook_step", ["import_id", "table_name", "row_id"])
    op.execute(KEEP)
    op.execute(UNDO)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER keep_workbook_step AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
            " WHEN (coalesce(current_setting('gridmap.workbook', true), '') <> '')"
            " EXECUTE FUNCTION keep_workbook_step()"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TRIGGER keep_workbook_step ON {table}")
    op.execute("DROP FUNCTION undo_workbook(integer)")
    op.execute("DROP FUNCTION keep_workbook_step()")
    op.drop_table("workbook_step")
    op.drop_table("workbook_import")
