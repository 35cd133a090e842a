"""volunteers' links with the staff are dated; places taken in activities are followed as a layer of their own.

Revision: 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

LAYER = "sign_ups"
MOST_BOXES = 64
TAKEN = ("activity_id", "at", "cancelled_at")
"""Of a place: what is counted. Who checks in or has minutes confirmed takes no other place."""
OTHER = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in TAKEN)
MOMENTS = {"taken": ("INSERT", ""), "moved": ("UPDATE", f"WHEN ({OTHER})"), "gone": ("DELETE", "")}

# As with reports: at commit, once for all rows of a transaction, so that the row of the number is the last lock and
# nobody waits in a ring. The boxes of all its rows are gathered; beyond so many it may be anywhere.
RAISE = f"""
CREATE FUNCTION raise_sign_ups() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text := pg_current_xact_id()::text || ' ' || statement_timestamp()::text;
    raised text := current_setting('gridmap.sign_ups_raised', true);
    touched float8[];
BEGIN
    IF raised = step || ' anywhere' THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(ARRAY[ST_X(a.spot), ST_Y(a.spot), ST_X(a.spot), ST_Y(a.spot)]) INTO touched
    FROM activity a WHERE a.id IN (OLD.activity_id, NEW.activity_id);
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    IF raised IS DISTINCT FROM step THEN
        UPDATE revision SET number = number + 1 WHERE layer = '{LAYER}';
        PERFORM keep_change('{LAYER}', TG_TABLE_NAME, touched);
        PERFORM set_config('gridmap.sign_ups_raised', step, true);
    ELSE
        UPDATE ledger_change
        SET boxes = CASE WHEN array_length(boxes, 1) < {MOST_BOXES} THEN boxes || touched END
        WHERE layer = '{LAYER}' AND number = (SELECT number FROM revision WHERE layer = '{LAYER}')
        RETURNING boxes INTO touched;
        IF touched IS NULL THEN
            PERFORM set_config('gridmap.sign_ups_raised', step || ' anywhere', true);
        END IF;
    END IF;
    RETURN NULL;
END $$
"""

# What the audit log tells of links so far; a link of which it tells nothing has stood since the record was made.
REMEMBER = """
INSERT INTO volunteer_link (volunteer_id, person_id, since, until)
SELECT v.id, k.person_id, e.at, coalesce(u.at, CASE WHEN v.person_id IS DISTINCT FROM k.person_id THEN now() END)
FROM audit_entry e
JOIN volunteer v ON v.code = e.object_key AND v.erased_at IS NULL
JOIN account k ON k.id = e.account_id
LEFT JOIN LATERAL (
    SELECT min(p.at) AS at FROM audit_entry p
    WHERE p.object_kind = 'volunteer' AND p.object_key = e.object_key AND p.action = 'volunteer_unlinked'
      AND p.id > e.id AND p.at >= e.at
) AS u ON true
WHERE e.object_kind = 'volunteer' AND e.action = 'volunteer_linked'
ORDER BY e.id
"""
STANDING = """
INSERT INTO volunteer_link (volunteer_id, person_id, since)
SELECT v.id, v.person_id, v.made_at FROM volunteer v
WHERE v.person_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM volunteer_link l WHERE l.volunteer_id = v.id AND l.until IS NULL)
"""


def _link_people() -> None:
    table = "volunteer_link"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_volunteer_link_span")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_volunteer_link_volunteer_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_volunteer_link_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_link")),
    )
    for column in ("volunteer_id", "person_id"):
        op.create_index(f"ix_volunteer_link_{column}", table, [column])
        op.create_index(
            f"uq_volunteer_link_{column}",
            table,
            [column],
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
        )
    op.execute(REMEMBER)
    op.execute(STANDING)


def _follow() -> None:
    op.execute(f"INSERT INTO revision (layer, number) VALUES ('{LAYER}', 0)")
    op.execute(RAISE)
    for name, (event, when) in MOMENTS.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER raise_sign_ups_{name} AFTER {event} ON sign_up"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when} EXECUTE FUNCTION raise_sign_ups()"
        )
    op.execute(
        "CREATE TRIGGER raise_revision AFTER TRUNCATE ON sign_up"
        f" FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('{LAYER}')"
    )
    op.execute(
        "CREATE TRIGGER record_truncate AFTER TRUNCATE ON sign_up"
        f" FOR EACH STATEMENT EXECUTE FUNCTION record_placeless('{LAYER}', 'all')"
    )


def upgrade() -> None:
    _link_people()
    _follow()


def downgrade() -> None:
    for name in (
        "raise_revision",
        "record_truncate",
        *(f"raise_sign_ups_{one}" for one in MOMENTS),
    ):
        op.execute(f"DROP TRIGGER {name} ON sign_up")
    op.execute("DROP FUNCTION raise_sign_ups()")
    op.execute(f"DELETE FROM revision WHERE layer = '{LAYER}'")
    op.execute(f"DELETE FROM ledger_change WHERE layer = '{LAYER}'")
    op.drop_table("volunteer_link")
