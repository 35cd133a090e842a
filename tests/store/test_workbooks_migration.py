"""Workbooks of every kind: those that could no longer be rolled back leave the record on the way down, no others."""

from sqlalchemy import text

from gridmap.store import schema
from gridmap.store.session import make_engine

TAKEN = """
INSERT INTO workbook_import (kind, subject, file_name, file_sha256, day, at, counts)
SELECT kind, subject, kind || '.xlsx', '', '2026-06-10', now(), '{"new": 1}'
FROM (VALUES ('persons', NULL), ('volunteers', NULL), ('dues', 'o-1'), ('calendar', NULL)) AS t (kind, subject);
INSERT INTO workbook_step (import_id, table_name, row_key, after)
SELECT i.id, t.name, t.key, '()'
FROM (VALUES ('persons', 'person', '7'), ('volunteers', 'volunteer', '8'), ('dues', 'party_dues', '7 2026-05-01'))
    AS t (kind, name, key)
JOIN workbook_import i USING (kind);
"""
RECORDS = "SELECT kind, undone_at FROM workbook_import ORDER BY kind"
STEPS = "SELECT kind, row_key FROM workbook_step s JOIN workbook_import i ON i.id = s.import_id"


def test_only_workbooks_that_can_be_rolled_back_are_on_record_afterwards(make_migrated):
    engine = make_engine(make_migrated(), statement_timeout_s=0)
    with engine.begin() as connection:
        connection.execute(text(TAKEN))
    schema.downgrade(engine, "0024")
    schema.upgrade(engine)
    with engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(text(RECORDS))] == [("persons", None)]
        assert [tuple(row) for row in connection.execute(text(STEPS))] == [("persons", "7")]
    engine.dispose()
