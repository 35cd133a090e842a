"""Warnings of party life on the main map: for those who may open their page, each as far as she reaches."""

import json
from urllib.parse import quote

import pytest

from gridmap.party_life import members
from gridmap.party_life.members import Incomer
from gridmap.terms import PartyMove, PartyStanding
from tests.party_life.branches import BRANCH, DAY, GROUP, NOW, branches, version
from tests.web import signed

LAYER = "/map-layers/party-life"
SHOWN = {"day": DAY.isoformat()}
PAGE = {"Accept": "text/html"}
WORDS = {"Accept": "application/json"}


@pytest.fixture
def made(session):
    made = branches(session)
    came = Incomer(
        "甲示一", "13900000001", PartyStanding.FULL, DAY, PartyMove.TRANSFERRED, "外省", "b1"
    )
    members.admit(session, made.keepers["secretary"], BRANCH, came, NOW)
    return made


def marks(client, login):
    signed.sign_in(client, login)
    answer = client.get(LAYER, query_string=SHOWN)
    assert answer.status_code == 200
    return [one["properties"] for one in json.loads(answer.text)["features"]]


def test_the_menu_offers_it_to_those_who_may_open_its_page(made, client):
    assert 'value="party-life"' not in client.get("/", headers=PAGE).text
    assert client.get(LAYER, headers=WORDS).status_code == 401
    signed.sign_in(client, "steward")
    assert 'value="party-life"' not in client.get("/", headers=PAGE).text
    assert 'value="red-property"' in client.get("/", headers=PAGE).text
    assert client.get(LAYER, headers=WORDS).status_code == 403
    client.delete_cookie("gridmap_session")
    signed.sign_in(client, "secretary")
    assert 'value="party-life"' in client.get("/", headers=PAGE).text


def test_whose_member_it_is_reads_the_name_and_others_that_somebody_lives_there(made, client):
    [mark] = [one for one in marks(client, "secretary") if one["tone"] == "blue"]
    assert (mark["badge"], mark["lines"]) == ("1 名党员组织关系在别处", ["甲示一 → 甲支部"])
    assert mark["href"] == "/party-life/warnings"
    client.delete_cookie("gridmap_session")
    [mark] = [one for one in marks(client, "other") if one["tone"] == "blue"]
    assert mark["lines"] == ["一名党员 → 甲支部"]


def test_a_group_under_the_norm_leads_to_its_page(made, client, session):
    group = version(made, "a1组")
    group.full_members, group.probationary_members = 0, 1
    session.flush()
    [mark] = [one for one in marks(client, "secretary") if one["tone"] == "red"]
    assert (mark["title"], mark["badge"]) == ("a1组", "正式党员 0 名")
    assert mark["lines"] == ["县里定的最少 1 名"]
    assert mark["href"] == f"/party-life/{quote(GROUP)}"
    client.delete_cookie("gridmap_session")
    assert [one for one in marks(client, "other") if one["tone"] == "red"] == []
