"""A year of party life in the demo county: duties, meetings, members of a community, dues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from geodata.demo.almanac import Almanac
from geodata.demo.county import DemoCounty, PartyVersion
from geodata.demo.dice import Dice
from geodata.demo.party_words import ELSEWHERE, MINUTES, PLACES, TOPICS, WHY_ABSENT
from geodata.demo.persons import made_up_name
from gridmap.accounts import tables  # noqa: F401 - duties refer to accounts
from gridmap.ledger.buildings import Building
from gridmap.ledger.duties import USUAL, owed_by
from gridmap.ledger.party import PartyOrganisation
from gridmap.ledger.party_life import (
    PartyAttendance,
    PartyDues,
    PartyDuty,
    PartyMeeting,
    PartyMembership,
)
from gridmap.ledger.posts import Person
from gridmap.store.base import Base, from_day
from gridmap.terms import DutyKind, MeetingState, PartyKind, PartyMove, PartyStanding, PostKind
from gridmap.timespan import Span, period_of, start_of

Row = dict[str, Any]

SEED: Final = 22
LISTED: Final = 1
"""Communities, by code, whose members are listed by name."""
ROLL_MONTHS: Final = 4
"""So long back it is on record who was where; before, only how many."""
BRANCH_MONTHS, GROUP_MONTHS = 12, 2
"""So long ago the county set the duties of branches, and those of building groups."""
MISSED, NOT_RECORDED, ABSENT, UNPAID, AWAY, MOVED = 0.03, 0.02, 0.12, 0.03, 0.09, 0.05
_PHONE: Final = 19910000000
_LEADERS: Final = (PostKind.GROUP_LEADER, PostKind.BRANCH_SECRETARY)
_ROLL: Final = frozenset({DutyKind.THEME_DAY, DutyKind.MEMBERS, DutyKind.LESSON, DutyKind.GROUP})
"""Meetings that all members of the organisation are asked to."""


@dataclass(slots=True)
class _Listed:
    """Who belongs to a group: person ids with the first day; new people and rows to be written."""

    members: dict[str, list[tuple[int, Span]]] = field(default_factory=lambda: defaultdict(list))
    people: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def write(session: Session, made: DemoCounty) -> int:
    """Write the party life of a county whose other rows stand already; return how many people are new."""
    return _PartyLife(session, made).write()


class _PartyLife:
    def __init__(self, session: Session, made: DemoCounty) -> None:
        self._session, self._made = session, made
        self._almanac = Almanac(made.day)
        self._organisations = self._ids(PartyOrganisation)
        self._buildings = self._ids(Building)
        self._people = self._ids(Person)
        self._standing = [one for one in made.parties if made.day in one.span]
        self._listed = self._communities()
        self._groups = [one for one in self._standing if one.kind is PartyKind.BUILDING_GROUP]
        total = sum(
            one.full_members + one.probationary_members + 1
            for one in self._standing
            if one.parent in self._listed
        )
        self._numbers = iter(self._new_ids("person", total))

    def write(self) -> int:
        """Write duties, members, meetings with attendance, dues; return how many people are new."""
        self._put(PartyDuty, self._duties())
        listed = self._members()
        self._put(Person, listed.people)
        self._put(PartyMembership, listed.rows)
        meetings = [row for one in self._standing for row in self._meetings(one)]
        ids = self._new_ids("party_meeting", len(meetings))
        for row, number in zip(meetings, ids, strict=True):
            row["id"] = number
        attendance = list(self._attendance(meetings, listed))
        self._put(PartyMeeting, meetings)
        self._put(PartyAttendance, attendance)
        self._put(PartyDues, self._dues(listed))
        return len(listed.people)

    def _put(self, table: type[Base], rows: Iterable[Row]) -> None:
        listed = list(rows)
        if listed:
            # else the mapper parts rows by which of their values are empty
            whole = {"render_nulls": True}
            self._session.execute(insert(table), listed, execution_options=whole)

    def _ids(self, table: type[Any]) -> dict[str, int]:
        rows = self._session.execute(select(table.code, table.id))
        return {row.code: row.id for row in rows}

    def _new_ids(self, table: str, count: int) -> list[int]:
        sequence = func.pg_get_serial_sequence(table, "id")
        numbers = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        return list(self._session.scalars(numbers))

    def _communities(self) -> dict[str, str]:
        """The grid branches of the listed communities, by code, with the grid."""
        communities = sorted(
            one.target for one in self._standing if one.kind is PartyKind.GENERAL_BRANCH
        )[:LISTED]
        return {
            one.code: one.target
            for one in self._standing
            if one.kind is PartyKind.GRID_BRANCH and one.target.startswith(tuple(communities))
        }

    def _duties(self) -> Iterator[Row]:
        for kind, usual in USUAL.items():
            ago = GROUP_MONTHS if kind is DutyKind.GROUP else BRANCH_MONTHS
            first = period_of(self._almanac.months_ago(ago), usual.months).start
            yield {
                "kind": kind.value,
                "months": usual.months,
                "source": usual.zh,
                "set_at": start_of(first),
                "valid": from_day(first),
            }

    # members

    def _members(self) -> _Listed:
        listed = _Listed()
        leaders = {
            post.target: post.person
            for post in self._made.posts
            if post.kind in _LEADERS and self._made.day in post.span
        }
        groups = [one for one in self._standing if one.parent in self._listed]
        for group in groups:
            self._group(group, leaders.get(group.target), groups, listed)
        return listed

    def _group(
        self, group: PartyVersion, leader: str | None, groups: list[PartyVersion], listed: _Listed
    ) -> None:
        dice = Dice(SEED, "party members", group.code)
        known = [self._people[leader]] if leader else []
        for n in range(group.full_members + group.probationary_members):
            person = known.pop() if known else self._somebody(dice, listed)
            away = dice.chance(AWAY)
            others = groups if dice.chance(0.7) else self._groups
            house = dice.pick(others).target if away else group.target
            full = n < group.full_members
            begins = max(self._almanac.opening, group.span.start)
            if dice.chance(MOVED):
                begins = max(begins, self._almanac.days_ago(dice.whole(20, 330)))
            moved = begins > max(self._almanac.opening, group.span.start)
            self._belongs(
                listed,
                group,
                Row(
                    person_id=person,
                    building_id=self._buildings[house],
                    standing=PartyStanding.FULL if full else PartyStanding.PROBATIONARY,
                    came=(PartyMove.TRANSFERRED if full else PartyMove.ADMITTED) if moved else None,
                    elsewhere=dice.pick(ELSEWHERE) if moved and full else None,
                ),
                Span(begins),
            )
        if dice.chance(MOVED * 2):
            self._left(dice, group, listed)

    def _left(self, dice: Dice, group: PartyVersion, listed: _Listed) -> None:
        """Somebody belonged to the group and went elsewhere within the year."""
        left = self._almanac.days_ago(dice.whole(20, 330))
        if left <= group.span.start:
            return
        row = Row(
            person_id=self._somebody(dice, listed),
            building_id=self._buildings[group.target],
            standing=PartyStanding.FULL,
            went=PartyMove.TRANSFERRED,
            elsewhere=dice.pick(ELSEWHERE),
        )
        self._belongs(listed, group, row, Span(group.span.start, left))

    def _belongs(self, listed: _Listed, group: PartyVersion, row: Row, span: Span) -> None:
        listed.members[group.code].append((row["person_id"], span))
        usual = dict.fromkeys(("came", "went", "elsewhere"))
        listed.rows.append(
            usual
            | row
            | {
                "organisation_id": self._organisations[group.code],
                "valid": from_day(span.start, span.end),
            }
        )

    def _somebody(self, dice: Dice, listed: _Listed) -> int:
        number = next(self._numbers)
        index = len(listed.people) + 1
        listed.people.append(
            Row(
                id=number,
                code=f"DY{index:05d}",
                name=made_up_name(dice),
                phone=str(_PHONE + index),
                party_member=True,
            )
        )
        return number

    # meetings

    def _meetings(self, one: PartyVersion) -> Iterator[Row]:
        dice = Dice(SEED, "party meetings", one.code)
        for kind in owed_by(one.kind, one.full_members):
            months = USUAL[kind].months
            ago = GROUP_MONTHS if kind is DutyKind.GROUP else BRANCH_MONTHS
            span = period_of(self._almanac.months_ago(ago), months)
            usual_day = dice.whole(4, 25)
            while span.start <= self._made.day or self._ahead(one, span):
                if span.start >= one.span.start and not dice.chance(MISSED):
                    yield self._meeting(dice, one, kind, self._day(dice, span, usual_day))
                span = period_of(span.end or self._made.day, months)

    def _ahead(self, one: PartyVersion, span: Span) -> bool:
        """Branches of the listed communities have planned the rest of the year."""
        return one.code in self._listed and span.start.year == self._made.day.year

    def _day(self, dice: Dice, span: Span, usual: int) -> date:
        length = ((span.end or span.start) - span.start).days
        offset = usual + dice.whole(-2, 2) if length <= 31 else dice.whole(8, length - 6)  # noqa: PLR2004 - a month
        return span.start + timedelta(days=offset)

    def _meeting(self, dice: Dice, one: PartyVersion, kind: DutyKind, day: date) -> Row:
        held = day <= self._made.day and not (
            self._almanac.days_ago(20) < day and dice.chance(NOT_RECORDED)
        )
        expected = max(1, one.full_members + one.probationary_members)
        if kind is DutyKind.COMMITTEE:
            expected = dice.whole(3, 7)
        present = sum(not dice.chance(ABSENT) for _ in range(expected))
        topic = dice.pick(TOPICS[kind])
        return {
            "organisation_id": self._organisations[one.code],
            "kind": kind.value,
            "day": day,
            "state": MeetingState.HELD if held else MeetingState.PLANNED,
            "topic": topic,
            "place": dice.pick(PLACES),
            "minutes": dice.pick(MINUTES).format(topic=topic) if held else None,
            "expected": expected if held else None,
            "present": max(1, present) if held else None,
        }

    def _attendance(self, meetings: list[Row], listed: _Listed) -> Iterator[Row]:
        """Who was where members are listed; the counts of the meeting are made to agree."""
        groups: dict[int, list[str]] = defaultdict(list)
        for one in self._standing:
            if one.parent in self._listed:
                groups[self._organisations[one.code]].append(one.code)
                groups[self._organisations[one.parent or ""]].append(one.code)
        for meeting in meetings:
            codes = groups.get(meeting["organisation_id"], [])
            recent = meeting["day"] >= self._almanac.months_ago(ROLL_MONTHS)
            if (
                not recent
                or meeting["state"] is not MeetingState.HELD
                or meeting["kind"] not in _ROLL
            ):
                continue
            people = [
                person
                for code in codes
                for person, span in listed.members[code]
                if meeting["day"] in span
            ]
            rows = list(self._seats(meeting, people))
            if rows:
                meeting["expected"] = len(rows)
                meeting["present"] = sum(row["present"] for row in rows)
            yield from rows

    def _seats(self, meeting: Row, people: list[int]) -> Iterator[Row]:
        dice = Dice(
            SEED, "party seats", meeting["organisation_id"], meeting["kind"], meeting["day"]
        )
        for person in people:
            present = not dice.chance(ABSENT)
            yield {
                "meeting_id": meeting["id"],
                "person_id": person,
                "present": present,
                "reason": None if present else dice.pick(WHY_ABSENT),
            }

    # dues

    def _dues(self, listed: _Listed) -> Iterator[Row]:
        dice = Dice(SEED, "party dues")
        months = [self._almanac.months_ago(ago) for ago in range(self._made.day.month - 1, -1, -1)]
        for held in listed.members.values():
            for person, span in held:
                for month in months:
                    last = month == months[-1]
                    if month < span.start or (span.end and month >= span.end):
                        continue
                    if last and dice.chance(0.4):
                        continue
                    yield {
                        "person_id": person,
                        "month": month,
                        "paid": not dice.chance(UNPAID),
                        "noted_at": start_of(min(self._made.day, month + timedelta(days=20))),
                    }
