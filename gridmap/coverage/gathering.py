"""Rows of the database put together into the histories of communities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from gridmap.coverage.facts import NO_REACH, Doubled, Meeting, Reach, Standing, Steps, Tenure
from gridmap.coverage.history import CommunityHistory, GridHistory, Named
from gridmap.terms import LEADER_LINKS, PostKind
from gridmap.timespan import Span

Key = tuple[int | None, int | None]
"""Where something stands: the id of an area or of a grid."""

Lists = Mapping[str, Mapping[int, Sequence[Any]]]
"""By name of an attribute of `CommunityHistory` that is a list, and id of the community."""

ONE_PLACE: Final = frozenset({*LEADER_LINKS, PostKind.GRID_WORKER})
"""Posts whose holders are asked for how many places they hold them."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the statements of `gridmap.coverage.queries` returned."""

    units: Sequence[Row[Any]]
    standing: Sequence[Row[Any]]
    posts: Sequence[Row[Any]]
    doubled: Sequence[Row[Any]]
    changes: Sequence[Row[Any]]


def gather(rows: Rows, lists: Lists, reaches: Mapping[int, Reach]) -> tuple[CommunityHistory, ...]:
    """Return the histories of the communities, by code."""
    posts, standing = _tenures(rows), _standing(rows.standing)
    several, doubled = _several(rows, posts), _doubled(rows.doubled)
    grids = _grids(rows, posts, standing)
    return tuple(
        CommunityHistory(
            code=unit.code,
            township_code=unit.parent_code,
            names=_named(unit.spans, unit.names),
            townships=_named(unit.township_spans, unit.township_names),
            branches=tuple(standing["branch", unit.id, None]),
            posts=tuple(posts[unit.id, None]),
            grids=tuple(grids[unit.id]),
            several=several.get(unit.id, ()),
            doubled=tuple(doubled[unit.id]),
            units=tuple(standing["unit", unit.id, None]),
            meetings=tuple(
                Meeting(one.span.start, one.id) for one in standing["meeting", unit.id, None]
            ),
            reach=reaches.get(unit.id, NO_REACH),
            **{name: tuple(found.get(unit.id, ())) for name, found in lists.items()},
        )
        for unit in rows.units
        if unit.kind == "community"
    )


def _named(spans: Iterable[Any], names: Iterable[str]) -> tuple[Named, ...]:
    pairs = zip(spans, names, strict=True)
    return tuple(Named(Span(span.lower, span.upper), name) for span, name in pairs)


def _standing(rows: Iterable[Row[Any]]) -> dict[tuple[str, int | None, int | None], list[Standing]]:
    found: dict[tuple[str, int | None, int | None], list[Standing]] = defaultdict(list)
    for row in rows:
        span = Span(row.valid.lower, row.valid.upper)
        stood = Standing(span, row.id, row.name, row.full_members)
        found[row.kind, row.area_id, row.grid_id].append(stood)
    return found


def _tenures(rows: Rows) -> dict[Key, list[Tenure]]:
    """Return the posts by where they are held."""
    places: dict[Key, Row[Any]] = {_key(unit): unit for unit in rows.units}
    found: dict[Key, list[Tenure]] = defaultdict(list)
    for row in rows.posts:
        place = places.get((row.area_id, row.grid_id))
        if place is None:
            continue
        found[row.area_id, row.grid_id].append(
            Tenure(
                kind=PostKind(row.kind),
                person_id=row.person_id,
                person=row.name,
                span=Span(row.start, row.until),
                term_end=row.term_end,
                visits=tuple(row.visits or ()),
                id=row.id,
                place_code=place.code,
                place=place.names[-1] if place.names else place.code,
            )
        )
    return found


def _key(unit: Row[Any]) -> Key:
    return (unit.id, None) if unit.kind == "community" else (None, unit.id)


def _grids(
    rows: Rows,
    posts: Mapping[Key, Sequence[Tenure]],
    standing: Mapping[tuple[str, int | None, int | None], Sequence[Standing]],
) -> dict[int, list[GridHistory]]:
    """Return the grids by the id of their community."""
    steps = _steps(rows.changes)
    found: dict[int, list[GridHistory]] = defaultdict(list)
    for unit in rows.units:
        if unit.kind != "grid":
            continue
        found[unit.community_id].append(
            GridHistory(
                code=unit.code,
                names=_named(unit.spans, unit.names),
                branches=tuple(standing.get(("branch", None, unit.id), ())),
                workers=tuple(posts.get((None, unit.id), ())),
                households=steps.get(("households", unit.id), ()),
                part_timers=steps.get(("part_timers", unit.id), ()),
                doors=steps.get(("doors", unit.id), ()),
                late_doors=steps.get(("late_doors", unit.id), ()),
            )
        )
    return found


def _steps(changes: Iterable[Row[Any]]) -> dict[tuple[str, int], Steps]:
    """Return the numbers over time, from what is gained or lost on each day."""
    totals: dict[tuple[str, int], int] = defaultdict(int)
    found: dict[tuple[str, int], list[tuple[date, int]]] = defaultdict(list)
    for row in changes:
        key = (row.kind, row.grid_id)
        totals[key] += int(row.amount)
        found[key].append((row.day, totals[key]))
    return {key: tuple(steps) for key, steps in found.items()}


def _several(rows: Rows, posts: Mapping[Key, Iterable[Tenure]]) -> dict[int, tuple[Tenure, ...]]:
    """Return, by community, the one-place posts of those who hold them in several places."""
    careers: dict[tuple[int, bool], list[Tenure]] = defaultdict(list)
    here: dict[int, dict[tuple[int, bool], None]] = defaultdict(dict)
    for unit in rows.units:
        for post in posts.get(_key(unit), ()):
            if post.kind in ONE_PLACE:
                career = (post.person_id, post.kind is PostKind.GRID_WORKER)
                careers[career].append(post)
                here[unit.community_id][career] = None
    many = {
        career: tenures
        for career, tenures in careers.items()
        if len({post.place_code for post in tenures}) > 1
    }
    return {
        community: tuple(post for career in known for post in many.get(career, ()))
        for community, known in here.items()
    }


def _doubled(rows: Iterable[Row[Any]]) -> dict[int, list[Doubled]]:
    """Return the pairs of posts by the communities of either."""
    found: dict[int, list[Doubled]] = defaultdict(list)
    for row in rows:
        one = Tenure(
            PostKind(row.kind), row.person_id, row.name, Span(row.start, row.until), id=row.id
        )
        span = Span(row.other_start, row.other_until)
        other = Tenure(PostKind(row.other_kind), row.person_id, row.name, span, id=row.other_id)
        for community in {row.community_id, row.other_community_id} - {None}:
            found[community].append(Doubled(one, other))
    return found
