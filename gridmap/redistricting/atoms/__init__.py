"""Atoms: the smallest pieces that a plan can move, cut from the ground that a county stands on."""

from gridmap.redistricting.atoms.building import RULES, AtomSet, build
from gridmap.redistricting.atoms.ground import Ground

__all__ = ["RULES", "AtomSet", "Ground", "build"]
