"""ledger changes: which places each change of the map's layers touched, for whoever keeps what it has drawn.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LAYERS = {
    "areas": ("area", "area_version"),
    "grids": ("grid", "grid_version", "road_grid"),
    "compounds": ("compound", "compound_version"),
    "buildings": ("building", "building_version", "grid_building"),
    "geography": ("road", "water", "place"),
    "property": (
        "property_company",
        "property_contract",
        "owners_committee",
        "unserved_compound",
        "service_centre",
        "service_centre_area",
    ),
}
SHAPES = {
    "area_version": """SELECT boundary FROM {rows} UNION ALL SELECT v.boundary
        FROM area a JOIN area_version v ON v.area_id = a.id
        WHERE a.parent_id IN (SELECT area_id FROM {rows})""",
    "grid_version": "SELECT boundary FROM {rows}",
    "compound_version": "SELECT boundary FROM {rows}",
    "building_version": "SELECT footprint FROM {rows}",
    "grid_building": """SELECT v.footprint FROM building_version v
        WHERE v.building_id IN (SELECT building_id FROM {rows})""",
    "road": "SELECT line FROM {rows}",
    "water": "SELECT surface FROM {rows}",
    "place": "SELECT shape FROM {rows}",
    "service_centre": "SELECT spot FROM {rows}",
}
"""Tables and the shapes that a change of rows redraws; a name of an area stands on its children, too."""
IDENTITIES = ("area", "grid", "compound", "building")
"""What is drawn hangs on their codes and parents: a change of a row that stands may touch anything."""
ROWS = {
    "INSERT": "new_rows",
    "UPDATE": "(SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) AS changed",
    "DELETE": "old_rows",
}
TABLES = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}
MOST_BOXES = 64
KEPT = 10_000

KEEP = f"""
CREATE FUNCTION keep_change(of_layer text, of_table text, touched float8[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at bigint := (SELECT number FROM revision WHERE layer = of_layer);
BEGIN
    INSERT INTO ledger_change (layer, number, table_name, boxes) VALUES (of_layer, at, of_table, touched)
    ON CONFLICT (layer, number) DO UPDATE SET boxes = NULL, table_name = NULL;
    IF mod(at, 100) = 0 THEN
        DELETE FROM ledger_change WHERE layer = of_layer AND number <= at - {KEPT};
    END IF;
END $$
"""
PLACELESS = """
CREATE FUNCTION record_placeless() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM keep_change(TG_ARGV[0], TG_TABLE_NAME, CASE WHEN TG_ARGV[1] = 'nothing' THEN '{}'::float8[] END);
    RETURN NULL;
END $$
"""


def _function(table: str, event: str) -> str:
    shapes = SHAPES[table].format(rows=ROWS[event])
    return f"""
    CREATE FUNCTION record_{table}_{event.lower()}() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        touched float8[];
    BEGIN
        SELECT CASE
            WHEN count(*) = 0 THEN '{{}}'
            WHEN count(*) <= {MOST_BOXES} THEN array_agg(ARRAY[b.w, b.s, b.e, b.n])
            ELSE ARRAY[ARRAY[min(b.w), min(b.s), max(b.e), max(b.n)]] END
        INTO touched
        FROM (
            SELECT DISTINCT ST_XMin(t.shape) AS w, ST_YMin(t.shape) AS s, ST_XMax(t.shape) AS e, ST_YMax(t.shape) AS n
            FROM ({shapes}) AS t(shape) WHERE t.shape IS NOT NULL AND NOT ST_IsEmpty(t.shape)
        ) AS b;
        PERFORM keep_change(TG_ARGV[0], TG_TABLE_NAME, touched);
        RETURN NULL;
    END $$"""


def _trigger(table: str, event: str, function: str, *, rows: bool = False) -> None:
    referencing = f" REFERENCING {TABLES[event]}" if rows else ""
    # fires after raise_revision: triggers of one event go by name
    op.execute(
        f"CREATE TRIGGER record_{event.lower()} AFTER {event} ON {table}{referencing}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}"
    )


def _follow(layer: str, table: str) -> None:
    for event in ROWS:
        if table in SHAPES:
            op.execute(_function(table, event))
            _trigger(table, event, f"record_{table}_{event.lower()}('{layer}')", rows=True)
        else:
            much = "all" if table in IDENTITIES and event == "UPDATE" else "nothing"
            _trigger(table, event, f"record_placeless('{layer}', '{much}')")
    _trigger(table, "TRUNCATE", f"record_placeless('{layer}', 'all')")


def upgrade() -> None:
    op.create_table(
        "ledger_change",
        sa.Column("layer", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=True),
        sa.Column("boxes", postgresql.ARRAY(sa.Double()), nullable=True),
        sa.PrimaryKeyConstraint("layer", "number", name=op.f("pk_ledger_change")),
    )
    op.execute(KEEP)
    op.execute(PLACELESS)
    for layer, tables in LAYERS.items():
        for table in tables:
            _follow(layer, table)


def downgrade() -> None:
    for tables in LAYERS.values():
        for table in tables:
            for event in (*ROWS, "TRUNCATE"):
                op.execute(f"DROP TRIGGER record_{event.lower()} ON {table}")
    for table in SHAPES:
        for event in ROWS:
            op.execute(f"DROP FUNCTION record_{table}_{event.lower()}()")
    op.execute("DROP FUNCTION record_placeless()")
    op.execute("DROP FUNCTION keep_change(text, text, float8[])")
    op.drop_table("ledger_change")
