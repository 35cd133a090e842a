"""The board's numbers as its page shows them: tiles, rates with what they are made of, tables, heat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flask_babel import format_decimal
from flask_babel import gettext as _

from gridmap.dispatch.boards import Board, Row
from gridmap.dispatch.measures import (
    LEFT_OUT_OF_CALLBACKS,
    LEFT_OUT_OF_DUE,
    MEANINGS,
    NOWHERE,
    Measure,
    Window,
)
from gridmap.dispatch.rates import WHOLE, Promptness, Rate
from gridmap.terms import Line, Satisfaction
from web import language
from web.pages.board_query import BoardQuery

TILES: Final = (
    Measure.OPEN,
    Measure.OVERDUE,
    Measure.NEAR_DUE,
    Measure.SUSPENDED,
    Measure.SUPERVISED,
    Measure.FILED,
    Measure.CLOSED,
    Measure.CLIMBED,
)
COLUMNS: Final = (
    Measure.OPEN,
    Measure.OVERDUE,
    Measure.NEAR_DUE,
    Measure.SUSPENDED,
    Measure.SUPERVISED,
    Measure.FILED,
    Measure.CLOSED,
)
TONES: Final = {
    Measure.OVERDUE: "red",
    Measure.CLIMBED: "red",
    Measure.NEAR_DUE: "amber",
    Measure.SUPERVISED: "purple",
    Measure.CLOSED: "green",
}
HEAT: Final = (Measure.OPEN, Measure.OVERDUE, Measure.FILED)
WORDS: Final = {
    Satisfaction.SATISFIED: Measure.SATISFIED,
    Satisfaction.BASICALLY: Measure.BASICALLY,
    Satisfaction.DISSATISFIED: Measure.DISSATISFIED,
}


class BoardView:
    """One board for one reader: numbers with the addresses behind them."""

    def __init__(self, board: Board, query: BoardQuery) -> None:
        self.board = board
        self.query = query
        self.window: Window = board.window

    def number(self, measure: Measure, row: Row | None = None, **cut: str) -> dict[str, Any]:
        """Return a number: its name, what it counts, where its reports are."""
        tally = row.tally if row else self.board.totals
        reader = language.current()
        return {
            "name": measure.label(reader),
            "meaning": meaning(measure),
            "value": tally[measure],
            "tone": TONES.get(measure, "") if tally[measure] else "",
            "address": self.query.behind(measure, self.window, **cut),
        }

    def tiles(self) -> list[dict[str, Any]]:
        """Return the numbers over everything."""
        return [self.number(measure) for measure in TILES]

    def rates(self) -> list[dict[str, Any]]:
        """Return the three rates and their total, each with what it is made of."""
        made = self.board.rates
        base = self.number(Measure.CALLBACKS)
        parts = (
            (Promptness.RESPONSE, made.response, [(self.number(Measure.CONTACTED), WHOLE)]),
            (Promptness.RESOLUTION, made.resolution, [(self.number(Measure.SOLVED), WHOLE)]),
            (
                Promptness.SATISFACTION,
                made.satisfaction,
                [
                    (self.number(WORDS[word]), weight)
                    for word, weight in made.formula.words.items()
                    if weight
                ],
            ),
        )
        return [
            {
                **_shown(rate),
                "name": kind.label(language.current()),
                "share": made.formula.shares[kind],
                "parts": numerators,
                "base": base,
            }
            for kind, rate, numerators in parts
        ]

    def closing(self) -> list[dict[str, Any]]:
        """Return the closing rate and the on-time rate."""
        made, base = self.board.rates, self.number(Measure.DUE)
        return [
            {
                **_shown(rate),
                "name": name,
                "parts": [(self.number(measure), WHOLE)],
                "base": base,
            }
            for name, rate, measure in (
                (_("结案率"), made.closing, Measure.DUE_CLOSED),
                (_("按时办结率"), made.on_time, Measure.DUE_ON_TIME),
            )
        ]

    def total(self) -> dict[str, Any]:
        """Return the weighted total of the three rates."""
        return _shown(self.board.rates.total)

    def left_out(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the rates do not count, and why."""
        return {
            "callbacks": [self.number(measure) for measure in LEFT_OUT_OF_CALLBACKS],
            "due": [self.number(measure) for measure in LEFT_OUT_OF_DUE],
        }

    def tables(self) -> list[dict[str, Any]]:
        """Return the three tables: by community, by line, by grid."""
        board = self.board
        return [
            {
                "key": "community",
                "name": _("按社区"),
                "rows": self._rows(board.communities, "community"),
            },
            {"key": "line", "name": _("按条线"), "rows": self._rows(board.lines, "line")},
            {"key": "grid", "name": _("按网格"), "rows": self._rows(board.grids, "grid")},
        ]

    def columns(self) -> list[dict[str, str]]:
        """Return the heads of the tables."""
        return [{"name": one.label(language.current()), "meaning": meaning(one)} for one in COLUMNS]

    def _rows(self, rows: Iterable[Row], key: str) -> list[dict[str, Any]]:
        shown = list(rows)
        most = max((row.tally[Measure.OPEN] for row in shown), default=0) or 1
        return [self._row(row, key, most) for row in shown]

    def _row(self, row: Row, key: str, most: int) -> dict[str, Any]:
        is_open, late = row.tally[Measure.OPEN], row.tally[Measure.OVERDUE]
        name = Line(row.code).label(language.current()) if key == "line" and row.code else row.name
        cut = {key: row.code or NOWHERE}
        return {
            "name": name or _("不在任何网格内"),
            "address": self.query.address(**cut),
            "bar": round(100 * is_open / most, 1),
            "late_bar": round(100 * late / most, 1),
            "numbers": [self.number(measure, row, **cut) for measure in COLUMNS],
        }

    def heat(self) -> dict[str, Any]:
        """Return what the map shows: measures, and each grid's numbers by its code."""
        reader = language.current()
        names = [[measure.value, measure.label(reader)] for measure in HEAT]
        return {
            "measures": [*names, [PER_100, _("每百户上报")]],
            "grids": {row.code: self._warm(row) for row in self.board.grids if row.code},
        }

    def _warm(self, row: Row) -> dict[str, Any]:
        per_100 = row.per_100_households
        grid = {"grid": row.code or ""}
        address = {
            measure.value: self.query.behind(measure, self.window, **grid) for measure in HEAT
        }
        return {
            "name": row.name,
            "values": {
                **{measure.value: row.tally[measure] for measure in HEAT},
                PER_100: None if per_100 is None else round(per_100, 2),
            },
            "addresses": {**address, PER_100: address[Measure.FILED.value]},
        }


PER_100: Final = "per_100"
"""Filed in the period per 100 households of the grid."""


def meaning(measure: Measure) -> str:
    """Return what a measure counts, in the reader's language."""
    zh, en = MEANINGS[measure]
    return en if language.current() == "en" else zh


def _shown(rate: Rate) -> dict[str, Any]:
    """A rate in per cent with a decimal, its sum and its base; no base has no value, never 0."""
    value = rate.value
    return {
        "percent": None if value is None else f"{value * WHOLE:.1f}%",
        "filled": 0 if value is None else round(value * WHOLE, 1),
        "sum": str(format_decimal(rate.numerator, "#,##0.##")),
        "denominator": rate.denominator,
    }
