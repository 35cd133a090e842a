"""Outlines of buildings in the frame of their site: x east along the row, y north, metres."""

from __future__ import annotations

from shapely import Polygon, box

from geodata.demo.terrain import Pair

BAY = 1.4
"""How far a stairwell stands out on the north side of a slab block."""


def slab(west: float, south: float, size: Pair, units: int, *, bays: bool) -> Polygon:
    """Return a slab block (板楼), with a stairwell standing out on the north side of each unit."""
    length, depth = size
    if not bays:
        return box(west, south, west + length, south + depth)
    ring = [(west, south), (west + length, south)]
    wall, unit = south + depth - BAY, length / units
    for k in range(units, 0, -1):
        middle = west + (k - 0.5) * unit
        ring += [
            (middle + 1.9, wall),
            (middle + 1.9, wall + BAY),
            (middle - 1.9, wall + BAY),
            (middle - 1.9, wall),
        ]
    return Polygon([ring[0], ring[1], (west + length, wall), *ring[2:], (west, wall)])


def stepped(west: float, south: float, size: Pair, units: int) -> Polygon:
    """Return a slab block whose units are set off against each other by turns."""
    length, depth = size
    unit, step = length / units, 1.8
    lows = [south + (k % 2) * step for k in range(units)]
    ring = [(west + (k + side) * unit, lows[k]) for k in range(units) for side in (0, 1)]
    top = [
        (west + (k + side) * unit, lows[k] + depth - step) for k in range(units) for side in (0, 1)
    ]
    return Polygon([*ring, *top[::-1]])


def tower(x: float, south: float, size: Pair) -> Polygon:
    """Return a point block (点式楼) about the axis x: broad to the south, a core to the north."""
    width, depth = size
    half, arm = width / 2, depth * 0.62
    bay, core = half * 0.34, half * 0.62
    return Polygon(
        [
            (x - half, south + 2), (x - bay, south + 2), (x - bay, south), (x + bay, south), (x + bay, south + 2),
            (x + half, south + 2), (x + half, south + arm), (x + core, south + arm), (x + core, south + depth),
            (x - core, south + depth), (x - core, south + arm), (x - half, south + arm),
        ]
    )  # fmt: skip


def angled(west: float, south: float, size: Pair, wing: Pair, *, east: bool) -> Polygon:
    """Return an L: a body of `size` with a wing (width, length) to the south at one end."""
    length, depth = size
    width, reach = wing
    near, far = (west + length - width, west + length) if east else (west, west + width)
    ring = [
        (west, south),
        (west, south + depth),
        (west + length, south + depth),
        (west + length, south),
    ]
    if east:
        return Polygon([*ring, (far, south - reach), (near, south - reach), (near, south)])
    return Polygon([ring[0], *ring[1:], (far, south), (far, south - reach), (near, south - reach)])


def comb(west: float, south: float, size: Pair, wings: int, depth: float) -> Polygon:
    """Return a building of parallel wings joined by a spine on the west: schools, wards, offices."""
    length, height = size
    gap = (height - wings * depth) / (wings - 1) if wings > 1 else 0
    ring = [(west, south)]
    for k in range(wings):
        low = south + k * (depth + gap)
        ring += [(west + length, low), (west + length, low + depth)]
        if k < wings - 1:
            ring += [(west + depth * 0.7, low + depth), (west + depth * 0.7, low + depth + gap)]
    return Polygon([*ring, (west, south + height)])


def court(west: float, south: float, size: Pair, depth: float) -> Polygon:
    """Return a U that opens to the south: government offices, a hotel."""
    length, height = size
    return Polygon(
        [
            (west, south), (west + depth, south), (west + depth, south + height - depth),
            (west + length - depth, south + height - depth), (west + length - depth, south),
            (west + length, south), (west + length, south + height), (west, south + height),
        ]
    )  # fmt: skip


def track(x: float, y: float, size: Pair) -> Polygon:
    """Return a running track's outline about (x, y), long side east to west."""
    length, width = size
    spine = box(x - (length - width) / 2, y - 0.5, x + (length - width) / 2, y + 0.5)
    return spine.buffer(width / 2, quad_segs=6)
