"""The demo county counted again, by statements that share nothing with the code under test."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.coverage.audits import Finding, Rule
from gridmap.coverage.checks import CHECKS
from gridmap.coverage.service import audit, compare, series, set_rule
from gridmap.timespan import previous_quarter, quarter_of
from web.params import now, today

TODAY = today()
QUARTERS = [quarter_of(TODAY).start]
while len(QUARTERS) < 8:
    QUARTERS.append(previous_quarter(QUARTERS[-1]).start)
DAYS = sorted(
    {
        *(TODAY + timedelta(days=60 - 9 * n) for n in range(90)),
        *QUARTERS,
        *(start - timedelta(days=1) for start in QUARTERS),
    }
)
"""Over a hundred days of two years and two months to come: every ninth, the ends of each quarter."""

NOBODY = """
    SELECT a.code, a.code FROM area a JOIN area_version v ON v.area_id = a.id
    WHERE a.kind = 'community' AND v.valid @> :day AND a.id NOT IN (
        SELECT area_id FROM post WHERE kind = '{kind}' AND valid @> :day)
"""
COMMUNITY = """
    SELECT a.code, a.code FROM area a JOIN area_version v ON v.area_id = a.id
    WHERE a.kind = 'community' AND v.valid @> :day
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
    "municipal_leader": COMMUNITY
    + """
          AND (a.code IN (SELECT jsonb_array_elements_text(thresholds -> 'communities') FROM coverage_rule
                          WHERE "check" = 'municipal_leader' AND valid @> :day))
              = (a.id NOT IN (SELECT area_id FROM post
                              WHERE kind = 'leader_municipal' AND valid @> :day))
    """,
    "term_ends": """
        SELECT a.code, a.code FROM post p JOIN area a ON a.id = p.area_id
        WHERE a.kind = 'community' AND p.valid @> :day AND p.term_end <= :day + 60
          AND NOT (p.kind = 'first_secretary' AND p.term_end <= :day)
    """,
    "posts_apart": COMMUNITY
    + """
          AND a.id IN (
            SELECT coalesce(p.area_id, g.community_id) FROM post p LEFT JOIN grid g ON g.id = p.grid_id
            WHERE p.valid @> :day AND p.person_id IN (
                SELECT person_id FROM post WHERE valid @> :day GROUP BY person_id
                HAVING array_agg(kind::text) @> '{secretary,first_secretary}'
                    OR array_agg(kind::text) @> '{director,first_secretary}'
                    OR array_agg(kind::text) @> '{leader_county,leader_township}'
                    OR array_agg(kind::text) @> '{leader_county,leader_municipal}'
                    OR array_agg(kind::text) @> '{grid_worker,part_time_worker}'
                    OR array_agg(kind::text) @> '{grid_worker,police_officer}'
                    OR array_agg(kind::text) @> '{grid_worker,property_manager}'
                    OR array_agg(kind::text) @> '{director,property_manager}'))
    """,
    "leader_links": COMMUNITY
    + """
          AND a.id IN (
            SELECT area_id FROM post WHERE kind LIKE 'leader_%' AND valid @> :day AND person_id IN (
                SELECT person_id FROM post WHERE kind LIKE 'leader_%' AND valid @> :day
                GROUP BY person_id HAVING count(DISTINCT area_id) > 3))
    """,
    "visit_gap": """
        WITH linked AS (
            SELECT area_id, lower(run) AS since FROM (
                SELECT area_id, unnest(range_agg(valid)) AS run FROM post
                WHERE kind = 'leader_county' GROUP BY area_id) runs
            WHERE run @> :day),
        made AS (
            SELECT p.area_id, visit.day FROM visit JOIN post p ON p.id = visit.post_id
            WHERE p.kind = 'leader_county' AND p.valid @> visit.day AND visit.day <= :day)
        SELECT a.code, a.code FROM linked l JOIN area a ON a.id = l.area_id
        WHERE (l.since <= date_trunc('quarter', :day) - interval '3 months' AND NOT EXISTS (
                 SELECT FROM made m WHERE m.area_id = l.area_id
                 AND date_trunc('quarter', m.day) = date_trunc('quarter', :day) - interval '3 months'))
           OR :day - greatest(l.since, (SELECT max(day) FROM made m WHERE m.area_id = l.area_id)) > 120
    """,
    "worker_shared": """
        SELECT a.code, g.code FROM grid g JOIN area a ON a.id = g.community_id
        JOIN grid_version v ON v.grid_id = g.id AND v.valid @> :day
        JOIN post p ON p.grid_id = g.id AND p.kind = 'grid_worker' AND p.valid @> :day
        WHERE (SELECT count(*) FROM post o WHERE o.person_id = p.person_id
               AND o.kind = 'grid_worker' AND o.valid @> :day) > 1
    """,
    "part_time": """
        SELECT a.code, g.code FROM grid g JOIN area a ON a.id = g.community_id
        JOIN grid_version v ON v.grid_id = g.id AND v.valid @> :day
        WHERE 100 * (SELECT count(*) FROM post
                     WHERE grid_id = g.id AND kind = 'part_time_worker' AND valid @> :day)
            < (SELECT sum(b.households) FROM building_version b
               JOIN grid_building m ON m.building_id = b.building_id AND m.valid @> :day
               WHERE m.grid_id = g.id AND b.valid @> :day AND b.kind = 'residential')
    """,
    "branch_members": """
        SELECT a.code, g.code FROM grid g JOIN area a ON a.id = g.community_id
        JOIN grid_version v ON v.grid_id = g.id AND v.valid @> :day
        JOIN party_version p ON p.grid_id = g.id AND p.valid @> :day
        WHERE p.full_members NOT BETWEEN 3 AND 50
    """,
    "committee": COMMUNITY
    + """
          AND a.id IN (SELECT area_id FROM party_version WHERE valid @> :day AND full_members >= 7)
          AND (SELECT count(DISTINCT person_id) FROM post WHERE area_id = a.id AND valid @> :day
               AND kind IN ('secretary', 'committee_member')) < 3
    """,
    "steward": """
        SELECT a.code, b.code FROM building b
        JOIN building_version v ON v.building_id = b.id
        JOIN grid_building m ON m.building_id = b.id AND m.valid @> :day
        JOIN grid g ON g.id = m.grid_id JOIN area a ON a.id = g.community_id
        WHERE v.valid @> :day AND v.kind = 'residential' AND v.households > 0
          AND b.id NOT IN (SELECT building_id FROM post WHERE kind = 'steward' AND valid @> :day)
    """,
    "owners_committee": """
        SELECT a.code, c.code FROM compound c
        JOIN compound_version v ON v.compound_id = c.id JOIN area a ON a.id = v.community_id
        WHERE v.valid @> :day AND c.id NOT IN (
            SELECT compound_id FROM owners_committee WHERE valid @> :day)
    """,
    "joint_meeting": COMMUNITY
    + """
          AND NOT EXISTS (SELECT FROM joint_meeting m WHERE m.community_id = a.id
                          AND m.day <= :day AND m.day + interval '3 months' > :day)
          AND :day >= (SELECT min(lower(o.valid)) + interval '3 months'
                       FROM area_version o WHERE o.area_id = a.id)
    """,
    "police": NOBODY.format(kind="police_officer"),
    "doors_visited": """
        SELECT a.code, g.code FROM grid g JOIN area a ON a.id = g.community_id
        JOIN grid_version v ON v.grid_id = g.id AND v.valid @> :day
        JOIN (SELECT m.grid_id, count(*) AS doors,
                     count(*) FILTER (WHERE :day > r.days + greatest(
                         (SELECT min(lower(o.valid)) FROM household o WHERE o.code = h.code),
                         (SELECT max(d.day) FROM door_visit d WHERE d.household = h.code
                          AND d.outcome = 'visited' AND d.day <= :day))) AS late
              FROM household h
              JOIN grid_building m ON m.building_id = h.building_id AND m.valid @> :day
              LEFT JOIN visit_rule r ON r.kind = h.kind AND r.valid @> :day
              WHERE h.valid @> :day GROUP BY m.grid_id) n ON n.grid_id = g.id
        WHERE 100 * n.late > 20 * n.doors
    """,
    "property_led": """
        SELECT a.code, c.code FROM compound c
        JOIN compound_version v ON v.compound_id = c.id JOIN area a ON a.id = v.community_id
        JOIN property_contract k ON k.compound_id = c.id AND k.valid @> :day
        WHERE v.valid @> :day
          AND NOT EXISTS (SELECT FROM company_party p WHERE p.company_id = k.company_id AND p.valid @> :day)
          AND NOT EXISTS (SELECT FROM owners_committee o WHERE o.compound_id = c.id AND o.valid @> :day
                          AND o.party_form IS NOT NULL)
    """,
    "self_management": """
        SELECT a.code, c.code FROM compound c
        JOIN compound_version v ON v.compound_id = c.id JOIN area a ON a.id = v.community_id
        JOIN unserved_compound u ON u.compound_id = c.id AND u.valid @> :day
        WHERE v.valid @> :day AND c.id NOT IN (
            SELECT compound_id FROM self_management WHERE valid @> :day)
    """,
    "unit_checkin": COMMUNITY
    + """
          AND a.id NOT IN (SELECT community_id FROM unit_checkin WHERE valid @> :day)
    """,
    "voluntary_service": COMMUNITY
    + """
          AND a.id IN (SELECT community_id FROM unit_checkin
                       WHERE valid @> :day AND lower(valid) <= date_trunc('quarter', :day) - interval '3 months')
          AND a.id NOT IN (
              SELECT community_id FROM activity WHERE cancelled_at IS NULL
                 AND (starts_at AT TIME ZONE 'Asia/Shanghai') < date_trunc('quarter', :day)
                 AND (starts_at AT TIME ZONE 'Asia/Shanghai') >= date_trunc('quarter', :day) - interval '3 months')
    """,
    "follow_up": COMMUNITY
    + """
          AND a.id IN (SELECT m.community_id FROM meeting_task t JOIN joint_meeting m ON m.id = t.meeting_id
                       WHERE m.day <= :day AND t.due < :day AND coalesce(t.done_on, 'infinity') > :day)
    """,
    "unit_active": COMMUNITY
    + """
          AND a.id IN (
            SELECT u.community_id FROM responsible_unit u
            WHERE u.valid @> :day AND lower(u.valid) <= date_trunc('quarter', :day) - interval '3 months'
              AND NOT EXISTS (
                SELECT FROM (
                    SELECT day FROM unit_deed
                    WHERE agency_id = u.agency_id AND community_id = u.community_id
                    UNION ALL
                    SELECT visit.day FROM visit JOIN post p ON p.id = visit.post_id
                    JOIN person h ON h.id = p.person_id
                    WHERE h.agency_id = u.agency_id AND p.area_id = u.community_id
                    UNION ALL
                    SELECT m.day FROM joint_meeting m JOIN meeting_agency g ON g.meeting_id = m.id
                    WHERE g.agency_id = u.agency_id AND m.community_id = u.community_id
                    UNION ALL
                    SELECT (c.starts_at AT TIME ZONE 'Asia/Shanghai')::date FROM activity c
                    WHERE c.agency_id = u.agency_id AND c.community_id = u.community_id
                      AND c.cancelled_at IS NULL) did(day)
                WHERE u.valid @> did.day
                  AND did.day < date_trunc('quarter', :day)
                  AND did.day >= date_trunc('quarter', :day) - interval '3 months'))
    """,
    **{
        key: f"""
        SELECT a.code, g.code FROM party_duty d
        CROSS JOIN LATERAL (SELECT date_trunc('year', :day::timestamp)
            + floor((extract(month FROM :day) - 1) / d.months) * d.months * interval '1 month' AS now) n
        CROSS JOIN LATERAL (SELECT n.now - d.months * interval '1 month' AS start) p
        JOIN party_version v ON v.kind = 'grid_branch' AND v.valid @> :day
        JOIN grid g ON g.id = v.grid_id JOIN area a ON a.id = g.community_id
        JOIN grid_version gv ON gv.grid_id = g.id AND gv.valid @> :day
        WHERE d.kind = '{key}' AND d.valid @> :day AND lower(d.valid) <= p.start
          AND (d.kind <> 'committee_meeting' OR v.full_members >= 7)
          AND p.start >= (SELECT min(lower(o.valid)) FROM party_version o
                          WHERE o.organisation_id = v.organisation_id)
          AND v.organisation_id NOT IN (
              SELECT organisation_id FROM party_meeting
              WHERE kind = d.kind AND state = 'held' AND day >= p.start AND day < n.now)
        """
        for key in ("theme_day", "members_meeting", "committee_meeting", "lesson")
    },
    "group_meeting": """
        SELECT a.code, b.code FROM party_duty d
        CROSS JOIN LATERAL (SELECT date_trunc('month', :day::timestamp) AS now) n
        JOIN party_version v ON v.kind = 'building_group' AND v.valid @> :day
        JOIN building b ON b.id = v.building_id
        JOIN grid_building m ON m.building_id = b.id AND m.valid @> :day
        JOIN grid g ON g.id = m.grid_id JOIN area a ON a.id = g.community_id
        WHERE d.kind = 'group_meeting' AND d.valid @> :day
          AND lower(d.valid) <= n.now - interval '1 month'
          AND n.now - interval '1 month' >= (SELECT min(lower(o.valid)) FROM party_version o
                                             WHERE o.organisation_id = v.organisation_id)
          AND v.organisation_id NOT IN (
              SELECT organisation_id FROM party_meeting WHERE kind = 'group_meeting' AND state = 'held'
                 AND day >= n.now - interval '1 month' AND day < n.now)
    """,
    "group_members": """
        SELECT a.code, b.code FROM party_version v JOIN building b ON b.id = v.building_id
        JOIN grid_building m ON m.building_id = b.id AND m.valid @> :day
        JOIN grid g ON g.id = m.grid_id JOIN area a ON a.id = g.community_id
        WHERE v.valid @> :day AND v.full_members = 0 AND v.probationary_members > 0
    """,
    "members_apart": """
        SELECT DISTINCT a.code, b.code FROM party_membership p
        JOIN building b ON b.id = p.building_id
        JOIN grid_building m ON m.building_id = b.id AND m.valid @> :day
        JOIN grid g ON g.id = m.grid_id JOIN area a ON a.id = g.community_id
        JOIN party_version v ON v.organisation_id = p.organisation_id AND v.valid @> :day
        WHERE p.valid @> :day AND (
            (v.building_id IS NOT NULL AND v.building_id <> p.building_id)
            OR (v.grid_id IS NOT NULL AND v.grid_id <> m.grid_id)
            OR (v.area_id IS NOT NULL AND v.area_id <> a.id))
    """,
    "centre_times": COMMUNITY
    + """
          AND a.id IN (
              SELECT s.community_id FROM service_centre_area s
              JOIN service_centre c ON c.code = s.centre_code AND c.valid @> :day
              WHERE s.valid @> :day
                AND NOT EXISTS (SELECT FROM centre_opening o WHERE o.centre = c.code AND o.valid @> :day))
    """,
    "centre_phone": COMMUNITY
    + """
          AND a.id IN (
              SELECT s.community_id FROM service_centre_area s
              JOIN service_centre c ON c.code = s.centre_code AND c.valid @> :day
              WHERE s.valid @> :day AND (c.phone IS NULL OR btrim(c.phone) = ''))
    """,
    "responsible_unit": COMMUNITY
    + " AND a.id NOT IN (SELECT community_id FROM responsible_unit WHERE valid @> :day)",
}


AS_THE_CROW_FLIES = """
    SELECT a.code FROM area a
    JOIN grid g ON g.community_id = a.id
    JOIN grid_building m ON m.grid_id = g.id AND m.valid @> :day
    JOIN building_version b ON b.building_id = m.building_id AND b.valid @> :day
    WHERE b.kind = 'residential'
    GROUP BY a.id, a.code
    HAVING 100 * sum(b.households) FILTER (WHERE NOT EXISTS (
        SELECT FROM service_centre_area s
        JOIN service_centre c ON c.code = s.centre_code AND c.valid @> :day
        WHERE s.community_id = a.id AND s.valid @> :day
          AND ST_DWithin(c.spot::geography, b.spot::geography, {metres})))
        > 20 * sum(b.households)
"""
"""Communities where too many live too far even if they could fly: on foot there are no fewer."""


def found(session: Session, day: date) -> set[tuple[str, str, str]]:
    """Check, community and subject of every finding of a day."""
    return {
        (one.check, one.community_code, one.gap.subject.code)
        for community in audit(session, day).communities
        for one in community.findings
        if one.check != "service_centre"
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
    assert set(RECOUNTS) == {check.key for check in CHECKS} - {"service_centre"}
    assert {one.check for one in today.findings} >= {
        "steward",
        "owners_committee",
        "branch_members",
        "visit_gap",
        "term_ends",
        "county_visit",
        "first_secretary",
        "building_group",
        "compound_property",
    }
    assert 0 < today.missing < 22 * 6


def test_since_is_the_first_day_of_each_gap(demo_session):
    def lacking(findings) -> set[tuple[str, str]]:
        """Without the community: a compound may have counted for another one before."""
        return {(one.check, one.gap.subject.code) for one in findings}

    findings = audit(demo_session, TODAY).findings
    series(demo_session, min(one.gap.since for one in findings) - timedelta(days=1), TODAY)  # once
    for since in {one.gap.since for one in findings}:
        first = lacking(audit(demo_session, since).findings)
        before = lacking(audit(demo_session, since - timedelta(days=1)).findings)
        began = lacking(one for one in findings if one.gap.since == since)
        assert began <= first
        # a visit is due anew every quarter, so its gap begins with the quarter
        assert {key for key in began & before if key[0] != "county_visit"} == set()


@pytest.mark.parametrize("metres", [500, 700, 1000])
def test_who_is_too_far_as_the_crow_flies_is_too_far_on_foot(demo_session, metres):
    limits = {"metres": metres, "share": 20}
    set_rule(demo_session, "service_centre", Rule(limits=limits), TODAY, account_id=None, now=now())
    flying = text(AS_THE_CROW_FLIES.format(metres=metres).replace(":day", "CAST(:day AS date)"))
    beyond = set(demo_session.scalars(flying, {"day": TODAY}))
    walking = audit(demo_session, TODAY)
    far = {one.community_code for one in walking.findings if one.check == "service_centre"}
    assert beyond <= far
    assert far  # the roads make it farther
    assert len(far) < 22


def test_two_days_compared(demo_session):
    before, after = TODAY - timedelta(days=180), TODAY
    found = compare(demo_session, before, after)
    was, now_ = recounted_keys(demo_session, before), recounted_keys(demo_session, after)
    assert {one.key for one in found.appeared} == now_ - was
    assert {one.key for one in found.went} == was - now_
    assert {one.key for one in found.stayed} == was & now_
    assert found.appeared
    assert found.went
    assert found.stayed


def recounted_keys(session: Session, day: date) -> set[tuple[str, str, str]]:
    """The findings of a day, with those on foot."""
    far = [one.key for one in audit(session, day).findings if one.check == "service_centre"]
    return recounted(session, day) | set(far)


ENDED = """
    SELECT DISTINCT ON (p.kind, p.id % 3) p.id, p.kind,
           coalesce(area.code, grid.code, building.code) AS place, home.code AS community
    FROM post p
    LEFT JOIN area ON area.id = p.area_id
    LEFT JOIN grid ON grid.id = p.grid_id
    LEFT JOIN area home ON home.id = coalesce(p.area_id, grid.community_id)
    LEFT JOIN building ON building.id = p.building_id
    WHERE p.valid @> CAST(:day AS date) - 1 AND upper_inf(p.valid) AND p.compound_id IS NULL
      AND p.agency_id IS NULL
    ORDER BY p.kind, p.id % 3, p.id
"""
"""Three posts of each kind in the demo county."""


def keyed(session: Session) -> dict[tuple[str, str, str], Finding]:
    """What is missing today."""
    return {one.key: one for one in audit(session, TODAY).findings}


def test_ending_any_post_makes_only_findings_about_its_place_and_restoring_it_clears_them(
    demo_session,
):
    before = set(keyed(demo_session))
    posts = demo_session.execute(text(ENDED), {"day": TODAY}).all()
    assert len({post.kind for post in posts}) > 12
    makes = Counter()
    for post in posts:
        nested = demo_session.begin_nested()
        demo_session.execute(
            text(
                "UPDATE post SET valid = daterange(lower(valid), CAST(:day AS date)) WHERE id = :id"
            ),
            {"day": TODAY, "id": post.id},
        )
        ended = keyed(demo_session)
        made = {key: one for key, one in ended.items() if key not in before}
        for (_check, community, subject), one in made.items():
            assert subject in (post.place, post.community), (post, one)
            assert community == post.community or post.community is None
            assert one.gap.since == TODAY
        makes[post.kind] += len(made)
        nested.rollback()
        assert set(keyed(demo_session)) == before
    assert {kind for kind, number in makes.items() if number} >= {
        "director",
        "first_secretary",
        "grid_worker",
        "leader_county",
        "leader_township",
        "police_officer",
        "secretary",
        "steward",
    }
