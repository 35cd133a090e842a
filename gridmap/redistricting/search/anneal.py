"""Annealing in large steps: two grids are split anew, all is smoothed there, and the whole is kept or taken back.

A single node that changes grid roughens the border before it can smooth it, so that plain annealing freezes in
the first good pattern. A large step is judged after it was smoothed.

Source: O. Martin, S. W. Otto, E. W. Felten, Large-Step Markov Chains for the Traveling Salesman Problem, Complex
Systems 5 (1991) 299-326; the steps are those of recombination, see `trees`.
"""

from __future__ import annotations

from typing import NamedTuple

from gridmap.redistricting.graph import Int32s
from gridmap.redistricting.search.compiling import compiled
from gridmap.redistricting.search.dice import roll_below
from gridmap.redistricting.search.flips import flip, luck
from gridmap.redistricting.search.objective import Aim, Net, State, enclaves
from gridmap.redistricting.search.trees import NODE, Room, resplit, take_back

LEAST_GAIN = 1e-9
LEAST_HEAT = 1e-6


class Course(NamedTuple):
    """How to anneal.

    Attributes:
        steps: large steps to make.
        sweeps: tries to move each node of the two grids after they were split.
        hot, cold: heat of the large steps, first and last (geometric between them).
        warm: heat at which smoothing begins; it ends at 0.
    """

    steps: int
    sweeps: int
    hot: float
    cold: float
    warm: float


@compiled
def anneal(
    net: Net, aim: Aim, state: State, room: Room, course: Course, best: Int32s
) -> tuple[float, float]:
    """Make large steps, and keep the best plan met.

    Args:
        net: the nodes.
        aim: what is wanted.
        state: the plan; it is changed.
        room: room for trees.
        course: how to anneal.
        best: labels of the best plan met; changed.

    Returns:
        By how much the cost of the best plan met, and of the last one, differ from that of the first.
    """
    cost, lowest, heat = 0.0, 0.0, course.hot
    cooling = (course.cold / course.hot) ** (1.0 / max(course.steps, 1))
    inside = enclaves(state)
    for _ in range(course.steps):
        heat *= cooling
        change, count = resplit(net, aim, state, room)
        if count == 0:
            continue
        change += _smooth(net, aim, state, room, (count, course.sweeps, course.warm))
        after = enclaves(state)
        change += aim.enclave * (after - inside)
        if change > luck(state, heat):
            take_back(net, aim, state, room, count)
            continue
        inside = after
        cost += change
        if cost < lowest - LEAST_GAIN:
            lowest = cost
            best[:] = state.label
    return lowest, cost


@compiled
def _smooth(net: Net, aim: Aim, state: State, room: Room, extent: tuple[int, int, float]) -> float:
    """Try to move each of the nodes gathered some times, ever colder; return the change of cost."""
    count, sweeps, warm = extent
    change = 0.0
    tries = sweeps * count
    for turn in range(tries):
        node = int(room.tree[roll_below(state.dice, count), NODE])
        change += flip(net, aim, state, node, warm * (1.0 - turn / tries) + LEAST_HEAT)
    return change
