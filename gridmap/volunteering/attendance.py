"""Who signed up, who was there and how long, by name, as a workbook: out for a year, in again with what it changes.

A sheet that was kept on paper comes in as new lines. Minutes that were confirmed are never written over: a
change needs its reason and makes a correction, with both on record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.ledger.volunteering import Activity
from gridmap.store import audit
from gridmap.terms import CheckInWay, Term
from gridmap.timespan import LOCAL_ZONE, local_day
from gridmap.volunteering import books, checking_in, hours, service, stars
from gridmap.volunteering.activities import take_place
from gridmap.volunteering.books import Compared, Difference, Fate, Line, Row
from gridmap.volunteering.organising import Hand
from gridmap.volunteering.queries import activities as activity_queries
from gridmap.volunteering.queries import attendance as queries
from gridmap.volunteering.queries import importing as people
from gridmap.volunteering.queries.people import lock_books
from gridmap.volunteering.refusals import ActivityOver

_ACTIVITY: Final = re.compile(r"(?:HD)?0*([0-9]{1,9})\Z")
_PLACE: Final = re.compile(r"(?:BM)?0*([0-9]{1,9})\Z")


class Standing(Term):
    """Whether a place is still taken."""

    TAKEN = "taken", "已报名", "Signed up"
    LEFT = "left", "已退出", "Left"


@dataclass(frozen=True, slots=True)
class Change:
    """A correction of confirmed minutes: by how many, and why."""

    minutes: int
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in an activity as a line; `minutes` as they stand with their corrections."""

    id: int
    activity_id: int
    title: str
    community_id: int
    community: str
    starts_at: datetime
    called_off: bool
    volunteer_id: int
    code: str
    name: str
    erased: bool
    state: Standing
    present: bool
    checked_in_at: datetime | None
    way: CheckInWay | None
    distance_m: int | None
    confirmed: int | None
    hours_id: int | None
    corrections: tuple[Change, ...] = ()

    @property
    def minutes(self) -> int | None:
        """Minutes that count in the end; None until they are confirmed."""
        if self.confirmed is None:
            return None
        return self.confirmed + sum(one.minutes for one in self.corrections)

    @property
    def told(self) -> str:
        """Which place it is: day, activity and who."""
        return f"{local_day(self.starts_at).isoformat()} {self.title} · {self.name or self.code}"


@dataclass(frozen=True, slots=True)
class Held:
    """An activity that lines may name."""

    id: int
    title: str
    community: str
    place: str
    starts_at: datetime
    ends_at: datetime
    called_off: bool


def activity_code(activity_id: int) -> str:
    """Return an activity's number as a workbook has it.

    >>> activity_code(42)
    'HD000042'
    """
    return f"HD{activity_id:06d}"


def place_code(sign_up_id: int) -> str:
    """Return a place's number as a workbook has it.

    >>> place_code(7)
    'BM000007'
    """
    return f"BM{sign_up_id:06d}"


def listed(
    session: Session, hand: Hand, year: int, now: datetime, activity_id: int | None = None
) -> tuple[Entry, ...]:
    """Return the places of a year's activities where somebody calls volunteers together; on record.

    Args:
        session: open session.
        hand: who asks.
        year: of the day on which an activity begins.
        now: this moment.
        activity_id: only this activity.
    """
    within = None if hand.reach.county else hand.reach.communities
    rows = queries.between(session, now, _span(year), within, activity_id)
    audit.record(
        session,
        "attendance_exported",
        "activity",
        str(activity_id or year),
        now=now,
        account_id=hand.account_id,
        rows=len(rows),
    )
    return _entries(session, rows)


def held(session: Session, hand: Hand, year: int, now: datetime) -> tuple[Held, ...]:
    """Return the year's activities that lines may name."""
    within = None if hand.reach.county else hand.reach.communities
    rows = queries.activities(session, now, _span(year), within)
    return tuple(Held(**row._asdict()) for row in rows)


def _span(year: int) -> tuple[datetime, datetime]:
    first, end = stars.year_of(year)
    return _midnight(first), _midnight(end)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL_ZONE)


def _entries(session: Session, rows: Sequence[queries.Found]) -> tuple[Entry, ...]:
    changes: dict[int, list[Change]] = {}
    ids = [row.hours_id for row in rows if row.hours_id is not None]
    for one in queries.corrections(session, ids) if ids else ():
        changes.setdefault(one.corrects_id, []).append(Change(one.minutes, one.reason))
    return tuple(_entry(row, tuple(changes.get(row.hours_id, ()))) for row in rows)


def _entry(row: queries.Found, corrections: tuple[Change, ...]) -> Entry:
    told = row._asdict()
    left = told.pop("left")
    told |= {
        "state": Standing.LEFT if left else Standing.TAKEN,
        "present": row.checked_in_at is not None,
        "way": CheckInWay(row.way) if row.way else None,
    }
    return Entry(**told, corrections=corrections)


def compare(session: Session, rows: Sequence[Row], hand: Hand, now: datetime) -> Compared:
    """Return what a file would change and what is wrong with it; nothing is written."""
    return books.tried(session, lambda: _Taking(session, rows, hand, now).work())


def take(session: Session, rows: Sequence[Row], hand: Hand, now: datetime) -> Compared:
    """Take a file in: all of it or nothing.

    Raises:
        RefusedRows: lines that are wrong, by number.
    """
    return books.taken(session, lambda: _Taking(session, rows, hand, now).work())


class _Taking:
    """Takes a file in line by line, by the rules of activities, checking in and hours."""

    def __init__(self, session: Session, rows: Sequence[Row], hand: Hand, now: datetime) -> None:
        self.session, self.rows, self.hand, self.now = session, rows, hand, now
        self.taken: dict[tuple[int, int], int] = {}
        ids = {number for row in rows if (number := _number(_PLACE, row, "key"))}
        pairs = {pair for row in rows if (pair := _pair(row))}
        lock_books(session)
        within = None if hand.reach.county else hand.reach.communities
        queries.lock_activities(session, ids, pairs, within)
        found = _entries(session, queries.known(session, now, ids, pairs))
        self.by_id = {one.id: one for one in found}
        self.by_pair = {(one.activity_id, one.code): one for one in found}

    def work(self) -> Compared:
        """Return what became of every line."""
        return books.each(self.rows, self._line)

    def _line(self, row: Row) -> Line:
        entry = self._meant(row)
        if entry is None:
            with self.session.begin_nested():
                return self._new(row)
        self._once((entry.activity_id, entry.volunteer_id), row)
        differences = _differences(entry, row)
        if not differences:
            return Line(row.number, Fate.SAME, entry.told)
        with self.session.begin_nested():
            self._change(entry, differences, str(row.values.get("reason") or ""))
        return Line(row.number, Fate.CHANGED, entry.told, differences)

    def _once(self, place: tuple[int, int], row: Row) -> None:
        if place in self.taken:
            raise books.twice(self.taken[place])
        self.taken[place] = row.number

    def _meant(self, row: Row) -> Entry | None:
        """Return the place that a line means: by its number, else by activity and volunteer."""
        if not row.values.get("key"):
            pair = _pair(row)
            found = self.by_pair.get(pair) if pair else None
            if found is None or not self._mine(found.community_id):
                return None
            _check_name(row, found.name, erased=found.erased)
            return found
        entry = self.by_id.get(_number(_PLACE, row, "key") or 0)
        if entry is None or not self._mine(entry.community_id):
            raise books.refused(
                "没有这个编号的报名，或者不归您管；新加的人请空着报名编号。",
                "No place has this number, or it is not yours; leave it empty for somebody who is added.",
            )
        if (entry.activity_id, entry.code) != _pair(row):
            raise books.refused(
                f"这个报名是 {activity_code(entry.activity_id)} 的 {entry.code}，不能改成别的；"
                "换人请另加一行，空着报名编号。",
                f"This place is that of {entry.code} in {activity_code(entry.activity_id)}; "
                "add a line without a number for somebody else.",
            )
        _check_name(row, entry.name, erased=entry.erased)
        return entry

    def _mine(self, community_id: int) -> bool:
        return self.hand.reach.holds(community_id)

    def _new(self, row: Row) -> Line:
        """Add somebody who was written down on paper; what else the line says follows."""
        activity = self._activity(row)
        code = service.code_of(str(row.values.get("code") or "")) or ""
        known = people.volunteers(self.session, [code], [])
        if not known:
            raise books.refused(
                "没有这个编号的志愿者，请本人先报到。",
                "No volunteer has this code; she registers first.",
            )
        _check_name(row, known[0].name, erased=False)
        self._once((activity.id, known[0].id), row)
        place = take_place(self.session, activity, known[0].id, self.now)
        place.at = min(self.now, activity.starts_at)
        self.session.flush()
        self._record("sign_up_written", place.id)
        (entry,) = _entries(self.session, queries.known(self.session, self.now, [place.id], []))
        differences = _differences(entry, row)
        self._change(entry, differences, str(row.values.get("reason") or ""))
        return Line(row.number, Fate.NEW, entry.told, differences)

    def _activity(self, row: Row) -> Activity:
        number = _number(_ACTIVITY, row, "activity")
        found = activity_queries.locked(self.session, number) if number else None
        if found is None or not self._mine(found.community_id):
            raise books.refused(
                "没有这个编号的活动，或者不归您管；编号见第二张表。",
                "No activity has this number, or it is not yours; the second sheet lists them.",
            )
        if found.cancelled_at is not None:
            raise ActivityOver
        return found

    def _change(self, entry: Entry, differences: Sequence[Difference], reason: str) -> None:
        after = {one.key: one.after for one in differences}
        if after and entry.called_off:
            raise ActivityOver
        if "state" in after:
            self._sign(entry, Standing(str(after["state"])), after)
        elif entry.state is Standing.LEFT and after:
            raise books.refused(
                "已经退出；确实来了，请把报名改成“已报名”。",
                "The place was given back; if she came, make it “Signed up”.",
            )
        if "present" in after:
            if entry.present:
                raise books.refused(
                    "已签到的不能改成没到；没有服务的，时长写 0。",
                    "A check-in stays; who did not serve has 0 minutes.",
                )
            checking_in.by_organiser(self.session, entry.id, self.hand, self.now)
        if "minutes" in after:
            self._minutes(entry, after["minutes"], reason)

    def _sign(self, entry: Entry, standing: Standing, after: dict[str, Any]) -> None:
        place = activity_queries.sign_up(self.session, entry.id)
        activity = activity_queries.locked(self.session, entry.activity_id)
        if place is None or activity is None:
            raise ActivityOver
        if standing is Standing.TAKEN:
            take_place(self.session, activity, entry.volunteer_id, self.now)
            place.at = min(self.now, activity.starts_at)
        elif entry.present or len(after) > 1:
            raise books.refused("来过的不能改成已退出。", "Who was there has not left her place.")
        else:
            place.cancelled_at = self.now
        self.session.flush()
        self._record("sign_up_written" if standing is Standing.TAKEN else "sign_up_left", entry.id)

    def _record(self, action: str, sign_up_id: int) -> None:
        audit.record(
            self.session,
            action,
            "sign_up",
            str(sign_up_id),
            now=self.now,
            account_id=self.hand.account_id,
        )

    def _minutes(self, entry: Entry, minutes: Any, reason: str) -> None:  # noqa: ANN401 - a cell's value
        if entry.confirmed is None:
            hours.confirm(self.session, entry.id, int(minutes), self.hand, self.now)
        elif minutes is None:
            raise books.refused(
                "确认过的时长不能清空；要作废，写 0 和更正原因。",
                "Confirmed minutes cannot be emptied; write 0 and why.",
            )
        elif entry.hours_id is None:
            raise books.refused(
                "这次确认的是 0 分钟，没有可更正的记录；补记请用“导入平台时长”。",
                "0 minutes were confirmed, and there is no record to correct; import the hours instead.",
            )
        else:
            hours.correct(self.session, entry.hours_id, int(minutes), reason, self.hand, self.now)


def _number(form: re.Pattern[str], row: Row, key: str) -> int | None:
    found = form.match(str(row.values.get(key) or "").strip().upper())
    return int(found[1]) if found else None


def _pair(row: Row) -> tuple[int, str] | None:
    activity, code = _number(_ACTIVITY, row, "activity"), service.code_of(_code(row))
    return (activity, code) if activity and code else None


def _code(row: Row) -> str:
    return str(row.values.get("code") or "")


def _check_name(row: Row, name: str, *, erased: bool) -> None:
    """A name beside a code tells a slip of the code; of who was erased nothing is told."""
    given = " ".join(str(row.values.get("name") or "").split())
    if given and given != name and not erased:
        raise books.refused(
            f"姓名“{given}”和编号对不上；姓名在名册里改。",
            f"The name “{given}” is not that of the code; names are changed in the list.",
        )


def _differences(entry: Entry, row: Row) -> tuple[Difference, ...]:
    """What a line says otherwise; an empty state or presence says nothing."""
    found = []
    for key in ("state", "present", "minutes"):
        before, after = getattr(entry, key), row.values.get(key)
        silent = key not in row.values or (after is None and key != "minutes")
        if not silent and before != after:
            found.append(Difference(key, before, after))
    return tuple(found)
