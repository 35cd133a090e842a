"""Points of agendas find their proposals, reports' numbers leave titles, and workbooks are rolled back as before."""

from sqlalchemy import text

from gridmap.store import schema
from gridmap.store.session import make_engine

# Points 1 and 2 fit a proposal each, 3 none; the second plan's point fits two and none can be chosen.
BEFORE = """
SET LOCAL session_replication_role = replica;
INSERT INTO category (id, code, line, topic, name, name_en, first_rung, limits, valid)
VALUES (1, 'LIGHT', 'urban', 'light', '路灯', 'Lights', 'community', '{}', '[2025-01-01,)');
INSERT INTO report (id, number, idempotency_key, body_sha256, track_key, filed_at, category_id, description, raw_lon,
    raw_lat, raw_crs, place_source, spot, grid_verdict, building_verdict, stage, rung, stage_since)
SELECT n, '2026-00000' || n, 'k' || n, repeat(n::text, 64), 't' || n, now(), 1, 'x', 114, 34, 'EPSG:4326', 'pin',
    ST_SetSRID(ST_Point(114, 34), 4326), 'none', 'none', 'filed', 'community', now() FROM generate_series(1, 3) n;
INSERT INTO joint_meeting (id, community_id, day, topic, attended)
VALUES (1, 1, '2026-05-01', '甲', '各方'), (2, 1, '2026-05-02', '乙', '各方');
INSERT INTO meeting_plan (id, community_id, day, time, place, topic, state, meeting_id, person_id, made_at)
SELECT id, 1, day, '09:00', '室', topic, 'held', id, 1, now() FROM joint_meeting;
INSERT INTO meeting_proposal (id, plan_id, title, report_id, person_id, at) VALUES
    (1, 1, '路灯（2026-000001）', 1, 1, now()), (2, 1, '再议（2026-000002）', 2, 1, now()),
    (3, 2, '路灯（2026-000001）', 1, 1, now()), (4, 2, '路灯', 3, 1, now());
INSERT INTO meeting_item (id, meeting_id, position, title) VALUES
    (1, 1, 1, '路灯（2026-000001）'), (2, 1, 2, '再议'), (3, 1, 3, '通气（2026-000003）'), (4, 2, 1, '路灯'),
    (5, 2, 2, '路灯（2026-000001）');
INSERT INTO meeting_task (id, meeting_id, title, person_id, due) VALUES
    (1, 1, '路灯（2026-000001）', 1, '2026-06-01'), (2, 1, '路灯', 1, '2026-06-01');
INSERT INTO workbook_import (id, kind, file_name, file_sha256, day, at, counts) OVERRIDING SYSTEM VALUE
VALUES (1, 'meeting-items', 'x.xlsx', 'x', '2026-05-01', now(), '{}');
INSERT INTO workbook_step (import_id, table_name, row_key, before, after)
SELECT 1, 'meeting_item', i.id::text, (i.id, i.meeting_id, 90 + i.id, i.title, i.decision)::meeting_item::text, i::text
FROM meeting_item i;
"""
TITLES = (
    (
        "SELECT id, title, proposal_id FROM meeting_item ORDER BY id",
        [
            (1, "路灯", 1),
            (2, "再议", 2),
            (3, "通气（2026-000003）", None),
            (4, "路灯", None),
            (5, "路灯", 3),
        ],
    ),
    (
        "SELECT id, title FROM meeting_proposal ORDER BY id",
        [(1, "路灯"), (2, "再议"), (3, "路灯（2）"), (4, "路灯")],
    ),
    ("SELECT id, title FROM meeting_task ORDER BY id", [(1, "路灯（2）"), (2, "路灯")]),
)
AS_LEFT = "SELECT count(*) FROM workbook_step s JOIN meeting_item i ON i.id::text = s.row_key WHERE i::text = s.after"
UNDONE = "SELECT id, position, title, proposal_id FROM meeting_item ORDER BY id"


def test_titles_lose_numbers_and_points_know_their_proposals(make_migrated):
    engine = make_engine(make_migrated(), statement_timeout_s=0)
    schema.downgrade(engine, "0026")
    with engine.begin() as connection:
        for one in BEFORE.split(";\n"):
            if one.strip():
                connection.execute(text(one))
    schema.upgrade(engine)
    with engine.begin() as connection:
        for query, expected in TITLES:
            assert [tuple(row) for row in connection.execute(text(query))] == expected
        assert connection.scalar(text(AS_LEFT)) == 5
    schema.downgrade(engine, "0026")
    with engine.begin() as connection:
        assert connection.scalar(text(AS_LEFT)) == 5
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SELECT undo_workbook(1)"))
        found = connection.execute(text(UNDONE)).all()
        assert [row.position for row in found] == [91, 92, 93, 94, 95]
        assert [row.title for row in found][:2] == ["路灯", "再议"]
    engine.dispose()
