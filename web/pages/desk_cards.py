"""Reports as the desk lists them: cards, the figures over them, the stages beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import format_timedelta
from flask_babel import gettext as _

from gridmap.dispatch.lifecycle import OPEN_STAGES, Action
from gridmap.dispatch.views import Holder, Tally, WorkRow
from gridmap.terms import Rung, Stage
from web import language
from web.pages import desk_times
from web.pages.desk_query import DeskQuery

BADGES: Mapping[Stage, str] = {
    Stage.FILED: "amber",
    Stage.ACCEPTED: "blue",
    Stage.HANDLING: "blue",
    Stage.CHECKING: "purple",
    Stage.ASKING: "purple",
    Stage.SUSPENDED: "",
    Stage.JOINED: "",
    Stage.CLOSED: "green",
}
"""Colour of a stage; the word stands beside it."""

DESKS = frozenset({Rung.COMMUNITY, Rung.TOWNSHIP, Rung.COUNTY})
"""Rungs that hand reports on rather than handle them."""

_NONE = Tally(seen=0, mine=0, late=0, mine_late=0)


def figures(tallies: Mapping[Stage, Tally], query: DeskQuery) -> list[dict[str, Any]]:
    """Return the four numbers over the list; each leads to the reports that it counts."""

    def mine(*stages: Stage) -> int:
        return sum(tallies.get(stage, _NONE).mine for stage in stages)

    plain = DeskQuery()
    held = mine(*OPEN_STAGES)
    late = sum(tally.mine_late for stage, tally in tallies.items() if stage in OPEN_STAGES)
    checking, asking = mine(Stage.CHECKING), mine(Stage.ASKING)
    next_step = Stage.ASKING if asking and not checking else Stage.CHECKING
    wanted: tuple[tuple[str, int, str, dict[str, object]], ...] = (
        (_("待我受理"), mine(Stage.FILED), "", {"stage": Stage.FILED}),
        (_("在我手上"), held, "", {}),
        (_("已超时"), late, "late" if late else "", {"late": True}),
        (_("待核查回访"), checking + asking, "", {"stage": next_step}),
    )
    return [
        {"name": name, "value": value, "state": state, "address": address, "here": address == here}
        for here in (query.address(),)
        for name, value, state, more in wanted
        for address in (plain.address(mine=True, **more),)
    ]


def tabs(tallies: Mapping[Stage, Tally], query: DeskQuery) -> list[dict[str, Any]]:
    """Return one tab for what is open and one a stage that has reports; they keep the filters."""
    counts = {stage: tally.mine if query.mine else tally.seen for stage, tally in tallies.items()}
    whole = sum(count for stage, count in counts.items() if stage in OPEN_STAGES)
    shown = [
        (stage, counts.get(stage, 0))
        for stage in Stage
        if counts.get(stage) or stage in {Stage.FILED, query.stage}
    ]
    return [
        {
            "name": _("在办"),
            "count": whole,
            "address": query.address(stage=None, every=None),
            "here": query.open_only,
        },
        *(
            {
                "name": stage.label(language.current()),
                "count": count,
                "address": query.address(stage=stage, every=None),
                "here": query.stage is stage,
            }
            for stage, count in shown
        ),
    ]


def late_in_area(tallies: Mapping[Stage, Tally]) -> int:
    """Return how many open reports of the reader's area are late."""
    return sum(tally.late for stage, tally in tallies.items() if stage in OPEN_STAGES)


def card(row: WorkRow, now: datetime) -> dict[str, Any]:
    """Return a report of the list."""
    reader = language.current()
    left = desk_times.time_left(row, now)
    return {
        "id": row.id,
        "number": row.number,
        "version": row.version,
        "title": row.excerpt,
        "category": row.category.label(reader),
        "place": place(row),
        "area": joined(row.community, row.grid),
        "age": age(row.filed_at, now),
        "stage": row.stage.label(reader),
        "badge": BADGES[row.stage],
        "left": left,
        "state": left.state if left else desk_times.NONE,
        "holder": who(row.holder) or row.rung.label(reader),
        "marks": list(_marks(row)),
        "lon": row.lon,
        "lat": row.lat,
        "photos": row.photos,
        "mine": row.mine,
        "first": first_move(row) if row.mine else None,
    }


def _marks(row: WorkRow) -> Iterable[tuple[str, str]]:
    """The words that set a report apart, each with its colour."""
    if row.supervised_at is not None and row.stage in OPEN_STAGES:
        yield _("督办"), "red"
    if row.rounds:
        yield _("第 {n} 次重办").replace("{n}", str(row.rounds)), "amber"
    if row.is_part:
        yield _("分办子单"), "purple"
    if row.outcome is not None and row.stage not in {Stage.CHECKING, Stage.ASKING}:
        yield row.outcome.label(language.current()), ""


def first_move(row: WorkRow) -> Action | None:
    """Return the move that whoever answers for a report makes most likely next."""
    hands_on = row.rung in DESKS and not row.entrusted
    return {
        Stage.FILED: Action.ACCEPTED,
        Stage.ACCEPTED: Action.DISPATCHED if hands_on else Action.HANDLED,
        Stage.HANDLING: Action.DISPATCHED if hands_on else Action.HANDLED,
        Stage.CHECKING: Action.CHECKED,
        Stage.ASKING: Action.AGREED,
        Stage.SUSPENDED: Action.RESUMED,
        Stage.JOINED: Action.SEPARATED,
    }.get(row.stage)


def joined(*parts: str | None) -> str:
    """Return what there is, with dots between."""
    return " · ".join(part for part in parts if part)


def place(row: WorkRow) -> str:
    """Return where a report lies, in short."""
    return joined(row.compound, row.building) or row.grid or _("不在任何网格内")


def age(at: datetime, now: datetime) -> str:
    """Return how long ago it was."""
    return str(format_timedelta(at - now, add_direction=True, threshold=1.1))


def who(holder: Holder | None) -> str:
    """Return post and name of whoever holds a report, with her agency."""
    if holder is None:
        return ""
    title = holder.agency or holder.kind.label(language.current())
    return f"{title} {holder.name}"
