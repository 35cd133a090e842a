"""Who sits at a joint meeting: those of record in a community, those who came, and those who stayed away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gridmap.red_property import party_queries as queries
from gridmap.red_property import plan_queries
from gridmap.terms import JointDuty, PostKind, Term


class Side(Term):
    """As what somebody sits at a joint meeting."""

    RESIDENTS = "residents", "居民委员会", "Residents' committee"
    COMPANY = "company", "物业企业", "Property company"
    OWNERS = "owners", "业主委员会", "Owners' committee"
    AGENCY = "agency", "分包单位", "Responsible unit"
    PERSON = "person", "个人", "Person"


@dataclass(frozen=True, slots=True)
class Party:
    """A side at a meeting: `code` is that of the company, the compound, the community, the agency or the person."""

    side: Side
    code: str
    name: str
    id: int = 0

    @property
    def key(self) -> str:
        """What forms call it."""
        return f"{self.side}:{self.code}"

    def label(self, language: str) -> str:
        """Return its name in ``zh`` or ``en``.

        >>> Party(Side.RESIDENTS, "1", "书香苑社区").label("zh")
        '书香苑社区居委会'
        >>> Party(Side.COMPANY, "WY1", "安心物业").label("en")
        '安心物业'
        """
        if self.side is not Side.RESIDENTS:
            return self.name
        return f"{self.name} residents' committee" if language == "en" else f"{self.name}居委会"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who may be asked by name, and what she does in the community or for it."""

    party: Party
    posts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """A side that was asked to a meeting, and whether it came."""

    party: Party
    came: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A meeting to which a company or an owners' committee was asked, and whether it came."""

    meeting_id: int
    day: date
    topic: str
    community: str
    came: bool


def parties(session: Session, community_id: int, day: date) -> tuple[Party, ...]:
    """Return who of record may be asked to a meeting of a community."""
    return tuple(
        Party(Side(row.side), row.code, row.name, row.id)
        for row in queries.parties(session, [community_id], day)
    )


def of_record(
    session: Session, communities: Collection[int], day: date
) -> tuple[tuple[int, Party], ...]:
    """Return who of record may be asked to meetings of communities, each with the community's id."""
    return tuple(
        (row.community_id, Party(Side(row.side), row.code, row.name, row.id))
        for row in queries.parties(session, communities, day)
    )


def guests(session: Session, community_id: int, day: date) -> tuple[Guest, ...]:
    """Return who may be asked by name to a meeting of a community: holders of posts on its day."""
    return tuple(
        Guest(
            Party(Side.PERSON, row.code, row.name, row.id),
            tuple(_duty(*duty.split(":", 1)) for duty in row.duties),
        )
        for row in plan_queries.guests(session, community_id, day)
    )


def askable(session: Session, community_id: int, today: date, day: date) -> dict[str, Party]:
    """Return by key who may be asked to a meeting: sides of record today, people by their posts on its day."""
    found = [
        *parties(session, community_id, today),
        *(one.party for one in guests(session, community_id, day)),
    ]
    return {one.key: one for one in found}


def _duty(kind: str, word: str) -> Term:
    return JointDuty(word) if kind == "joint" else PostKind(word)


def seats(session: Session, meeting_id: int) -> tuple[Seat, ...]:
    """Return who of record was asked to a meeting, those who came first; older meetings have none."""
    return tuple(
        Seat(Party(Side(row.side), row.code, row.name), row.came)
        for row in queries.at(session, meeting_id)
    )


def asked(
    session: Session, day: date, *, company: str | None = None, compound: str | None = None
) -> tuple[Asked, ...]:
    """Return the meetings of a company, or of a compound's owners' committee, by code; the latest first."""
    rows = queries.where(session, day, company=company, compound=compound)
    return tuple(Asked(row.id, row.day, row.topic, row.community, row.came) for row in rows)
