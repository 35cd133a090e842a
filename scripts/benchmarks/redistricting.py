"""Our proposals beside METIS, GerryChain, spopt and a random start: same atoms, same seconds, several seeds.

Tables (`--only` chooses):
  community  a made-up community divided into k grids
  real       the same on real ground: `--real FOLDER` of OpenStreetMap GeoJSON; households in it are made up
  repair     households have shifted by up to a quarter: the fewest of them that a new plan within 10 % moves
  county     22 communities, grids of 300 to 500 households; METIS has the atoms, and the time, of each in turn

GerryChain and spopt take part where they are installed (`pip install -e .[bench]`). Shown are means over the seeds,
and the ratios of ours to each peer.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.redistricting.search.figures import figures
from gridmap.redistricting.search.propose import Kind, Wish, effort_for, propose
from gridmap.redistricting.search.warming import warm
from gridmap.redistricting.search.wishes import Figures
from scripts.benchmarks import made_atoms, peers, real_atoms
from scripts.benchmarks.made_atoms import MadeUp
from scripts.benchmarks.peers import Assignment, Peer, Task

BAND = (300, 500)
SHIFT = 0.25
SHOWN = {
    "deviation": ("worst", 100, 7),
    "in_band": ("band", 100, 7),
    "cut_m": ("cut km", 0.001, 8),
    "polsby_mean": ("PP", 1, 7),
    "polsby_min": ("PP min", 1, 8),
    "split_compounds": ("split", 1, 7),
    "small_branches": ("small", 1, 7),
    "stray_parts": ("stray", 1, 7),
    "households_moved": ("moved", 1, 8),
}
"""Columns: the figure, its head, what it is multiplied with, its width."""

PEERS: dict[str, tuple[str, Peer]] = {
    "metis": ("pymetis", peers.metis),
    "random": ("numpy", peers.random),
    "gerrychain": ("gerrychain", peers.gerrychain),
    "skater": ("spopt", peers.skater),
}
"""Peers of fresh ground: the package that each needs, and how it is asked."""

RATIOS = (
    "deviation",
    "cut_m",
    "polsby_mean",
    "split_compounds",
    "small_branches",
    "households_moved",
)


def main() -> None:
    """Print the tables."""
    tables = {"community": _community, "real": _real, "repair": _repair, "county": _county}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", help="not used: nothing is stored")
    parser.add_argument("--atoms", type=int, default=1050)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--grids", type=int, nargs="+", default=[6, 12, 22])
    parser.add_argument("--real", type=Path, help="folder of OpenStreetMap GeoJSON files")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--only", nargs="+", choices=tables, default=list(tables))
    asked = parser.parse_args()
    warm()
    for name in asked.only:
        tables[name](asked)


def _community(asked: argparse.Namespace) -> None:
    _compare("community", asked, lambda seed: made_atoms.make(1, asked.atoms, seed))


def _real(asked: argparse.Namespace) -> None:
    if asked.real is None:
        print("real: left out, no folder is given (--real)")
        return
    _compare("real", asked, lambda seed: real_atoms.make(asked.real, seed))


def _compare(name: str, asked: argparse.Namespace, make: Callable[[int], MadeUp]) -> None:
    """Divide ground afresh into each number of grids."""
    methods: dict[str, Peer] = {"gridmap": _ours, "gridmap balanced": _even}
    for peer in asked.peers:
        package, method = PEERS[peer]
        if importlib.util.find_spec(package):
            methods[peer] = method
    grounds = {seed: make(seed) for seed in asked.seeds}
    for grids in asked.grids:
        tasks = [(seed, _fresh(grounds[seed], grids)) for seed in asked.seeds]
        _table(f"{name}, k = {grids}", methods, tasks, asked.seconds)


def _fresh(made: MadeUp, grids: int) -> Task:
    return Task(made.graph, made.weights, grids, np.full(len(made.graph), -1, np.int32))


def _repair(asked: argparse.Namespace) -> None:
    """Mend a plan after households have shifted, compound by compound."""
    methods: dict[str, Peer] = {"gridmap": _mended, "metis": peers.metis}
    for grids in asked.grids:
        tasks = []
        for seed in asked.seeds:
            made = made_atoms.make(1, asked.atoms, seed)
            today = peers.metis(_fresh(made, grids), 1.0, seed)
            tasks.append((seed, _shifted(made, today, grids, seed)))
        _table(f"repair, k = {grids}", methods, tasks, asked.seconds)


def _shifted(made: MadeUp, today: Assignment, grids: int, seed: int) -> Task:
    rng = np.random.default_rng(seed)
    own = made.graph.compound.max() + 1 + np.arange(len(made.graph))
    block = np.where(made.graph.compound >= 0, made.graph.compound, own)
    factor = rng.uniform(1 - SHIFT, 1 + SHIFT, int(block.max()) + 1)[block]
    households = np.rint(made.weights.households * factor).astype(np.int64)
    weights = replace(made.weights, households=households)
    return Task(made.graph, weights, grids, today, repair=True)


def _ours(task: Task, seconds: float, seed: int) -> Assignment:
    wish = Wish(grids=task.grids, stability=0.0, roads=0.0, whole_compounds=1.0)
    return _best_of_ours(task, wish, seconds, seed)


def _even(task: Task, seconds: float, seed: int) -> Assignment:
    """The proposal that is to be the best balanced one, alone."""
    wish = Wish(
        grids=task.grids, stability=0.0, roads=0.0, whole_compounds=1.0, kinds=(Kind.BALANCED,)
    )
    return _best_of_ours(task, wish, seconds, seed)


def _mended(task: Task, seconds: float, seed: int) -> Assignment:
    wish = Wish(stability=1.0, roads=0.0, whole_compounds=1.0, kinds=(Kind.LEAST_CHANGE,))
    return _best_of_ours(task, wish, seconds, seed)


def _best_of_ours(task: Task, wish: Wish, seconds: float, seed: int) -> Assignment:
    effort = effort_for(task.graph, seconds)
    found = propose(
        task.graph, task.weights, task.today, task.locked, (), wish, seed, effort, lambda _: True
    )
    return min((one.assignment for one in found), key=lambda plan: task.rank(task.measured(plan)))


def _county(asked: argparse.Namespace) -> None:
    """Divide 22 communities at once, each proposal on a line of its own."""
    rows: dict[str, list[tuple[Figures, float]]] = {}
    for seed in asked.seeds:
        made = made_atoms.make(22, 11_900, seed)
        nothing = np.full(len(made.graph), -1, np.int32)
        wish = Wish(households=BAND)
        begun = time.perf_counter()
        found = propose(
            made.graph,
            made.weights,
            nothing,
            np.zeros(len(made.graph), dtype=np.bool_),
            (),
            replace(wish, kinds=(Kind.BALANCED, Kind.SHAPE)),
            seed,
            effort_for(made.graph, asked.seconds),
            lambda _: True,
        )
        took = time.perf_counter() - begun
        for one in found:
            rows.setdefault(f"gridmap {one.kind}", []).append((one.figures, took))
        begun = time.perf_counter()
        plan = _metis_county(made, asked.seconds, seed)
        measured = figures(made.graph, made.weights, nothing, wish, plan)
        rows.setdefault("metis", []).append((measured, time.perf_counter() - begun))
    _print(f"county, {len(asked.seeds)} seeds", rows)


def _metis_county(made: MadeUp, seconds: float, seed: int) -> Assignment:
    plan = np.full(len(made.graph), -1, np.int32)
    homes = range(len(made.graph.communities))
    for home in homes:
        graph, atoms = made.graph.subgraph(home)
        weights = made.weights.taken(atoms)
        grids = max(1, round(weights.households.sum() / statistics.mean(BAND)))
        task = Task(graph, weights, grids, np.full(len(graph), -1, np.int32), contract=False)
        parts = np.zeros(len(graph), np.int32)
        if grids > 1:
            parts = peers.metis(task, seconds / len(homes), seed)
        plan[atoms] = parts + plan.max() + 1
    return plan


def _table(
    title: str, methods: dict[str, Peer], tasks: list[tuple[int, Task]], seconds: float
) -> None:
    rows: dict[str, list[tuple[Figures, float]]] = {}
    for name, method in methods.items():
        for seed, task in tasks:
            begun = time.perf_counter()
            plan = method(task, seconds, seed)
            took = time.perf_counter() - begun
            rows.setdefault(name, []).append((task.measured(plan), took))
    _print(title, rows)


def _print(title: str, rows: dict[str, list[tuple[Figures, float]]]) -> None:
    heads = "".join(f"{head:>{width}}" for head, _, width in SHOWN.values())
    print(f"\n{title}\n{'':22}{heads}{'s':>7}")
    means = {name: _means(one for one, _ in found) for name, found in rows.items()}
    for name, found in rows.items():
        line = "".join(
            f"{means[name][key] * factor:>{width}.{_digits(key)}f}"
            for key, (_, factor, width) in SHOWN.items()
        )
        print(f"{name:22}{line}{statistics.mean(took for _, took in found):>7.1f}")
    for ours in (name for name in rows if name.startswith("gridmap")):
        for peer in (name for name in rows if not name.startswith("gridmap")):
            told = " ".join(
                f"{SHOWN[key][0]} {means[ours][key] / means[peer][key]:.2f}"
                for key in RATIOS
                if means[peer][key]
            )
            print(f"  {ours} / {peer}: {told}", flush=True)


def _digits(key: str) -> int:
    return 3 if key.startswith("polsby") else 2 if key == "cut_m" else 1


def _means(found: Iterable[Figures]) -> dict[str, float]:
    measured = list(found)
    return {
        part.name: statistics.mean(float(getattr(one, part.name)) for one in measured)
        for part in fields(Figures)
    }


if __name__ == "__main__":
    main()
