"""Tiles as an independent decoder reads them, and the tiles that lie around a place."""

import math

import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry import shape

from gridmap.publishing.tiling import EXTENT, Tile


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    """The tile that holds a point."""
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return Tile(zoom, int((lon + 180) / 360 * 2**zoom), int(y * 2**zoom))


def decoded(content: bytes, at: Tile) -> dict:
    """Features of a tile by code: number, properties and shape in degrees (WGS 84)."""
    if not content:
        return {}
    [layer] = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}).values()
    assert layer["extent"] == EXTENT
    return {
        one["properties"]["code"]: (one["id"], one["properties"], degrees(one["geometry"], at))
        for one in layer["features"]
    }


def degrees(geometry: dict, at: Tile) -> shapely.Geometry:
    """A shape in units of a tile, in degrees."""
    count = 2**at.z

    def place(points):
        lon = (at.x + points[:, 0] / EXTENT) / count * 360 - 180
        rows = math.pi * (1 - 2 * (at.y + points[:, 1] / EXTENT) / count)
        return np.column_stack([lon, np.degrees(np.arctan(np.sinh(rows)))])

    return shapely.transform(shape(geometry), place)
