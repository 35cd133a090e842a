"""The demo county's two years of service: a plain recount agrees for every volunteer."""

from datetime import date

from sqlalchemy import text

from gridmap.volunteering import activities, boards, needs, rating
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
