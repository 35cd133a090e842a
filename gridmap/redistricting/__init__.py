"""Redistricting: plans that repaint the grids, what they do, and how they come into force."""
