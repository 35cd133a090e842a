"""Stand-ins: who may name whom for which post, and that they begin and end by day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from gridmap.accounts import service, stand_ins
from gridmap.accounts.stand_ins import Naming
from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.areas import Area
from gridmap.ledger.posts import Agency, Person, Post, StandIn
from gridmap.store.audit import AuditEntry
from gridmap.store.revision import revisions
from gridmap.terms import AreaKind, PostKind, Role
from tests import worlds
from tests.accounts.people import (
    DAY,
    NOW,
    give_account,
    key_of,
    leave_it_to_each,
    person,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("cheap_hashes")

FIRST, LAST = DAY + timedelta(days=2), DAY + timedelta(days=4)


@pytest.fixture
def town(session):
    """Two communities; the first with two grids, a house and people at every rung."""
    leave_it_to_each(session)
    world = worlds.draw(session, "AB")
    house = world.house("a1", 20, 20, grid="A", number="1")
    township = session.scalars(select(Area).where(Area.kind == AreaKind.TOWNSHIP)).one()
    county = session.scalars(select(Area).where(Area.kind == AreaKind.COUNTY)).one()
    other = Area(kind="community", code="419901001002", parent=township)
    agency = Agency(code="y1", name="县城管局")
    session.add_all([other, agency])
    session.flush()
    for login, kind, target in (
        ("jia", PostKind.GRID_WORKER, world.grids["A"]),
        ("yi", PostKind.GRID_WORKER, world.grids["B"]),
        ("lou", PostKind.STEWARD, house),
        ("desk", PostKind.COMMUNITY_DESK, world.community),
        ("secretary", PostKind.SECRETARY, world.community),
        ("leader", PostKind.LEADER_COUNTY, world.community),
        ("far", PostKind.COMMUNITY_DESK, other),
        ("town", PostKind.TOWNSHIP_DESK, township),
        ("county", PostKind.COUNTY_DESK, county),
        ("agent", PostKind.AGENCY_HANDLER, agency),
    ):
        post = world.post(kind, target, login)
        give_account(session, post.person_id, login)
    give_account(session, person(session, "root").id, "root", Role.ADMINISTRATOR)
    return world


def person_id(session, name):
    return session.scalars(select(Person.id).where(Person.name == name)).one()


def post_id(session, holder):
    query = select(Post.id).join(Person, Person.id == Post.person_id)
    return session.scalars(query.where(Person.name == holder)).one()


def name(session, by, holder, substitute, *, first=FIRST, last=LAST, note=""):
    asked = Naming(post_id(session, holder), person_id(session, substitute), first, last, note)
    return stand_ins.name(session, signed_in(session, by), asked, NOW)


def at_local(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)


def grids_of(session, login, now):
    return service.current(session, key_of(session, login, now), now).scope.grids


def test_a_stand_in_has_the_post_on_those_days_only(session, town):
    name(session, "jia", "jia", "yi")
    a, b = town.grids["A"].id, town.grids["B"].id
    reached = [grids_of(session, "yi", at_local(DAY + timedelta(days=day))) for day in range(1, 6)]
    assert reached == [{b}, {a, b}, {a, b}, {a, b}, {b}]


def test_it_begins_and_ends_at_midnight_of_the_county(session, town):
    name(session, "jia", "jia", "yi", first=FIRST, last=FIRST)
    a = town.grids["A"].id
    begin, end = at_local(FIRST, 0), at_local(FIRST + timedelta(days=1), 0)
    second = timedelta(seconds=1)
    assert a not in grids_of(session, "yi", begin - second)
    assert a in grids_of(session, "yi", begin)
    assert a in grids_of(session, "yi", end - second)
    assert a not in grids_of(session, "yi", end)


def test_the_holder_keeps_her_post_and_the_stand_in_is_called_one(session, town):
    name(session, "jia", "jia", "yi", first=DAY)
    assert signed_in(session, "jia").titles("zh") == ("A网格专职网格员",)
    stand_in = signed_in(session, "yi")
    assert stand_in.titles("zh") == ("B网格专职网格员", "A网格专职网格员（代）")
    assert stand_in.titles("en")[1].endswith("(stand-in)")
    assert [post.stands_in for post in stand_in.posts] == [False, True]
    (_own, term) = service.terms(session, stand_in, NOW)
    assert (term.since, term.until) == (DAY, LAST + timedelta(days=1))


def test_when_the_post_ends_the_stand_in_does_too(session, town):
    name(session, "jia", "jia", "yi", first=DAY)
    session.execute(
        text("UPDATE post SET valid = daterange(lower(valid), :day) WHERE id = :id"),
        {"day": DAY + timedelta(days=1), "id": post_id(session, "jia")},
    )
    assert town.grids["A"].id in grids_of(session, "yi", NOW)
    assert town.grids["A"].id not in grids_of(session, "yi", at_local(DAY + timedelta(days=1)))


def test_a_stand_in_for_a_desk_needs_its_second_factor(session, town):
    session.execute(text("DELETE FROM setting WHERE key = 'second_factor'"))
    assert signed_in(session, "jia") is not None
    session.add(
        StandIn(
            post_id=post_id(session, "desk"),
            person_id=person_id(session, "jia"),
            named_by_id=person_id(session, "desk"),
            valid=worlds.from_day(DAY, LAST),
        )
    )
    session.flush()
    assert signed_in(session, "jia") is None


@pytest.mark.parametrize(
    ("by", "holder", "allowed"),
    [
        ("jia", "jia", True),
        ("jia", "yi", False),
        ("lou", "lou", True),
        ("secretary", "jia", False),
        ("desk", "jia", True),
        ("desk", "lou", True),
        ("desk", "secretary", False),
        ("desk", "far", False),
        ("far", "jia", False),
        ("town", "jia", True),
        ("town", "lou", True),
        ("town", "secretary", True),
        ("town", "far", True),
        ("town", "leader", False),
        ("town", "county", False),
        ("town", "agent", False),
        ("county", "town", True),
        ("county", "agent", True),
        ("county", "leader", False),
        ("leader", "leader", True),
        ("root", "leader", True),
        ("root", "county", True),
    ],
)
def test_who_may_name_for_which_post(session, town, by, holder, allowed):
    found = {one.name for one in stand_ins.posts(session, signed_in(session, by), holder, NOW)}
    assert (holder in found) is allowed
    asked = Naming(post_id(session, holder), person_id(session, "yi"), FIRST, LAST)
    if holder == "yi":
        asked = Naming(post_id(session, holder), person_id(session, "jia"), FIRST, LAST)
    if not allowed:
        with pytest.raises(NotFound) as refusal:
            stand_ins.name(session, signed_in(session, by), asked, NOW)
        assert refusal.value.field == "post_id"


def test_a_stand_in_does_not_hand_the_post_on(session, town):
    name(session, "jia", "jia", "lou", first=DAY)
    with pytest.raises(NotFound):
        name(
            session,
            "lou",
            "jia",
            "yi",
            first=LAST + timedelta(days=1),
            last=LAST + timedelta(days=2),
        )


@pytest.mark.parametrize(
    ("by", "words", "found"),
    [
        ("jia", "yi", {"yi"}),
        ("jia", "desk", {"desk"}),
        ("jia", "far", set()),
        ("jia", "agent", set()),
        ("desk", "secretary", {"secretary"}),
        ("town", "far", {"far"}),
        ("town", "p-county-", set()),
        ("county", "agent", {"agent"}),
        ("root", "leader", {"leader"}),
    ],
)
def test_people_are_found_within_reach(session, town, by, words, found):
    names = {one.name for one in stand_ins.candidates(session, signed_in(session, by), words, NOW)}
    assert names == found


def test_somebody_out_of_reach_cannot_be_named(session, town):
    with pytest.raises(NotFound) as refusal:
        name(session, "jia", "jia", "agent")
    assert refusal.value.field == "person_id"


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"first": DAY - timedelta(days=1)}, "first"),
        ({"first": LAST, "last": FIRST}, "last"),
        ({"last": FIRST + timedelta(days=400)}, "last"),
        ({"note": "长" * 201}, "note"),
    ],
)
def test_days_that_cannot_be(session, town, days, field):
    with pytest.raises(InvalidInput) as refusal:
        name(session, "jia", "jia", "yi", **days)
    assert refusal.value.field == field


def test_nobody_stands_in_for_herself(session, town):
    with pytest.raises(InvalidInput) as refusal:
        name(session, "jia", "jia", "jia")
    assert refusal.value.field == "person_id"


def test_one_stand_in_a_day(session, town):
    name(session, "jia", "jia", "yi")
    with pytest.raises(InvalidInput):
        name(session, "desk", "jia", "lou", first=LAST, last=LAST + timedelta(days=1))
    name(
        session, "desk", "jia", "lou", first=LAST + timedelta(days=1), last=LAST + timedelta(days=1)
    )


def test_ending_early_is_at_once_and_history_stays(session, town):
    stand_in_id = name(session, "jia", "jia", "yi", first=DAY, last=LAST)
    then = NOW + timedelta(days=1)
    holder = service.current(session, key_of(session, "jia", then), then)
    stand_ins.end(session, stand_in_id, holder, then)
    assert town.grids["A"].id not in grids_of(session, "yi", then)
    (kept,) = stand_ins.listed(session, holder, then)
    assert (kept.days.start, kept.days.end) == (DAY, DAY + timedelta(days=1))
    assert not kept.may_end
    with pytest.raises(NotFound):
        stand_ins.end(session, stand_in_id, holder, then)


def test_what_never_began_is_called_off(session, town):
    stand_in_id = name(session, "jia", "jia", "yi")
    stand_ins.end(session, stand_in_id, signed_in(session, "desk"), NOW)
    assert stand_ins.listed(session, signed_in(session, "jia"), NOW) == []
    lines = session.execute(
        select(AuditEntry.action, AuditEntry.details).where(AuditEntry.object_kind == "stand_in")
    ).all()
    assert {action for action, _ in lines} == {"stand_in_named", "stand_in_ended"}
    assert all(details["post_id"] == post_id(session, "jia") for _, details in lines)


def test_only_who_may_name_may_end(session, town):
    stand_in_id = name(session, "jia", "jia", "yi")
    for other in ("yi", "lou", "far"):
        with pytest.raises(NotFound):
            stand_ins.end(session, stand_in_id, signed_in(session, other), NOW)
    stand_ins.end(session, stand_in_id, signed_in(session, "town"), NOW)


def test_each_sees_the_stand_ins_that_concern_her(session, town):
    name(session, "desk", "jia", "yi", note="休假")

    def seen(login):
        return [one.substitute for one in stand_ins.listed(session, signed_in(session, login), NOW)]

    assert seen("jia") == seen("yi") == seen("desk") == seen("town") == seen("root") == ["yi"]
    assert seen("lou") == seen("far") == []
    (view,) = stand_ins.listed(session, signed_in(session, "yi"), NOW)
    assert (view.holder, view.named_by, view.note, view.has_account) == (
        "jia",
        "desk",
        "休假",
        True,
    )
    assert not view.may_end


def test_a_stand_in_raises_the_layer_of_posts(session, town):
    before = revisions(session)["posts"]
    name(session, "jia", "jia", "yi")
    assert revisions(session)["posts"] > before


def test_dates_far_away_are_refused_not_broken(session, town):
    with pytest.raises(InvalidInput):
        name(session, "jia", "jia", "yi", last=date(9999, 12, 30))
