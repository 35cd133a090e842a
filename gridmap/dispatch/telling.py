"""Who is told of a step, and what: notices for the inbox, mails and robots, in the step's transaction.

Whoever holds a report after a step is told, unless she made it herself; so is her stand-in. The
reporter and the followers are told at each stage by the channel that they left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.dispatch.cases import Case, Change
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries import full, moves
from gridmap.dispatch.queries.moves import Keeper
from gridmap.dispatch.queries.rows import Found
from gridmap.dispatch.reading import building_title
from gridmap.dispatch.tables import Follower, Report
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice
from gridmap.messaging.words import Place as In
from gridmap.terms import Rung, Stage
from gridmap.timespan import LOCAL_ZONE, local_day

TO_HOLDER: Final[Mapping[Action, Event]] = {
    Action.FILED: Event.HELD,
    Action.DISPATCHED: Event.HELD,
    Action.HANDLED: Event.HELD,
    Action.SENT_UP: Event.HELD,
    Action.TRANSFERRED: Event.HELD,
    Action.RELOCATED: Event.HELD,
    Action.SEPARATED: Event.HELD,
    Action.SUSPENDED: Event.HELD,
    Action.RETURNED: Event.RETURNED,
    Action.REJECTED: Event.RETURNED,
    Action.RESUMED: Event.RESUMED,
    Action.REOPENED: Event.REOPENED,
    Action.SUPERVISED: Event.SUPERVISED,
    Action.CLIMBED: Event.CLIMBED,
    Action.OVERDUE: Event.OVERDUE_AT_COUNTY,
    Action.HANDED_OVER: Event.HANDED_OVER,
}
TO_REPORTER: Final[Mapping[Action, Event]] = {
    Action.FILED: Event.REPORTER_FILED,
    Action.ACCEPTED: Event.REPORTER_ACCEPTED,
    Action.DISPATCHED: Event.REPORTER_DISPATCHED,
    Action.CHECKED: Event.REPORTER_ASKED,
    Action.REOPENED: Event.REPORTER_REOPENED,
    Action.SUSPENDED: Event.REPORTER_SUSPENDED,
    Action.AGREED: Event.REPORTER_CLOSED,
    Action.LAPSED: Event.REPORTER_CLOSED,
    Action.JOINED: Event.REPORTER_JOINED,
}


@dataclass(frozen=True)
class Listener:
    """A reporter or follower with an address, and the key of his link."""

    email: str
    track_key: str
    language: str


@dataclass(frozen=True)
class Matter:
    """What a notice says of a report after its step `sequence`."""

    number: str
    sequence: int
    category: Mapping[str, str]
    place: str
    community_id: int | None
    stage: Stage
    rung: Rung
    due_at: datetime | None
    reason: str = ""
    listeners: Sequence[Listener] = field(default_factory=tuple)
    filed_by: int | None = None


def notices(
    matter: Matter, action: Action, keepers: Iterable[Keeper], *, but: int | None = None
) -> Iterator[Notice]:
    """Yield what is told after a step: to whoever holds the report, to its reporter and followers.

    `but` is the person who made the step: nobody is told what she did herself.
    """
    held = tuple(keepers)
    key = f"{matter.number}:{matter.sequence}:{action}"
    event = TO_HOLDER.get(action)
    if event is not None and not any(keeper.person_id == but for keeper in held):
        people: list[int | None] = [keeper.person_id for keeper in held]
        for person in people or [None]:
            yield Notice(
                event,
                key,
                values(matter, held, "zh", f"/desk/{matter.number}"),
                person_id=person,
                number=matter.number,
                community_id=matter.community_id,
            )
    told = TO_REPORTER.get(action)
    if told is not None:
        yield from _outward(matter, told, key, held)
        if matter.filed_by is not None and matter.filed_by != but:
            filled = values(matter, held, "zh", f"/desk/{matter.number}")
            yield Notice(told, key, filled, person_id=matter.filed_by, number=matter.number)


def _outward(matter: Matter, event: Event, key: str, held: tuple[Keeper, ...]) -> Iterator[Notice]:
    """What goes out of the house carries no note: those are words among colleagues."""
    matter = replace(matter, reason="")
    for one in matter.listeners:
        link = f"/track?number={matter.number}&key={one.track_key}"
        filled = values(matter, held, one.language, link)
        yield Notice(
            event, key, filled, email=one.email, language=one.language, number=matter.number
        )


def values(matter: Matter, held: tuple[Keeper, ...], language: str, link: str) -> dict[str, str]:
    """Return what fills the places of a template: the matter, who holds it, where to read on."""
    holder = held[0].kind.label(language) if held else matter.rung.label(language)
    due = matter.due_at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M") if matter.due_at else ""
    return {
        In.NUMBER: matter.number,
        In.CATEGORY: matter.category[language],
        In.PLACE: matter.place,
        In.HOLDER: holder,
        In.STAGE: matter.stage.label(language),
        In.DUE: due,
        In.REASON: matter.reason,
        In.LINK: link,
    }


def place_of(row: Found) -> str:
    """Return the place of a report as people say it: compound and building, else the grid."""
    named = " ".join(part for part in (row.compound, building_title(row)) if part)
    return named or row.grid or "不在任何网格内"


def matter_of(row: Found) -> Matter:
    """Return what a notice says of a report as it stands."""
    return Matter(
        number=row.number,
        sequence=row.version,
        category={"zh": row.category_name, "en": row.category_name_en},
        place=place_of(row),
        community_id=row.community_id,
        stage=Stage(row.stage),
        rung=Rung(row.rung),
        due_at=row.due_at,
        filed_by=row.filed_by_id,
    )


def tell(case: Case, stage: Stage, change: Change, due_at: datetime | None) -> None:
    """Tell of the step that a case has made: where the report stands after it, until when."""
    row, action = case.row, case.said.action
    matter = replace(
        matter_of(row),
        sequence=row.version + 1,
        stage=stage,
        rung=change.rung,
        due_at=due_at,
        # what a reporter wrote stays on the report's page, where it can be erased
        reason=(case.said.note or "") if case.reader else "",
        listeners=_listeners(case.session, row) if action in TO_REPORTER else (),
    )
    told = _keepers(case.session, change.holder_post_id, case)
    maker = case.reader.person_id if case.reader else None
    messaging.post(case.session, list(notices(matter, action, told, but=maker)), case.now)


def _keepers(session: Session, post_id: int | None, case: Case) -> tuple[Keeper, ...]:
    return tuple(
        moves.keepers(session, [post_id] if post_id else [], case.day).get(post_id or 0, ())
    )


def _listeners(session: Session, row: Found) -> tuple[Listener, ...]:
    return listeners(row, full.followers_of(session, row.id))


def listeners(row: Found, followers: Iterable[Follower]) -> tuple[Listener, ...]:
    """Return the reporter and the followers who left an address; a part has none."""
    if row.parent_id is not None:
        return ()
    return (
        *reporter(row.reporter_email, row.track_key, row.language),
        *(Listener(one.email, one.track_key, one.language) for one in followers if one.email),
    )


def reporter(email: str | None, track_key: str, language: str) -> tuple[Listener, ...]:
    """Return the reporter if he left an address."""
    return (Listener(email, track_key, language),) if email else ()


def tell_part(case: Case, part: Report) -> None:
    """Tell an agency of its part of a report."""
    matter = replace(
        matter_of(case.row),
        number=part.number,
        sequence=1,
        stage=Stage(part.stage),
        rung=Rung(part.rung),
        due_at=part.due_at,
        reason=case.said.note or "",
        filed_by=None,
    )
    told = _keepers(case.session, part.holder_post_id, case)
    messaging.post(case.session, list(notices(matter, Action.DISPATCHED, told)), case.now)


def tell_many(
    session: Session, told: Sequence[tuple[Matter, Action, int | None]], now: datetime
) -> None:
    """Tell of many steps that nobody made: each with the post that holds the report after it."""
    posts = [post_id for _, _, post_id in told if post_id is not None]
    keepers = moves.keepers(session, posts, local_day(now))
    found = [
        notice
        for matter, action, post_id in told
        for notice in notices(matter, action, keepers.get(post_id or 0, ()))
    ]
    messaging.post(session, found, now)


def tell_replaced(
    session: Session, told: Mapping[tuple[int, int | None], int], now: datetime
) -> None:
    """Tell everybody who has reports since grids have changed how many: one line a person.

    Args:
        session: open session.
        told: post and community to the number of reports that came to the post there.
        now: this moment.
    """
    keepers = moves.keepers(session, [post_id for post_id, _ in told], local_day(now))
    people: Counter[int] = Counter()
    places: Counter[int | None] = Counter()
    for (post_id, community_id), count in told.items():
        places[community_id] += count
        for keeper in keepers.get(post_id, ()):
            people[keeper.person_id] += count
    key, mine = f"replaced:{now.isoformat()}", {str(In.LINK): "/desk?mine=1"}
    found = [
        Notice(Event.HANDED_OVER, key, mine, person_id=person_id, count=count)
        for person_id, count in people.items()
    ]
    found += [
        Notice(Event.HANDED_OVER, f"{key}:{place}", {}, community_id=place, count=count)
        for place, count in places.items()
    ]
    messaging.post(session, found, now)
