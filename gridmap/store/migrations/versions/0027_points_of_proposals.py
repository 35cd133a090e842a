"""a point of a meeting's agenda knows the proposal that it came from; reports' numbers leave the titles.

Titles of proposals, points and tasks that were made of a report had its number behind them, for everybody's eyes.
A point is joined to its proposal where exactly one of its plan has its words.

Revision: 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEY = "fk_meeting_item_proposal_id"

# With the titles as they were: the number tells two points of one category apart.
JOIN = """
UPDATE meeting_item i SET proposal_id = f.proposal_id
FROM (
    SELECT i.id, min(q.id) AS proposal_id
    FROM meeting_item i
    JOIN meeting_plan p ON p.meeting_id = i.meeting_id
    JOIN meeting_proposal q ON q.plan_id = p.id
    LEFT JOIN report r ON r.id = q.report_id
    WHERE i.title IN (q.title, replace(q.title, '（' || r.number || '）', ''))
    GROUP BY i.id HAVING count(*) = 1
) f
WHERE f.id = i.id
"""
# Title by title, for two of them may become the same: a second proposal or task is numbered, as a second of its kind
# always was; two points may have the same words.
# What workbooks keep of a row to roll it back goes the same way.
CLEAN = """
DO $$
DECLARE
    found record;
    words text;
    other integer;
    clash boolean;
BEGIN
    FOR found IN
        SELECT 'meeting_proposal' AS name, q.id, 'plan_id' AS home, q.plan_id AS home_id, q.title,
               ARRAY[r.number] AS numbers, k.name AS category
        FROM meeting_proposal q JOIN report r ON r.id = q.report_id JOIN category k ON k.id = r.category_id
        WHERE position('（' || r.number || '）' IN q.title) > 0
        UNION ALL
        SELECT t.name, t.id, 'meeting_id', t.meeting_id, t.title, array_agg(r.number ORDER BY r.number), min(k.name)
        FROM (SELECT 'meeting_item' AS name, id, meeting_id, title FROM meeting_item
              UNION ALL SELECT 'meeting_task', id, meeting_id, title FROM meeting_task) t
        JOIN meeting_plan p ON p.meeting_id = t.meeting_id
        JOIN meeting_proposal q ON q.plan_id = p.id
        JOIN report r ON r.id = q.report_id
        JOIN category k ON k.id = r.category_id
        WHERE position('（' || r.number || '）' IN t.title) > 0
        GROUP BY 1, 2, 4, 5
        ORDER BY 1, 2
    LOOP
        words := found.title;
        FOR other IN 1 .. array_length(found.numbers, 1) LOOP
            words := replace(words, '（' || found.numbers[other] || '）', '');
        END LOOP;
        found.title := coalesce(nullif(btrim(words), ''), found.category);
        words := found.title;
        other := 1;
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I = $1 AND title = $2 AND id <> $3)',
                           found.name, found.home)
            INTO clash USING found.home_id, words, found.id;
            EXIT WHEN found.name = 'meeting_item' OR NOT clash;
            other := other + 1;
            words := found.title || '（' || other || '）';
        END LOOP;
        EXECUTE format('UPDATE %I SET title = $1 WHERE id = $2', found.name) USING words, found.id;
        FOR other IN 1 .. array_length(found.numbers, 1) LOOP
            UPDATE workbook_step
            SET before = replace(before, '（' || found.numbers[other] || '）', ''),
                after = replace(after, '（' || found.numbers[other] || '）', '')
            WHERE table_name = found.name AND row_key = found.id::text;
        END LOOP;
    END LOOP;
END $$
"""
# A kept row has as many fields as its table has columns, an empty one where there is nothing; and rolling back asks
# whether a row is still as it was left.
LONGER = """
UPDATE workbook_step s
SET before = regexp_replace(s.before, '\\)$', ',' || f.last || ')'),
    after = regexp_replace(s.after, '\\)$', ',' || f.last || ')')
FROM (
    SELECT w.id, coalesce(i.proposal_id::text, '') AS last
    FROM workbook_step w LEFT JOIN meeting_item i ON i.id::text = w.row_key
    WHERE w.table_name = 'meeting_item'
) f
WHERE f.id = s.id
"""
SHORTER = """
UPDATE workbook_step
SET before = regexp_replace(before, ',[0-9]*\\)$', ')'), after = regexp_replace(after, ',[0-9]*\\)$', ')')
WHERE table_name = 'meeting_item'
"""


def upgrade() -> None:
    op.add_column("meeting_item", sa.Column("proposal_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f(KEY), "meeting_item", "meeting_proposal", ["proposal_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(op.f("ix_meeting_item_proposal_id"), "meeting_item", ["proposal_id"])
    op.execute(JOIN)
    op.execute(CLEAN)
    op.execute(LONGER)


def downgrade() -> None:
    op.execute(SHORTER)
    op.drop_column("meeting_item", "proposal_id")
