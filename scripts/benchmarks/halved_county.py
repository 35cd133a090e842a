"""A demo county whose grids are cut in two from a day on, with open reports that were filed before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
from sqlalchemy import Engine, Row, select, text
from sqlalchemy.orm import Session

from geodata import calendar, categories
from geodata.demo import loading
from gridmap.dispatch import ladder
from gridmap.dispatch.filing import as_located
from gridmap.dispatch.tables import Category
from gridmap.geolocation import bulk
from gridmap.geolocation.location import Location
from gridmap.geolocation.service import standing_at
from gridmap.geolocation.spots import Spots, rows_of
from gridmap.store import schema
from gridmap.store.base import as_of
from gridmap.store.session import transaction
from gridmap.terms import PlaceSource, Rung, Stage, Verdict
from gridmap.timespan import local_day

CHUNK = 5_000
STAGES = {Stage.FILED: 6, Stage.ACCEPTED: 2, Stage.HANDLING: 5, Stage.ASKING: 2}
ENTRUSTED = 0.15
SOURCES = {PlaceSource.PIN: 5, PlaceSource.GPS: 3, PlaceSource.SEARCH: 2}
"""Who sets a place, and how often: as in the demo county's own reports."""
DEGREES_A_METRE = 1e-5
SPLIT = """
CREATE TEMPORARY TABLE half ON COMMIT DROP AS
SELECT v.id AS version_id, v.grid_id, g.community_id, g.code, v.boundary, v.name,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ST_X(b.spot)) AS x
FROM grid_version v
JOIN grid g ON g.id = v.grid_id
JOIN grid_building gb ON gb.grid_id = g.id AND gb.valid @> CAST(:day AS date)
JOIN building_version b ON b.building_id = gb.building_id AND b.valid @> CAST(:day AS date)
WHERE v.valid @> CAST(:day AS date) GROUP BY v.id, g.id;
CREATE FUNCTION pg_temp.cut(shape geometry, west float8, east float8) RETURNS geometry AS
$$ SELECT ST_Multi(ST_CollectionExtract(ST_Intersection(shape,
          ST_MakeEnvelope(west, -90, east, 90, 4326)), 3)) $$ LANGUAGE sql;
UPDATE grid_version v SET valid = daterange(lower(valid), :day) FROM half WHERE v.id = half.version_id;
INSERT INTO grid_version (grid_id, name, boundary, valid)
SELECT grid_id, name, pg_temp.cut(boundary, -180, x), daterange(:day, NULL) FROM half;
INSERT INTO grid (code, community_id) SELECT left(code, 12) || '900', community_id FROM half;
INSERT INTO grid_version (grid_id, name, boundary, valid)
SELECT g.id, half.name || '东', pg_temp.cut(boundary, x, 180), daterange(:day, NULL)
FROM half JOIN grid g ON g.code = left(half.code, 12) || '900';
CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
SELECT gb.id, gb.building_id, g.id AS grid_id FROM half
JOIN grid g ON g.code = left(half.code, 12) || '900'
JOIN grid_building gb ON gb.grid_id = half.grid_id AND gb.valid @> CAST(:day AS date)
JOIN building_version b ON b.building_id = gb.building_id AND b.valid @> CAST(:day AS date)
WHERE ST_X(b.spot) > half.x;
UPDATE grid_building gb SET valid = daterange(lower(valid), :day) FROM gone WHERE gone.id = gb.id;
INSERT INTO grid_building (building_id, grid_id, valid)
SELECT building_id, grid_id, daterange(:day, NULL) FROM gone;
INSERT INTO person (code, name) SELECT 'bench-' || code, '新格员' FROM grid WHERE code LIKE '%900';
INSERT INTO post (kind, person_id, grid_id, valid)
SELECT 'grid_worker', p.id, g.id, daterange(:day, NULL)
FROM grid g JOIN person p ON p.code = 'bench-' || g.code;
INSERT INTO party_organisation (code) SELECT 'bench-' || code FROM grid WHERE code LIKE '%900';
INSERT INTO party_version (organisation_id, kind, name, grid_id, full_members, valid)
SELECT o.id, 'grid_branch', '新网格党支部', g.id, 5, daterange(:day, NULL)
FROM grid g JOIN party_organisation o ON o.code = 'bench-' || g.code;
"""
"""Every grid is cut in two by the meridian that halves its buildings; the east is a new grid."""


def prepare(engine: Engine, rows: int, now: datetime) -> None:
    """Load the demo county, file the reports as of yesterday, split the grids as of today."""
    schema.upgrade(engine)
    day = local_day(now)
    with transaction(engine) as session:
        loading.load(session, day)
        categories.load(session, day - timedelta(days=2))
        calendar.load_where_missing(session, now)
        schema.refresh_statistics(session)
    with transaction(engine) as session:
        dice = Random(5)  # noqa: S311 - places, not secrets
        spots = drawn_spots(session, rows, dice)
        file_all(session, spots, dice, now - timedelta(days=1))
        for statement in SPLIT.split(";\n"):
            if statement.strip():
                session.execute(text(statement), {"day": day} if ":day" in statement else {})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def drawn_spots(session: Session, rows: int, dice: Random) -> Spots:
    """Draw places in and around buildings, each of its own."""
    query = "SELECT ST_X(spot), ST_Y(spot) FROM building_version WHERE upper_inf(valid) ORDER BY id"
    houses = session.execute(text(query)).all()
    sources = dice.choices(list(SOURCES), list(SOURCES.values()), k=rows)
    radius = [
        round(dice.uniform(5, 30), 1) if source is PlaceSource.GPS else None for source in sources
    ]
    lon, lat = [], []
    for accuracy in radius:
        off = (accuracy or 4) / 2 * DEGREES_A_METRE
        x, y = dice.choice(houses)
        lon.append(x + dice.uniform(-off, off))
        lat.append(y + dice.uniform(-off, off))
    gps = np.array([one is not None for one in radius])
    return Spots(np.array(lon), np.array(lat), gps, rows_of(radius))


def file_all(session: Session, spots: Spots, dice: Random, at: datetime) -> None:
    """File a report at each place, as of a moment."""
    day = local_day(at)
    box = (spots.lon.min(), spots.lat.min(), spots.lon.max(), spots.lat.max())
    verdicts = dict(bulk.region(session, tuple(map(float, box)), day).verdicts(spots))
    known = list(session.scalars(select(Category).where(as_of(Category, day))))
    agencies = session.execute(
        text("SELECT id, agency_id FROM post WHERE kind = 'agency_handler' AND upper_inf(valid)")
    ).all()
    for first in range(0, len(spots), CHUNK):
        numbers = range(first, min(first + CHUNK, len(spots)))
        places = [spots.place(number) for number in numbers]
        decided = [
            (place, (place.lon, place.lat), verdicts[number])
            for number, place in zip(numbers, places, strict=True)
        ]
        filed = []
        for number, location in zip(numbers, standing_at(session, decided, day), strict=True):
            agency = dice.choice(agencies) if dice.random() < ENTRUSTED else None
            stage = dice.choices(list(STAGES), list(STAGES.values()))[0]
            filed.append(row_of(number, location, dice.choice(known), stage, agency, at))
        insert(session, filed)


def row_of(
    number: int,
    location: Location,
    category: Category,
    stage: Stage,
    agency: Row[Any] | None,
    at: datetime,
) -> dict[str, Any]:
    """Return the columns of a report that was filed there."""
    place = location.place
    standing = started(Rung(category.first_rung), location)
    return {
        **as_located(location),
        "alternatives": json.dumps(as_located(location)["alternatives"]),
        "number": f"bench-{number}",
        "idempotency_key": f"bench-{number}",
        "body_sha256": "0" * 64,
        "track_key": f"bench-{number}",
        "filed_at": at,
        "stage_since": at,
        "category_id": category.id,
        "description": f"第{number}件：楼道灯不亮，请尽快处理",
        "raw_lon": place.lon,
        "raw_lat": place.lat,
        "raw_crs": "wgs84",
        "accuracy_m": place.accuracy_m,
        "place_source": place.source,
        "spot": f"SRID=4326;POINT({place.lon!r} {place.lat!r})",
        "stage": Stage.HANDLING if agency else stage,
        "rung": standing.rung,
        "holder_post_id": agency.id if agency else standing.holder and standing.holder.post_id,
        "entrusted": agency is not None,
        "agency_id": agency.agency_id if agency else None,
        "due_at": at + timedelta(hours=30),
        "remind_at": at + timedelta(hours=28),
        "acts_at": at + timedelta(hours=30),
        "promised_at": at + timedelta(days=4),
    }


def started(first: Rung, location: Location) -> ladder.Standing:
    """Return where a new report starts."""
    in_building = location.building.status is Verdict.ACCEPTED
    return ladder.start(first, location.posts, placed=location.is_placed, in_building=in_building)


def insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Copy reports into their table, each with its first step."""
    names = ", ".join(rows[0])
    raw = session.connection().connection.driver_connection
    assert raw is not None  # noqa: S101 - there is one while the session lives
    with raw.cursor().copy(f"COPY report ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([list(v) if isinstance(v, tuple) else v for v in row.values()])
    steps = """
        INSERT INTO step (report_id, sequence, action, stage, rung, at, holder_post_id, due_at)
        SELECT id, 1, 'filed', 'filed', rung, filed_at, holder_post_id, due_at FROM report
        WHERE number = ANY(:numbers)"""
    session.execute(text(steps), {"numbers": [row["number"] for row in rows]})
