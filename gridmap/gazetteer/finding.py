"""What somebody means by a code or a name, and whether it lies within her reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotAllowed
from gridmap.gazetteer import name_queries as queries
from gridmap.gazetteer.name_queries import Found
from gridmap.gazetteer.reach import reach_of
from gridmap.terms import Named


def entity_of(session: Session, keeper: SignedIn, kind: Named, written: str, day: date) -> Found:
    """Return what a code or an official name stands for on a day: kind, code, title, communities.

    Raises:
        InvalidInput: nothing has that code or name, or more than one thing has the name.
        NotAllowed: it lies beyond the keeper's desk.
    """
    sought = written.strip()
    found = queries.entities(session, day, kind, sought)
    exact = [row for row in found if row.code == sought] or list(found)
    if not exact:
        raise InvalidInput(
            reason_zh="没有找到。请填编码，或与台账一致的名称。",
            reason_en="Not found. Give its code, or its name as the ledger has it.",
            field="code",
        )
    if len(exact) > 1:
        codes = "、".join(row.code for row in exact)
        raise InvalidInput(
            reason_zh=f"有不止一处叫这个名字，请填编码：{codes}",
            reason_en=f"More than one has this name; give the code: {codes}",
            field="code",
        )
    check_reach(session, keeper, exact[0].communities)
    return exact[0]


def check_reach(session: Session, keeper: SignedIn, communities: Iterable[int]) -> None:
    """Let a keeper pass who may curate what lies in some communities.

    Raises:
        NotAllowed: she may not.
    """
    ids = list(communities)
    places = queries.places(session, ids)
    reach = reach_of(keeper.scope)
    if not keeper.scope.may(Right.CURATE_NAMES) or not reach.holds(places[one] for one in ids):
        raise NotAllowed
