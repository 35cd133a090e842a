"""What stands: companies, compounds, the ledger of unserved ones, joint posts; of a day, with the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gridmap.errors import NotFound
from gridmap.red_property import queries
from gridmap.red_property.queries import Found
from gridmap.terms import JointDuty, PartyForm, PostKind, Term, Upkeep
from gridmap.timespan import Span


class Care(Term):
    """Who cares for a compound."""

    SERVED = "served", "有物业", "Served"
    LEDGER = "ledger", "无物业台账", "In the ledger"
    NOBODY = "nobody", "未登记", "Not on record"


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody looks after in a compound without a company."""

    work: Upkeep
    manager: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound on a day.

    Attributes:
        code, name: of the compound.
        community_code, community: where it lies.
        company_code, company, company_form, company_party: who serves it and how that company is organised.
        committee, committee_form: its owners' committee.
        self_management: how it manages itself, where it stands in the ledger.
        since: first day of the contract, or of the place in the ledger.
        households, buildings: how large it is.
        duties: who looks after what.
    """

    code: str
    name: str
    community_code: str | None
    community: str | None
    company_code: str | None
    company: str | None
    company_form: PartyForm | None
    company_party: str | None
    committee: str | None
    committee_form: PartyForm | None
    self_management: str | None
    since: date | None
    households: int
    buildings: int
    duties: tuple[Duty, ...] = ()

    @property
    def care(self) -> Care:
        """Who cares for it."""
        if self.company_code:
            return Care.SERVED
        return Care.LEDGER if self.self_management is not None else Care.NOBODY

    @property
    def best_form(self) -> PartyForm | None:
        """The closest tie to the party that the company or the owners' committee has."""
        held = {self.company_form, self.committee_form}
        return next((form for form in PartyForm if form in held), None)

    @property
    def led(self) -> bool:
        """Tell whether the company or the owners' committee has a party organisation or an adviser."""
        return self.best_form is not None


@dataclass(frozen=True, slots=True)
class Company:
    """A property company on a day, with the compounds that it serves."""

    code: str
    name: str
    phone: str | None
    form: PartyForm | None
    party: str | None
    party_since: date | None
    compounds: tuple[Compound, ...] = ()

    @property
    def households(self) -> int:
        """Households that it serves."""
        return sum(one.households for one in self.compounds)


@dataclass(frozen=True, slots=True)
class Past:
    """Something dated in the past of a company or a compound: `kind` is that of the row."""

    kind: str
    code: str | None
    name: str | None
    form: PartyForm | None
    span: Span
    id: int


@dataclass(frozen=True, slots=True)
class JointPost:
    """Somebody of a company or an owners' committee who sits with a community."""

    id: int
    person: str
    duty: JointDuty
    community_code: str
    community: str
    company_code: str | None
    company: str | None
    compound_code: str | None
    compound: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Holder:
    """A property manager or sent adviser of a compound; `phone` is the public one."""

    kind: PostKind
    person: str
    phone: str | None
    compound_code: str
    since: date


@dataclass(frozen=True, slots=True)
class Net:
    """The county's net on a day."""

    companies: tuple[Company, ...]
    compounds: tuple[Compound, ...]
    joint_posts: tuple[JointPost, ...]


def net(session: Session, day: date) -> Net:
    """Return all companies, compounds and joint posts of a day; three statements."""
    found = compounds(session, day)
    posts = joint_posts(session, day)
    return Net(
        _companies(queries.companies(session, day), found),
        found,
        tuple(one for one in posts if day in one.span),
    )


def compounds(session: Session, day: date, code: str | None = None) -> tuple[Compound, ...]:
    """Return the compounds of a day, by community and name, or one of them."""
    return tuple(_compound(row) for row in queries.compounds(session, day, code))


def drawn(session: Session, day: date) -> list[tuple[Compound, str]]:
    """Return the compounds of a day, each with its outline as a GeoJSON geometry in WGS 84 (text)."""
    shapes = {row.code: row.shape for row in queries.outlines(session, day)}
    return [(one, shapes[one.code]) for one in compounds(session, day) if one.code in shapes]


def _compound(row: Found) -> Compound:
    return Compound(
        code=row.code,
        name=row.name,
        community_code=row.community_code,
        community=row.community,
        company_code=row.company_code,
        company=row.company,
        company_form=_form(row.company_form),
        company_party=row.company_party,
        committee=row.committee,
        committee_form=_form(row.committee_form),
        self_management=row.self_management,
        since=row.served_since or row.unserved_since,
        households=int(row.households),
        buildings=row.buildings,
        duties=tuple(Duty(Upkeep(work), who, phone) for work, who, phone in row.works or ()),
    )


def _form(word: str | None) -> PartyForm | None:
    return PartyForm(word) if word else None


def _companies(rows: Sequence[Found], served: Iterable[Compound]) -> tuple[Company, ...]:
    of: dict[str, list[Compound]] = {row.code: [] for row in rows}
    for one in served:
        if one.company_code:
            of[one.company_code].append(one)
    found = [
        Company(
            row.code,
            row.name,
            row.phone,
            _form(row.party_form),
            row.party,
            row.party_since,
            tuple(of[row.code]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.compounds), one.code)))


def company(session: Session, code: str, day: date) -> tuple[Company, tuple[Past, ...]]:
    """Return a company on a day and its past: party organisations and contracts.

    Raises:
        NotFound: there is none of that code.
    """
    known = _companies(queries.companies(session, day), compounds(session, day))
    found = next((one for one in known if one.code == code), None)
    if found is None:
        raise NotFound(what_zh="这家物业企业", what_en="This company")
    return found, _past(queries.past_of_company(session, code))


def compound(session: Session, code: str, day: date) -> tuple[Compound, tuple[Past, ...]]:
    """Return a compound on a day and its past: contracts, ledger, committees, self-management.

    Raises:
        NotFound: there is none of that code on the day.
    """
    found = compounds(session, day, code)
    if not found:
        raise NotFound(what_zh="这个小区", what_en="This compound")
    return found[0], _past(queries.past_of_compound(session, code))


def _past(rows: Iterable[Found]) -> tuple[Past, ...]:
    return tuple(
        Past(row.kind, row.code, row.name, _form(row.form), _span(row), row.id) for row in rows
    )


def _span(row: Found) -> Span:
    return Span(row.valid.lower, row.valid.upper)


def joint_posts(
    session: Session, day: date, *, company: str | None = None, community: str | None = None
) -> tuple[JointPost, ...]:
    """Return joint posts of all days, those that last first.

    Args:
        session: open session.
        day: day whose names are shown.
        company: code of a company, for those that come from it.
        community: code of a community, for those that sit with it.
    """
    rows = queries.joint_posts(session, day, company=company, community=community)
    return tuple(
        JointPost(
            id=row.id,
            person=row.person,
            duty=JointDuty(row.duty),
            community_code=row.community_code,
            community=row.community or row.community_code,
            company_code=row.company_code,
            company=row.company,
            compound_code=row.compound_code,
            compound=row.compound,
            span=_span(row),
        )
        for row in rows
    )


def holders(session: Session, day: date, codes: Sequence[str]) -> tuple[Holder, ...]:
    """Return the property managers and advisers of compounds on a day."""
    return tuple(
        Holder(PostKind(row.kind), row.person, row.duty_phone, row.compound_code, row.since)
        for row in queries.people(session, day, codes)
    )
