"""Roads that are edges between grids, and who answers for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from geoalchemy2.shape import from_shape
from shapely import LineString, MultiLineString

from gridmap.errors import InvalidInput, NotAllowed
from gridmap.gazetteer import roads
from gridmap.geolocation.rules import Place
from gridmap.geolocation.service import locate
from gridmap.ledger.geography import Road
from gridmap.store.base import from_day
from gridmap.terms import PostKind, Role
from tests.gazetteer.keeping import DAY, NOW, Town
from tests.worlds import START, lonlat


def road(session, code, *spots, name="人民路"):
    line = MultiLineString([LineString([lonlat(*spot) for spot in spots])])
    session.add(
        Road(
            code=code, name=name, kind="primary", line=from_shape(line, 4326), valid=from_day(START)
        )
    )
    session.flush()


@pytest.fixture
def town(session):
    made = Town(session)
    road(session, "between", (100, -40), (100, 60))  # the edge of A and B
    road(session, "across", (20, 50), (180, 50), name="解放路")
    return made


@pytest.fixture
def desk(town):
    return town.keeper(roles=(Role.ADMINISTRATOR,))


def on_the_edge(session, day=DAY):
    return locate(session, Place(*lonlat(100, 30), "wgs84"), day).grid_named.code


def test_only_roads_along_an_edge_are_found(town, desk, session):
    (found,) = roads.edges(session, desk, DAY)
    assert (found.edge.code, found.edge.along_m) == ("between", pytest.approx(60, abs=2))
    codes = [town.world.grids[letter].code for letter in "AB"]
    assert [one.code for one in found.edge.beside] == codes
    assert (found.today, found.owners) == (None, ())


def test_a_report_on_the_edge_goes_to_the_grid_that_answers_from_that_day(town, desk, session):
    first, second = (town.world.grids[letter].code for letter in "AB")
    assert on_the_edge(session) == first
    later = DAY + timedelta(days=5)
    roads.put_owner(session, desk, "between", second, later, NOW)
    assert on_the_edge(session) == first
    assert on_the_edge(session, later) == second
    (found,) = roads.edges(session, desk, later)
    assert found.today.code == second


def test_who_answers_changes_and_is_given_back(town, desk, session):
    first, second = (town.world.grids[letter].code for letter in "AB")
    days = [DAY + timedelta(days=n) for n in (0, 10, 20)]
    roads.put_owner(session, desk, "between", second, days[0], NOW)
    roads.put_owner(session, desk, "between", "", days[2], NOW)
    roads.put_owner(session, desk, "between", first, days[1], NOW)
    (found,) = roads.edges(session, desk, DAY)
    spans = [(one.code, one.span.start, one.span.end) for one in found.owners]
    assert spans == [(second, days[0], days[1]), (first, days[1], days[2])]


def test_no_other_grid_and_no_other_road(town, desk, session):
    with pytest.raises(InvalidInput, match="不在这条路边上"):
        roads.put_owner(session, desk, "between", town.grid.code, DAY, NOW)
    with pytest.raises(InvalidInput, match="不是网格之间的边界"):
        roads.put_owner(session, desk, "across", town.world.grids["A"].code, DAY, NOW)


def test_a_desk_sets_the_roads_inside_its_own_community(town, session):
    other = town.keeper(PostKind.COMMUNITY_DESK, town.neighbour)
    with pytest.raises(NotAllowed):
        roads.put_owner(session, other, "between", town.world.grids["B"].code, DAY, NOW)
    (found,) = roads.edges(session, other, DAY)
    assert found.may is False
    assert Role.ADMINISTRATOR not in other.roles
