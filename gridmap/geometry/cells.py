"""Cells: the ground nearest to each of several things, as lines between them.

A thing is a set of points with one label (the densified outline of a building, or a single point). The
cells are unions of Voronoi cells; only the lines between cells of different labels are made: the duals of
the Delaunay edges that join two labels. Everything is in a plane in metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geometry.arrays import lines_through, points_at

Geometries = NDArray[np.object_]
Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

OVERSHOOT = 0.002
"""Metres by which a line goes on beyond the edge of its face, so that noding surely makes them meet."""

_FRAME = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], dtype=np.float64)
_FRAME_REACH = 8.0
"""Corners of a square around each face, so many sizes of the face away: no cell is unbounded."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The points that ground is divided by.

    Attributes:
        points: n x 2 coordinates.
        face: n rows of the face that a point divides.
        label: n numbers; points of a face with the same one share a cell.
    """

    points: Numbers
    face: Rows
    label: Rows


def dividing_lines(faces: Geometries, sites: Sites, tolerance: float) -> Geometries:
    """Return the lines by which the sites of each face divide it.

    Args:
        faces: polygons.
        sites: points, outside of their face, too. Of several at one place the lowest label counts.
        tolerance: metres by which a line may be straightened (Douglas-Peucker).

    Returns:
        Lines inside the faces; those that end at a face's edge go on by `OVERSHOOT`.

    >>> sites = Sites(np.array([(1.0, 1.0), (3.0, 1.0)]), np.array([0, 0]), np.array([5, 6]))
    >>> [line] = dividing_lines(np.array([shapely.box(0, 0, 4, 2)]), sites, 0.1)
    >>> sorted(line.coords)
    [(2.0, -0.002), (2.0, 2.002)]
    """
    centres, links, face = _network(_framed(faces, sites))
    nodes, sizes = _chains(len(centres), links)
    chains = lines_through(centres[nodes], np.repeat(np.arange(len(sizes)), sizes))
    straight = shapely.simplify(chains, tolerance, preserve_topology=False)
    long = shapely.length(straight) > 0  # a small circle becomes a point
    within = faces[face[nodes[np.cumsum(sizes) - 1]]]
    return _overshot(_clipped(straight[long], within[long]))


def _framed(faces: Geometries, sites: Sites) -> Sites:
    """Add the corners of a frame with the label -1 around each face that has several labels."""
    sites = _divisive(sites)
    used = np.unique(sites.face)
    bounds = shapely.bounds(faces[used])
    for axis in (0, 1):  # sites outside of their face count, too
        np.minimum.at(bounds[:, axis], np.searchsorted(used, sites.face), sites.points[:, axis])
        np.maximum.at(bounds[:, 2 + axis], np.searchsorted(used, sites.face), sites.points[:, axis])
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    size = (bounds[:, 2:] - bounds[:, :2]).max(axis=1)
    corners = middle[:, None, :] + _FRAME[None] * _FRAME_REACH * size[:, None, None]
    points = np.concatenate([sites.points, corners.reshape(-1, 2)])
    face = np.concatenate([sites.face, np.repeat(used, len(_FRAME))])
    label = np.concatenate([sites.label, np.full(len(used) * len(_FRAME), -1)])
    order = np.lexsort((label, points[:, 1], points[:, 0], face))
    points, face, label = points[order], face[order], label[order]
    new = np.ones(len(face), dtype=bool)
    new[1:] = (points[1:] != points[:-1]).any(axis=1) | (face[1:] != face[:-1])
    return Sites(points[new], face[new], label[new])


def _divisive(sites: Sites) -> Sites:
    """Leave out the sites of faces with one label only."""
    _, first, at = np.unique(sites.face, return_index=True, return_inverse=True)
    other = sites.label != sites.label[first][at]
    divided = np.bincount(at, other, minlength=len(first))[at] > 0
    return Sites(sites.points[divided], sites.face[divided], sites.label[divided])


def _network(sites: Sites) -> tuple[Numbers, Rows, Rows]:
    """Return where cells of different labels meet.

    Returns:
        The centres of the circles through three sites that are not all of one label (t x 2), pairs of them
        with a Voronoi edge between two labels (l x 2), and their faces (t).
    """
    origins = _origins(sites)
    corners = _triangles(sites, origins)
    label = sites.label[corners]
    mixed = (label[:, 0] != label[:, 1]) | (label[:, 0] != label[:, 2])
    corners = corners[mixed]
    sides = corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    apart = np.flatnonzero(sites.label[sides[:, 0]] != sites.label[sides[:, 1]])
    sides = np.sort(sides[apart], axis=1)
    keys = sides[:, 0] * len(sites.label) + sides[:, 1]
    order = np.argsort(keys)
    twin = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])  # a side of two triangles
    links = np.column_stack([apart[order[twin]], apart[order[twin + 1]]]) // 3
    origin = origins[corners[:, 0]]
    centres = _circumcentres(sites.points[corners] - origin[:, None, :]) + origin
    return centres, links, sites.face[corners[:, 0]]


def _chains(count: int, links: Rows) -> tuple[Rows, Rows]:
    """Put links end to end where just two of them meet.

    Args:
        count: how many nodes there are.
        links: pairs of nodes (l x 2).

    Returns:
        The nodes of all chains, one chain after the other, and how many each has. A chain in a circle
        begins and ends with the same node.

    >>> _chains(5, np.array([(3, 1), (1, 0), (3, 2), (3, 4)]))
    (array([3, 1, 0, 3, 2, 3, 4]), array([3, 2, 2]))
    """
    tail, head = np.concatenate([links, links[:, ::-1]]).T  # both ways of each link
    back = np.roll(np.arange(len(tail)), len(links))  # the other way
    degree = np.bincount(tail, minlength=count)
    leaving, start = np.argsort(tail, kind="stable"), np.cumsum(degree) - degree
    into = np.flatnonzero(degree[head] == 2)  # noqa: PLR2004 - a bend: two links meet
    one, other = leaving[start[head[into]]], leaving[start[head[into]] + 1]
    before = np.arange(len(tail))
    before[np.where(one == back[into], other, one)] = into
    _cut_circles(before)
    first, place = _ranked(before)
    order = np.lexsort((place, first))
    begins = np.flatnonzero(place[order] == 0)
    sizes = np.diff(np.append(begins, len(order)))
    last = order[begins + sizes - 1]
    once = first[last] <= first[back[last]]  # each chain is found from both of its ends
    ways = order[np.repeat(once, sizes)]
    sizes = sizes[once]
    nodes = np.insert(head[ways], np.cumsum(sizes) - sizes, tail[first[last][once]])
    return nodes, sizes + 1


def _ranked(before: Rows) -> tuple[Rows, Rows]:
    """Return for each link of a chain its first link and how many lie between, by doubling the steps."""
    place = (before != np.arange(len(before))).astype(np.int64)
    first = before
    while True:
        farther = first[first]
        if (farther == first).all():
            return first, place
        place = place + place[first]
        first = farther


def _cut_circles(before: Rows) -> None:
    """Let each circle of links begin at its lowest."""
    reached, left = before, len(before) + 1
    while len(circling := np.flatnonzero(before[reached] != reached)) < left:
        left = len(circling)
        reached = reached[reached]
    seen: set[int] = set()
    for start in circling.tolist():
        if start not in seen:
            link = start
            while link not in seen:
                seen.add(link)
                link = int(before[link])
            before[start] = start


def _origins(sites: Sites) -> Numbers:
    """Return a point near each site, the same for all sites of a face: small numbers lose less."""
    _, first, at = np.unique(sites.face, return_index=True, return_inverse=True)
    return np.round(sites.points[first])[at]


def _triangles(sites: Sites, origins: Numbers) -> Rows:
    """Return the Delaunay triangles of each face's sites as rows of sites (t x 3)."""
    local = sites.points - origins
    rows = np.arange(len(local))
    marked = points_at(np.column_stack([local, rows]))  # the height carries the row through
    _, face = np.unique(sites.face, return_inverse=True)
    meshes = shapely.delaunay_triangles(shapely.multipoints(marked, indices=face))
    coordinates = shapely.get_coordinates(meshes, include_z=True)
    return coordinates[:, 2].reshape(-1, 4)[:, :3].astype(np.int64)


def _circumcentres(triangles: Numbers) -> Numbers:
    """Return the centres of the circles through the corners (t x 3 x 2) of triangles."""
    start = triangles[:, 0]
    b, c = triangles[:, 1] - start, triangles[:, 2] - start
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    flat = twice == 0
    twice[flat] = 1.0
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    centre: Numbers = np.column_stack([c[:, 1] * bb - b[:, 1] * cc, b[:, 0] * cc - c[:, 0] * bb])
    centre /= twice[:, None]
    centre[flat] = ((b + c) / 3)[flat]
    centre += start
    return centre


def _clipped(lines: Geometries, faces: Geometries) -> Geometries:
    """Return the parts of lines inside their faces."""
    shapely.prepare(faces)
    inside = shapely.contains_properly(faces, lines)
    crossing = ~inside & shapely.intersects(faces, lines)
    cut = shapely.get_parts(shapely.intersection(lines[crossing], faces[crossing]))
    return np.concatenate([lines[inside], cut[shapely.get_type_id(cut) == 1]])


def _overshot(lines: Geometries) -> Geometries:
    """Lengthen the lines at their loose ends: those that no other line has."""
    counts = shapely.get_num_coordinates(lines)
    last = np.cumsum(counts) - 1
    first = last - counts + 1
    coordinates = shapely.get_coordinates(lines)
    ends = np.concatenate([first, last])
    before = np.concatenate([first + 1, last - 1])
    points = np.ascontiguousarray(coordinates[ends]).view(np.complex128).ravel()
    _, at, times = np.unique(points, return_inverse=True, return_counts=True)
    loose = times[at] == 1
    ends, before = ends[loose], before[loose]
    way = coordinates[ends] - coordinates[before]
    way /= np.hypot(way[:, 0], way[:, 1])[:, None]
    coordinates[ends] += OVERSHOOT * way
    return lines_through(coordinates, np.repeat(np.arange(len(lines)), counts))
