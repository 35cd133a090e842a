"""Search one part: chains of annealing from several beginnings, then one course for each proposal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gridmap.redistricting.graph import Int32s
from gridmap.redistricting.search.anneal import Course, anneal
from gridmap.redistricting.search.naming import pairs
from gridmap.redistricting.search.nets import Nodes, aim_for, aim_of, at_home, contracted, single
from gridmap.redistricting.search.objective import Aim, Net, cost_of, state_of, summed
from gridmap.redistricting.search.parts import Part
from gridmap.redistricting.search.seeds import fresh, from_today
from gridmap.redistricting.search.trees import room_of
from gridmap.redistricting.search.wishes import Kind, Wish

Tick = Callable[[int, Int32s], bool]
"""Is told how many flips were spent since it was last asked and the best labels by atom; says whether to go on."""

SWEEPS = 10
SPLITTING = 6.5
"""Sweeps that splitting two grids anew takes as long as."""

WARM = 0.1
CHUNK = 4_000_000
"""Flips between two reports."""

CHAIN = 24_000_000
"""Flips that a chain is worth before another begins."""

MOST_CHAINS = 8
METIS_RUNS = 5
ON_NODES = 0.6
"""Share of a proposal's flips that go to contracted nodes; the rest is for single atoms."""

FIRM = 4.0
"""How much more a load outside the band costs at the end."""


@dataclass(frozen=True, slots=True)
class Heat:
    """Heat of a course: first and last."""

    hot: float
    cold: float

    def at(self, fraction: float) -> float:
        """Return the heat after a fraction of the course."""
        return float(self.hot * (self.cold / self.hot) ** fraction)


SEARCHING, REFINING, FINISHING = Heat(0.2, 0.04), Heat(0.08, 0.03), Heat(0.03, 0.005)


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Labels of nodes, for each label the place in `Part.names` that it goes on, and the cost."""

    label: Int32s
    cost: float


class Solver:
    """The search of one part.

    Attributes:
        part: what is divided.
        nodes: its contracted nodes.
        base: the best labels of nodes so far by the wish as it is.
    """

    def __init__(self, part: Part, wish: Wish, seed: int) -> None:
        self.part, self.wish, self.seed = part, wish, seed
        self.nodes = contracted(part, wish)
        self.base = self._first()

    def _first(self) -> Int32s:
        aim = aim_of(self.part, self.wish)
        if self._is_bound():
            return from_today(self.part, self.nodes, aim, self.seed)[0]
        return fresh(self.nodes.net, aim, self.part.grids, METIS_RUNS, self.seed)

    def _is_bound(self) -> bool:
        return bool((self.part.lock >= 0).any())

    def by_atom(self) -> Int32s:
        """Return the best labels so far by atom."""
        return self.base[self.nodes.node]

    def search(self, flips: int, tick: Tick) -> bool:
        """Run the chains of the wish as it is; return False when told to stop."""
        aim = aim_of(self.part, self.wish)
        chains = int(min(max(round(flips / CHAIN), 1), MOST_CHAINS))
        lowest = np.inf
        for chain in range(chains):
            seed = self.seed + 1000 * chain
            label = self.base
            if chain and not self._is_bound():
                label = fresh(self.nodes.net, aim, self.part.grids, METIS_RUNS, seed)
            net = self._homed(self.nodes, label)
            walk = _Walk(net, aim, self.nodes.node, seed, tick)
            solved = walk.run(label, flips // chains, SEARCHING)
            if solved.cost < lowest:
                self.base, lowest = solved.label, solved.cost
            if walk.stopped:
                return False
        return True

    def _homed(self, nodes: Nodes, label: Int32s, names: Int32s | None = None) -> Net:
        if names is None:
            plan = label[nodes.node]
            names = np.full(self.part.grids, -1, np.int32)
            found = pairs(plan, self.part.today, self.part.load, self.part.lock)
            names[: len(found)] = found
        return at_home(nodes.net, self.part, nodes.node, names)

    def propose(self, kind: Kind, flips: int, tick: Tick) -> tuple[Int32s, bool]:
        """Search for one kind of proposal; return the labels by atom, and False when told to stop."""
        aim = aim_for(self.part, self.wish, kind)
        label, net = self.base, self._homed(self.nodes, self.base)
        if kind == Kind.LEAST_CHANGE:
            label, net = self._from_today(aim, label, net)
        walk = _Walk(net, aim, self.nodes.node, self.seed + 1, tick)
        solved = walk.run(label, int(flips * ON_NODES), REFINING)
        atoms = single(self.part, self.wish)
        plan = solved.label[self.nodes.node]
        if walk.stopped:
            return plan, False
        net = self._homed(atoms, plan)
        firm = aim._replace(beyond=FIRM * aim.beyond)
        walk = _Walk(net, firm, atoms.node, self.seed + 2, tick)
        solved = walk.run(plan, flips - int(flips * ON_NODES), FINISHING)
        return solved.label, not walk.stopped

    def _from_today(self, aim: Aim, label: Int32s, net: Net) -> tuple[Int32s, Net]:
        """Begin with today's plan, unless what was found is better by the same measure."""
        here, names = from_today(self.part, self.nodes, aim, self.seed)
        home = self._homed(self.nodes, here, names)
        grids = self.part.grids
        if cost_of(home, aim, state_of(home, aim, here, grids, 0)) <= cost_of(
            net, aim, state_of(net, aim, label, grids, 0)
        ):
            return here, home
        return label, net


class _Walk:
    """One course of annealing, in chunks."""

    def __init__(self, net: Net, aim: Aim, node: Int32s, seed: int, tick: Tick) -> None:
        self.net, self.aim, self.node, self.seed, self.tick = net, aim, node, seed, tick
        self.stopped = False

    def run(self, label: Int32s, flips: int, heat: Heat) -> Solved:
        """Anneal from some labels; return the best met."""
        grids = int(label.max()) + 1
        state, room = state_of(self.net, self.aim, label, grids, self.seed), room_of(self.net)
        best, met = state.label.copy(), state.label.copy()
        cost = lowest = cost_of(self.net, self.aim, state)
        per_step = round(2 * (SPLITTING + SWEEPS) * len(label) / max(grids, 1))
        steps = flips // per_step if grids > 1 else 0
        done = 0
        while done < steps and not self.stopped:
            now = min(max(1, CHUNK // per_step), steps - done)
            hot, cold = heat.at(done / steps), heat.at((done + now) / steps)
            gain, change = anneal(
                self.net, self.aim, state, room, Course(now, SWEEPS, hot, cold, WARM), met
            )
            if cost + gain < lowest:
                lowest, best = cost + gain, met.copy()
            cost += change
            summed(self.net, self.aim, state)
            done += now
            self.stopped = not self.tick(now * per_step, best[self.node])
        return Solved(best, lowest)
