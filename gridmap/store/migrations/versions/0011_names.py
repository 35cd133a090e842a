"""names: aliases and addresses as dated records that people curate; one view of all names.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAMED = "'community', 'compound', 'building', 'road', 'crossing', 'poi'"
KINDS = "'official', 'alias', 'short', 'former', 'lane', 'poi'"
SOURCES = "'import', 'desk', 'hand'"

MOVED = """
INSERT INTO place_name (entity_kind, entity_code, text, kind, state, source, decided_at, valid)
SELECT 'compound', code, text, 'alias', 'confirmed', 'import', now(), span
FROM (
    SELECT c.code, btrim(alias) AS text, range_agg(v.valid) AS spans
    FROM compound c JOIN compound_version v ON v.compound_id = c.id, unnest(v.aliases) AS a(alias)
    WHERE btrim(alias) <> '' GROUP BY c.code, btrim(alias)
) told, unnest(spans) AS s(span)
"""
"""What stood as a list in each version of a compound: equal names of days that meet are one row."""

MOVED_BACK = """
UPDATE compound_version v SET aliases = told.aliases
FROM (
    SELECT v.id, array_agg(DISTINCT n.text ORDER BY n.text) AS aliases
    FROM compound_version v JOIN compound c ON c.id = v.compound_id
    JOIN place_name n ON n.entity_kind = 'compound' AND n.entity_code = c.code AND n.state = 'confirmed'
     AND n.valid && v.valid
    GROUP BY v.id
) told WHERE told.id = v.id
"""

VIEW = """
CREATE VIEW entity_name (entity_kind, entity_code, text, kind, state, source, valid, name_id) AS
SELECT 'community', a.code, v.name, 'official', 'confirmed', 'import', v.valid, NULL::integer
FROM area a JOIN area_version v ON v.area_id = a.id WHERE a.kind = 'community'
UNION ALL
SELECT 'compound', c.code, v.name, 'official', 'confirmed', 'import', v.valid, NULL
FROM compound c JOIN compound_version v ON v.compound_id = c.id
UNION ALL
SELECT 'building', b.code, v.name, 'official', 'confirmed', 'import', v.valid, NULL
FROM building b JOIN building_version v ON v.building_id = b.id WHERE v.name IS NOT NULL
UNION ALL
SELECT 'road', r.name, r.name, 'official', 'confirmed', 'import', r.valid, NULL
FROM (
    SELECT name, unnest(range_agg(valid)) AS valid FROM road WHERE name IS NOT NULL GROUP BY name
) r
UNION ALL
SELECT 'poi', p.code, p.name, 'official', 'confirmed', 'import', p.valid, NULL
FROM place p WHERE p.name IS NOT NULL
UNION ALL
SELECT n.entity_kind, n.entity_code, n.text, n.kind, n.state, n.source, n.valid, n.id
FROM place_name n
"""
"""All names of all days, whatever table they stand in."""


def _raises(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('names')"
    )


def upgrade() -> None:
    _names()
    _evidence()
    _addresses()
    op.execute("INSERT INTO revision (layer, number) VALUES ('names', 0)")
    _raises("place_name")
    _raises("address")
    op.execute(MOVED)
    op.drop_column("compound_version", "aliases")
    op.add_column("place", sa.Column("road", sa.Text(), nullable=True))
    op.add_column("place", sa.Column("house_number", sa.String(length=32), nullable=True))
    op.execute(VIEW)


def _names() -> None:
    op.create_table(
        "place_name",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("entity_kind", sa.String(length=16), nullable=False),
        sa.Column("entity_code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_place_name_valid_span")
        ),
        sa.CheckConstraint(f"entity_kind IN ({NAMED})", name=op.f("ck_place_name_entity_kind")),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_place_name_kind")),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'rejected')", name=op.f("ck_place_name_state")
        ),
        sa.CheckConstraint(f"source IN ({SOURCES})", name=op.f("ck_place_name_source")),
        sa.CheckConstraint(
            "kind <> 'official' OR state = 'rejected'", name=op.f("ck_place_name_official")
        ),
        sa.CheckConstraint("text <> '' AND text = btrim(text)", name=op.f("ck_place_name_text")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_place_name_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_place_name_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_name")),
        postgresql.ExcludeConstraint(
            (sa.column("entity_kind"), "="),
            (sa.column("entity_code"), "="),
            (sa.column("text"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_place_name",
        ),
    )
    op.create_index("ix_place_name_text", "place_name", ["text"])


def _evidence() -> None:
    op.create_table(
        "name_evidence",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("name_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["name_id"],
            ["place_name.id"],
            name=op.f("fk_name_evidence_name_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_name_evidence_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_name_evidence_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_evidence")),
        sa.UniqueConstraint(
            "name_id", "report_id", name=op.f("uq_name_evidence_name_id_report_id")
        ),
    )
    op.create_index(op.f("ix_name_evidence_report_id"), "name_evidence", ["report_id"])


def _addresses() -> None:
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("road", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(length=32), nullable=True),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("parity", sa.String(length=8), server_default="all", nullable=False),
        sa.Column("suffix", sa.String(length=16), nullable=True),
        sa.Column("building", sa.String(length=32), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=True),
        sa.Column("room", sa.String(length=32), nullable=True),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("target_kind", sa.String(length=16), nullable=False),
        sa.Column("target_code", sa.String(length=64), nullable=False),
        sa.Column("spot", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_address_valid_span")
        ),
        sa.CheckConstraint(
            "target_kind IN ('building', 'compound', 'point')", name=op.f("ck_address_target_kind")
        ),
        sa.CheckConstraint(
            "(target_kind = 'point') = (spot IS NOT NULL)", name=op.f("ck_address_spot")
        ),
        sa.CheckConstraint("parity IN ('all', 'odd', 'even')", name=op.f("ck_address_parity")),
        sa.CheckConstraint("state IN ('confirmed', 'rejected')", name=op.f("ck_address_state")),
        sa.CheckConstraint(f"source IN ({SOURCES})", name=op.f("ck_address_source")),
        sa.CheckConstraint(
            "road <> '' AND (lane IS NOT NULL OR first IS NOT NULL)", name=op.f("ck_address_number")
        ),
        sa.CheckConstraint(
            "last IS NULL OR (last >= first AND suffix IS NULL)", name=op.f("ck_address_range")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_address_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        postgresql.ExcludeConstraint(
            (sa.column("target_kind"), "="),
            (sa.column("target_code"), "="),
            (sa.column("written"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_address",
        ),
    )
    op.create_index("ix_address_road", "address", ["road"])


def downgrade() -> None:
    op.execute("DROP VIEW entity_name")
    op.drop_column("place", "house_number")
    op.drop_column("place", "road")
    op.add_column(
        "compound_version",
        sa.Column(
            "aliases", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.execute(MOVED_BACK)
    op.drop_table("address")
    op.drop_table("name_evidence")
    op.drop_table("place_name")
    op.execute("DELETE FROM revision WHERE layer = 'names'")
