"""A file that means harm, or is only broken: its parts, and what may become of it."""

from __future__ import annotations

from dataclasses import dataclass

OUTLINE = [[[121.5, 31.2], [121.501, 31.2], [121.501, 31.201], [121.5, 31.201], [121.5, 31.2]]]


@dataclass(frozen=True)
class Case:
    """One file (or a Shapefile's parts) with its name.

    `harmless`: it may be read; else it must be refused, by its reading or by its check.
    `status`: what the upload answers where that is the point.
    """

    name: str
    files: dict[str, bytes]
    harmless: bool = False
    status: int | None = None
    layer: str = "buildings"


@dataclass(frozen=True)
class Canaries:
    """What no file may reach: an address that must not be called, and files that must not be read."""

    url: str
    text: str
    """Path of a text file."""
    map: str
    """Path of a GeoJSON file."""
