"""Who is linked to which community, when she came, and whether a visit is due this quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from gridmap.coverage.leaders import queries
from gridmap.errors import NotFound
from gridmap.terms import LEADER_LINKS, PostKind
from gridmap.timespan import Span, quarter_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit: its day and what was noted."""

    id: int
    day: date
    note: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A post of a leader or of a first secretary, with the visits made in it up to the day.

    Attributes:
        post_id, kind: the post.
        community_code, community, township: where; names as of the day.
        span: days on which it is held.
        term_end: first day after the planned term, where there is one.
        seconded_from: agency that a first secretary comes from.
        visits: up to the day, the last first.
        due: whether a visit is due this quarter and has not been made: county leaders visit each quarter.
    """

    post_id: int
    kind: PostKind
    community_code: str
    community: str
    township: str
    span: Span
    term_end: date | None
    seconded_from: str | None
    visits: tuple[Seen, ...]
    due: bool

    def visits_in(self, quarter: Span) -> tuple[Seen, ...]:
        """Return the visits of a quarter."""
        return tuple(one for one in self.visits if one.day in quarter)


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody with such posts; of the list: those of the day, of her page: all up to it."""

    code: str
    name: str
    agency: str | None
    links: tuple[Link, ...]

    @property
    def kinds(self) -> tuple[PostKind, ...]:
        """The kinds of her posts, each once, in the order of the terms."""
        held = {link.kind for link in self.links}
        return tuple(kind for kind in queries.KINDS if kind in held)

    @property
    def due(self) -> int:
        """Number of communities that wait for a visit this quarter."""
        return sum(link.due for link in self.links)

    @property
    def last(self) -> date | None:
        """Day of the last visit."""
        return max((one.day for link in self.links for one in link.visits), default=None)


def listed(session: Session, day: date, community: str | None = None) -> list[Leader]:
    """Return everybody who holds such a post on a day, whoever owes most visits first; two statements.

    Args:
        session: open session.
        day: of the ledger.
        community: code of a community, for those linked to it alone.
    """
    rows = queries.posts(session, day)
    if community:
        codes = {row.person_code for row in rows if row.community_code == community}
        rows = [row for row in rows if row.person_code in codes]
    leaders = _leaders(session, rows, day)
    return sorted(leaders, key=lambda one: (-one.due, queries.KINDS.index(one.kinds[0]), one.name))


def leader(session: Session, code: str, day: date) -> Leader:
    """Return one person with all such posts up to a day, the last first; two statements.

    Raises:
        NotFound: nobody of that code has held one.
    """
    found = _leaders(session, queries.posts(session, day, code), day)
    if not found:
        raise NotFound(what_zh="这位联系领导或第一书记", what_en="This leader or first secretary")
    return found[0]


def _leaders(session: Session, rows: Sequence[queries.Found], day: date) -> list[Leader]:
    made: dict[int, list[Seen]] = defaultdict(list)
    for row in queries.visits(session, [row.id for row in rows], day):
        made[row.post_id].append(Seen(row.id, row.day, row.note))
    found = []
    for code, posts in groupby(rows, key=lambda row: row.person_code):
        held = list(posts)
        links = tuple(_link(row, tuple(made[row.id]), day) for row in held)
        found.append(Leader(code, held[0].person, held[0].agency, links))
    return found


def _link(row: queries.Found, visits: tuple[Seen, ...], day: date) -> Link:
    span, kind = Span(row.since, row.until), PostKind(row.kind)
    quarter = quarter_of(day)
    owes = kind == PostKind.LEADER_COUNTY and day in span
    return Link(
        post_id=row.id,
        kind=kind,
        community_code=row.community_code,
        community=row.community,
        township=row.township,
        span=span,
        term_end=row.term_end,
        seconded_from=row.seconded_from,
        visits=visits if kind in LEADER_LINKS else (),
        due=owes and not any(one.day in quarter for one in visits),
    )
