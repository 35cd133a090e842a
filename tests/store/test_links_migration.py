"""Links of volunteers with the staff become dated: those that stand, and those that the audit log still tells of."""

from sqlalchemy import text

from gridmap.store import schema
from gridmap.store.session import make_engine

BEFORE = """
INSERT INTO person (code, name) VALUES ('p1', '甲'), ('p2', '乙'), ('p3', '丙');
INSERT INTO account (person_id, login, password_hash)
SELECT id, code, 'x' FROM person;
INSERT INTO volunteer (code, name, person_id, made_at)
SELECT 'ZY' || right(code, 1), name, CASE WHEN code <> 'p2' THEN id END, '2025-02-01' FROM person;
INSERT INTO audit_entry (at, account_id, action, object_kind, object_key)
SELECT t.at, k.id, t.action, 'volunteer', t.code
FROM (VALUES ('2025-03-01 08:00+08'::timestamptz, 'p1', 'volunteer_linked', 'ZY1'),
             ('2025-03-05 08:00+08', NULL, 'volunteer_unlinked', 'ZY1'),
             ('2025-04-01 08:00+08', 'p1', 'volunteer_linked', 'ZY1'),
             ('2025-05-01 08:00+08', 'p2', 'volunteer_linked', 'ZY2'),
             ('2025-05-09 08:00+08', 'p2', 'volunteer_unlinked', 'ZY2')) AS t(at, login, action, code)
LEFT JOIN account k ON k.login = t.login ORDER BY t.at;
"""
LINKS = """
SELECT v.code, p.code, to_char(l.since, 'MM-DD'), to_char(l.until, 'MM-DD')
FROM volunteer_link l JOIN volunteer v ON v.id = l.volunteer_id JOIN person p ON p.id = l.person_id ORDER BY 1, 3
"""


def test_links_that_stand_and_those_that_ended_are_dated(make_migrated):
    engine = make_engine(make_migrated(), statement_timeout_s=0)
    schema.downgrade(engine, "0025")
    with engine.begin() as connection:
        connection.execute(text(BEFORE))
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL timezone = 'Asia/Shanghai'"))
        assert [tuple(row) for row in connection.execute(text(LINKS))] == [
            ("ZY1", "p1", "03-01", "03-05"),
            ("ZY1", "p1", "04-01", None),
            ("ZY2", "p2", "05-01", "05-09"),
            ("ZY3", "p3", "02-01", None),
        ]
    engine.dispose()
