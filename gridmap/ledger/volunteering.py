"""Double check-in (双报到): volunteers, needs, activities, service hours and the stars of a year."""

from __future__ import annotations

from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import STORED_SRID, Base, Dated, dated_checks, no_overlap
from gridmap.terms import CheckInWay, HoursSource, NeedState, Occupation, Term

VOLUNTEER_NUMBERS = Sequence("volunteer_number", metadata=Base.metadata)
"""Source of the running part of volunteers' codes; gaps are possible, doubles are not."""
MOMENT = DateTime(timezone=True)


def _one_of(column: str, words: type[Term]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


class Volunteer(Base):
    """Somebody who serves of his own will. Name in full and phone are for the desk's eyes only.

    `key_sha256` is the private link's; there is no other copy. Erasure empties what tells who it
    was and keeps the row, so that counts of past years stay as they were told.
    """

    __tablename__ = "volunteer"
    __table_args__ = (
        CheckConstraint(_one_of("occupation", Occupation), name="occupation"),
        CheckConstraint("(erased_at IS NULL) = (name <> '')", name="name"),
        CheckConstraint(
            "erased_at IS NULL OR num_nonnulls(phone, person_id, key_sha256) = 0", name="erased"
        ),
        Index("ix_volunteer_phone", "phone", postgresql_where=text("phone IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(32))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    party_member: Mapped[bool] = mapped_column(server_default="false")
    occupation: Mapped[str | None] = mapped_column(String(16))
    key_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(MOMENT)
    erased_at: Mapped[datetime | None] = mapped_column(MOMENT)


class VolunteerLink(Base):
    """A volunteer was somebody of the staff, from a moment to a moment: what was linked once stays on record.

    `volunteer.person_id` says who she is now. Erasure of the volunteer takes her links, too.
    """

    __tablename__ = "volunteer_link"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="span"),
        Index(
            "uq_volunteer_link_volunteer_id",
            "volunteer_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index(
            "uq_volunteer_link_person_id",
            "person_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_volunteer_link_volunteer_id", "volunteer_id"),
        Index("ix_volunteer_link_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime] = mapped_column(MOMENT)
    until: Mapped[datetime | None] = mapped_column(MOMENT)


class UnitCheckIn(Dated, Base):
    """An agency has reported to a community (单位报到), from a day to a day."""

    __tablename__ = "unit_checkin"
    __table_args__ = (*dated_checks(), no_overlap("ex_unit_checkin", "agency_id", "community_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    contact: Mapped[str | None] = mapped_column(Text)
    contact_phone: Mapped[str | None] = mapped_column(String(32))


class VolunteerCheckIn(Dated, Base):
    """A volunteer has reported to a community of her choice (个人报到): one at a time."""

    __tablename__ = "volunteer_checkin"
    __table_args__ = (*dated_checks(), no_overlap("ex_volunteer_checkin", "volunteer_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)


class Need(Base):
    """Where help is wanted: posted by a community, or grown out of a report.

    `wanted`: how many people; when so many have taken it up, it is taken.
    """

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint(_one_of("state", NeedState), name="state"),
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("wanted BETWEEN 1 AND 500", name="wanted"),
        Index("ix_need_community_id_state", "community_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, server_default="")
    wanted: Mapped[int] = mapped_column(server_default="1")
    until_day: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(MOMENT)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)
    result: Mapped[str | None] = mapped_column(Text)


class NeedTaking(Base):
    """A volunteer has taken up a need; she may leave it again while it is open."""

    __tablename__ = "need_taking"
    __table_args__ = (UniqueConstraint("need_id", "volunteer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    at: Mapped[datetime] = mapped_column(MOMENT)
    left_at: Mapped[datetime | None] = mapped_column(MOMENT)


class Activity(Base):
    """Voluntary service at a place and a time; `secret` makes the codes on the organiser's screen.

    The organiser is an account of the community or a volunteer who called people together.
    """

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_because IS NULL) AND cancelled_because <> ''",
            name="cancelled",
        ),
        CheckConstraint("title <> '' AND place <> ''", name="words"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("radius_m BETWEEN 20 AND 2000", name="radius_m"),
        CheckConstraint("places IS NULL OR places > 0", name="places"),
        Index("ix_activity_community_id_starts_at", "community_id", "starts_at"),
        Index("ix_activity_starts_at", "starts_at"),
        Index("ix_activity_spot", "spot", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, server_default="")
    place: Mapped[str] = mapped_column(Text)
    spot: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", srid=STORED_SRID, spatial_index=False)
    )
    radius_m: Mapped[int] = mapped_column(server_default="150")
    starts_at: Mapped[datetime] = mapped_column(MOMENT)
    ends_at: Mapped[datetime] = mapped_column(MOMENT)
    places: Mapped[int | None] = mapped_column()
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"), index=True)
    secret: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(MOMENT)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(MOMENT)
    cancelled_because: Mapped[str | None] = mapped_column(Text)


class SignUp(Base):
    """A volunteer's place in an activity, how she checked in there, and the minutes confirmed.

    Of a position only its distance from the place is kept, in metres; the point never is.
    """

    __tablename__ = "sign_up"
    __table_args__ = (
        UniqueConstraint("activity_id", "volunteer_id"),
        CheckConstraint(_one_of("way", CheckInWay), name="way"),
        CheckConstraint("(checked_in_at IS NULL) = (way IS NULL)", name="checked_in"),
        CheckConstraint("(way = 'position') = (distance_m IS NOT NULL)", name="distance_m"),
        CheckConstraint("minutes IS NULL OR minutes BETWEEN 0 AND 1440", name="minutes"),
        CheckConstraint(
            "(minutes IS NULL) = (confirmed_at IS NULL)"
            " AND num_nonnulls(confirmed_by_id, confirmed_by_volunteer_id) = num_nonnulls(confirmed_at)",
            name="confirmed",
        ),
        Index(
            "ix_sign_up_confirmed_by_volunteer_id",
            "confirmed_by_volunteer_id",
            postgresql_where=text("confirmed_by_volunteer_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    at: Mapped[datetime] = mapped_column(MOMENT)
    cancelled_at: Mapped[datetime | None] = mapped_column(MOMENT)
    checked_in_at: Mapped[datetime | None] = mapped_column(MOMENT)
    way: Mapped[str | None] = mapped_column(String(16))
    distance_m: Mapped[int | None] = mapped_column()
    minutes: Mapped[int | None] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_by_volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))


class CheckInChallenge(Base):
    """What a phone must give back with its position: once, within a minute, by one volunteer."""

    __tablename__ = "checkin_challenge"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    made_at: Mapped[datetime] = mapped_column(MOMENT, index=True)
    used_at: Mapped[datetime | None] = mapped_column(MOMENT)


class HoursImport(Base):
    """A workbook of the platform that was taken in; `undone_at`: its records were taken out again."""

    __tablename__ = "hours_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str] = mapped_column(String(64))
    added: Mapped[int] = mapped_column()
    known: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(MOMENT)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(MOMENT)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ServiceHours(Base):
    """Minutes of service on a day. Never changed: what was wrong gets a second row, a correction.

    Community and agency are those of the day of writing, so that boards of past years stand.
    `external_key` is the platform's natural key: a record comes in once.
    """

    __tablename__ = "service_hours"
    __table_args__ = (
        CheckConstraint(_one_of("source", HoursSource), name="source"),
        CheckConstraint("minutes <> 0 AND abs(minutes) <= 1440", name="minutes"),
        CheckConstraint(
            "(source = 'correction') = (corrects_id IS NOT NULL)"
            " AND (source = 'correction' OR minutes > 0)"
            " AND (source <> 'correction' OR reason <> '')",
            name="correction",
        ),
        CheckConstraint("(source = 'activity') = (sign_up_id IS NOT NULL)", name="sign_up"),
        CheckConstraint("(source = 'need') = (taking_id IS NOT NULL)", name="taking"),
        CheckConstraint("(source = 'import') = (external_key IS NOT NULL)", name="external_key"),
        Index("ix_service_hours_volunteer_id_day", "volunteer_id", "day"),
        Index("ix_service_hours_community_id_day", "community_id", "day"),
        Index("ix_service_hours_agency_id_day", "agency_id", "day"),
        Index(
            "ix_service_hours_by_volunteer_id",
            "by_volunteer_id",
            postgresql_where=text("by_volunteer_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    day: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int] = mapped_column()
    source: Mapped[str] = mapped_column(String(16))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    sign_up_id: Mapped[int | None] = mapped_column(ForeignKey("sign_up.id"), unique=True)
    taking_id: Mapped[int | None] = mapped_column(ForeignKey("need_taking.id"), unique=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("service_hours.id"), index=True)
    external_key: Mapped[str | None] = mapped_column(String(128), unique=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("hours_import.id"), index=True)
    what: Mapped[str] = mapped_column(Text, server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime] = mapped_column(MOMENT)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))


class StarTable(Base):
    """Hours that one to five stars need, from a year on: a new row is a new version, none changes."""

    __tablename__ = "star_table"
    __table_args__ = (
        CheckConstraint("from_year BETWEEN 2000 AND 2200", name="from_year"),
        CheckConstraint(
            "cardinality(hours) = 5 AND hours[1] > 0 AND hours[1] < hours[2] AND hours[2] < hours[3]"
            " AND hours[3] < hours[4] AND hours[4] < hours[5] AND hours[5] <= 8784",
            name="hours",
        ),
        Index("ix_star_table_from_year", "from_year", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_year: Mapped[int] = mapped_column()
    hours: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    source: Mapped[str] = mapped_column(Text, server_default="")
    made_at: Mapped[datetime] = mapped_column(MOMENT)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class StarYear(Base):
    """A year whose stars were given out: once, by one version of the table."""

    __tablename__ = "star_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    star_table_id: Mapped[int] = mapped_column(ForeignKey("star_table.id"))
    computed_at: Mapped[datetime] = mapped_column(MOMENT)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class StarRating(Base):
    """A volunteer's stars of a year, with what they were made of. Append-only by trigger.

    A correction after the year was computed makes a second row with the next `sequence`.
    """

    __tablename__ = "star_rating"
    __table_args__ = (
        UniqueConstraint("volunteer_id", "year", "sequence"),
        CheckConstraint("stars BETWEEN 0 AND 5", name="stars"),
        CheckConstraint("sequence > 0 AND (sequence = 1 OR reason <> '')", name="sequence"),
        Index("ix_star_rating_year", "year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    year: Mapped[int] = mapped_column(ForeignKey("star_year.year"))
    sequence: Mapped[int] = mapped_column(server_default="1")
    minutes: Mapped[int] = mapped_column()
    stars: Mapped[int] = mapped_column()
    star_table_id: Mapped[int] = mapped_column(ForeignKey("star_table.id"))
    computed_at: Mapped[datetime] = mapped_column(MOMENT)
    reason: Mapped[str] = mapped_column(Text, server_default="")
