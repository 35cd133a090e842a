"""Filing on real PostGIS: exactly once, on the right rung, with its first step."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from gridmap.dispatch import service
from gridmap.dispatch.ladder import Reason
from gridmap.dispatch.reports import PhotoFile
from gridmap.dispatch.tables import Photo, Report, Step
from gridmap.errors import (
    IdempotencyConflict,
    InvalidInput,
    MissingIdempotencyKey,
    OutsideCounty,
)
from gridmap.geolocation.rules import Place
from gridmap.store.audit import AuditEntry
from gridmap.store.session import make_engine, transaction
from gridmap.terms import PlaceSource, PostKind, Rung, Verdict
from tests.dispatch import filings
from tests.dispatch.filings import DAY, NOW, filing, staffed, town
from tests.worlds import lonlat


def stored(session, filed):
    return session.scalars(select(Report).where(Report.number == filed.number)).one()


def test_a_small_thing_stays_in_the_building(session):
    world, people = staffed(session)
    filed = service.file(session, filing(), NOW)
    report = stored(session, filed)
    assert filed.number == f"2026-{int(filed.number[5:]):06d}"
    assert (filed.rung, filed.holder.name, filed.reasons) == (Rung.BUILDING_GROUP, "甲楼长", ())
    assert report.building_id == world.buildings["a1"].id
    assert report.grid_id == world.grids["A"].id
    assert report.community_id == world.community.id
    assert report.holder_post_id == people["a1"].scope.posts[0].post_id
    assert (filed.grid_verdict, filed.building_verdict) == (Verdict.ACCEPTED, Verdict.ACCEPTED)
    assert not filed.replayed


@pytest.mark.parametrize(
    ("code", "rung", "holder"),
    [
        ("RUBBISH", Rung.GRID_BRANCH, "甲格员"),
        ("RELIEF", Rung.COMMUNITY, "社区员"),
        ("WAGES", Rung.TOWNSHIP, "乡镇员"),
    ],
)
def test_each_category_starts_at_its_rung(session, code, rung, holder):
    staffed(session)
    filed = service.file(session, filing(code=code), NOW)
    assert (filed.rung, filed.holder.name) == (rung, holder)


def test_vacant_rungs_are_climbed_with_their_reasons(session):
    world = town(session)
    world.post(PostKind.DIRECTOR, world.community, "主任")
    filed = service.file(session, filing(), NOW)
    assert (filed.rung, filed.holder.kind) == (Rung.COMMUNITY, PostKind.DIRECTOR)
    assert filed.reasons == (Reason.VACANT_BUILDING_GROUP, Reason.VACANT_GRID_BRANCH)
    step = session.scalars(select(Step)).one()
    assert (step.action, step.sequence, step.rung) == ("filed", 1, "community")
    assert step.reasons == ["vacant:building_group", "vacant:grid_branch"]


def test_nobody_in_post_at_all_is_no_dead_end(session):
    town(session)
    filed = service.file(session, filing(), NOW)
    assert (filed.rung, filed.holder) == (Rung.COUNTY, None)
    assert filed.reasons[-1] is Reason.VACANT_COUNTY


def test_a_post_that_ended_yesterday_takes_nothing(session):
    world = town(session)
    world.post(PostKind.STEWARD, world.buildings["a1"], "旧楼长", until=DAY)
    world.post(PostKind.GRID_WORKER, world.grids["A"], "甲格员")
    assert service.file(session, filing("k-1"), NOW).holder.name == "甲格员"
    assert service.file(session, filing("k-2"), NOW - timedelta(days=1)).holder.name == "旧楼长"


def test_open_ground_starts_at_the_grid(session):
    staffed(session)
    filed = service.file(session, filing(x=75, y=5), NOW)
    assert (filed.rung, filed.holder.name) == (Rung.GRID_BRANCH, "甲格员")
    assert filed.reasons == (Reason.NO_BUILDING,)


def test_outside_all_grids_goes_to_the_unplaced_box_of_the_county(session):
    staffed(session)
    filed = service.file(session, filing(x=-300, y=50, code="RUBBISH"), NOW)
    assert (filed.rung, filed.holder.name) == (Rung.COUNTY, "县员")
    assert filed.reasons == (Reason.UNPLACED,)
    report = stored(session, filed)
    assert (report.grid_id, report.community_id, report.grid_faults) == (None, None, ["outside"])
    assert report.alternatives["grids"][0]["distance_m"] == pytest.approx(300, abs=0.5)


def test_an_unsure_phone_position_is_kept_with_its_question(session):
    staffed(session)
    lon, lat = lonlat(100, 50)
    place = Place(lon, lat, "wgs84", 30.0, PlaceSource.GPS)
    filed = service.file(session, filing(place=place, code="RUBBISH"), NOW)
    assert (filed.grid_verdict, filed.rung) == (Verdict.ASK, Rung.COUNTY)
    assert len(stored(session, filed).alternatives["grids"]) == 2


def test_the_raw_place_is_kept_and_the_spot_is_wgs84(session):
    staffed(session)
    lon, lat = lonlat(30, 30)
    filed = service.file(session, filing(place=Place(lon, lat, "EPSG:4490")), NOW)
    report = stored(session, filed)
    assert (report.raw_lon, report.raw_lat, report.raw_crs) == (lon, lat, "EPSG:4490")
    spot = session.execute(select(func.ST_X(Report.spot), func.ST_Y(Report.spot))).one()
    assert tuple(spot) == pytest.approx((lon, lat))


def test_a_replay_gets_the_first_answer(session):
    world = town(session)
    first = service.file(session, filing(), NOW)
    world.post(PostKind.STEWARD, world.buildings["a1"], "新楼长")
    again = service.file(session, filing(), NOW + timedelta(hours=1))
    assert again.replayed
    assert (again.number, again.track_key, again.rung, again.holder, again.filed_at) == (
        first.number,
        first.track_key,
        first.rung,
        first.holder,
        first.filed_at,
    )
    assert session.scalar(select(func.count()).select_from(Report)) == 1
    assert session.scalar(select(func.count()).select_from(Step)) == 1


def test_the_same_key_with_another_body_is_refused(session):
    town(session)
    service.file(session, filing(), NOW)
    with pytest.raises(IdempotencyConflict):
        service.file(session, filing(body="1" * 64), NOW)


def test_photos_are_kept_in_order(session):
    town(session)
    photos = (PhotoFile(b"one", 4, 3), PhotoFile(b"two", 3, 4))
    service.file(session, filing(photos=photos), NOW)
    kept = session.scalars(select(Photo).order_by(Photo.position)).all()
    assert [(p.position, p.jpeg, p.width, p.height) for p in kept] == [
        (1, b"one", 4, 3),
        (2, b"two", 3, 4),
    ]


def test_what_no_report_may_be(session):
    town(session)
    photo = PhotoFile(b"x", 1, 1)
    with pytest.raises(InvalidInput) as refusal:
        service.file(session, filing(description=" \n"), NOW)
    assert refusal.value.field == "description"
    with pytest.raises(InvalidInput) as refusal:
        service.file(session, filing(photos=(photo,) * 4), NOW)
    assert refusal.value.field == "photos"
    with pytest.raises(InvalidInput) as refusal:
        service.file(session, filing(code="NO-SUCH"), NOW)
    assert refusal.value.field == "category"
    with pytest.raises(InvalidInput):
        service.file(session, filing(key="k" * 65), NOW)
    with pytest.raises(MissingIdempotencyKey):
        service.file(session, filing(key=""), NOW)
    with pytest.raises(OutsideCounty):
        service.file(session, filing(place=Place(34.7, 13.9, "wgs84")), NOW)
    assert session.scalar(select(func.count()).select_from(Report)) == 0


def test_steps_only_grow(session):
    town(session)
    service.file(session, filing(), NOW)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE step SET note = 'other'"))


def test_a_filing_is_in_the_audit_log(session):
    town(session)
    service.file(session, filing(), NOW)
    line = session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "report")).one()
    assert (line.action, line.at) == ("report_filed", NOW)


def test_statements_do_not_grow_with_photos(session, statements):
    staffed(session)
    service.file(session, filing("warm"), NOW)
    statements.clear()
    service.file(session, filing("k-1", photos=(PhotoFile(b"x", 1, 1),)), NOW)
    one = len(statements)
    statements.clear()
    service.file(session, filing("k-3", photos=(PhotoFile(b"x", 1, 1),) * 3), NOW)
    assert len(statements) == one <= 21
    statements.clear()
    service.file(session, filing("k-3", photos=(PhotoFile(b"x", 1, 1),) * 3), NOW)
    assert len(statements) == 1


@pytest.fixture
def shared(make_migrated):
    """A database of its own, where transactions really commit; with a town in it."""
    engine = make_engine(make_migrated(), statement_timeout_s=0, pool_size=16)
    with transaction(engine) as session:
        filings.staffed(session)
    yield engine
    engine.dispose()


def race(engine, filings_to_send):
    """Send filings at the same moment, each in its own transaction; return answers or refusals."""
    barrier = threading.Barrier(len(filings_to_send))
    answers = []

    def send(one):
        barrier.wait()
        try:
            with transaction(engine) as session:
                answers.append(service.file(session, one, NOW))
        except IdempotencyConflict as refusal:
            answers.append(refusal)

    threads = [threading.Thread(target=send, args=(one,)) for one in filings_to_send]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_thirty_at_once_with_one_key_make_one_report(shared):
    answers = race(shared, [filing()] * 30)
    assert len({answer.number for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 29
    with transaction(shared) as session:
        counts = [
            session.scalar(select(func.count()).select_from(table)) for table in (Report, Step)
        ]
        assert counts == [1, 1]


def test_two_bodies_under_one_key_at_once_have_one_winner(shared):
    answers = race(shared, [filing(body=digit * 64) for digit in "0123456789"])
    refused = [answer for answer in answers if isinstance(answer, IdempotencyConflict)]
    assert len(refused) == 9
    with transaction(shared) as session:
        assert session.scalar(select(func.count()).select_from(Report)) == 1


def test_a_key_whose_first_report_was_undone_is_free(shared):
    def fail() -> None:
        with transaction(shared) as session:
            service.file(session, filing(), NOW)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with transaction(shared) as session:
        assert not service.file(session, filing(), NOW).replayed
