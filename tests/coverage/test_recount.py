"""The demo county counted again, by statements that share nothing with the code under test."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.coverage.service import audit
from gridmap.timespan import previous_quarter, quarter_of
from web.params import today

TODAY = today()
QUARTERS = [quarter_of(TODAY).start]
while len(QUARTERS) < 8:
    QUARTERS.append(previous_quarter(QUARTERS[-1]).start)
DAYS = sorted(
    {
        *(TODAY - timedelta(days=24 * n) for n in range(30)),
        *QUARTERS,
        *(start - timedelta(days=1) for start in QUARTERS),
    }
)
"""Days of two years: every 24th, the first and the last of each quarter."""

NOBODY = """
    SELECT a.code, a.code FROM area a JOIN area_version v ON v.area_id = a.id
    WHERE a.kind = 'community' AND v.valid @> :day AND a.id NOT IN (
        SELECT area_id FROM post WHERE kind = '{kind}' AND valid @> :day)
"""
RECOUNTS = {
    "county_leader": NOBODY.format(kind="leader_county"),
    "township_leader": NOBODY.format(kind="leader_township"),
    "county_visit": """
        SELECT a.code, a.code FROM area a JOIN area_version v ON v.area_id = a.id
        WHERE a.kind = 'community' AND v.valid @> :day AND a.id NOT IN (
            SELECT p.area_id FROM visit JOIN post p ON p.id = visit.post_id
            WHERE p.kind = 'leader_county' AND p.valid @> visit.day AND visit.day <= :day
              AND date_trunc('quarter', visit.day) = date_trunc('quarter', :day))
    """,
    "first_secretary": """
        SELECT a.code, a.code FROM area a JOIN area_version v ON v.area_id = a.id
        WHERE a.kind = 'community' AND v.valid @> :day AND a.id NOT IN (
            SELECT area_id FROM post WHERE kind = 'first_secretary' AND valid @> :day
               AND coalesce(term_end, 'infinity') > :day)
    """,
    "general_branch": """
        SELECT a.code, a.code FROM area a JOIN area_version v ON v.area_id = a.id
        WHERE a.kind = 'community' AND v.valid @> :day AND NOT EXISTS (
            SELECT FROM party_version p WHERE p.area_id = a.id AND p.valid @> :day)
    """,
    "one_shoulder": """
        SELECT a.code, a.code FROM area a JOIN area_version v ON v.area_id = a.id
        WHERE a.kind = 'community' AND v.valid @> :day AND (
            SELECT count(DISTINCT kind) FROM post
            WHERE area_id = a.id AND valid @> :day AND kind IN ('secretary', 'director')
            GROUP BY person_id ORDER BY 1 DESC LIMIT 1) IS DISTINCT FROM 2
    """,
    "grid_branch": """
        SELECT a.code, g.code FROM grid g JOIN area a ON a.id = g.community_id
        JOIN grid_version v ON v.grid_id = g.id
        WHERE v.valid @> :day AND NOT EXISTS (
            SELECT FROM party_version p WHERE p.grid_id = g.id AND p.valid @> :day)
    """,
    "grid_worker": """
        SELECT a.code, g.code FROM grid g JOIN area a ON a.id = g.community_id
        JOIN grid_version v ON v.grid_id = g.id
        WHERE v.valid @> :day AND (
            SELECT count(*) FROM post
            WHERE grid_id = g.id AND kind = 'grid_worker' AND valid @> :day) <> 1
    """,
    "community_desk": NOBODY.format(kind="community_desk"),
    "building_group": """
        SELECT a.code, b.code FROM building b
        JOIN building_version v ON v.building_id = b.id
        JOIN grid_building m ON m.building_id = b.id AND m.valid @> :day
        JOIN grid g ON g.id = m.grid_id JOIN area a ON a.id = g.community_id
        WHERE v.valid @> :day AND v.kind = 'residential' AND v.households > 0
          AND b.id NOT IN (SELECT building_id FROM party_version
                           WHERE valid @> :day AND building_id IS NOT NULL)
    """,
    "compound_property": """
        SELECT a.code, c.code FROM compound c
        JOIN compound_version v ON v.compound_id = c.id JOIN area a ON a.id = v.community_id
        WHERE v.valid @> :day AND c.id NOT IN (
            SELECT compound_id FROM property_contract WHERE valid @> :day
            UNION ALL SELECT compound_id FROM unserved_compound WHERE valid @> :day)
    """,
    "municipal_leader": """
        SELECT a.code, a.code FROM area a JOIN area_version v ON v.area_id = a.id
        WHERE a.kind = 'community' AND v.valid @> :day
          AND a.code IN (SELECT jsonb_array_elements_text(value) FROM setting
                         WHERE key = 'municipal_communities')
          AND a.id NOT IN (SELECT area_id FROM post
                           WHERE kind = 'leader_municipal' AND valid @> :day)
    """,
}


def found(session: Session, day: date) -> set[tuple[str, str, str]]:
    """Check, community and subject of every finding of a day."""
    return {
        (one.check, one.community_code, one.gap.subject.code)
        for community in audit(session, day).communities
        for one in community.findings
    }


def recounted(session: Session, day: date) -> set[tuple[str, str, str]]:
    """The same by the statements above."""
    return {
        (check, *row)
        for check, statement in RECOUNTS.items()
        for row in session.execute(
            text(statement.replace(":day", "CAST(:day AS date)")), {"day": day}
        )
    }


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_same_findings_as_the_recount(demo_session, day):
    assert found(demo_session, day) == recounted(demo_session, day)


def test_the_demo_county_has_something_to_find_and_something_that_holds(demo_session):
    today = audit(demo_session, TODAY)
    assert len(today.communities) == 22
    assert {one.check for community in today.communities for one in community.findings} >= {
        "county_visit",
        "first_secretary",
        "building_group",
        "compound_property",
    }
    assert 0 < today.missing < 22 * len(RECOUNTS) / 2


def test_since_is_the_first_day_of_each_gap(demo_session):
    findings = [one for c in audit(demo_session, TODAY).communities for one in c.findings]
    for since in {one.gap.since for one in findings}:
        first, before = found(demo_session, since), found(demo_session, since - timedelta(days=1))
        for one in findings:
            if one.gap.since == since:
                key = (one.check, one.community_code, one.gap.subject.code)
                assert key in first
                assert key not in before or one.check == "county_visit"
