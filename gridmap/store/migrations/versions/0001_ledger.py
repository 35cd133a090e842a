"""the ledger, reports and accounts.

Revision: 0001, after .
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


LAYERS = {
    "areas": ("area", "area_version"),
    "grids": ("grid", "grid_version", "road_grid"),
    "compounds": ("compound", "compound_version"),
    "buildings": ("building", "building_version", "grid_building"),
    "geography": ("road", "water", "place"),
    "party": ("party_organisation", "party_version"),
    "posts": ("person", "post", "visit", "agency", "responsible_unit"),
    "property": (
        "property_company",
        "property_contract",
        "owners_committee",
        "unserved_compound",
        "service_centre",
        "service_centre_area",
    ),
    "settings": ("setting",),
}
APPEND_ONLY = ("step", "audit_entry")


def _make_triggers() -> None:
    op.execute("""
        CREATE FUNCTION raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE revision SET number = number + 1 WHERE layer = TG_ARGV[0];
            PERFORM pg_notify('gridmap_revision', TG_ARGV[0]);
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
    """)
    for layer, tables in LAYERS.items():
        op.execute(f"INSERT INTO revision (layer, number) VALUES ('{layer}', 0)")
        for table in tables:
            op.execute(
                f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('{layer}')"
            )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def upgrade() -> None:
    for extension in ("postgis", "btree_gist", "pg_trgm"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_agency_code")),
    )
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(parent_id IS NULL) = (kind = 'county')", name=op.f("ck_area_parent")),
        sa.CheckConstraint("code ~ '^[0-9]{12}$'", name=op.f("ck_area_code")),
        sa.CheckConstraint(
            "kind IN ('county', 'township', 'community')", name=op.f("ck_area_kind")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name=op.f("fk_area_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("code", name=op.f("uq_area_code")),
    )
    op.create_index(op.f("ix_area_parent_id"), "area", ["parent_id"], unique=False)
    op.create_table(
        "building",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("code", name=op.f("uq_building_code")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("first_rung", sa.String(length=32), nullable=False),
        sa.Column("limits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_category"
        ),
        sa.CheckConstraint(
            "first_rung IN ('building_group', 'grid_branch', 'community', 'township', 'county')",
            name=op.f("ck_category_first_rung"),
        ),
        sa.CheckConstraint(
            "line IN ('party', 'political_legal', 'civil', 'urban', 'petition', 'emergency')",
            name=op.f("ck_category_line"),
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_category_valid_span")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
    )
    op.create_table(
        "compound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound")),
        sa.UniqueConstraint("code", name=op.f("uq_compound_code")),
    )
    op.create_table(
        "import_record",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("crs", sa.String(length=32), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('loaded', 'refused', 'checked')", name=op.f("ck_import_record_outcome")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_record")),
    )
    op.create_table(
        "party_organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_party_organisation_code")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "shape",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_place"
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_place_valid_span")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_index("ix_place_shape", "place", ["shape"], unique=False, postgresql_using="gist")
    op.create_table(
        "property_company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("party_form", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "party_form IS NULL OR party_form IN ('alone', 'joint', 'adviser')",
            name=op.f("ck_property_company_party_form"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_company")),
        sa.UniqueConstraint("code", name=op.f("uq_property_company_code")),
    )
    op.create_table(
        "revision",
        sa.Column("layer", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("layer", name=op.f("pk_revision")),
    )
    op.create_table(
        "road",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "line",
            Geometry(
                geometry_type="MULTILINESTRING",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_road"
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_road_valid_span")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road")),
    )
    op.create_index("ix_road_line", "road", ["line"], unique=False, postgresql_using="gist")
    op.create_table(
        "service_centre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column(
            "spot",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_service_centre",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_service_centre_valid_span")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_centre")),
    )
    op.create_index(
        "ix_service_centre_spot", "service_centre", ["spot"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "water",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "surface",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_water"
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_water_valid_span")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_water")),
    )
    op.create_index("ix_water_surface", "water", ["surface"], unique=False, postgresql_using="gist")
    op.create_table(
        "area_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("area_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_area_version",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_area_version_valid_span")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_version_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_version")),
    )
    op.create_index(op.f("ix_area_version_area_id"), "area_version", ["area_id"], unique=False)
    op.create_index(
        "ix_area_version_boundary",
        "area_version",
        ["boundary"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "building_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), server_default="residential", nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("zone", sa.String(length=32), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("road", sa.Text(), nullable=True),
        sa.Column("house_number", sa.String(length=32), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("units", sa.Integer(), server_default="0", nullable=False),
        sa.Column("floors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("households", sa.Integer(), server_default="0", nullable=False),
        sa.Column("residents", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "footprint",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "spot",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("building_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_building_version",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)",
            name=op.f("ck_building_version_valid_span"),
        ),
        sa.CheckConstraint(
            "units >= 0 AND floors >= 0 AND households >= 0 AND residents >= 0",
            name=op.f("ck_building_version_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_building_version_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_building_version_compound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building_version")),
    )
    op.create_index(
        op.f("ix_building_version_compound_id"), "building_version", ["compound_id"], unique=False
    )
    op.create_index(
        "ix_building_version_footprint",
        "building_version",
        ["footprint"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index(
        "ix_building_version_spot",
        "building_version",
        ["spot"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "compound_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("zones", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("lane_road", sa.Text(), nullable=True),
        sa.Column("lane_number", sa.String(length=32), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("compound_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_compound_version",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)",
            name=op.f("ck_compound_version_valid_span"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_compound_version_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_compound_version_compound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound_version")),
    )
    op.create_index(
        "ix_compound_version_boundary",
        "compound_version",
        ["boundary"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index(
        op.f("ix_compound_version_community_id"), "compound_version", ["community_id"], unique=False
    )
    op.create_index(
        op.f("ix_compound_version_compound_id"), "compound_version", ["compound_id"], unique=False
    )
    op.create_table(
        "grid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=15), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{15}$'", name=op.f("ck_grid_code")),
        sa.ForeignKeyConstraint(["community_id"], ["area.id"], name=op.f("fk_grid_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
        sa.UniqueConstraint("code", name=op.f("uq_grid_code")),
    )
    op.create_index(op.f("ix_grid_community_id"), "grid", ["community_id"], unique=False)
    op.create_table(
        "owners_committee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("party_form", sa.String(length=16), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("compound_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_owners_committee",
        ),
        sa.CheckConstraint(
            "party_form IS NULL OR party_form IN ('alone', 'joint', 'adviser')",
            name=op.f("ck_owners_committee_party_form"),
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)",
            name=op.f("ck_owners_committee_valid_span"),
        ),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_owners_committee_compound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owners_committee")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("party_member", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_person_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
    )
    op.create_index(op.f("ix_person_agency_id"), "person", ["agency_id"], unique=False)
    op.create_index(op.f("ix_person_name"), "person", ["name"], unique=False)
    op.create_table(
        "property_contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("compound_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_property_contract",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)",
            name=op.f("ck_property_contract_valid_span"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["property_company.id"], name=op.f("fk_property_contract_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_property_contract_compound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_contract")),
    )
    op.create_index(
        op.f("ix_property_contract_company_id"), "property_contract", ["company_id"], unique=False
    )
    op.create_table(
        "responsible_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("community_id"), "="),
            (sa.column("agency_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_responsible_unit",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)",
            name=op.f("ck_responsible_unit_valid_span"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_responsible_unit_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_responsible_unit_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsible_unit")),
    )
    op.create_index(
        op.f("ix_responsible_unit_agency_id"), "responsible_unit", ["agency_id"], unique=False
    )
    op.create_table(
        "service_centre_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_code", sa.String(length=64), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("centre_code"), "="),
            (sa.column("community_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_service_centre_area",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)",
            name=op.f("ck_service_centre_area_valid_span"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_service_centre_area_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_centre_area")),
    )
    op.create_index(
        op.f("ix_service_centre_area_community_id"),
        "service_centre_area",
        ["community_id"],
        unique=False,
    )
    op.create_table(
        "unserved_compound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=False),
        sa.Column("self_management", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("compound_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_unserved_compound",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)",
            name=op.f("ck_unserved_compound_valid_span"),
        ),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_unserved_compound_compound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unserved_compound")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "roles", sa.ARRAY(sa.String(length=32)), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "roles <@ ARRAY['administrator', 'planner', 'auditor']::varchar[]",
            name=op.f("ck_account_roles"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "grid_building",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("building_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_grid_building",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_grid_building_valid_span")
        ),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_grid_building_building_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_building_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_building")),
    )
    op.create_index(op.f("ix_grid_building_grid_id"), "grid_building", ["grid_id"], unique=False)
    op.create_table(
        "grid_lineage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.Integer(), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('merged', 'split', 'redrawn')", name=op.f("ck_grid_lineage_kind")
        ),
        sa.CheckConstraint("grid_id <> predecessor_id", name=op.f("ck_grid_lineage_not_itself")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_lineage_grid_id")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["grid.id"], name=op.f("fk_grid_lineage_predecessor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_lineage")),
        sa.UniqueConstraint(
            "grid_id",
            "predecessor_id",
            "day",
            name=op.f("uq_grid_lineage_grid_id_predecessor_id_day"),
        ),
    )
    op.create_index(
        op.f("ix_grid_lineage_predecessor_id"), "grid_lineage", ["predecessor_id"], unique=False
    )
    op.create_table(
        "grid_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("grid_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_grid_version",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_grid_version_valid_span")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_version_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_version")),
    )
    op.create_index(
        "ix_grid_version_boundary",
        "grid_version",
        ["boundary"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index(op.f("ix_grid_version_grid_id"), "grid_version", ["grid_id"], unique=False)
    op.create_table(
        "party_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("full_members", sa.Integer(), server_default="0", nullable=False),
        sa.Column("probationary_members", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("area_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_party_version_area",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("building_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_party_version_building",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("grid_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_party_version_grid",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("organisation_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_party_version",
        ),
        sa.CheckConstraint(
            "kind IN ('general_branch', 'grid_branch', 'building_group')",
            name=op.f("ck_party_version_kind"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(area_id, grid_id, building_id) = 1 AND (area_id IS NOT NULL) = (kind = 'general_branch') AND (grid_id IS NOT NULL) = (kind = 'grid_branch')",
            name=op.f("ck_party_version_target"),
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_party_version_valid_span")
        ),
        sa.CheckConstraint(
            "full_members >= 0 AND probationary_members >= 0", name=op.f("ck_party_version_members")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_party_version_area_id")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_party_version_building_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_party_version_grid_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["party_organisation.id"],
            name=op.f("fk_party_version_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["party_organisation.id"], name=op.f("fk_party_version_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_version")),
    )
    op.create_index(
        op.f("ix_party_version_parent_id"), "party_version", ["parent_id"], unique=False
    )
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("compound_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column(
            "target",
            sa.String(length=40),
            sa.Computed(
                "CASE WHEN area_id IS NOT NULL THEN 'a' || area_id::text WHEN grid_id IS NOT NULL THEN 'g' || grid_id::text WHEN building_id IS NOT NULL THEN 'b' || building_id::text || coalesce('-' || unit::text, '') WHEN compound_id IS NOT NULL THEN 'c' || compound_id::text ELSE 'y' || agency_id::text END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.Integer(), nullable=True),
        sa.Column("seconded_from_id", sa.Integer(), nullable=True),
        sa.Column("term_end", sa.Date(), nullable=True),
        sa.Column("duty_phone", sa.String(length=32), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("kind"), "="),
            (sa.column("target"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text(
                "kind IN ('branch_secretary', 'director', 'first_secretary', 'grid_worker', 'group_leader', 'secretary')"
            ),
            using="gist",
            name="ex_post_single",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("kind"), "="),
            (sa.column("target"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_post_person",
        ),
        sa.CheckConstraint(
            "(area_id IS NOT NULL) = (kind IN ('committee_member', 'community_desk', 'county_desk', 'director', 'first_secretary', 'leader_county', 'leader_municipal', 'leader_township', 'police_officer', 'secretary', 'township_desk')) AND (grid_id IS NOT NULL) = (kind IN ('branch_secretary', 'grid_worker', 'part_time_worker')) AND (building_id IS NOT NULL) = (kind IN ('group_leader', 'steward')) AND (compound_id IS NOT NULL) = (kind IN ('party_adviser', 'property_manager')) AND (agency_id IS NOT NULL) = (kind IN ('agency_handler'))",
            name=op.f("ck_post_target"),
        ),
        sa.CheckConstraint(
            "kind IN ('agency_handler', 'branch_secretary', 'committee_member', 'community_desk', 'county_desk', 'director', 'first_secretary', 'grid_worker', 'group_leader', 'leader_county', 'leader_municipal', 'leader_township', 'part_time_worker', 'party_adviser', 'police_officer', 'property_manager', 'secretary', 'steward', 'township_desk')",
            name=op.f("ck_post_kind"),
        ),
        sa.CheckConstraint(
            "unit IS NULL OR (kind = 'steward' AND unit > 0)", name=op.f("ck_post_unit")
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_post_valid_span")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_post_agency_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_post_area_id")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_post_building_id")),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_post_compound_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_post_grid_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id")),
        sa.ForeignKeyConstraint(
            ["seconded_from_id"], ["agency.id"], name=op.f("fk_post_seconded_from_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_agency_id"), "post", ["agency_id"], unique=False)
    op.create_index("ix_post_area_id", "post", ["area_id"], unique=False)
    op.create_index("ix_post_building_id", "post", ["building_id"], unique=False)
    op.create_index("ix_post_compound_id", "post", ["compound_id"], unique=False)
    op.create_index("ix_post_grid_id", "post", ["grid_id"], unique=False)
    op.create_index("ix_post_person_id", "post", ["person_id"], unique=False)
    op.create_table(
        "road_grid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("road_code", sa.String(length=64), nullable=False),
        sa.Column("grid_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("road_code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_road_grid",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_road_grid_valid_span")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_road_grid_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_grid")),
    )
    op.create_index(op.f("ix_road_grid_grid_id"), "road_grid", ["grid_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=32), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column(
            "details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_audit_entry_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(
        "ix_audit_entry_object", "audit_entry", ["object_kind", "object_key"], unique=False
    )
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("track_key", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reporter_phone", sa.String(length=32), nullable=True),
        sa.Column("filed_by_id", sa.Integer(), nullable=True),
        sa.Column("raw_lon", sa.Double(), nullable=False),
        sa.Column("raw_lat", sa.Double(), nullable=False),
        sa.Column("raw_crs", sa.String(length=32), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("place_source", sa.String(length=16), nullable=False),
        sa.Column(
            "spot",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("grid_verdict", sa.String(length=16), nullable=False),
        sa.Column(
            "grid_faults",
            sa.ARRAY(sa.String(length=32)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("building_verdict", sa.String(length=16), nullable=False),
        sa.Column(
            "building_faults",
            sa.ARRAY(sa.String(length=32)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "alternatives",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("compound_id", sa.Integer(), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("general_branch_id", sa.Integer(), nullable=True),
        sa.Column("grid_branch_id", sa.Integer(), nullable=True),
        sa.Column("building_group_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("rung", sa.String(length=32), nullable=False),
        sa.Column("holder_post_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(grid_verdict = 'accepted') = (grid_id IS NOT NULL)", name=op.f("ck_report_grid")
        ),
        sa.CheckConstraint(
            "building_verdict IN ('accepted', 'ask', 'none')",
            name=op.f("ck_report_building_verdict"),
        ),
        sa.CheckConstraint(
            "grid_verdict IN ('accepted', 'ask', 'none')", name=op.f("ck_report_grid_verdict")
        ),
        sa.CheckConstraint(
            "place_source IN ('pin', 'gps', 'search')", name=op.f("ck_report_place_source")
        ),
        sa.CheckConstraint(
            "rung IN ('building_group', 'grid_branch', 'community', 'township', 'county')",
            name=op.f("ck_report_rung"),
        ),
        sa.CheckConstraint("stage IN ('filed', 'accepted')", name=op.f("ck_report_stage")),
        sa.ForeignKeyConstraint(
            ["building_group_id"],
            ["party_organisation.id"],
            name=op.f("fk_report_building_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_report_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_report_category_id")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["area.id"], name=op.f("fk_report_community_id")),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_report_compound_id")
        ),
        sa.ForeignKeyConstraint(["filed_by_id"], ["person.id"], name=op.f("fk_report_filed_by_id")),
        sa.ForeignKeyConstraint(
            ["general_branch_id"],
            ["party_organisation.id"],
            name=op.f("fk_report_general_branch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["grid_branch_id"], ["party_organisation.id"], name=op.f("fk_report_grid_branch_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_report_grid_id")),
        sa.ForeignKeyConstraint(
            ["holder_post_id"], ["post.id"], name=op.f("fk_report_holder_post_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_report_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_report_number")),
    )
    op.create_index("ix_report_building_id", "report", ["building_id"], unique=False)
    op.create_index(op.f("ix_report_community_id"), "report", ["community_id"], unique=False)
    op.create_index(op.f("ix_report_compound_id"), "report", ["compound_id"], unique=False)
    op.create_index(op.f("ix_report_filed_at"), "report", ["filed_at"], unique=False)
    op.create_index("ix_report_grid_id_stage", "report", ["grid_id", "stage"], unique=False)
    op.create_index(op.f("ix_report_holder_post_id"), "report", ["holder_post_id"], unique=False)
    op.create_index("ix_report_spot", "report", ["spot"], unique=False, postgresql_using="gist")
    op.create_table(
        "sign_in",
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_index(op.f("ix_sign_in_expires_at"), "sign_in", ["expires_at"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_visit_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("post_id", "day", name=op.f("uq_visit_post_id_day")),
    )
    op.create_index("ix_visit_day", "visit", ["day"], unique=False)
    op.create_table(
        "photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_photo_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("report_id", "position", name=op.f("uq_photo_report_id_position")),
    )
    op.create_table(
        "step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("rung", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("holder_post_id", sa.Integer(), nullable=True),
        sa.Column(
            "reasons",
            sa.ARRAY(sa.String(length=48)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "rung IN ('building_group', 'grid_branch', 'community', 'township', 'county')",
            name=op.f("ck_step_rung"),
        ),
        sa.CheckConstraint("stage IN ('filed', 'accepted')", name=op.f("ck_step_stage")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_step_actor_id")),
        sa.ForeignKeyConstraint(
            ["holder_post_id"], ["post.id"], name=op.f("fk_step_holder_post_id")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_step_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("report_id", "sequence", name=op.f("uq_step_report_id_sequence")),
    )

    op.create_table(
        "call_counter",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_call_counter")),
        prefixes=["UNLOGGED"],
    )
    op.execute(sa.schema.CreateSequence(sa.Sequence("report_number")))
    _make_triggers()


def downgrade() -> None:
    op.drop_table("call_counter")
    op.execute(sa.schema.DropSequence(sa.Sequence("report_number")))
    op.drop_table("step")
    op.drop_table("photo")
    op.drop_index("ix_visit_day", table_name="visit")
    op.drop_table("visit")
    op.drop_index(op.f("ix_sign_in_expires_at"), table_name="sign_in")
    op.drop_index(op.f("ix_sign_in_account_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index("ix_report_spot", table_name="report", postgresql_using="gist")
    op.drop_index(op.f("ix_report_holder_post_id"), table_name="report")
    op.drop_index("ix_report_grid_id_stage", table_name="report")
    op.drop_index(op.f("ix_report_filed_at"), table_name="report")
    op.drop_index(op.f("ix_report_compound_id"), table_name="report")
    op.drop_index(op.f("ix_report_community_id"), table_name="report")
    op.drop_index("ix_report_building_id", table_name="report")
    op.drop_table("report")
    op.drop_index("ix_audit_entry_object", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_road_grid_grid_id"), table_name="road_grid")
    op.drop_table("road_grid")
    op.drop_index("ix_post_person_id", table_name="post")
    op.drop_index("ix_post_grid_id", table_name="post")
    op.drop_index("ix_post_compound_id", table_name="post")
    op.drop_index("ix_post_building_id", table_name="post")
    op.drop_index("ix_post_area_id", table_name="post")
    op.drop_index(op.f("ix_post_agency_id"), table_name="post")
    op.drop_table("post")
    op.drop_index(op.f("ix_party_version_parent_id"), table_name="party_version")
    op.drop_table("party_version")
    op.drop_index(op.f("ix_grid_version_grid_id"), table_name="grid_version")
    op.drop_index("ix_grid_version_boundary", table_name="grid_version", postgresql_using="gist")
    op.drop_table("grid_version")
    op.drop_index(op.f("ix_grid_lineage_predecessor_id"), table_name="grid_lineage")
    op.drop_table("grid_lineage")
    op.drop_index(op.f("ix_grid_building_grid_id"), table_name="grid_building")
    op.drop_table("grid_building")
    op.drop_table("account")
    op.drop_table("unserved_compound")
    op.drop_index(op.f("ix_service_centre_area_community_id"), table_name="service_centre_area")
    op.drop_table("service_centre_area")
    op.drop_index(op.f("ix_responsible_unit_agency_id"), table_name="responsible_unit")
    op.drop_table("responsible_unit")
    op.drop_index(op.f("ix_property_contract_company_id"), table_name="property_contract")
    op.drop_table("property_contract")
    op.drop_index(op.f("ix_person_name"), table_name="person")
    op.drop_index(op.f("ix_person_agency_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("owners_committee")
    op.drop_index(op.f("ix_grid_community_id"), table_name="grid")
    op.drop_table("grid")
    op.drop_index(op.f("ix_compound_version_compound_id"), table_name="compound_version")
    op.drop_index(op.f("ix_compound_version_community_id"), table_name="compound_version")
    op.drop_index(
        "ix_compound_version_boundary", table_name="compound_version", postgresql_using="gist"
    )
    op.drop_table("compound_version")
    op.drop_index(
        "ix_building_version_spot", table_name="building_version", postgresql_using="gist"
    )
    op.drop_index(
        "ix_building_version_footprint", table_name="building_version", postgresql_using="gist"
    )
    op.drop_index(op.f("ix_building_version_compound_id"), table_name="building_version")
    op.drop_table("building_version")
    op.drop_index("ix_area_version_boundary", table_name="area_version", postgresql_using="gist")
    op.drop_index(op.f("ix_area_version_area_id"), table_name="area_version")
    op.drop_table("area_version")
    op.drop_index("ix_water_surface", table_name="water", postgresql_using="gist")
    op.drop_table("water")
    op.drop_table("setting")
    op.drop_index("ix_service_centre_spot", table_name="service_centre", postgresql_using="gist")
    op.drop_table("service_centre")
    op.drop_index("ix_road_line", table_name="road", postgresql_using="gist")
    op.drop_table("road")
    op.drop_table("revision")
    op.drop_table("property_company")
    op.drop_index("ix_place_shape", table_name="place", postgresql_using="gist")
    op.drop_table("place")
    op.drop_table("party_organisation")
    op.drop_table("import_record")
    op.drop_table("compound")
    op.drop_table("category")
    op.drop_table("building")
    op.drop_index(op.f("ix_area_parent_id"), table_name="area")
    op.drop_table("area")
    op.drop_table("agency")
    op.execute("DROP FUNCTION raise_revision(), refuse_change()")
