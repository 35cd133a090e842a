"""A workbook of planned joint meetings in: each line plans one, changes one, or says what stands already.

A line without a number plans a meeting, and the invited are told; a line with one moves or cancels it with a
reason, invites more, proposes points. What people were told is not undone by leaving it out of a file: nobody
is uninvited by it, and no point is dropped. Every line goes by the same rules as the pages.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput
from gridmap.red_property import agenda, attending, meetings, plan_books, planning
from gridmap.red_property import plan_queries as queries
from gridmap.red_property.agenda import Point
from gridmap.red_property.attending import Party
from gridmap.red_property.plan_books import BETWEEN, Entry, point_words
from gridmap.red_property.planning import Wanted, When
from gridmap.red_property.plans import Plan
from gridmap.red_property.withholding import UNTITLED
from gridmap.store import audit
from gridmap.terms import MeetingState
from gridmap.timespan import local_day
from gridmap.volunteering import books
from gridmap.volunteering.books import Compared, Difference, Fate, Line, Row

_CODE: Final = re.compile(r"(?:AP)?0*([0-9]{1,9})\Z")
_CODED: Final = re.compile(r"(.*?)\s*[（(]([^（）()]+)[）)]\Z")
_FIELDS: Final = {
    "invited": ("请谁来", "Invited"),
    "title": ("议题", "Agenda"),
    "day": ("日期", "Day"),
    "time": ("时间", "Time"),
    "place": ("地点", "Place"),
    "topic": ("主要议题", "Topic"),
    "note": ("备注", "Note"),
    "reason": ("改期或取消的原因", "Why it is moved or cancelled"),
}
"""How the workbook calls what a refusal is about."""
_WHEN: Final = ("day", "time", "place")
_FIXED: Final = ("community", "topic", "note")


def compare(session: Session, rows: Sequence[Row], keeper: SignedIn, now: datetime) -> Compared:
    """Return what a file would change and what is wrong with it; nothing is written and nobody told."""
    return books.tried(session, lambda: _Taking(session, rows, keeper, now).work())


def take(session: Session, rows: Sequence[Row], keeper: SignedIn, now: datetime) -> Compared:
    """Take a file in: all of it or nothing.

    Raises:
        RefusedRows: lines that are wrong, by number.
    """
    found = books.taken(session, lambda: _Taking(session, rows, keeper, now).work())
    audit.record(
        session,
        "joint_plans_imported",
        "meeting_plan",
        "list",
        now=now,
        account_id=keeper.account_id,
        **found.counts(),
    )
    return found


class _Taking:
    """Takes a file in line by line."""

    def __init__(
        self, session: Session, rows: Sequence[Row], keeper: SignedIn, now: datetime
    ) -> None:
        self.session, self.rows, self.keeper, self.now = session, rows, keeper, now
        queries.lock_books(session)
        self.today = local_day(now)
        self.kept = meetings.kept_ids(session, keeper, self.today)
        self.taken: dict[int, int] = {}
        self.askable: dict[tuple[int, date], dict[str, Party]] = {}
        ids = {number for row in rows if (number := _number(row))}
        self.by_id = plan_books.known(session, keeper, ids, self.today)

    def work(self) -> Compared:
        """Return what became of every line."""
        return books.each(self.rows, self._line)

    def _line(self, row: Row) -> Line:
        try:
            with self.session.begin_nested():
                return self._planned(row) if _text(row, "key") else self._new(row)
        except InvalidInput as refusal:
            raise _named(refusal) from refusal

    def _new(self, row: Row) -> Line:
        if row.values.get("state") not in {None, MeetingState.PLANNED}:
            raise books.refused(
                "新安排的会议，状态只能是“已安排”；开过的会在“会议台账”登记。",
                "A new line is a planned meeting; one that was held goes into the register of meetings.",
            )
        community = self.kept.get(_text(row, "community"))
        if community is None:
            raise books.refused(
                "没有这个编码的社区，或者不归您管。",
                "No community has this code, or you do not keep its registers.",
            )
        when = _when(row, None)
        sides = self._sides(community, when.day, _items(row), ())
        wanted = Wanted(
            community,
            when,
            _text(row, "topic"),
            tuple(one.key for one in sides),
            _text(row, "note"),
        )
        known = self._askable(community, when.day)
        made = planning.call(self.session, self.keeper, wanted, self.now, known)
        self._propose(made, _titles(row))
        return Line(row.number, Fate.NEW, f"{when.day.isoformat()} {wanted.topic}")

    def _planned(self, row: Row) -> Line:
        entry = self.by_id.get(_number(row) or 0)
        if entry is None:
            raise books.refused(
                "没有这个编号的会议安排；新的请空着编号。",
                "No planned meeting has this number; leave it empty for a new one.",
            )
        if entry.plan.id in self.taken:
            raise books.twice(self.taken[entry.plan.id])
        self.taken[entry.plan.id] = row.number
        differences = self._differences(entry, row)
        if differences:
            self._change(entry, row, {one.key for one in differences})
        fate = Fate.CHANGED if differences else Fate.SAME
        return Line(row.number, fate, entry.told, differences)

    def _differences(self, entry: Entry, row: Row) -> tuple[Difference, ...]:
        """What a line says otherwise; an empty cell says nothing."""
        plan = entry.plan
        before = {
            "state": plan.state.value,
            "community": plan.community_code,
            "topic": plan.topic,
            "note": plan.note,
            "day": plan.day,
            "time": plan.time,
            "place": plan.place,
        }
        found = [
            Difference(key, was, row.values[key])
            for key, was in before.items()
            if row.values.get(key) is not None and _plain(row.values[key]) != _plain(was)
        ]
        found += [
            one
            for one in (self._more_sides(entry, row), _more_points(entry, row))
            if one is not None
        ]
        if found and plan.state is not MeetingState.PLANNED:
            raise books.refused(
                "这次会议已经开过或取消了，不能再改；请保持这一行原样。",
                "It was held or cancelled and does not change any more; leave the line as it was.",
            )
        if any(one.key in _FIXED for one in found):
            raise books.refused(
                "社区、主要议题和备注不能改；要改请取消这次，另加一行。",
                "Community, topic and note do not change: cancel it and add a line.",
            )
        return tuple(found)

    def _more_sides(self, entry: Entry, row: Row) -> Difference | None:
        if not _items(row):
            return None
        day = row.values.get("day") or entry.plan.day
        named = self._sides(entry.plan.community_id, day, _items(row), entry.sides)
        keys = _keys(named)
        _refuse_missing(
            [
                {language: side.label(language) for language in UNTITLED}
                for side in entry.sides
                if side.key not in keys
            ]
        )
        more = [one for one in named if one.key not in _keys(entry.sides)]
        return Difference("sides", None, "；".join(one.name for one in more)) if more else None

    def _sides(
        self, community: int, day: date, items: Iterable[str], invited: Iterable[Party]
    ) -> tuple[Party, ...]:
        """The sides that a cell names, each once."""
        known = {one.key: one for one in invited} | self._askable(community, day)
        return tuple(
            {one.key: one for one in (_meant(item, known.values()) for item in items)}.values()
        )

    def _askable(self, community: int, day: date) -> dict[str, Party]:
        at = (community, day)
        if at not in self.askable:
            self.askable[at] = attending.askable(self.session, community, self.today, day)
        return self.askable[at]

    def _change(self, entry: Entry, row: Row, keys: set[str]) -> None:
        plan, reason = entry.plan, _text(row, "reason")
        if "state" in keys:
            if row.values["state"] != MeetingState.CANCELLED or len(keys) > 1:
                raise books.refused(
                    "状态只能单独改成“已取消”；开过的请在会议页写纪要。",
                    "The state changes to Cancelled, and nothing else with it; minutes are written on the page.",
                )
            planning.cancel(self.session, self.keeper, plan.id, reason, self.now)
            return
        if not keys.isdisjoint(_WHEN):
            planning.move(self.session, self.keeper, plan.id, _when(row, plan), reason, self.now)
        if "sides" in keys:
            day = row.values.get("day") or plan.day
            named = self._sides(plan.community_id, day, _items(row), entry.sides)
            more = [one.key for one in named if one.key not in _keys(entry.sides)]
            known = self._askable(plan.community_id, day)
            planning.invite(self.session, self.keeper, plan.id, more, self.now, known)
        if "points" in keys:
            self._propose(plan.id, _new_titles(entry, row))

    def _propose(self, plan_id: int, titles: Iterable[str]) -> None:
        for title in titles:
            agenda.propose(self.session, self.keeper, plan_id, Point(title), self.now)


def _number(row: Row) -> int | None:
    found = _CODE.match(_text(row, "key").upper())
    return int(found[1]) if found else None


def _text(row: Row, key: str) -> str:
    return str(row.values.get(key) or "").strip()


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell's value
    return " ".join(value.split()) if isinstance(value, str) else value


def _items(row: Row) -> list[str]:
    return [item for one in BETWEEN.split(_text(row, "sides")) if (item := _plain(one))]


def _titles(row: Row) -> list[str]:
    return [title for one in _text(row, "points").split("\n") if (title := _plain(one))]


def _new_titles(entry: Entry, row: Row) -> list[str]:
    known = {point_words(one, language) for one in entry.points for language in UNTITLED}
    return [title for title in _titles(row) if title not in known]


def _more_points(entry: Entry, row: Row) -> Difference | None:
    titles = set(_titles(row))
    if not titles:
        return None
    spoken = [
        {language: point_words(one, language) for language in UNTITLED} for one in entry.points
    ]
    _refuse_missing([words for words in spoken if titles.isdisjoint(words.values())])
    new = _new_titles(entry, row)
    return Difference("points", None, "；".join(new)) if new else None


def _refuse_missing(missing: Sequence[Mapping[str, str]]) -> None:
    """Refuse a line that leaves something out; each is named in every language."""
    if missing:
        raise books.refused(
            f"“{missing[0]['zh']}”不能从表里去掉：请过的人已经通知了，议题在会议页撤回。",
            f"“{missing[0]['en']}” cannot be left out: who was invited has been told,"
            " and points are taken back on the page.",
        )


def _when(row: Row, plan: Plan | None) -> When:
    """When and where a line wants a meeting; what it leaves empty stays."""
    day = row.values.get("day") or (plan.day if plan else None)
    if day is None:
        raise books.refused("日期：不能为空。", "Day: cannot be empty.")
    return When(
        day,
        _text(row, "time") or (plan.time if plan else ""),
        _text(row, "place") or (plan.place if plan else ""),
    )


def _keys(sides: Iterable[Party]) -> set[str]:
    return {one.key for one in sides}


def _meant(item: str, known: Collection[Party]) -> Party:
    """The side that words of a cell mean: a name with its code, else a name or a code that only one has."""
    coded = _CODED.match(item)
    found = [
        one for one in known if coded and one.code == coded[2].strip() and coded[1] in _labels(one)
    ] or [one for one in known if item in {*_labels(one), one.code, one.key}]
    if not found:
        raise books.refused(
            f"请谁来：“{item}”不在可以请的名单里。可以请本社区的居委会、物业企业、业委会、分包单位，"
            "和开会那天在本社区有岗位的人；名单以外的人写在备注里。",
            f"Invited: “{item}” is none of those who may be asked: the community's committee, companies, owners' "
            "committees, units, and holders of its posts on that day. Name others in the note.",
        )
    if len(found) > 1:
        raise books.refused(
            f"请谁来：“{item}”有 {len(found)} 个，请写成“名称（编码）”。",
            f"Invited: “{item}” means {len(found)}; write “name (code)”.",
        )
    return found[0]


def _labels(party: Party) -> set[str]:
    return {_plain(one) for one in (party.name, party.label("zh"), party.label("en"))}


def _named(refusal: InvalidInput) -> InvalidInput:
    """A refusal of a form's field, told beside a line: with the column that it is about."""
    label = _FIELDS.get(refusal.field or "")
    if label is None:
        return refusal
    return books.refused(
        f"{label[0]}：{refusal.message('zh')}", f"{label[1]}: {refusal.message('en')}"
    )
