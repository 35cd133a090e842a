"""what is published: activities and needs say which places they touch; opening times are data alone; reports have a version.

Revision: 0022, after 0021.
"""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LAYER = "reports"
SHAPES = {
    "activity": ("volunteering", "SELECT spot FROM {rows}"),
    "need": (
        "volunteering",
        "SELECT v.boundary FROM area_version v WHERE v.area_id IN (SELECT community_id FROM {rows})",
    ),
    "centre_opening": (
        "property",
        "SELECT c.spot FROM service_centre c WHERE c.code IN (SELECT centre FROM {rows})",
    ),
    "centre_closure": (
        "property",
        "SELECT c.spot FROM service_centre c WHERE c.code IN (SELECT centre FROM {rows})",
    ),
}
"""Tables, their layer and the shapes that a change of rows redraws; a need is drawn inside its community."""
PLACELESS = {"unit_checkin": "volunteering"}
"""Of the same layers, and on no map."""
SILENT_SO_FAR = ("centre_opening", "centre_closure")
"""Their changes were on the log as touching no place."""
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

# At commit all rows of a transaction raise the number once. In a transaction that asked for its own number the
# triggers fire with each statement from then on, and each statement raises it.
RAISE_REPORTS = f"""
CREATE FUNCTION raise_reports() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text := pg_current_xact_id()::text || ' ' || statement_timestamp()::text;
BEGIN
    IF current_setting('gridmap.reports_raised', true) IS DISTINCT FROM step THEN
        UPDATE revision SET number = number + 1 WHERE layer = '{LAYER}';
        PERFORM set_config('gridmap.reports_raised', step, true);
    END IF;
    RETURN NULL;
END $$
"""
COUNTED = ("grid_id", "filed_at", "closed_at", "parent_id", "joined_to_id")
"""Of a report: what the numbers of its grid are counted from."""
OTHER = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in COUNTED)
MOMENTS = {"filed": ("INSERT", ""), "moved": ("UPDATE", f"WHEN ({OTHER})"), "gone": ("DELETE", "")}

DAYS = {
    "每天": "daily", "每日": "daily", "天天": "daily", "周一至周日": "daily", "星期一至星期日": "daily",
    "工作日": "workdays", "周一至周五": "workdays", "星期一至星期五": "workdays",
    "周末": "weekend", "周六、周日": "weekend", "周六日": "weekend", "周六至周日": "weekend",
    **{
        f"{word}{day}": name
        for word in ("周", "星期")
        for day, name in zip(
            "一二三四五六日",
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
            strict=True,
        )
    },
}  # fmt: skip
"""How people write days, longest first where they are looked for."""
WORDS = {
    "daily": "每天", "workdays": "周一至周五", "weekend": "周六、周日", "monday": "周一", "tuesday": "周二",
    "wednesday": "周三", "thursday": "周四", "friday": "周五", "saturday": "周六", "sunday": "周日",
}  # fmt: skip
CLOCK = r"([01]?[0-9]|2[0-4])[:：]([0-5][0-9])"
TIMES = re.compile(rf"{CLOCK}\s*[-–—~～至到]\s*{CLOCK}")
LINE = re.compile(
    rf"\s*(?P<days>{'|'.join(sorted(DAYS, key=len, reverse=True))})?[\s:：,，]*"
    rf"(?P<times>全天|24\s*小时|{TIMES.pattern}(?:[\s、,，及和]+{TIMES.pattern})*)[\s。;；,，]*"
)
Line = tuple[str, str, str]


def _read(words: str) -> set[Line]:
    """Return days, opening and closing of each line; nothing where not all of it is understood."""
    found, at = set(), 0
    while at < len(words):
        line = LINE.match(words, at)
        if line is None:
            return set()
        at, days = line.end(), DAYS[line["days"] or "每天"]
        spans = TIMES.findall(line["times"])
        for hour, minute, until, last in spans or [("0", "00", "24", "00")]:
            opens, closes = f"{int(hour):02d}:{minute}", f"{int(until):02d}:{last}"
            if closes <= opens or closes > "24:00":
                return set()
            found.add((days, opens, closes))
    return found


def _keep_the_words() -> None:
    """Make opening times of the words of a centre that has none; what is not understood goes into the audit log."""
    bind = op.get_bind()
    rows = bind.execute(
        sa.text(
            "SELECT c.id, c.code, c.hours FROM service_centre c WHERE btrim(c.hours) <> ''"
            " AND NOT EXISTS (SELECT FROM centre_opening o WHERE o.centre = c.code) ORDER BY c.id"
        )
    ).all()
    for number, code, words in rows:
        lines = _read(words)
        for days, opens, closes in sorted(lines):
            bind.execute(
                sa.text(
                    "INSERT INTO centre_opening (centre, weekdays, opens, closes, valid)"
                    " SELECT code, :days, :opens, :closes, valid FROM service_centre WHERE id = :number"
                ),
                {"days": days, "opens": opens, "closes": closes, "number": number},
            )
        if not lines:
            bind.execute(
                sa.text(
                    "INSERT INTO audit_entry (at, action, object_kind, object_key, details) VALUES"
                    " (now(), 'centre_hours_unread', 'centre', :code, CAST(:details AS jsonb))"
                ),
                {"code": code, "details": json.dumps({"hours": words}, ensure_ascii=False)},
            )


def _write_the_words() -> None:
    bind = op.get_bind()
    case = " ".join(f"WHEN '{name}' THEN '{words}'" for name, words in WORDS.items())
    bind.execute(
        sa.text(f"""
        UPDATE service_centre c SET hours = (
            SELECT string_agg(CASE o.weekdays {case} END || ' ' || o.opens || '-' || o.closes, '；'
                              ORDER BY o.weekdays, o.opens)
            FROM centre_opening o
            WHERE o.centre = c.code AND o.valid @> coalesce(upper(c.valid) - 1, greatest(lower(c.valid), CURRENT_DATE)))
        """)
    )


def _function(table: str, event: str) -> str:
    shapes = SHAPES[table][1].format(rows=ROWS[event])
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


def _trigger(table: str, event: str, function: str, rows: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER record_{event.lower()} AFTER {event} ON {table} {rows}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}"
    )


def _follow() -> None:
    for table in SILENT_SO_FAR:
        _forget(table)
    for table, (layer, _shapes) in SHAPES.items():
        for event in ROWS:
            op.execute(_function(table, event))
            function = f"record_{table}_{event.lower()}('{layer}')"
            _trigger(table, event, function, f"REFERENCING {TABLES[event]}")
        _trigger(table, "TRUNCATE", f"record_placeless('{layer}', 'all')")
    for table, layer in PLACELESS.items():
        _silence(table, layer)


def _silence(table: str, layer: str) -> None:
    for event in (*ROWS, "TRUNCATE"):
        _trigger(table, event, f"record_placeless('{layer}', 'nothing')")


def _forget(table: str) -> None:
    for event in (*ROWS, "TRUNCATE"):
        op.execute(f"DROP TRIGGER record_{event.lower()} ON {table}")


def _count_reports() -> None:
    op.execute(f"INSERT INTO revision (layer, number) VALUES ('{LAYER}', 0)")
    op.execute(RAISE_REPORTS)
    for name, (event, when) in MOMENTS.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER raise_reports_{name} AFTER {event} ON report"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when} EXECUTE FUNCTION raise_reports()"
        )
    op.execute(
        "CREATE TRIGGER raise_revision AFTER TRUNCATE ON report"
        f" FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('{LAYER}')"
    )


def upgrade() -> None:
    _keep_the_words()
    op.drop_column("service_centre", "hours")
    _follow()
    _count_reports()


def downgrade() -> None:
    op.execute("DROP TRIGGER raise_revision ON report")
    for name in MOMENTS:
        op.execute(f"DROP TRIGGER raise_reports_{name} ON report")
    op.execute("DROP FUNCTION raise_reports()")
    op.execute(f"DELETE FROM revision WHERE layer = '{LAYER}'")
    for table in (*SHAPES, *PLACELESS):
        _forget(table)
    for table in SHAPES:
        for event in ROWS:
            op.execute(f"DROP FUNCTION record_{table}_{event.lower()}()")
    for table in SILENT_SO_FAR:
        _silence(table, "property")
    op.execute("DELETE FROM ledger_change WHERE layer = 'volunteering'")
    op.add_column("service_centre", sa.Column("hours", sa.Text(), nullable=True))
    _write_the_words()
