"""A report whose place is written lands where the words say; its entrance's steward gets it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from gridmap.dispatch import retention, service
from gridmap.dispatch.tables import Report
from gridmap.errors import InvalidInput
from gridmap.geolocation.rules import Place
from gridmap.ledger.buildings import BuildingVersion
from gridmap.terms import PlaceSource, PostKind, Rung, Stage, Verdict
from tests.dispatch.filings import NOW, filing, staffed
from tests.worlds import lonlat


@pytest.fixture
def town(session):
    """The staffed town; house a1 is 书香苑1号楼 and has a steward for entrance 2 beside its own."""
    world, people = staffed(session)
    world.compound("c1", 0, 0, 95, 95, name="书香苑小区", aliases=["书香苑"])
    for code in ("a1", "a2"):
        row = session.scalars(
            select(BuildingVersion).where(BuildingVersion.building_id == world.buildings[code].id)
        ).one()
        row.compound_id = world.compounds["c1"].id
    entrance = world.post(PostKind.STEWARD, world.buildings["a1"], "二单元楼长", unit=2)
    session.flush()
    return world, people, entrance


def filed(session, **facts):
    service.file(session, filing(code="LIGHT", **facts), NOW)
    return session.scalars(select(Report).order_by(Report.id.desc())).first()


def test_words_alone_place_a_report(session, town):
    world, *_ = town
    report = filed(session, place=None, description="书香苑1号楼楼道灯不亮")
    assert (report.building_id, report.grid_id) == (world.buildings["a1"].id, world.grids["A"].id)
    assert (report.place_source, report.building_verdict) == (PlaceSource.WORDS, Verdict.ACCEPTED)
    assert report.rung == Rung.BUILDING_GROUP
    assert (report.raw_lon, report.raw_lat, report.raw_crs) == (
        pytest.approx(lonlat(30, 30)[0], abs=1e-6),
        pytest.approx(lonlat(30, 30)[1], abs=1e-6),
        "wgs84",
    )
    assert report.said["title"] == "书香苑小区1号楼"


def test_the_place_in_words_is_read_before_the_description(session, town):
    world, *_ = town
    report = filed(
        session,
        place=None,
        where="书香苑2号楼",
        description="书香苑1号楼的灯也坏过，这次是我们这边",
    )
    assert report.building_id == world.buildings["a2"].id
    assert report.place_text == "书香苑2号楼"


def test_an_entrance_has_its_own_steward(session, town):
    _, people, entrance = town
    for words, post in (
        ("书香苑1号楼2单元301室门口灯不亮", entrance.id),
        ("书香苑1号楼灯不亮", people["a1"].scope.posts[0].post_id),
        ("书香苑1号楼1单元灯不亮", people["a1"].scope.posts[0].post_id),
    ):
        report = filed(session, key=words, place=None, description=words)
        assert report.holder_post_id == post, words
    first = session.scalars(select(Report).order_by(Report.id)).first()
    assert (first.said["unit"], first.said["room"]) == ("2", "301")


def test_words_that_name_no_place_are_refused_and_nothing_is_written(session, town):
    with pytest.raises(InvalidInput) as refused:
        filed(session, place=None, description="电梯又坏了")
    assert refused.value.field == "place"
    assert session.scalars(select(Report)).all() == []


def test_words_that_leave_it_open_go_to_who_places_it(session, town):
    report = filed(session, place=None, description="书香苑9号楼灯不亮")
    assert (report.grid_verdict, report.rung) == (Verdict.ASK, Rung.COUNTY)
    assert [one["name"] for one in report.alternatives["grids"]] == ["A网格"]


def test_a_pin_with_other_words_keeps_its_place_and_says_so(session, town):
    world, *_ = town
    report = filed(session, x=120, y=30, description="书香苑1号楼灯不亮")
    assert report.building_id == world.buildings["b1"].id
    assert report.said["title"] == "书香苑小区1号楼"
    assert report.said["apart_m"] > 0


def test_a_phone_is_kept_as_it_came_where_words_decide(session, town):
    world, *_ = town
    lon, lat = lonlat(99, 50)
    phone = Place(lon, lat, "wgs84", 40.0, PlaceSource.GPS)
    report = filed(session, place=phone, description="书香苑1号楼灯不亮")
    assert (report.raw_lon, report.accuracy_m) == (lon, 40.0)
    assert (report.place_source, report.building_id) == ("words", world.buildings["a1"].id)


def test_what_the_words_gave_away_is_erased_with_them(session, town):
    report = filed(session, place=None, where="书香苑1号楼2单元301室", description="灯不亮")
    assert report.said["room"] == "301"
    report.stage, report.closed_at = Stage.CLOSED, NOW
    session.flush()
    retention.erase(session, report.number, None, NOW, reason="本人要求")
    session.refresh(report)
    assert (report.place_text, report.said) == (None, None)


def test_the_same_filing_again_is_answered_as_before(session, town):
    first = service.file(session, filing(key="k", place=None, description="书香苑1号楼灯不亮"), NOW)
    again = service.file(session, filing(key="k", place=None, description="书香苑1号楼灯不亮"), NOW)
    assert (again.number, again.replayed) == (first.number, True)
