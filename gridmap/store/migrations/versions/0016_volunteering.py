"""double check-in, activities, service hours and stars.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = (
    "volunteer",
    "unit_checkin",
    "volunteer_checkin",
    "need",
    "need_taking",
    "activity",
    "sign_up",
    "checkin_challenge",
    "hours_import",
    "service_hours",
    "star_table",
    "star_year",
    "star_rating",
)
FOLLOWED = ("unit_checkin", "need", "activity")
"""Tables that coverage and the map read."""


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("volunteer_number")))
    _make_people()
    _make_needs()
    _make_activities()
    _make_hours()
    _make_stars()
    op.execute("INSERT INTO revision (layer, number) VALUES ('volunteering', 0)")
    for table in FOLLOWED:
        op.execute(
            f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('volunteering')"
        )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON star_rating"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR TRUNCATE ON service_hours"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _make_people() -> None:
    op.create_table(
        "volunteer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("party_member", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("occupation", sa.String(length=16), nullable=True),
        sa.Column("key_sha256", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(erased_at IS NULL) = (name <> '')", name=op.f("ck_volunteer_name")),
        sa.CheckConstraint(
            "occupation IN ('courier', 'rider', 'driver', 'other')",
            name=op.f("ck_volunteer_occupation"),
        ),
        sa.CheckConstraint(
            "erased_at IS NULL OR num_nonnulls(phone, person_id, key_sha256) = 0",
            name=op.f("ck_volunteer_erased"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_volunteer_agency_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_volunteer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer")),
        sa.UniqueConstraint("code", name=op.f("uq_volunteer_code")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_volunteer_key_sha256")),
        sa.UniqueConstraint("person_id", name=op.f("uq_volunteer_person_id")),
    )
    op.create_index(op.f("ix_volunteer_agency_id"), "volunteer", ["agency_id"], unique=False)
    op.create_index(
        "ix_volunteer_phone",
        "volunteer",
        ["phone"],
        unique=False,
        postgresql_where=sa.text("phone IS NOT NULL"),
    )
    op.create_table(
        "unit_checkin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.String(length=32), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("agency_id"), "="),
            (sa.column("community_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_unit_checkin",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_unit_checkin_valid_span")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_unit_checkin_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_unit_checkin_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_checkin")),
    )
    op.create_index(
        op.f("ix_unit_checkin_community_id"), "unit_checkin", ["community_id"], unique=False
    )
    op.create_table(
        "volunteer_checkin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("volunteer_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_volunteer_checkin",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND NOT lower_inf(valid)",
            name=op.f("ck_volunteer_checkin_valid_span"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_volunteer_checkin_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_volunteer_checkin_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_checkin")),
    )
    op.create_index(
        op.f("ix_volunteer_checkin_community_id"),
        "volunteer_checkin",
        ["community_id"],
        unique=False,
    )


def _make_needs() -> None:
    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("wanted", sa.Integer(), server_default="1", nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'taken', 'done', 'withdrawn')", name=op.f("ck_need_state")
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_need_title")),
        sa.CheckConstraint("wanted BETWEEN 1 AND 500", name=op.f("ck_need_wanted")),
        sa.ForeignKeyConstraint(["community_id"], ["area.id"], name=op.f("fk_need_community_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_need_made_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_need_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index("ix_need_community_id_state", "need", ["community_id", "state"], unique=False)
    op.create_index(op.f("ix_need_report_id"), "need", ["report_id"], unique=False)
    op.create_table(
        "need_taking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_taking_need_id")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_need_taking_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_taking")),
        sa.UniqueConstraint(
            "need_id", "volunteer_id", name=op.f("uq_need_taking_need_id_volunteer_id")
        ),
    )
    op.create_index(
        op.f("ix_need_taking_volunteer_id"), "need_taking", ["volunteer_id"], unique=False
    )


def _make_activities() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
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
        sa.Column("radius_m", sa.Integer(), server_default="150", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_because IS NULL) AND cancelled_because <> ''",
            name=op.f("ck_activity_cancelled"),
        ),
        sa.CheckConstraint("title <> '' AND place <> ''", name=op.f("ck_activity_words")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_activity_times")),
        sa.CheckConstraint("places IS NULL OR places > 0", name=op.f("ck_activity_places")),
        sa.CheckConstraint("radius_m BETWEEN 20 AND 2000", name=op.f("ck_activity_radius_m")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_activity_agency_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_activity_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_activity_made_by_id")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_activity_need_id")),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["volunteer.id"], name=op.f("fk_activity_organiser_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index(op.f("ix_activity_agency_id"), "activity", ["agency_id"], unique=False)
    op.create_index(
        "ix_activity_community_id_starts_at",
        "activity",
        ["community_id", "starts_at"],
        unique=False,
    )
    op.create_index(op.f("ix_activity_need_id"), "activity", ["need_id"], unique=False)
    op.create_index(op.f("ix_activity_organiser_id"), "activity", ["organiser_id"], unique=False)
    op.create_index("ix_activity_spot", "activity", ["spot"], unique=False, postgresql_using="gist")
    op.create_index("ix_activity_starts_at", "activity", ["starts_at"], unique=False)
    op.create_table(
        "sign_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("way", sa.String(length=16), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_by_volunteer_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(way = 'position') = (distance_m IS NOT NULL)", name=op.f("ck_sign_up_distance_m")
        ),
        sa.CheckConstraint("way IN ('code', 'position', 'organiser')", name=op.f("ck_sign_up_way")),
        sa.CheckConstraint(
            "(checked_in_at IS NULL) = (way IS NULL)", name=op.f("ck_sign_up_checked_in")
        ),
        sa.CheckConstraint(
            "(minutes IS NULL) = (confirmed_at IS NULL) AND num_nonnulls(confirmed_by_id, confirmed_by_volunteer_id) = num_nonnulls(confirmed_at)",
            name=op.f("ck_sign_up_confirmed"),
        ),
        sa.CheckConstraint(
            "minutes IS NULL OR minutes BETWEEN 0 AND 1440", name=op.f("ck_sign_up_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_sign_up_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["account.id"], name=op.f("fk_sign_up_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_volunteer_id"],
            ["volunteer.id"],
            name=op.f("fk_sign_up_confirmed_by_volunteer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_sign_up_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
        sa.UniqueConstraint(
            "activity_id", "volunteer_id", name=op.f("uq_sign_up_activity_id_volunteer_id")
        ),
    )
    op.create_index(op.f("ix_sign_up_volunteer_id"), "sign_up", ["volunteer_id"], unique=False)
    op.create_table(
        "checkin_challenge",
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_checkin_challenge_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_checkin_challenge_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_checkin_challenge")),
    )
    op.create_index(
        op.f("ix_checkin_challenge_made_at"), "checkin_challenge", ["made_at"], unique=False
    )


def _make_hours() -> None:
    op.create_table(
        "hours_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_hours_import_by_id")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["account.id"], name=op.f("fk_hours_import_undone_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_import")),
    )
    op.create_table(
        "service_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("sign_up_id", sa.Integer(), nullable=True),
        sa.Column("taking_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("external_key", sa.String(length=128), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_volunteer_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(source = 'activity') = (sign_up_id IS NOT NULL)",
            name=op.f("ck_service_hours_sign_up"),
        ),
        sa.CheckConstraint(
            "(source = 'correction') = (corrects_id IS NOT NULL) AND (source = 'correction' OR minutes > 0) AND (source <> 'correction' OR reason <> '')",
            name=op.f("ck_service_hours_correction"),
        ),
        sa.CheckConstraint(
            "(source = 'import') = (external_key IS NOT NULL)",
            name=op.f("ck_service_hours_external_key"),
        ),
        sa.CheckConstraint(
            "(source = 'need') = (taking_id IS NOT NULL)", name=op.f("ck_service_hours_taking")
        ),
        sa.CheckConstraint(
            "source IN ('activity', 'need', 'import', 'correction')",
            name=op.f("ck_service_hours_source"),
        ),
        sa.CheckConstraint(
            "minutes <> 0 AND abs(minutes) <= 1440", name=op.f("ck_service_hours_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_service_hours_agency_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_service_hours_by_id")),
        sa.ForeignKeyConstraint(
            ["by_volunteer_id"], ["volunteer.id"], name=op.f("fk_service_hours_by_volunteer_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["area.id"], name=op.f("fk_service_hours_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["service_hours.id"], name=op.f("fk_service_hours_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["hours_import.id"], name=op.f("fk_service_hours_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["sign_up_id"], ["sign_up.id"], name=op.f("fk_service_hours_sign_up_id")
        ),
        sa.ForeignKeyConstraint(
            ["taking_id"], ["need_taking.id"], name=op.f("fk_service_hours_taking_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_service_hours_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_hours")),
        sa.UniqueConstraint("external_key", name=op.f("uq_service_hours_external_key")),
        sa.UniqueConstraint("sign_up_id", name=op.f("uq_service_hours_sign_up_id")),
        sa.UniqueConstraint("taking_id", name=op.f("uq_service_hours_taking_id")),
    )
    op.create_index(
        "ix_service_hours_agency_id_day", "service_hours", ["agency_id", "day"], unique=False
    )
    op.create_index(
        "ix_service_hours_community_id_day", "service_hours", ["community_id", "day"], unique=False
    )
    op.create_index(
        op.f("ix_service_hours_corrects_id"), "service_hours", ["corrects_id"], unique=False
    )
    op.create_index(
        op.f("ix_service_hours_import_id"), "service_hours", ["import_id"], unique=False
    )
    op.create_index(
        "ix_service_hours_volunteer_id_day", "service_hours", ["volunteer_id", "day"], unique=False
    )


def _make_stars() -> None:
    op.create_table(
        "star_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("hours", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "cardinality(hours) = 5 AND hours[1] > 0 AND hours[1] < hours[2] AND hours[2] < hours[3] AND hours[3] < hours[4] AND hours[4] < hours[5] AND hours[5] <= 8784",
            name=op.f("ck_star_table_hours"),
        ),
        sa.CheckConstraint("from_year BETWEEN 2000 AND 2200", name=op.f("ck_star_table_from_year")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_star_table_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_star_table")),
    )
    op.create_index("ix_star_table_from_year", "star_table", ["from_year", "id"], unique=False)
    op.create_table(
        "star_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("star_table_id", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_star_year_by_id")),
        sa.ForeignKeyConstraint(
            ["star_table_id"], ["star_table.id"], name=op.f("fk_star_year_star_table_id")
        ),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_star_year")),
    )
    op.create_table(
        "star_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="1", nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("star_table_id", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "sequence > 0 AND (sequence = 1 OR reason <> '')", name=op.f("ck_star_rating_sequence")
        ),
        sa.CheckConstraint("stars BETWEEN 0 AND 5", name=op.f("ck_star_rating_stars")),
        sa.ForeignKeyConstraint(
            ["star_table_id"], ["star_table.id"], name=op.f("fk_star_rating_star_table_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_star_rating_volunteer_id")
        ),
        sa.ForeignKeyConstraint(["year"], ["star_year.year"], name=op.f("fk_star_rating_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_star_rating")),
        sa.UniqueConstraint(
            "volunteer_id",
            "year",
            "sequence",
            name=op.f("uq_star_rating_volunteer_id_year_sequence"),
        ),
    )
    op.create_index("ix_star_rating_year", "star_rating", ["year"], unique=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM revision WHERE layer = 'volunteering'")
    op.execute(sa.schema.DropSequence(sa.Sequence("volunteer_number")))
