"""Centres, activities and needs as they are published: words made of data, days, and nothing about a person."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from geoalchemy2.shape import from_shape

from gridmap.ledger.centres import CentreClosure, CentreOpening
from gridmap.ledger.volunteering import Activity, Need, NeedTaking, SignUp, Volunteer
from gridmap.publishing import feature_queries
from gridmap.publishing.feature_queries import Wanted
from gridmap.publishing.serving import ACTIVITIES, CENTRES, NEEDS
from gridmap.store.base import from_day
from tests import worlds
from tests.centres.places import CODE, centre
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
    spot = from_shape(shapely.Point(lonlat(50, 50)), srid=4326)
    made = Activity(community_id=world.community.id, spot=spot, **given | facts)
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
