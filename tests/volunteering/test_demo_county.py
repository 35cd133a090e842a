"""The demo county's two years of service: a plain recount agrees for every volunteer."""

from datetime import date

from sqlalchemy import text

from geodata import volunteer_books
from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.ledger.volunteering import Volunteer, VolunteerCheckIn
from gridmap.terms import PostKind
from gridmap.volunteering import activities, attendance, boards, needs, rating, roll
from gridmap.volunteering.organising import Hand, Reach
from tests.volunteering.serving import by_plain_sql
from web.params import now, today


def test_a_plain_recount_agrees_for_all_volunteers(demo_session):
    year = rating.rated_years(demo_session)[0].year
    told = {
        row.volunteer_id: (row.minutes, row.stars)
        for row in demo_session.execute(
            text(
                "SELECT DISTINCT ON (volunteer_id) volunteer_id, minutes, stars FROM star_rating"
                " WHERE year = :year ORDER BY volunteer_id, sequence DESC"
            ),
            {"year": year},
        )
    }
    assert told == by_plain_sql(demo_session, year)
    assert len(told) > 100
    assert {stars for _minutes, stars in told.values()} >= {0, 1, 2, 3}
    again = demo_session.scalar(text("SELECT count(*) FROM star_rating WHERE sequence = 2"))
    assert again == 1


def test_boards_agree_with_a_plain_sum(demo_session):
    year = today().year
    board = boards.board(demo_session, year, today())
    plain = demo_session.scalar(
        text("SELECT sum(minutes) FROM service_hours WHERE date_part('year', day) = :year"),
        {"year": year},
    )
    assert board.minutes == plain
    assert sum(one.minutes for one in board.communities) == plain
    assert len(board.communities) == 22


def test_there_is_something_to_join_and_somebody_to_help(demo_session):
    coming = activities.coming(demo_session, now())
    assert len(coming) > 10
    assert len(needs.open_ones(demo_session, now())) > 5
    assert date(2020, 1, 1) < coming[0].starts_at.date()


def test_a_worker_of_each_community_is_a_volunteer_and_the_workbooks_come_back(
    demo_session, tmp_path
):
    linked = demo_session.query(Volunteer).filter(Volunteer.person_id.is_not(None)).all()
    assert len(linked) > 15
    session, at = demo_session, now()
    desk = SignedIn(
        None, 1, "desk", "县员", scope_of((HeldPost(1, PostKind.COUNTY_DESK, 1, "县"),), ())
    )
    path = tmp_path / "book.xlsx"
    path.write_bytes(volunteer_books.write_roll(roll.book(session, desk, at), "zh"))
    found = roll.compare(session, volunteer_books.read_roll(path), desk, at)
    assert found.counts() == {"new": 0, "changed": 0, "same": len(found.lines)}
    assert (len(found.lines) > 300, found.faults) == (True, [])
    (one, *_others) = (
        session.query(VolunteerCheckIn.community_id).distinct().order_by("community_id")
    )
    county = Hand(Reach(frozenset(one)))
    places = attendance.listed(session, county, today().year, at)
    path.write_bytes(volunteer_books.write_attendance(places, (), "zh"))
    told = attendance.compare(session, volunteer_books.read_attendance(path), county, at)
    assert told.counts() == {"new": 0, "changed": 0, "same": len(places)}
    assert (len(places) > 50, told.faults) == (True, [])
