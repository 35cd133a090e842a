"""Centres, activities and needs as they are published: words made of data, days, and nothing about a person."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import text

from geodata.exports import frames
from geodata.exports.formats import FORMATS
from gridmap.ledger.centres import CentreClosure, CentreOpening
from gridmap.ledger.volunteering import Activity, Need, NeedTaking, SignUp, Volunteer
from gridmap.publishing import feature_queries, tiles
from gridmap.publishing.feature_queries import Wanted
from gridmap.publishing.serving import ACTIVITIES, CENTRES, NEEDS
from gridmap.store import revision
from gridmap.store.base import from_day
from gridmap.store.changes import Changes, LedgerChange
from gridmap.store.layers import LEDGER, SIGN_UPS
from tests import worlds
from tests.centres.places import CODE, centre
from tests.publishing.tile_marks import decoded, tile_at
from tests.worlds import START, lonlat

DAY = date(2026, 6, 1)
AT = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning in the county."""


@pytest.fixture
def world(session):
    return worlds.draw(session, "AB")


def shown(session, collection, day=DAY):
    rows = feature_queries.features(session, collection, Wanted.on(day))
    return [(json.loads(row.properties), row.geometry) for row in rows]


def opening(weekdays, opens, closes, since=START, until=None):
    return CentreOpening(
        centre=CODE, weekdays=weekdays, opens=opens, closes=closes, valid=from_day(since, until)
    )


def test_hours_are_told_in_both_languages_from_the_data_of_the_day(session, world):
    centre(session, world, hours=None)
    [(found, _)] = shown(session, CENTRES)
    assert (found["hours"], found["hours_en"], found["closed"]) == (None, None, None)
    session.add_all(
        [
            opening("weekend", "00:00", "24:00"),
            opening("workdays", "14:00", "18:00"),
            opening("workdays", "08:30", "12:00"),
            opening("monday", "19:00", "21:00", date(2026, 6, 2)),
            CentreClosure(centre=CODE, reason="检修", valid=from_day(DAY, date(2026, 6, 2))),
        ]
    )
    session.flush()
    [(found, _)] = shown(session, CENTRES)
    assert found["hours"] == "周一至周五 08:30-12:00、14:00-18:00；周六、周日 全天"
    assert (
        found["hours_en"]
        == "Monday to Friday 08:30-12:00, 14:00-18:00; Saturday and Sunday all day"
    )
    assert found["closed"] == "检修"
    [(later, _)] = shown(session, CENTRES, date(2026, 6, 2))
    assert later["hours"].endswith("；周一 19:00-21:00")
    assert later["closed"] is None


def volunteer(session):
    one = Volunteer(code="ZY000901", name="王示安", phone="13900000009", made_at=AT)
    session.add(one)
    session.flush()
    return one


def activity(session, world, **facts):
    given = {
        "title": "义诊", "place": "小广场", "body": "联系王示安", "starts_at": AT + timedelta(days=3),
        "ends_at": AT + timedelta(days=3, hours=2), "places": 20, "made_at": AT, "secret": "s3cret",
    }  # fmt: skip
    given |= {"spot": from_shape(shapely.Point(lonlat(50, 50)), srid=4326)}
    made = Activity(community_id=world.community.id, **given | facts)
    session.add(made)
    session.flush()
    return made


def test_an_activity_stands_from_its_call_to_its_end_or_its_cancelling(session, world):
    made = activity(session, world)

    def there(day):
        return len(shown(session, ACTIVITIES, day))

    assert [there(DAY + timedelta(days=n)) for n in (-1, 0, 3, 4)] == [0, 1, 1, 0]
    [(found, geometry)] = shown(session, ACTIVITIES)
    assert {key: found[key] for key in ("name", "place", "day", "hours", "places")} == {
        "name": "义诊", "place": "小广场", "day": "2026-06-04", "hours": "09:00-11:00", "places": 20,
    }  # fmt: skip
    assert shapely.from_geojson(geometry).coords[0] == pytest.approx(lonlat(50, 50))
    made.cancelled_at, made.cancelled_because = AT + timedelta(days=1), "下雨"
    session.flush()
    assert [there(DAY + timedelta(days=n)) for n in (0, 1, 3)] == [1, 0, 0]
    made.cancelled_at = AT
    session.flush()
    assert there(DAY) == 0
    activity(session, world, made_at=AT + timedelta(days=30))  # written down afterwards
    assert (there(DAY + timedelta(days=3)), there(DAY + timedelta(days=2))) == (1, 0)


def taken(session, activity, phone, **facts):
    """A place that somebody takes."""
    who = Volunteer(code=f"ZY{phone}", name="王示安", phone=phone, made_at=AT)
    session.add(who)
    session.flush()
    place = SignUp(activity_id=activity.id, volunteer_id=who.id, **{"at": AT} | facts)
    session.add(place)
    session.flush()
    return place


def test_places_taken_are_counted_as_of_the_day(session, world):
    made = activity(session, world)
    day = timedelta(days=1)
    places = [
        taken(session, made, f"1390000000{number}", at=AT + number * day) for number in (0, 1)
    ]
    taken(session, made, "13900000005", cancelled_at=AT + day)

    def counted(at):
        [(found, _)] = shown(session, ACTIVITIES, at)
        return found["taken"]

    assert [counted(DAY + n * day) for n in range(3)] == [2, 2, 2]
    places[0].cancelled_at = AT + 2 * day
    session.flush()
    assert [counted(DAY + n * day) for n in range(3)] == [2, 2, 1]
    lone = activity(session, world, title="无名额", places=None)
    [(found, _)] = [one for one in shown(session, ACTIVITIES) if one[0]["name"] == lone.title]
    assert (found["places"], found["taken"]) == (None, 0)


def test_the_number_on_a_tile_follows_and_checking_in_does_not_draw_anew(session, world):
    made, changes = activity(session, world), Changes()
    at = tile_at(*lonlat(50, 50), 15)

    def drawn():
        [content] = tiles.made(session, ACTIVITIES, [at], DAY)
        [(_, properties, _)] = decoded(content, at).values()
        return properties["taken"], properties["places"]

    first = taken(session, made, "13900000001")
    before = changes.look(session)
    assert drawn() == (1, 20)
    taken(session, made, "13900000002")
    now = changes.look(session)
    assert not tiles.holds(changes, ACTIVITIES, at, before, now)
    assert tiles.holds(changes, ACTIVITIES, tile_at(120, 40, 15), before, now)
    assert tiles.holds(changes, NEEDS, at, before, now)
    assert drawn() == (2, 20)
    first.checked_in_at, first.way = AT + timedelta(days=3), "organiser"
    session.flush()
    assert tiles.holds(changes, ACTIVITIES, at, now, changes.look(session))
    first.cancelled_at = AT
    session.flush()
    assert not tiles.holds(changes, ACTIVITIES, at, now, changes.look(session))
    assert drawn() == (1, 20)


def test_places_of_one_transaction_raise_the_number_once_with_all_their_spots(session, world):
    spots = [from_shape(shapely.Point(lonlat(x, 50)), srid=4326) for x in (50, 150)]
    made = [activity(session, world, title=f"义诊{n}", spot=spot) for n, spot in enumerate(spots)]
    before = revision.revisions(session, SIGN_UPS)[SIGN_UPS]
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    for number, one in enumerate([*made, made[0]]):
        taken(session, one, f"1390000000{number}")
    assert revision.revisions(session)[SIGN_UPS] == before
    assert revision.revisions(session, SIGN_UPS)[SIGN_UPS] == before + 1
    last = session.get(LedgerChange, (SIGN_UPS, before + 1))
    assert len(last.boxes) == 3
    west = sorted(box[0] for box in last.boxes)
    assert west == pytest.approx([lonlat(x, 50)[0] for x in (50, 50, 150)])
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    for number in range(70):
        taken(session, made[0], f"1380000{number:04d}")
    session.expire_all()
    after = revision.revisions(session, SIGN_UPS)[SIGN_UPS]
    assert after == before + 2
    assert session.get(LedgerChange, (SIGN_UPS, after)).boxes is None


def test_coverage_is_not_counted_anew_for_a_place(session, world):
    made = activity(session, world)
    state = revision.version(session, *LEDGER)
    drawn = revision.version(session, *ACTIVITIES.depends_on)
    taken(session, made, "13900000001")
    assert revision.version(session, *LEDGER) == state
    assert revision.version(session, *ACTIVITIES.depends_on) != drawn


@pytest.mark.parametrize("key", ["csv", "geojson"])
def test_exports_have_places_and_places_taken_and_nobody(session, world, tmp_path, key):
    made = activity(session, world)
    taken(session, made, "13900000001")
    path = tmp_path / f"out{FORMATS[key].ending}"
    FORMATS[key].write(frames.frame_of(session, ACTIVITIES, DAY), ACTIVITIES, path)
    words = path.read_text(encoding="utf-8-sig")
    if key == "csv":
        [row] = csv.DictReader(io.StringIO(words))
        assert (row["名额"], row["已报名人数"]) == ("20", "1")
    else:
        [feature] = json.loads(words)["features"]
        assert (feature["properties"]["places"], feature["properties"]["taken"]) == (20, 1)
    assert "王示安" not in words
    assert "13900000001" not in words


def need(session, world, **facts):
    given = {"title": "陪诊", "body": "3号楼501王示安", "state": "open", "made_at": AT, "wanted": 2}
    made = Need(community_id=world.community.id, **given | facts)
    session.add(made)
    session.flush()
    return made


def test_a_need_waits_inside_its_community_until_it_is_done_or_too_late(session, world):
    made = need(session, world, until_day=date(2026, 6, 5))

    def there(day):
        return len(shown(session, NEEDS, day))

    assert [there(date(2026, 5, 31)), there(DAY), there(date(2026, 6, 5))] == [0, 1, 1]
    assert there(date(2026, 6, 6)) == 0
    without_end = need(session, world, title="送餐")
    assert there(DAY + timedelta(days=400)) == 1
    session.delete(without_end)
    [(found, geometry)] = shown(session, NEEDS)
    assert (found["wanted"], found["until"]) == (2, "2026-06-05")
    assert found["community"] == "书香苑社区"
    west, south = lonlat(0, 0)
    east, north = lonlat(200, 100)
    assert shapely.box(west, south, east, north).contains(shapely.from_geojson(geometry))
    assert found["filled"] is False
    made.state = "taken"
    session.flush()
    assert shown(session, NEEDS)[0][0]["filled"] is True
    made.ended_at, made.state = AT + timedelta(days=2), "done"
    session.flush()
    assert (there(date(2026, 6, 2)), there(date(2026, 6, 3))) == (1, 0)


def test_nobody_is_named_in_what_is_published(session, world):
    who = volunteer(session)
    called = activity(session, world, organiser_id=who.id)
    wanted = need(session, world)
    session.add_all(
        [
            SignUp(activity_id=called.id, volunteer_id=who.id, at=AT),
            NeedTaking(need_id=wanted.id, volunteer_id=who.id, at=AT),
        ]
    )
    session.flush()
    for collection in (ACTIVITIES, NEEDS):
        rows = [
            *shown(session, collection),
            *feature_queries.table(session, collection, Wanted.on(DAY)),
        ]
        told = str(rows)
        assert len(rows) == 2
        for word in ("王示安", "13900000009", "ZY000901", "s3cret", "501"):
            assert word not in told
