"""Plans drawn in ASCII: every letter is an atom of 100 m by 100 m, and the letter is its grid.

A second drawing may give compounds (a dot for none), a third the households of each atom.
"""

import numpy as np
import shapely

from gridmap.redistricting.graph import AtomGraph, Weights
from gridmap.redistricting.plan import UNASSIGNED, GridDraft, Plan

SIDE = 100.0
COMMUNITY = 7


def cells(drawing):
    rows = [line.strip() for line in drawing.strip().splitlines()]
    return [list(row) for row in rows]


def lattice(drawing, *, compounds=None, communities=None, roads=()):
    """The atoms of a drawing as a graph, row by row from the north-west; below `roads` runs a street."""
    drawn = cells(drawing)
    height, width = len(drawn), len(drawn[0])
    number = np.arange(height * width).reshape(height, width)
    home = number * 0
    if communities is not None:
        home = np.array([[int(cell) for cell in row] for row in cells(communities)])
    pairs = []
    for y in range(height):
        for x in range(width):
            for other_y, other_x in ((y, x + 1), (y + 1, x)):
                inside = other_y < height and other_x < width
                if inside and home[y, x] == home[other_y, other_x]:
                    street = other_y > y and y in roads
                    pairs.append((number[y, x], number[other_y, other_x], 2 * street))
    first, second, road = np.array(pairs).T if pairs else np.zeros((3, 0), int)
    inner = np.bincount(np.concatenate([first, second]), minlength=height * width) * SIDE
    estate = np.full(height * width, -1)
    if compounds is not None:
        flat = [cell for row in cells(compounds) for cell in row]
        estate = np.array([-1 if cell == "." else ord(cell) for cell in flat])
    ys, xs = np.divmod(np.arange(height * width), width)
    return AtomGraph(
        communities=tuple(COMMUNITY + row for row in range(home.max() + 1)),
        community=home.ravel().astype(np.int32),
        compound=estate.astype(np.int32),
        area_m2=np.full(height * width, SIDE * SIDE),
        outer_m=4 * SIDE - inner,
        x=(xs + 0.5) * SIDE,
        y=-(ys + 0.5) * SIDE,
        first=first.astype(np.int32),
        second=second.astype(np.int32),
        border_m=np.full(len(first), SIDE),
        road=road.astype(np.int8),
    )


def shapes(drawing):
    """The squares of a drawing, in the order of the atoms."""
    drawn = cells(drawing)
    return np.array(
        [
            shapely.box(x * SIDE, -(y + 1) * SIDE, (x + 1) * SIDE, -y * SIDE)
            for y in range(len(drawn))
            for x in range(len(drawn[0]))
        ]
    )


def plan(drawing, *, communities=None):
    """A plan as it is drawn; rows in the order of the letters, a dot is ground without a grid."""
    flat = [cell for row in cells(drawing) for cell in row]
    letters = sorted(set(flat) - {"."})
    home = dict.fromkeys(letters, COMMUNITY)
    if communities is not None:
        places = [int(cell) for row in cells(communities) for cell in row]
        home = {letter: COMMUNITY + place for letter, place in zip(flat, places, strict=True)}
    drafts = tuple(
        GridDraft(
            home[letter], f"41990100100{home[letter] - COMMUNITY}{row + 1:03d}", letter, row + 1
        )
        for row, letter in enumerate(letters)
    )
    rows = [UNASSIGNED if cell == "." else letters.index(cell) for cell in flat]
    return Plan(drafts, np.array(rows, dtype=np.int32))


def drawn(made, like):
    """A plan as a drawing again, by the first letter of each grid's name."""
    width = len(cells(like)[0])
    flat = ["." if row == UNASSIGNED else made.grids[row].name[-1] for row in made.assignment]
    return "\n".join("".join(flat[at : at + width]) for at in range(0, len(flat), width))


def weights(graph, households=10, members=1, reports=0):
    """The same in every atom, or an array."""

    def counted(value):
        return np.broadcast_to(np.asarray(value, dtype=np.int64), len(graph)).copy()

    return Weights(
        households=counted(households),
        residents=counted(households) * 3,
        buildings=counted(1),
        members=counted(members),
        reports=counted(reports),
    )
