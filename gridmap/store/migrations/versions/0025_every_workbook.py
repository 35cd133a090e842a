"""every workbook: those of volunteers, attendance, dues and holidays are followed row by row, too, to be rolled back.

A row is known by its primary key, whatever it is made of; a workbook of a part of the county names that part.

Revision: 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = {
    "volunteer": "",
    "volunteer_checkin": "",
    "sign_up": "",
    "service_hours": "",
    "party_dues": "'person_id', 'month'",
    "calendar_day": "'day'",
}
"""Tables with the columns of their keys; none where the key is `id`."""
KINDS = ("volunteers", "attendance", "dues", "calendar")
"""Kinds of workbooks that are on record since."""
REFERRING = {"sign_up": "confirmed_by_volunteer_id", "service_hours": "by_volunteer_id"}
"""Columns that are searched for whoever is deleted."""

KEEP = """
CREATE OR REPLACE FUNCTION keep_workbook_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept jsonb;
    key text;
BEGIN
    IF TG_NARGS = 0 THEN
        key := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
    ELSE
        kept := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
        SELECT string_agg(kept ->> name, ' ' ORDER BY place) INTO key
        FROM unnest(TG_ARGV) WITH ORDINALITY AS named (name, place);
    END IF;
    INSERT INTO workbook_step (import_id, table_name, row_key, before, after) VALUES (
        current_setting('gridmap.workbook')::integer,
        TG_TABLE_NAME,
        key,
        CASE WHEN TG_OP <> 'INSERT' THEN OLD::text END,
        CASE WHEN TG_OP <> 'DELETE' THEN NEW::text END
    );
    RETURN NULL;
END $$
"""
UNDO = """
CREATE OR REPLACE FUNCTION undo_workbook(of_import integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    step record;
    name text := '';
    own text;
    others text;
    same text;
BEGIN
    FOR step IN SELECT * FROM workbook_step WHERE import_id = of_import ORDER BY id DESC LOOP
        IF name <> quote_ident(step.table_name) THEN
            name := quote_ident(step.table_name);
            SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
                   string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                       FILTER (WHERE a.attnum <> ALL (i.indkey)),
                   string_agg('t.' || quote_ident(a.attname) || ' = b.' || quote_ident(a.attname), ' AND ')
                       FILTER (WHERE a.attnum = ANY (i.indkey))
            INTO own, others, same
            FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            WHERE a.attrelid = to_regclass(name) AND a.attnum > 0
              AND NOT a.attisdropped AND a.attgenerated = '';
        END IF;
        IF step.before IS NULL THEN
            EXECUTE 'DELETE FROM ' || name || ' t USING (SELECT ($1::' || name || ').*) b WHERE ' || same
                USING step.after;
        ELSIF step.after IS NULL THEN
            EXECUTE 'INSERT INTO ' || name || ' (' || own || ') OVERRIDING SYSTEM VALUE SELECT ' || own
                 || ' FROM (SELECT ($1::' || name || ').*) b' USING step.before;
        ELSE
            EXECUTE 'UPDATE ' || name || ' t SET (' || others || ') = (SELECT ' || others
                 || ' FROM (SELECT ($1::' || name || ').*) was) FROM (SELECT ($2::' || name || ').*) b WHERE '
                 || same USING step.before, step.after;
        END IF;
    END LOOP;
END $$
"""
KEEP_BEFORE = """
CREATE OR REPLACE FUNCTION keep_workbook_step() RETURNS trigger LANGUAGE plpgsql AS $$
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
UNDO_BEFORE = """
CREATE OR REPLACE FUNCTION undo_workbook(of_import integer) RETURNS void LANGUAGE plpgsql AS $$
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
    op.add_column("workbook_import", sa.Column("subject", sa.String(length=64), nullable=True))
    op.drop_index("ix_workbook_step_row", table_name="workbook_step")
    op.execute("ALTER TABLE workbook_step ALTER COLUMN row_id TYPE varchar(64) USING row_id::text")
    op.alter_column("workbook_step", "row_id", new_column_name="row_key")
    op.create_index("ix_workbook_step_row", "workbook_step", ["import_id", "table_name", "row_key"])
    op.execute(KEEP)
    op.execute(UNDO)
    for table, key in TABLES.items():
        op.execute(
            f"CREATE TRIGGER keep_workbook_step AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
            " WHEN (coalesce(current_setting('gridmap.workbook', true), '') <> '')"
            f" EXECUTE FUNCTION keep_workbook_step({key})"
        )

    for table, column in REFERRING.items():
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=known)


def downgrade() -> None:
    """Workbooks of these tables and kinds are no longer on record: nobody could roll them back, or tell what they are of."""
    for table, column in REFERRING.items():
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    for table in TABLES:
        op.execute(f"DROP TRIGGER keep_workbook_step ON {table}")
    tables, kinds = (", ".join(f"'{name}'" for name in names) for names in (TABLES, KINDS))
    op.execute(
        "WITH gone AS (DELETE FROM workbook_step WHERE import_id IN"
        f" (SELECT import_id FROM workbook_step WHERE table_name IN ({tables})) RETURNING import_id)"
        f" DELETE FROM workbook_import WHERE kind IN ({kinds}) OR id IN (SELECT import_id FROM gone)"
    )
    op.drop_index("ix_workbook_step_row", table_name="workbook_step")
    op.execute("ALTER TABLE workbook_step ALTER COLUMN row_key TYPE bigint USING row_key::bigint")
    op.alter_column("workbook_step", "row_key", new_column_name="row_id")
    op.create_index("ix_workbook_step_row", "workbook_step", ["import_id", "table_name", "row_id"])
    op.execute(KEEP_BEFORE)
    op.execute(UNDO_BEFORE)
    op.drop_column("workbook_import", "subject")
