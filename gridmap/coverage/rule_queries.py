"""SQL: the rules that the county has set."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.accounts.tables import Account
from gridmap.coverage.tables import CoverageRule
from gridmap.ledger.areas import Area
from gridmap.ledger.posts import Person
from gridmap.terms import AreaKind


def hold(session: Session) -> None:
    """Let nobody else set a rule until this transaction ends."""
    session.execute(text("LOCK TABLE coverage_rule IN SHARE ROW EXCLUSIVE MODE"))


def rules_and_setters(session: Session) -> list[tuple[CoverageRule, str | None]]:
    """Return all rules by check and day, with the name of who set each."""
    rows = session.execute(
        select(CoverageRule, Person.name)
        .outerjoin(Account, Account.id == CoverageRule.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .order_by(CoverageRule.check, CoverageRule.valid)
    )
    return [(row, name) for row, name in rows]


def rules_of(session: Session, check: str) -> Sequence[CoverageRule]:
    """Return the rules of a check by day."""
    known = select(CoverageRule).where(CoverageRule.check == check).order_by(CoverageRule.valid)
    return session.scalars(known).all()


def communities(session: Session, codes: Collection[str]) -> set[str]:
    """Return which of the codes are those of communities."""
    known = select(Area.code).where(Area.kind == AreaKind.COMMUNITY, Area.code.in_(list(codes)))
    return set(session.scalars(known))
