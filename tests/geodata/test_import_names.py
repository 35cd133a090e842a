"""Names beside the official ones, as files bring them: they come, stay, go and become former names."""

from datetime import date

import pytest
from shapely import LineString, Point
from sqlalchemy import select

from geodata import loading
from gridmap.geolocation import gazetteer_queries
from gridmap.geolocation.wording.gazetteer import Door, EntityKind, Key
from gridmap.ledger.names import PlaceName
from gridmap.terms import NameState
from tests.geodata.mapfiles import COMMUNITIES, COMPOUNDS, DAY, LATER, changed
from tests.worlds import lonlat

EARLIER = date(2026, 5, 31)


@pytest.fixture
def stored(session):
    """Rows of names: text, kind, source, first and last day, by text and day."""

    def stored(entity="compound", state=NameState.CONFIRMED):
        query = select(PlaceName).where(PlaceName.entity_kind == entity, PlaceName.state == state)
        rows = session.scalars(query.order_by(PlaceName.text, PlaceName.valid))
        return [(r.text, r.kind, r.source, r.valid.lower, r.valid.upper) for r in rows]

    return stored


def aliases(*names):
    return changed(COMPOUNDS, "c1", aliases="、".join(names))


def test_a_file_replaces_what_the_last_one_said(town, bring, stored):
    found = bring("compounds", aliases("书香苑", "书香大院"), LATER)
    assert (found.counts["names_added"], found.counts["names_ended"]) == (1, 1)
    assert stored() == [
        ("书香大院", "alias", "import", LATER, None),
        ("书香家园", "alias", "import", DAY, LATER),
        ("书香苑", "alias", "import", DAY, None),
    ]


def test_the_same_file_again_changes_nothing(town, bring, stored):
    before = stored()
    again = bring("compounds", COMPOUNDS, LATER)
    assert "names_added" not in again.counts
    assert stored() == before


def test_a_file_without_the_column_leaves_the_names_alone(town, bring, stored):
    before = stored()
    facts, shape = COMPOUNDS[0]
    bring("compounds", [({"id": facts["id"], "name": facts["name"]}, shape)], LATER)
    assert stored() == before


def test_what_people_wrote_stays_and_what_they_rejected_does_not_come_back(
    session, town, bring, stored
):
    rows = {row.text: row for row in session.scalars(select(PlaceName))}
    rows["书香苑"].source = "hand"
    rows["书香家园"].state = "rejected"
    session.flush()
    bring("compounds", aliases("书香家园"), LATER)
    assert stored() == [("书香苑", "alias", "hand", DAY, None)]
    assert [row[0] for row in stored(state=NameState.REJECTED)] == ["书香家园"]


def test_the_countys_own_file_confirms_what_was_proposed(session, town, bring, stored):
    row = next(row for row in session.scalars(select(PlaceName)) if row.text == "书香家园")
    row.state, row.source = "proposed", "desk"
    session.flush()
    bring("compounds", COMPOUNDS, LATER)
    assert ("书香家园", "alias", "desk", DAY, None) in stored()


def test_the_old_name_of_what_is_renamed_is_a_former_one_from_that_day(
    session, town, bring, stored
):
    bring("compounds", changed(COMPOUNDS, "c1", name="兰亭苑"), LATER)
    assert ("书香苑小区", "former", "import", LATER, None) in stored()
    bring("communities", changed(COMMUNITIES, COMMUNITIES[0][0]["code"], name="兰亭社区"), LATER)
    assert stored("community") == [("书香苑社区", "former", "import", LATER, None)]
    day = gazetteer_queries.known(session, LATER, "").gazetteer.names
    key = Key(EntityKind.COMPOUND, "c1")
    assert {"兰亭苑", "书香苑小区", "书香苑"} <= {name.text for name in day if name.key == key}


def test_a_slip_put_right_on_the_same_day_is_no_former_name(town, bring, stored):
    bring("compounds", changed(COMPOUNDS, "c1", name="书香园小区"), DAY)
    assert [row[0] for row in stored()] == ["书香家园", "书香苑"]


def test_short_and_former_names_have_columns_of_their_own(town, bring, stored):
    facts, shape = COMPOUNDS[0]
    told = facts | {"简称": "书香", "曾用名": "棉纺厂宿舍"}
    bring("compounds", [(told, shape)], LATER)
    kinds = {text: kind for text, kind, *_rest in stored()}
    assert (kinds["书香"], kinds["棉纺厂宿舍"]) == ("short", "former")


def test_a_road_is_known_by_its_name_whatever_its_pieces_are(session, town, bring, stored):
    def pieces(*names):
        return [
            (
                {"id": f"r{at}", "name": name, "highway": "primary", "old_name": "胜利路"},
                LineString([lonlat(100 * at, 50), lonlat(100 * at + 100, 50)]),
            )
            for at, name in enumerate(names)
        ]

    bring("roads", pieces("人民路", "人民路"))
    assert stored("road") == [("胜利路", "former", "import", DAY, None)]
    bring("roads", pieces("人民路", "解放路"), LATER)
    assert ("人民路", "former") not in [row[:2] for row in stored("road")]


def test_an_import_that_is_only_looked_at_writes_no_name(session, town, bring):
    before = session.scalars(select(PlaceName.text)).all()
    wrong = changed(COMPOUNDS, "c1", name=None, aliases="别的名字")
    assert bring("compounds", wrong, LATER).result == loading.REFUSED
    assert session.scalars(select(PlaceName.text)).all() == before


def test_a_place_has_a_door_of_its_own_or_that_of_its_building(session, town, bring):
    inside = Point(*lonlat(255, 25))
    outside = Point(*lonlat(350, 150))
    bring(
        "places",
        [
            (
                {"id": "p1", "name": "老李粮油", "addr:street": "解放路", "addr:housenumber": "8"},
                inside,
            ),
            (
                {"id": "p2", "name": None, "addr:street": "解放路", "addr:housenumber": "9-11"},
                outside,
            ),
        ],
    )
    doors = gazetteer_queries.known(session, DAY, "").gazetteer.doors
    assert doors[Door("解放路", "8")] == (Key(EntityKind.BUILDING, "b3"),)
    assert doors[Door("解放路", "11")] == (Key(EntityKind.POI, "p2"),)
