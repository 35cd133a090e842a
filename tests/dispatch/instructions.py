"""What somebody may say with a move, drawn at random: as her page lets her, or whatever comes to mind."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from gridmap.dispatch import moving
from gridmap.dispatch.lifecycle import OPEN_STAGES, Action, ReturnReason
from gridmap.dispatch.reports import Answer, Instruction
from gridmap.dispatch.tables import Report
from gridmap.geolocation.rules import Place
from gridmap.ledger.posts import Post
from gridmap.terms import Outcome, PostKind, Satisfaction
from gridmap.timespan import local_day
from tests.dispatch.filings import CATEGORIES
from tests.worlds import lonlat

SPOTS = ((30, 30), (30, 80), (130, 30), (75, 5), (-300, 50), (50, 150))
NO_POST = 10**6


def sensible(session, random, row, action, now):
    """A move of a report (its row) as a page would send it."""
    others = session.scalars(
        select(Report.number).where(
            Report.community_id == row.community_id,
            Report.id != row.id,
            Report.parent_id.is_(None),
            Report.stage.in_(sorted(OPEN_STAGES)),
        )
    ).all()
    solved = action is Action.AGREED
    return Instruction(
        action,
        row.version,
        note="已到现场",
        reason=random.choice(list(ReturnReason)),
        outcome=random.choice([Outcome.SOLVED, Outcome.SOLVED, *Outcome]),
        until=local_day(now) + timedelta(days=random.choice([1, 10, 60])),
        category_code=random.choice(
            [one.code for one in CATEGORIES if one.code != row.category_code]
        ),
        place=Place(*lonlat(*random.choice(SPOTS)), "wgs84"),
        main_number=random.choice(others) if others else None,
        answer=Answer(contacted=True, solved=solved, satisfaction=Satisfaction.BASICALLY),
    )


def to_somebody(session, random, said, number, who, now):
    """The same with a next handler and agencies, chosen from those that the page offers."""
    offered = moving.candidates(session, number, who, now)
    agencies = [one.post_id for one in offered if one.kind is PostKind.AGENCY_HANDLER]
    some = random.sample(agencies, min(len(agencies), random.choice([1, 2])))
    post = random.choice(offered).post_id if offered else None
    return replace(said, post_id=post, agency_post_ids=tuple(some))


def wild(session, random, action, version, now):
    """A move with anything in it: what fits, what does not, what is not there."""
    posts = session.scalars(select(Post.id).order_by(Post.id)).all()
    numbers = session.scalars(select(Report.number).order_by(Report.id)).all()
    lon, lat = lonlat(*random.choice(SPOTS))
    day = local_day(now)
    return Instruction(
        action,
        version - random.choice([0, 0, 0, 1]),
        note=random.choice(["已到现场", "已到现场", "  ", None]),
        reason=random.choice([*ReturnReason, None]),
        post_id=random.choice([*posts, NO_POST, None]),
        agency_post_ids=tuple(random.sample([*posts, NO_POST], random.choice([0, 1, 2]))),
        outcome=random.choice([*Outcome, None]),
        until=random.choice([None, day, day - timedelta(days=3), day + timedelta(days=3)]),
        category_code=random.choice([*(one.code for one in CATEGORIES), "NO-SUCH", None]),
        place=random.choice([Place(lon, lat, "wgs84"), Place(lon, 10, "wgs84"), None]),
        main_number=random.choice([*numbers, "2026-999999", None]),
        answer=random.choice(
            [None]
            + [
                Answer(contacted=True, solved=solved, satisfaction=Satisfaction.SATISFIED)
                for solved in (True, False)
            ]
        ),
        key=random.choice([None, f"key-{random.randint(1, 40)}"]),
    )
