"""GCJ-02 and BD-09, the two shifted systems of Chinese web maps, as plain formulas on degrees.

GCJ-02 (国测局坐标, “火星坐标”) moves WGS 84 by 20-710 m, mostly 400-600 m; BD-09 (百度坐标) is 0.7-1.5 km off. No
official text of either is public. Everybody computes them with one formula that leaked about 2010; this
is that formula after googollee/eviltransform and hujiulong/gcoord, whose test pairs it reproduces. The
forward direction is taken as the definition and inverted by iteration: the closed 'inverse' that is
often seen leaves up to 2 m.

Only `gridmap.geometry.crs` calls this; it knows nothing of datums or of what is asked.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]
Shift = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north in degrees: outside of this rectangle nothing is shifted (eviltransform)."""

KRASOVSKY_AXIS = 6378245.0
KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
"""Semi-major axis in metres and squared first eccentricity of the Krasovsky 1940 ellipsoid."""

BAIDU_FREQUENCY = np.pi * 3000.0 / 180.0
BAIDU_EAST, BAIDU_NORTH = 0.0065, 0.006

BLOCK = 16_384
"""Points computed at once: some twenty temporaries of this size stay in the processor's cache."""

SETTLED = 1e-9
"""Degrees (0.1 mm) that the last correction may have; 3 % of it at most is left after it."""

MOST_ROUNDS = 20
"""A round leaves at most 3 % of the error, so four to six settle; so many more means no solution."""

MARGIN = 0.05
"""Degrees: wider than any shift, so that every point with an origin in `CHINA` is looked at."""


def gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 to GCJ-02.

    Args:
        lon: WGS 84 longitudes in degrees, inside or near China.
        lat: their latitudes.

    Returns:
        Longitude and latitude in GCJ-02, degrees.
    """
    x, y = lon - 105.0, lat - 35.0
    root, product = np.sqrt(np.abs(x)), 0.1 * x * y
    double, third_x, third_y = _sine(2.0 * x), _sine(x / 3.0), _sine(y / 3.0)
    wave = 20.0 * (_of_triple(double) + double)
    east_wave = wave + 20.0 * _of_triple(third_x) + 40.0 * third_x
    east_wave += 150.0 * _sine(x / 12.0) + 300.0 * _sine(x / 30.0)
    north_wave = wave + 20.0 * _of_triple(third_y) + 40.0 * third_y
    north_wave += 160.0 * _sine(y / 12.0) + 320.0 * _sine(y / 30.0)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + product + 0.1 * root + east_wave / 1.5
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + product + 0.2 * root + north_wave / 1.5
    return _moved(lon, lat, east_m, north_m)


def bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 to BD-09 (by way of GCJ-02).

    Args:
        lon: WGS 84 longitudes in degrees, inside or near China.
        lat: their latitudes.

    Returns:
        Longitude and latitude in BD-09, degrees.
    """
    x, y = gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BAIDU_FREQUENCY)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BAIDU_FREQUENCY)
    return radius * np.cos(angle) + BAIDU_EAST, radius * np.sin(angle) + BAIDU_NORTH


def shifted(shift: Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Apply a shift to the points inside `CHINA`; the others come back as they are.

    Args:
        shift: `gcj02` or `bd09`.
        lon: WGS 84 longitudes in degrees, one-dimensional; NaN stays NaN.
        lat: their latitudes.
    """
    return _in_blocks(lambda x, y: _where(_in_china(x, y), shift, x, y), lon, lat)


def unshifted(shift: Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Find the WGS 84 points inside `CHINA` that a shift moves to the given ones, to some micrometres.

    Points with no such origin come back as they are. On the rectangle's edge, where the shift is
    switched off, a point may have two origins: the one inside is given.

    Args:
        shift: `gcj02` or `bd09`.
        lon: shifted longitudes in degrees, one-dimensional; NaN stays NaN.
        lat: their latitudes.
    """
    return _in_blocks(lambda x, y: _origin(shift, x, y), lon, lat)


def _sine(half_turns: Degrees) -> Degrees:
    return np.sin(half_turns * np.pi)


def _of_triple(sine: Degrees) -> Degrees:
    """Return sin 3a from sin a: a sine costs as much as all the rest of a line."""
    return sine * (3.0 - 4.0 * sine * sine)


def _moved(
    lon: Degrees, lat: Degrees, east_m: Degrees, north_m: Degrees
) -> tuple[Degrees, Degrees]:
    """Move points by metres, turned to degrees with the radii of curvature of the Krasovsky ellipsoid."""
    sine_squared = np.sin(np.radians(lat)) ** 2
    flat = 1.0 - KRASOVSKY_ECCENTRICITY_SQUARED * sine_squared
    vertical = KRASOVSKY_AXIS / np.sqrt(flat)
    meridian = vertical * (1.0 - KRASOVSKY_ECCENTRICITY_SQUARED) / flat
    parallel = vertical * np.sqrt(1.0 - sine_squared)
    return lon + np.degrees(east_m / parallel), lat + np.degrees(north_m / meridian)


def _in_china(lon: Degrees, lat: Degrees, margin: float = 0.0) -> NDArray[np.bool_]:
    west, south, east, north = CHINA
    within_lon = (lon >= west - margin) & (lon <= east + margin)
    return within_lon & (lat >= south - margin) & (lat <= north + margin)


def _where(
    chosen: NDArray[np.bool_], shift: Shift, lon: Degrees, lat: Degrees
) -> tuple[Degrees, Degrees]:
    if chosen.all():
        return shift(lon, lat)
    new_lon, new_lat = lon.copy(), lat.copy()
    new_lon[chosen], new_lat[chosen] = shift(lon[chosen], lat[chosen])
    return new_lon, new_lat


def _origin(shift: Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    near = _in_china(lon, lat, MARGIN)
    origin_lon, origin_lat = _where(near, lambda x, y: _solved(shift, x, y), lon, lat)
    inside = _in_china(origin_lon, origin_lat, SETTLED)
    west, south, east, north = CHINA
    lon = np.where(inside, np.clip(origin_lon, west, east), lon)
    return lon, np.where(inside, np.clip(origin_lat, south, north), lat)


def _solved(shift: Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Fixed-point iteration: take the remaining error off the guess until it is gone."""
    guess_lon, guess_lat = lon, lat
    for _ in range(MOST_ROUNDS):
        got_lon, got_lat = shift(guess_lon, guess_lat)
        error_lon, error_lat = got_lon - lon, got_lat - lat
        guess_lon, guess_lat = guess_lon - error_lon, guess_lat - error_lat
        if max(np.abs(error_lon).max(initial=0.0), np.abs(error_lat).max(initial=0.0)) < SETTLED:
            break
    return guess_lon, guess_lat


def _in_blocks(function: Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    new_lon, new_lat = np.empty_like(lon), np.empty_like(lat)
    for start in range(0, len(lon), BLOCK):
        block = slice(start, start + BLOCK)
        new_lon[block], new_lat[block] = function(lon[block], lat[block])
    return new_lon, new_lat
