"""Planning joint meetings: call one, invite more, move or cancel it, note that it was held.

Everybody who is invited hears of each step in her inbox; every step is a line of the audit log.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.meeting_plans import MeetingInvite, MeetingMove, MeetingPlan
from gridmap.messaging.words import Event
from gridmap.red_property import attending, telling
from gridmap.red_property import plan_queries as queries
from gridmap.red_property.attending import Party, Side
from gridmap.red_property.meetings import may_keep
from gridmap.red_property.telling import check_words, closed, too_long, wrong
from gridmap.terms import MeetingState
from gridmap.timespan import local_day

LONGEST_TOPIC: Final = 200
LONGEST_PLACE: Final = 100
LONGEST_NOTE: Final = 500
AHEAD: Final = timedelta(days=366)
MOST_INVITED: Final = 60
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
_COLUMNS: Final = {
    Side.COMPANY: "company_id",
    Side.OWNERS: "compound_id",
    Side.RESIDENTS: "community_id",
    Side.AGENCY: "agency_id",
    Side.PERSON: "person_id",
}


@dataclass(frozen=True, slots=True)
class When:
    """When and where a meeting is to be; `time` is HH:MM in Asia/Shanghai."""

    day: date
    time: str
    place: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A meeting as somebody plans it; `invited` are keys of parties, see `Party.key`."""

    community_id: int
    when: When
    topic: str
    invited: tuple[str, ...]
    note: str = ""


def call(
    session: Session,
    keeper: SignedIn,
    wanted: Wanted,
    now: datetime,
    known: Mapping[str, Party] | None = None,
) -> int:
    """Plan a meeting and tell the invited; return its id.

    Args:
        session: the caller's transaction.
        keeper: who plans it.
        wanted: the meeting.
        now: this moment.
        known: who may be asked, where the caller has looked it up; see `attending.askable`.

    Raises:
        NotAllowed: the reader does not keep the registers of the community.
        InvalidInput: a day that is past or far ahead, words that are missing, planned already, nobody invited,
            or somebody by name who holds no post there on that day.
    """
    if not may_keep(session, keeper, wanted.community_id):
        raise NotAllowed
    today = local_day(now)
    _check_when(wanted.when, today)
    check_words("topic", wanted.topic, LONGEST_TOPIC)
    if len(wanted.note.strip()) > LONGEST_NOTE:
        raise too_long("note", LONGEST_NOTE)
    home, day = wanted.community_id, wanted.when.day
    if known is None:
        known = attending.askable(session, home, today, day)
    sides = _sides(session, home, wanted.invited, (today, day), known)
    row = MeetingPlan(
        community_id=wanted.community_id,
        topic=wanted.topic.strip(),
        note=wanted.note.strip() or None,
        person_id=keeper.person_id,
        made_at=now,
    )
    _put(session, row, wanted.when)
    _invite(session, row, sides)
    _audit(session, keeper, "joint_meeting_planned", row, now, topic=row.topic)
    telling.tell(session, row.id, Event.JOINT_CALLED, now)
    return row.id


def invite(
    session: Session,
    keeper: SignedIn,
    plan_id: int,
    keys: Sequence[str],
    now: datetime,
    known: Mapping[str, Party] | None = None,
) -> None:
    """Invite more; only they are told; `known` as with `call`.

    Raises:
        NotFound, NotAllowed, InvalidInput: see `call`; the meeting is past or not planned any more.
    """
    row, today = _kept(session, keeper, plan_id), local_day(now)
    if row.day < today:
        raise wrong("invited", "日子已过，不能再请；请先改期。", "It is past; move it first.")
    if known is None:
        known = attending.askable(session, row.community_id, today, row.day)
    _invite(session, row, _sides(session, row.community_id, keys, (today, row.day), known))
    _audit(session, keeper, "joint_meeting_invited", row, now, invited=list(keys))
    telling.tell(session, row.id, Event.JOINT_CALLED, now)


def move(
    session: Session, keeper: SignedIn, plan_id: int, when: When, reason: str, now: datetime
) -> None:
    """Move a planned meeting to another time or place and tell the invited why.

    Raises:
        NotFound, NotAllowed: there is none, or it is not the reader's to keep.
        InvalidInput: nothing is different, no reason, a day that is past; it is not planned any more.
    """
    row = _kept(session, keeper, plan_id)
    _check_when(when, local_day(now))
    check_words("reason", reason, LONGEST_NOTE)
    before = When(row.day, row.time, row.place)
    if _columns(before) == _columns(when):
        raise wrong("day", "时间和地点都没有变。", "Neither time nor place is different.")
    moved = MeetingMove(
        plan_id=row.id,
        reason=reason.strip(),
        person_id=keeper.person_id,
        at=now,
        **_columns(before),
    )
    _put(session, row, when)
    session.add(moved)
    session.flush()
    _audit(session, keeper, "joint_meeting_moved", row, now, reason=moved.reason)
    telling.tell(session, row.id, Event.JOINT_MOVED, now, moved.reason, mark=f":{moved.id}")


def cancel(session: Session, keeper: SignedIn, plan_id: int, reason: str, now: datetime) -> None:
    """Cancel a planned meeting and tell the invited why; it stays on record.

    Raises:
        NotFound, NotAllowed, InvalidInput: see `move`.
    """
    row = _kept(session, keeper, plan_id)
    check_words("reason", reason, LONGEST_NOTE)
    row.state, row.reason = MeetingState.CANCELLED.value, reason.strip()
    session.flush()
    _audit(session, keeper, "joint_meeting_cancelled", row, now, reason=row.reason)
    telling.tell(session, row.id, Event.JOINT_CANCELLED, now, row.reason)


def hold(
    session: Session,
    keeper: SignedIn,
    plan_id: int,
    meeting_id: int,
    came: Collection[int],
    now: datetime,
) -> None:
    """Note that a planned meeting was held and which of its invitations were followed.

    Args:
        session: the transaction that wrote the meeting's minutes.
        keeper: whoever wrote them.
        plan_id: of the plan.
        meeting_id: the meeting that it became.
        came: ids of invitations whose side came.
        now: this moment.

    Raises:
        NotFound, NotAllowed, InvalidInput: see `move`.
    """
    row = _kept(session, keeper, plan_id)
    row.state, row.meeting_id = MeetingState.HELD.value, meeting_id
    for one in queries.invite_rows(session, plan_id):
        one.came = one.id in came
    session.flush()
    _audit(session, keeper, "joint_meeting_held", row, now, meeting=meeting_id)


def _kept(session: Session, keeper: SignedIn, plan_id: int) -> MeetingPlan:
    """A meeting that is still planned, held till the end, of a community whose registers the reader keeps."""
    row = queries.held(session, plan_id)
    if row is None:
        raise NotFound(what_zh="这次会议安排", what_en="This planned meeting")
    if not may_keep(session, keeper, row.community_id):
        raise NotAllowed
    if row.state != MeetingState.PLANNED:
        raise closed()
    return row


def _audit(
    session: Session,
    who: SignedIn,
    action: str,
    row: MeetingPlan,
    now: datetime,
    **details: object,
) -> None:
    when = {"day": row.day.isoformat(), "time": row.time, "place": row.place}
    telling.note(session, who, action, row.id, now, **when, **details)


def _columns(when: When) -> dict[str, date | str]:
    return {"day": when.day, "time": when.time, "place": when.place.strip()}


def _put(session: Session, row: MeetingPlan, when: When) -> None:
    """Give a meeting its time and place and write it; set within the savepoint, so that a clash undoes it."""
    try:
        with session.begin_nested():
            for name, value in _columns(when).items():
                setattr(row, name, value)
            session.add(row)
            session.flush()
    except IntegrityError as clash:
        raise wrong(
            "topic",
            "这一天同一议题的会议已经安排过。",
            "A meeting of this day and topic is planned already.",
        ) from clash


def _sides(
    session: Session,
    community_id: int,
    keys: Sequence[str],
    days: tuple[date, date],
    known: Mapping[str, Party],
) -> list[tuple[Side, int]]:
    """The sides of keys with their ids, before anything is written; none twice.

    People are asked by name for a post that they hold on the day of the meeting; `days`: today and that day.
    """
    if not keys:
        raise wrong("invited", "请至少邀请一方。", "Invite somebody.")
    missing = [key for key in keys if key not in known]
    if missing:
        raise _not_here(session, community_id, missing[0], *days)
    if len(keys) > MOST_INVITED:
        raise wrong("invited", f"最多邀请 {MOST_INVITED} 方。", f"At most {MOST_INVITED} sides.")
    return [(known[key].side, known[key].id) for key in dict.fromkeys(keys)]


def _not_here(
    session: Session, community_id: int, key: str, today: date, day: date
) -> InvalidInput:
    """The refusal of a side that is none of the community's; of a person it says which post is missing."""
    side, _, code = key.partition(":")
    if side != Side.PERSON:
        return wrong("invited", "请从名单里选。", "Choose from the list.")
    names = {
        one.party.code: one.party.name for one in attending.guests(session, community_id, today)
    }
    name = names.get(code, code)
    return wrong(
        "invited",
        f"{name}：{day} 在本社区、分包单位和小区物业都没有岗位，不能作为一方请来。"
        "名单以外的人写在备注里，开完会写进到会人员。",
        f"{name} holds no post on {day} in the community, its responsible units or its compounds' management."
        " Name others in the note, and in the minutes among those who came.",
    )


def _invite(session: Session, row: MeetingPlan, sides: Iterable[tuple[Side, int]]) -> None:
    before = {_of(one) for one in queries.invite_rows(session, row.id)}
    session.add_all(
        MeetingInvite(plan_id=row.id, **{_COLUMNS[side]: number})
        for side, number in sides
        if (side, number) not in before
    )
    session.flush()


def _of(one: MeetingInvite) -> tuple[Side, int]:
    side = next(side for side, column in _COLUMNS.items() if getattr(one, column) is not None)
    return side, getattr(one, _COLUMNS[side])


def _check_when(when: When, today: date) -> None:
    if not today <= when.day <= today + AHEAD:
        raise wrong("day", "请填今天起一年之内的日期。", "Take a day from today on, within a year.")
    if not _CLOCK.match(when.time):
        raise wrong("time", "请填时间，例如 14:30。", "Write the time as 14:30.")
    check_words("place", when.place, LONGEST_PLACE)
