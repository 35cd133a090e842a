"""The red property net of the demo county: companies' parties, joint posts, follow-up, self-management, units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from geodata.demo import meeting_plans
from geodata.demo import red_property_words as said
from geodata.demo.county import DemoCounty, JointMeeting, ResponsibleUnit
from geodata.demo.dice import Dice
from gridmap.ledger import meetings as ledger_meetings
from gridmap.ledger import posts as ledger_posts
from gridmap.ledger.areas import Area
from gridmap.ledger.buildings import Compound
from gridmap.ledger.posts import Agency, Person
from gridmap.ledger.property import PropertyCompany
from gridmap.ledger.red_property import (
    CompanyParty,
    JointPost,
    MeetingAgency,
    MeetingItem,
    MeetingTask,
    SelfManagement,
    UnitDeed,
)
from gridmap.store.base import Base, from_day
from gridmap.terms import JointDuty, PartyForm, PostKind, UnitDeedKind, Upkeep
from gridmap.timespan import Span, previous_quarter, quarter_of

Row = dict[str, Any]
Ids = dict[str, int]

SEED: Final = 22
YEAR: Final = 365
UNLED, UNMANAGED, IDLE = 2, 2, 2
"""Companies without a party organisation, ledger compounds where nobody is named, units that did nothing."""
FORMS: Final = (PartyForm.ALONE, PartyForm.JOINT, PartyForm.ADVISER)
QUARTERS: Final = 6
OWNERS: Final = frozenset(
    {
        PostKind.SECRETARY,
        PostKind.COMMUNITY_DESK,
        PostKind.COMMITTEE_MEMBER,
        PostKind.AGENCY_HANDLER,
    }
)
"""Who gets the tasks of a meeting."""
_LATE, _ON_TIME = 0.2, 0.8


def write(session: Session, made: DemoCounty) -> None:
    """Write the net of a county whose other rows stand already; flushed, not committed."""
    net = _Net(session, made)
    made_of: tuple[tuple[type[Base], list[Row]], ...] = (
        (CompanyParty, net.company_parties()),
        (JointPost, net.joint_posts()),
        (SelfManagement, net.self_management()),
        (UnitDeed, net.deeds()),
        *net.meetings(),
    )
    for table, rows in made_of:
        if rows:
            session.execute(insert(table), rows)
    for agency, contact in net.contacts().items():
        unit = ledger_posts.ResponsibleUnit
        session.execute(update(unit).where(unit.agency_id == agency).values(contact=contact))
    meeting_plans.write(session, made, net.known())


class _Net:
    """Rows of the net, made by the dice of the county and the ids of what stands."""

    def __init__(self, session: Session, made: DemoCounty) -> None:
        self._made = made
        self._day = made.day
        self._model = frozenset(made.municipal_communities)
        self._areas = _ids(session, Area)
        self._compounds = _ids(session, Compound)
        self._agencies = _ids(session, Agency)
        self._companies = _ids(session, PropertyCompany)
        self._people = _ids(session, Person)
        self._members = {person.code for person in made.people if person.party_member}
        table = ledger_meetings.JointMeeting
        query = select(table.id, table.community_id, table.day)
        self._meetings = {(row.community_id, row.day): row.id for row in session.execute(query)}
        self._homes = {one.code: one.community for one in made.compounds}
        self._answering: dict[str, list[str]] = defaultdict(list)
        for post in made.posts:
            if post.kind in OWNERS and self._day in post.span:
                self._answering[post.target].append(post.person)
        self._idle = self._idle_units()

    def known(self) -> meeting_plans.Known:
        """What planned meetings refer to."""
        return meeting_plans.Known(
            self._areas,
            self._compounds,
            self._companies,
            self._agencies,
            self._people,
            self._meetings,
            self._answering,
        )

    def company_parties(self) -> list[Row]:
        """Companies organise themselves over the years: an adviser first, then a joint or own branch."""
        of_model = {
            one.company for one in self._made.contracts if self._homes[one.compound] in self._model
        }
        others = [one.code for one in self._made.companies if one.code not in of_model]
        unled, rows = set(others[:UNLED]), []
        for company in self._made.companies:
            if company.code in unled:
                continue
            dice = _dice("form", company.code)
            form = dice.pick(FORMS)
            begun = self._made.opening
            if form is not PartyForm.ADVISER and dice.chance(0.5):
                change = self._day - timedelta(days=dice.whole(60, 500))
                before = Span(begun, change)
                rows.append(self._party(company.code, company.name, PartyForm.ADVISER, before))
                begun = change
            rows.append(self._party(company.code, company.name, form, Span(begun)))
        return rows

    def _party(self, code: str, name: str, form: PartyForm, span: Span) -> Row:
        short = name.removesuffix("服务有限公司")
        words = {PartyForm.ALONE: f"{short}党支部", PartyForm.JOINT: f"{short}联合党支部"}
        return {
            "company_id": self._companies[code],
            "party_form": form.value,
            "name": words.get(form),
            "valid": from_day(span.start, span.end),
        }

    def joint_posts(self) -> list[Row]:
        """Managers who are members, and members of owners' committees, sit with the community."""
        firms = {one.compound: one.company for one in self._made.contracts if self._day in one.span}
        seats: dict[str, int] = defaultdict(int)
        rows: list[Row] = []
        for post in self._made.posts:
            held = post.kind is PostKind.PROPERTY_MANAGER and self._day in post.span
            if not (held and post.person in self._members and post.target in firms):
                continue
            home = self._homes[post.target]
            if seats[home] < said.SEATS:
                seats[home] += 1
                side = {"company_id": self._companies[firms[post.target]], "compound_id": None}
                rows.append(self._seat(home, post.person, side, post.span.start, seats[home]))
        return rows + self._owners_seats()

    def _seat(self, home: str, person: str, side: Row, begun: date, number: int) -> Row:
        dice = _dice("seat", home, person)
        start = max(begun, self._day - timedelta(days=dice.whole(90, 700)))
        duty = JointDuty.DEPUTY if number == 1 and dice.chance(0.2) else JointDuty.MEMBER
        return {
            "community_id": self._areas[home],
            "person_id": self._people[person],
            "duty": duty.value,
            "valid": from_day(start),
        } | side

    def _owners_seats(self) -> list[Row]:
        compound_of = {one.code: one.compound for one in self._made.buildings}
        leaders = {
            compound_of.get(post.target): post.person
            for post in self._made.posts
            if post.kind is PostKind.GROUP_LEADER and self._day in post.span
        }
        rows, served = [], set()
        for committee in self._made.committees:
            home, person = self._homes[committee.compound], leaders.get(committee.compound)
            if committee.party_form is None or person is None or home in served:
                continue
            served.add(home)
            side = {"company_id": None, "compound_id": self._compounds[committee.compound]}
            rows.append(self._seat(home, person, side, committee.span.start, said.SEATS))
        return rows

    def self_management(self) -> list[Row]:
        """Who looks after what where there is no company; in some compounds nobody is named yet."""
        now = [one for one in self._made.unserved if self._day in one.span]
        unnamed = [one.compound for one in now if self._homes[one.compound] not in self._model]
        left_out = set(unnamed[:: max(1, len(unnamed) // UNMANAGED)][:UNMANAGED])
        rows = []
        for entry in self._made.unserved:
            if entry.compound in left_out:
                continue
            dice = _dice("self", entry.compound)
            works = [Upkeep.CLEANING, *dice.shuffled(list(Upkeep)[1:])][: dice.whole(3, 6)]
            rows += [
                {
                    "compound_id": self._compounds[entry.compound],
                    "work": work.value,
                    "manager": dice.pick(said.MANAGERS[work]),
                    "phone": None,
                    "valid": from_day(entry.span.start, entry.span.end),
                }
                for work in works
            ]
        return rows

    def contacts(self) -> dict[int, str]:
        """Whom to call in each responsible unit: one of its handlers, by id of the agency."""
        names = {person.code: person.name for person in self._made.people}
        return {
            self._agencies[unit.agency]: names[self._answering[unit.agency][0]]
            for unit in self._made.responsible_units
            if self._answering[unit.agency]
        }

    def deeds(self) -> list[Row]:
        """What each responsible unit did, quarter by quarter; a few did nothing of late."""
        rows: dict[tuple[int, int, date, str], Row] = {}
        quarter = quarter_of(self._day)
        for ago in range(QUARTERS):
            for unit in self._made.responsible_units:
                if ago <= 1 and (unit.community, unit.agency) in self._idle:
                    continue
                for row in self._quarter(unit, quarter):
                    key = (row["community_id"], row["agency_id"], row["day"], row["kind"])
                    rows.setdefault(key, row)
            quarter = previous_quarter(quarter.start)
        return list(rows.values())

    def _idle_units(self) -> set[tuple[str, str]]:
        now = [
            (one.community, one.agency)
            for one in self._made.responsible_units
            if self._day in one.span and one.community not in self._model
        ]
        return set(now[:: max(1, len(now) // IDLE)][:IDLE])

    def _quarter(self, unit: ResponsibleUnit, quarter: Span) -> Iterator[Row]:
        dice = _dice("deeds", unit.community, unit.agency, quarter.start)
        for _ in range(dice.whole(1, 4)):
            day = quarter.start + timedelta(days=dice.whole(0, 88))
            kind = dice.pick(tuple(UnitDeedKind))
            note = dice.pick(said.DEEDS[kind])
            if day > self._day:  # the quarter is not over
                day = max(quarter.start, self._day - timedelta(days=dice.whole(0, 9)))
            if day in unit.span:
                yield {
                    "community_id": self._areas[unit.community],
                    "agency_id": self._agencies[unit.agency],
                    "day": day,
                    "kind": kind.value,
                    "note": note,
                }

    def meetings(self) -> Iterator[tuple[type[Base], list[Row]]]:
        """The agendas of the last year's meetings, who came, and what was to be done."""
        items: list[Row] = []
        came: list[Row] = []
        tasks: list[Row] = []
        for meeting in self._made.meetings:
            if (self._day - meeting.day).days > YEAR:
                continue
            number = self._meetings[self._areas[meeting.community], meeting.day]
            dice = _dice("meeting", meeting.community, meeting.day)
            items += _agenda(number, meeting, dice)
            came += self._came(number, meeting, dice)
            tasks += self._tasks(number, meeting, dice)
        yield MeetingItem, items
        yield MeetingAgency, came
        yield MeetingTask, tasks

    def _came(self, number: int, meeting: JointMeeting, dice: Dice) -> list[Row]:
        idle = self._idle if (self._day - meeting.day).days < YEAR // 2 else set()
        return [
            {"meeting_id": number, "agency_id": self._agencies[unit.agency]}
            for unit in self._made.responsible_units
            if unit.community == meeting.community
            and meeting.day in unit.span
            and (unit.community, unit.agency) not in idle
            and (dice.chance(0.85) or unit.community in self._model)
        ]

    def _tasks(self, number: int, meeting: JointMeeting, dice: Dice) -> Iterator[Row]:
        owners = self._owners(meeting)
        for title in dice.shuffled(said.TASKS)[: dice.whole(1, 3)]:
            due = meeting.day + timedelta(days=dice.whole(2, 6) * 7)
            late = dice.whole(2, 20) if not dice.chance(_ON_TIME) else -dice.whole(0, 9)
            done: date | None = due + timedelta(days=late)
            fresh = (self._day - meeting.day).days <= YEAR // 3
            left_open = fresh and dice.chance(_LATE) and meeting.community not in self._model
            if done is None or done > self._day or left_open:
                done = None
            if meeting.community in self._model and done is None and due < self._day:
                done = due
            result = dice.pick(said.RESULTS)
            yield {
                "meeting_id": number,
                "title": title,
                "person_id": self._people[dice.pick(owners)],
                "due": due,
                "done_on": done,
                "result": result if done else None,
            }

    def _owners(self, meeting: JointMeeting) -> list[str]:
        agencies = [
            one.agency
            for one in self._made.responsible_units
            if one.community == meeting.community and meeting.day in one.span
        ]
        return [
            person
            for place in (meeting.community, *agencies)
            for person in self._answering.get(place, ())
        ]


def _agenda(number: int, meeting: JointMeeting, dice: Dice) -> Iterator[Row]:
    yield _point(number, 1, meeting.topic, meeting.decisions)
    for position, (title, decision) in enumerate(dice.shuffled(said.POINTS)[: dice.whole(1, 2)], 2):
        yield _point(number, position, title, decision)


def _point(number: int, position: int, title: str, decision: str) -> Row:
    return {"meeting_id": number, "position": position, "title": title, "decision": decision}


def _dice(*words: object) -> Dice:
    return Dice(SEED, "red property", *words)


def _ids(session: Session, table: Any) -> Ids:  # noqa: ANN401 - any table with a code
    return {row.code: row.id for row in session.execute(select(table.code, table.id))}
