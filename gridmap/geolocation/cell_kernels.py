"""Inner loops of the cell index, compiled at the first call and kept. To load them takes a second: do it when needed.

An edge is x1, y1, x2, y2. An entry of a cell is a thing's row times two, plus one where the cell lies wholly
in the thing. Inside is even-odd, by the crossings of a ray to the east.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridmap.geolocation.cell_lists import Counts, Entries, Numbers, compiled
from gridmap.geolocation.outlines import ROUNDING

SLACK: Final = 1e-6
"""An edge is drawn so much of a cell wider: more than the rounding of a cell's borders."""

OUT, IN, UNSURE = range(3)
FREE, CROSSED, WITHIN = range(3)


@compiled
def _side(edges: Numbers, begin: int, end: int, x: float, y: float) -> int:
    """Whether a point is in, out, or too near an edge to be sure."""
    inside = False
    for row in range(begin, end):
        x1, y1, x2, y2 = edges[row, 0], edges[row, 1], edges[row, 2], edges[row, 3]
        if y1 == y and (x1 == x or (y2 == y and min(x1, x2) <= x <= max(x1, x2))):
            return UNSURE
        if (y1 > y) != (y2 > y):
            if x < x1 and x < x2:
                inside = not inside
            elif x <= x1 or x <= x2:
                one, other = (x2 - x1) * (y - y1), (x - x1) * (y2 - y1)
                if abs(one - other) <= ROUNDING * (abs(one) + abs(other)):
                    return UNSURE
                if (one > other) == (y2 > y1):
                    inside = not inside
    return IN if inside else OUT


@compiled
def _cell(value: float, low: float, per_unit: float, most: int) -> int:
    """The column (or row) of a value; those beyond the ends count to the first or last."""
    return min(max(int((value - low) * per_unit), 0), most - 1)


@compiled
def _cross(
    drawn: NDArray[np.int8], edge: Numbers, frame: Numbers, shape: Counts, margin: Numbers
) -> None:
    """Mark the cells of a window that an edge, made wider by a margin, may touch.

    Args:
        drawn: rows x columns of the window.
        edge: x1, y1, x2, y2.
        frame: west, south, columns per unit, rows per unit.
        shape: columns and rows of all, then the window's first column and first row.
        margin: in x and in y.
    """
    wide, high = margin[0] + SLACK / frame[2], margin[1] + SLACK / frame[3]
    x1, y1, x2, y2 = edge[0], edge[1], edge[2], edge[3]
    if y1 > y2:
        x1, y1, x2, y2 = x2, y2, x1, y1
    rows, columns = drawn.shape
    lowest = _cell(y1 - high, frame[1], frame[3], shape[1])
    highest = _cell(y2 + high, frame[1], frame[3], shape[1])
    for row in range(lowest, highest + 1):
        from_x, to_x = x1, x2
        if y2 > y1:
            south = frame[1] + row / frame[3] - high
            north = frame[1] + (row + 1) / frame[3] + high
            slope = (x2 - x1) / (y2 - y1)
            from_x = x1 + slope * (min(max(south, y1), y2) - y1)
            to_x = x1 + slope * (min(max(north, y1), y2) - y1)
        left = _cell(min(from_x, to_x) - wide, frame[0], frame[2], shape[0]) - shape[2]
        right = _cell(max(from_x, to_x) + wide, frame[0], frame[2], shape[0]) - shape[2]
        line = row - shape[3]
        if 0 <= line < rows:
            for column in range(max(left, 0), min(right, columns - 1) + 1):
                drawn[line, column] = CROSSED


@compiled
def _fill(
    drawn: NDArray[np.int8], edges: Numbers, span: Counts, frame: Numbers, corner: Counts
) -> None:
    """Mark the cells of a window that no edge touches and that lie within the thing.

    Beside an untouched cell the untouched one is on the same side; only the first of a patch is tested.
    """
    rows, columns = drawn.shape
    for row in range(rows):
        known = -1
        for column in range(columns):
            if drawn[row, column] == CROSSED:
                known = -1
                continue
            if known < 0 and row > 0 and drawn[row - 1, column] != CROSSED:
                known = drawn[row - 1, column]
            if known < 0:
                x = frame[0] + (corner[0] + column + 0.5) / frame[2]
                y = frame[1] + (corner[1] + row + 0.5) / frame[3]
                side = _side(edges, span[0], span[1], x, y)
                known = WITHIN if side == IN else FREE
            drawn[row, column] = known


@compiled
def _window(
    box: Numbers, margin: Numbers, frame: Numbers, size: Counts
) -> tuple[int, int, int, int]:
    """First and last column, first and last row of a thing's box, made wider by a margin."""
    return (
        _cell(box[0] - margin[0], frame[0], frame[2], size[0]),
        _cell(box[2] + margin[0], frame[0], frame[2], size[0]),
        _cell(box[1] - margin[1], frame[1], frame[3], size[1]),
        _cell(box[3] + margin[1], frame[1], frame[3], size[1]),
    )


@compiled
def _drawn(
    edges: Numbers, span: Counts, window: tuple[int, int, int, int], frame: Numbers, rest: Numbers
) -> NDArray[np.int8]:
    """Draw a thing into the cells of its window; rest: columns and rows of all, margin in x and y."""
    left, right, low, high = window
    drawn = np.zeros((high - low + 1, right - left + 1), dtype=np.int8)
    shape = np.array([int(rest[0]), int(rest[1]), left, low])
    for one in range(span[0], span[1]):
        _cross(drawn, edges[one], frame, shape, rest[2:])
    _fill(drawn, edges, span, frame, shape[2:])
    return drawn


@compiled
def entries_of(
    things: tuple[Numbers, Counts, Numbers],
    frame: Numbers,
    layout: tuple[Counts, Numbers, int, int],
) -> tuple[Entries, Entries]:
    """List the things of every cell, by thing: cells, and their entries.

    Args:
        things: edges, where each thing's begin, boxes (NaN for one without edges).
        frame: west, south, columns per unit, rows per unit.
        layout: columns and rows; the margin in x and y by which things are made wider; from how many cells of its
            box on a thing is drawn cell by cell; how many entries there are at most.
    """
    edges, first, boxes = things
    size, margin, drawn_from, most = layout
    rest = np.array([float(size[0]), float(size[1]), margin[0], margin[1]])
    cells, found = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
    everywhere = np.full((1, 1), CROSSED, dtype=np.int8)
    count = 0
    for thing in range(len(boxes)):
        if first[thing] == first[thing + 1]:
            continue
        window = _window(boxes[thing], margin, frame, size)
        left, right, low, high = window
        drawn, step = everywhere, 0
        if (right - left + 1) * (high - low + 1) >= drawn_from:
            drawn, step = _drawn(edges, first[thing : thing + 2], window, frame, rest), 1
        for row in range(low, high + 1):
            for column in range(left, right + 1):
                kind = drawn[(row - low) * step, (column - left) * step]
                cells[count] = row * size[0] + column
                found[count] = thing * 2 + (kind == WITHIN)
                count += kind != FREE
    return cells[:count], found[:count]


@compiled
def _cell_of(frame: Numbers, size: Counts, x: float, y: float) -> int:
    """The cell of a point; -1 outside of all."""
    if not (frame[0] <= x <= frame[0] + size[0] / frame[2]):
        return -1
    if not (frame[1] <= y <= frame[1] + size[1] / frame[3]):
        return -1
    row = _cell(y, frame[1], frame[3], size[1])
    cell: int = row * size[0] + _cell(x, frame[0], frame[2], size[0])
    return cell


@compiled
def _in_box(box: Numbers, x: float, y: float) -> bool:
    inside: bool = box[0] <= x <= box[2] and box[1] <= y <= box[3]
    return inside


@compiled
def hold(
    things: tuple[Numbers, Counts, Numbers],
    cells: tuple[Numbers, Counts, Counts, Entries],
    points: tuple[Numbers, Numbers],
    answer: tuple[Entries, NDArray[np.int8]],
) -> None:
    """Find for each point the first thing that it lies in.

    Args:
        things: edges, where each thing's begin, boxes.
        cells: frame, columns and rows, where each cell's entries begin, entries.
        points: x and y.
        answer: takes the row of the first thing, -1 for none; and 0 for none, 1, 2 for several, 3 for not sure.
    """
    edges, first, boxes = things
    frame, size, starts, entries = cells
    for point in range(len(points[0])):
        x, y = points[0][point], points[1][point]
        row, held = -1, 0
        cell = _cell_of(frame, size, x, y)
        for one in range(starts[cell], starts[cell + 1]) if cell >= 0 else range(0):
            thing, side = entries[one] >> 1, IN
            if not entries[one] & 1:
                side = OUT
                if _in_box(boxes[thing], x, y):
                    side = _side(edges, first[thing], first[thing + 1], x, y)
            if side == UNSURE:
                held = 3
                break
            if side == IN:
                held = 2 if row >= 0 else 1
                row = thing if row < 0 else row
        answer[0][point], answer[1][point] = row, held


@compiled
def _apart(x1: float, y1: float, x2: float, y2: float) -> float:
    """Squared distance of the origin from an edge."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = min(max(-(x1 * dx + y1 * dy) / length, 0.0), 1.0) if length > 0 else 0.0
    px, py = x1 + along * dx, y1 + along * dy
    return px * px + py * py


@compiled
def _squared(
    edges: Numbers, span: tuple[int, int], spot: tuple[float, float, float, float]
) -> float:
    """Squared metres from a point (x, y, metres per unit east and north there) to the nearest edge."""
    x, y, east, north = spot
    least = np.inf
    for row in range(span[0], span[1]):
        apart = _apart(
            (edges[row, 0] - x) * east,
            (edges[row, 1] - y) * north,
            (edges[row, 2] - x) * east,
            (edges[row, 3] - y) * north,
        )
        least = min(least, apart)
    return least


@compiled
def _from_box(box: Numbers, spot: tuple[float, float, float, float]) -> float:
    """Squared metres from a point to a box; 0 within."""
    x, y, east, north = spot
    dx = max(box[0] - x, x - box[2], 0.0) * east
    dy = max(box[1] - y, y - box[3], 0.0) * north
    squared: float = dx * dx + dy * dy
    return squared


@compiled
def _side_clear(
    edges: Numbers, span: tuple[int, int], spot: tuple[float, float, float, float], clear: float
) -> int:
    """As `_side`, and unsure where an edge is within so many metres."""
    if _squared(edges, span, spot) <= clear * clear:
        return UNSURE
    return _side(edges, span[0], span[1], spot[0], spot[1])


@compiled
def hold_clear(
    things: tuple[Numbers, Counts, Numbers],
    cells: tuple[Numbers, Counts, Counts, Entries],
    points: tuple[Numbers, Numbers, Numbers, Numbers],
    clear: float,
    answer: tuple[Entries, NDArray[np.int8]],
) -> None:
    """Find what each point lies in, and be unsure wherever any edge is within so many metres.

    Args:
        things: see `hold`.
        cells: see `hold`.
        points: x, y, metres per unit east and north at each.
        clear: metres; less than the margin of the cells.
        answer: see `hold`.
    """
    edges, first, boxes = things
    frame, size, starts, entries = cells
    for point in range(len(points[0])):
        spot = (points[0][point], points[1][point], points[2][point], points[3][point])
        row, held = -1, 0
        cell = _cell_of(frame, size, spot[0], spot[1])
        for one in range(starts[cell], starts[cell + 1]) if cell >= 0 else range(0):
            thing, side = entries[one] >> 1, IN
            if not entries[one] & 1:
                side = OUT
                if _from_box(boxes[thing], spot) <= clear * clear:
                    side = _side_clear(edges, (first[thing], first[thing + 1]), spot, clear)
            if side == UNSURE:
                held = 3
                break
            if side == IN:
                held = 2 if row >= 0 else 1
                row = thing if row < 0 else row
        answer[0][point], answer[1][point] = row, held


@compiled
def _insert(best: Entries, metres: Numbers, thing: int, apart: float) -> None:
    """Put a thing where it belongs among the nearest ones; the farthest falls out."""
    place = len(metres) - 1
    if apart >= metres[place]:
        return
    while place > 0 and metres[place - 1] > apart:
        metres[place], best[place] = metres[place - 1], best[place - 1]
        place -= 1
    metres[place], best[place] = apart, thing


@compiled
def nearest(
    things: tuple[Numbers, Counts, Numbers, Counts],
    cells: tuple[Numbers, Counts, Counts, Entries],
    points: tuple[Numbers, Numbers, Numbers, Numbers, Counts],
    reach: tuple[float, float],
    answer: tuple[Entries, Numbers],
) -> None:
    """Find for each point the nearest things of its own group, none of which it lies in.

    Args:
        things: edges, where each thing's begin, boxes, groups.
        cells: see `hold`.
        points: x, y, metres per unit east and north at each, group.
        reach: metres that are searched, at most the cells' margin; how much farther than the nearest a thing may be.
        answer: n x k, takes rows of things, -1 for none, and metres, infinity for none; the nearest first.
    """
    edges, first, boxes, groups = things
    frame, size, starts, entries = cells
    last = answer[1].shape[1] - 1
    for point in range(len(points[0])):
        spot = (points[0][point], points[1][point], points[2][point], points[3][point])
        best, metres = answer[0][point], answer[1][point]
        cell = _cell_of(frame, size, spot[0], spot[1])
        for one in range(starts[cell], starts[cell + 1]) if cell >= 0 else range(0):
            thing = entries[one] >> 1
            if groups[thing] != points[4][point]:
                continue
            limit = min(reach[0], metres[0] + reach[1], metres[last])
            if _from_box(boxes[thing], spot) > limit * limit:
                continue
            apart = sqrt(_squared(edges, (first[thing], first[thing + 1]), spot))
            if apart <= limit:
                _insert(best, metres, thing, apart)


@compiled
def count_inside(
    things: tuple[Numbers, Counts, Numbers],
    cells: tuple[Numbers, Counts, Counts, Entries],
    points: tuple[Numbers, Numbers, Numbers, Numbers, Numbers, Entries],
    lattice: Numbers,
    answer: tuple[Entries],
) -> None:
    """Count how many points of a lattice around each point lie in one thing.

    Args:
        things: see `hold`.
        cells: see `hold`.
        points: x, y, metres per unit east and north at each, what stretches the lattice, the thing's row.
        lattice: k x 2, metres.
        answer: n, takes the numbers; -1 where one of the points is too near an edge.
    """
    frame, size, starts, entries = cells
    for point in range(len(points[0])):
        thing, count = points[5][point], 0
        for node in range(len(lattice)):
            x = points[0][point] + lattice[node, 0] * points[4][point] / points[2][point]
            y = points[1][point] + lattice[node, 1] * points[4][point] / points[3][point]
            cell, side = _cell_of(frame, size, x, y), OUT
            for one in range(starts[cell], starts[cell + 1]) if cell >= 0 else range(0):
                if entries[one] >> 1 == thing:
                    side = IN
                    if not entries[one] & 1:
                        side = _side(things[0], things[1][thing], things[1][thing + 1], x, y)
            if side == UNSURE:
                count = -1
                break
            count += side == IN
        answer[0][point] = count
