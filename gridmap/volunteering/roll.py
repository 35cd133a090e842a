"""The volunteers' list (志愿者名册) as a workbook: out for those who keep it, in again with what it changes.

Desks keep it, for the communities that they reach, and they alone see phones in it. Nobody leaves the list by
not being in a file. Who was erased stays erased: no file brings a name or a phone back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.store import audit
from gridmap.terms import Occupation
from gridmap.timespan import local_day
from gridmap.volunteering import books, service, stars
from gridmap.volunteering.books import Compared, Difference, Fate, Line, Row
from gridmap.volunteering.organising import Reach, reach_of
from gridmap.volunteering.queries import people
from gridmap.volunteering.queries import roll as queries
from gridmap.volunteering.service import Registration

WRITTEN: Final = ("name", "phone", "party_member", "agency", "occupation", "community")
"""Columns that a file may change; the others tell what is so."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A volunteer on the list; `phone` is None where the reader may not see it, or there is none."""

    id: int
    code: str
    name: str
    phone: str | None
    party_member: bool
    agency: str | None
    agency_name: str | None
    occupation: str | None
    community_id: int | None
    community: str | None
    community_name: str | None
    since: date | None
    minutes: int
    linked: bool
    erased: bool

    @property
    def told(self) -> str:
        """Code and name."""
        return f"{self.code} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Book:
    """The list of a reader; `phones`: whether she keeps it and sees them."""

    entries: tuple[Entry, ...]
    phones: bool


def book(session: Session, reader: SignedIn, now: datetime) -> Book:
    """Return the list as the reader may have it; that it left is on record.

    Desks get it with phones; who calls volunteers together without a desk gets it without.
    """
    desk = keeps(session, reader)
    phones = desk != Reach()
    reach = desk if phones else reach_of(session, reader.scope)
    within = None if reach.county else reach.communities
    found = queries.living(session, local_day(now), _year(now), within)
    entries = tuple(_entry(row, phones=phones) for row in found)
    audit.record(
        session,
        "volunteers_exported",
        "volunteer",
        "list",
        now=now,
        account_id=reader.account_id,
        rows=len(entries),
        phones=phones,
    )
    return Book(entries, phones)


def keeps(session: Session, reader: SignedIn) -> Reach:
    """Return the communities whose list somebody keeps: those of her desks."""
    return reach_of(session, reader.scope, Right.KEEP_REGISTERS)


def _year(now: datetime) -> tuple[date, date]:
    return stars.year_of(local_day(now).year)


def _entry(row: queries.Found, *, phones: bool) -> Entry:
    told = row._asdict()
    return Entry(
        linked=told.pop("person_id") is not None,
        erased=told.pop("erased_at") is not None,
        **told | {"phone": row.phone if phones else None, "minutes": int(row.minutes)},
    )


def compare(session: Session, rows: Sequence[Row], keeper: SignedIn, now: datetime) -> Compared:
    """Return what a file would change and what is wrong with it; nothing is written."""
    return books.tried(session, lambda: _Taking(session, rows, keeper, now).work())


def take(session: Session, rows: Sequence[Row], keeper: SignedIn, now: datetime) -> Compared:
    """Take a file in: all of it or nothing.

    Raises:
        RefusedRows: lines that are wrong, by number.
    """
    return books.taken(session, lambda: _Taking(session, rows, keeper, now).work())


class _Taking:
    """Takes a file in line by line."""

    def __init__(
        self, session: Session, rows: Sequence[Row], keeper: SignedIn, now: datetime
    ) -> None:
        self.session, self.rows, self.keeper, self.now = session, rows, keeper, now
        people.lock_books(session)
        self.reach = keeps(session, keeper)
        self.taken: dict[int, int] = {}
        codes = {code for row in rows if (code := service.code_of(_text(row, "code")))}
        phones = {phone for row in rows if (phone := service.mobile_of(_text(row, "phone")))}
        found = queries.known(session, local_day(now), _year(now), codes, phones)
        known = [_entry(row, phones=True) for row in found]
        self.by_code = {one.code: one for one in known}
        self.by_phone = {service.mobile_of(one.phone or ""): one for one in known}

    def work(self) -> Compared:
        """Return what became of every line."""
        return books.each(self.rows, self._line)

    def _line(self, row: Row) -> Line:
        entry = self._meant(row)
        if entry is None:
            with self.session.begin_nested():
                return self._register(row)
        if entry.id in self.taken:
            raise books.twice(self.taken[entry.id])
        self.taken[entry.id] = row.number
        differences = _differences(entry, row.values)
        if not differences:
            return Line(row.number, Fate.SAME, entry.told)
        with self.session.begin_nested():
            self._change(entry, differences)
        return Line(row.number, Fate.CHANGED, entry.told, differences)

    def _meant(self, row: Row) -> Entry | None:
        """Return whom a line means: by code, else by the phone that somebody of the reach left."""
        written = _text(row, "code")
        if not written:
            known = self.by_phone.get(service.mobile_of(_text(row, "phone")) or "")
            same = known is not None and self._holds(known) and known.name == row.values.get("name")
            return known if same else None
        entry = self.by_code.get(service.code_of(written) or "")
        if entry is None or not self._holds(entry):
            raise books.refused(
                "没有这个编号的志愿者，或者不归您管；新来的请空着编号。",
                "No volunteer has this code, or it is not yours to keep; leave the code empty for somebody new.",
            )
        if entry.erased:
            raise books.refused(
                "这位志愿者已经注销，姓名和电话不再写回；请删去这一行。",
                "This volunteer was erased, and no name or phone comes back; delete this line.",
            )
        return entry

    def _holds(self, entry: Entry) -> bool:
        return self.reach.holds(entry.community_id)

    def _register(self, row: Row) -> Line:
        values = row.values
        community = _text(row, "community")
        self._check_community(community)
        said = Registration(
            name=_text(row, "name"),
            phone=_text(row, "phone"),
            community_code=community,
            party_member=bool(values.get("party_member")),
            agency_code=values.get("agency"),
            occupation=Occupation(values["occupation"]) if values.get("occupation") else None,
        )
        service.register_volunteer(self.session, said, self.now, self.keeper.account_id)
        return Line(row.number, Fate.NEW, said.name)

    def _check_community(self, code: str) -> None:
        if not self.reach.holds(service.community_id(self.session, code)):
            raise books.refused(
                "这个社区不在您负责的范围内。", "This community is not within your reach."
            )

    def _change(self, entry: Entry, differences: Sequence[Difference]) -> None:
        after = {one.key: one.after for one in differences}
        volunteer = people.locked(self.session, entry.id)
        if volunteer is None or volunteer.erased_at is not None:
            raise service.nobody()
        if "name" in after:
            volunteer.name = self._name(entry, str(after["name"] or ""))
        if "phone" in after:
            volunteer.phone = self._phone(entry, str(after["phone"] or ""))
        if "party_member" in after:
            volunteer.party_member = bool(after["party_member"])
        if "occupation" in after:
            volunteer.occupation = str(after["occupation"]) if after["occupation"] else None
        if "agency" in after:
            code = after["agency"]
            volunteer.agency_id = service.agency_id(self.session, str(code)) if code else None
        if "community" in after:
            self._check_community(str(after["community"]))
            service.choose_community(self.session, entry.id, str(after["community"]), self.now)
        self.session.flush()
        audit.record(
            self.session,
            "volunteer_changed",
            "volunteer",
            entry.code,
            now=self.now,
            account_id=self.keeper.account_id,
            columns=sorted(after),
        )

    def _name(self, entry: Entry, written: str) -> str:
        name = service.name_of(written)
        if entry.linked:
            raise books.refused(
                "已和工作人员账号关联，姓名要和人员台账一致；要改请先解除关联。",
                "Linked with an account of the staff, whose name it bears; unlink it first.",
            )
        if name == self.keeper.name:
            raise books.refused(
                "不能把别人的记录改成您自己的姓名，请别的经办人来改。",
                "Nobody gives her own name to somebody else's record; another desk may.",
            )
        return name

    def _phone(self, entry: Entry, written: str) -> str:
        if not written:
            raise books.refused(
                "手机号不能清空；要删个人信息，请本人注销。",
                "A phone cannot be emptied; the volunteer erases her data herself.",
            )
        phone = service.phone_of(written)
        if phone == entry.phone:
            return phone
        known = people.by_phone(self.session, phone)
        if known is not None and known.id != entry.id:
            raise books.refused("这个手机号已是别人的。", "This phone is somebody else's.")
        return phone


def _text(row: Row, key: str) -> str:
    return str(row.values.get(key) or "")


def _differences(entry: Entry, given: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What a line says otherwise; a column that the file has not got says nothing."""
    found = []
    for key in WRITTEN:
        before, after = getattr(entry, key), given.get(key)
        if key in given and _plain(key, before) != _plain(key, after):
            found.append(Difference(key, before, after))
    return tuple(found)


def _plain(key: str, value: Any) -> Any:  # noqa: ANN401 - a cell's value
    """A cell as it is compared: nothing is No, a phone is its digits, spaces mean nothing."""
    if key == "party_member":
        return bool(value)
    if key == "phone":
        return service.mobile_of(str(value or "")) or str(value or "")
    return " ".join(str(value or "").split())
