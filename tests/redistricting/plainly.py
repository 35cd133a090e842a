"""The rules once more, grid by grid and atom by atom as they read: slow, to be compared with."""

from gridmap.redistricting.faults import LEAST_MEMBERS, Fault, FaultKind
from gridmap.redistricting.plan import UNASSIGNED


def faults(plan, graph, weights, around):
    """All that is wrong with a plan, in the order in which it is listed."""
    rule = _Rules(plan, graph, weights, around)
    return (
        *rule.unassigned(),
        *rule.no_grid(),
        *rule.in_parts(),
        *rule.enclaves(),
        *rule.split_compounds(),
        *rule.counted(FaultKind.OUT_OF_BAND, weights.households, rule.outside),
        *rule.counted(FaultKind.SMALL_BRANCH, weights.members, lambda n: n < LEAST_MEMBERS),
        *rule.workers(),
    )


def pieces(atoms, borders):
    """The connected pieces of some atoms, the one with the lowest atom first."""
    left, found = set(atoms), []
    while left:
        piece, edge = set(), {min(left)}
        while edge:
            piece |= edge
            edge = {b for a in edge for b in borders[a] if b in left} - piece
        left -= piece
        found.append(piece)
    return found


class _Rules:
    def __init__(self, plan, graph, weights, around):
        self.plan, self.graph, self.weights, self.around = plan, graph, weights, around
        self.row = plan.assignment.tolist()
        self.home = graph.community.tolist()
        self.members = {}
        for atom, row in enumerate(self.row):
            self.members.setdefault(row, []).append(atom)
        self.loose = self.members.pop(UNASSIGNED, [])
        self.rows = sorted(self.members)
        self.borders = {atom: set() for atom in range(len(graph))}
        for one, other in zip(graph.first.tolist(), graph.second.tolist(), strict=True):
            self.borders[one].add(other)
            self.borders[other].add(one)

    def fault(self, kind, row, number=0, atoms=None):
        chosen = self.members[row] if atoms is None else sorted(atoms)
        return Fault(kind, row, tuple(chosen), self.plan.grids[row].name, number)

    def outside(self, households):
        return not self.around.band.least <= households <= self.around.band.most

    def unassigned(self):
        if self.loose:
            yield Fault(FaultKind.UNASSIGNED, None, tuple(self.loose), number=len(self.loose))

    def no_grid(self):
        having = {self.plan.grids[row].community_id for row in self.rows}
        for place, community in enumerate(self.graph.communities):
            if community not in having:
                atoms = tuple(a for a, home in enumerate(self.home) if home == place)
                name = self.around.communities.get(community, "")
                yield Fault(FaultKind.NO_GRID, None, atoms, name)

    def in_parts(self):
        wholes = pieces(range(len(self.row)), self.borders)
        for row in self.rows:
            parts = pieces(self.members[row], self.borders)
            unavoidable = sum(1 for whole in wholes if whole & set(self.members[row]))
            if len(parts) > unavoidable:
                stray = set(self.members[row]) - max(parts, key=len)  # of equal ones the first
                yield self.fault(FaultKind.IN_PARTS, row, len(parts), stray)

    def enclaves(self):
        for row in self.rows:
            atoms = self.members[row]
            beside = {self.row[b] for a in atoms for b in self.borders[a]} - {row}
            if len(beside) == 1 and not any(self.graph.outer_m[a] > 0 for a in atoms):
                yield self.fault(FaultKind.ENCLAVE, row)

    def split_compounds(self):
        inside = {}
        for atom, compound in enumerate(self.graph.compound.tolist()):
            if compound >= 0:
                inside.setdefault((self.home[atom], compound), []).append(atom)
        for (_, compound), atoms in sorted(inside.items()):
            over = [self.row[atom] for atom in atoms if self.weights.buildings[atom]]
            if len(set(over)) > 1:
                name = self.around.compounds.get(compound, "")
                kind = FaultKind.SPLIT_COMPOUND
                yield Fault(kind, over[0], tuple(atoms), name, len(set(over)))

    def counted(self, kind, counts, wrong):
        for row in self.rows:
            number = sum(int(counts[atom]) for atom in self.members[row])
            if wrong(number):
                yield self.fault(kind, row, number)

    def workers(self):
        going_on = {self.plan.grids[row].grid_id for row in self.rows}
        for grid_id, name in self.around.workers.items():
            if grid_id not in going_on:
                yield Fault(FaultKind.WORKER_WITHOUT_GRID, None, (), name)
        for row in self.rows:
            if self.plan.grids[row].grid_id not in self.around.workers:
                yield self.fault(FaultKind.GRID_WITHOUT_WORKER, row)
