"""SQL: what grids, compounds and buildings are called on a day; one statement for as many as are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

_NAMES = text("""
SELECT 'grid' AS kind, g.id, g.code, v.name, a.code AS other, av.name AS other_name
FROM grid g
JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
JOIN area a ON a.id = g.community_id
LEFT JOIN area_version av ON av.area_id = a.id AND av.valid @> CAST(:day AS date)
WHERE g.id = ANY(:grids)
UNION ALL
SELECT 'compound', c.id, c.code, v.name, NULL, NULL
FROM compound c JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE c.id = ANY(:compounds)
UNION ALL
SELECT 'building', b.id, b.code,
       CASE WHEN v.number <> '' THEN concat(NULLIF(v.name, '') || ' ', v.zone, v.number, '号楼')
            ELSE COALESCE(NULLIF(v.name, ''), NULLIF(v.address, ''), b.code) END,
       NULL, p.name
FROM building b
JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN party_version p ON p.building_id = b.id AND p.kind = 'building_group'
 AND p.valid @> CAST(:day AS date)
WHERE b.id = ANY(:buildings)
""")


@dataclass(frozen=True, slots=True)
class PlaceName:
    """What a place is called.

    Attributes:
        code: its code.
        name: its name (a building's title).
        other: code of a grid's community.
        other_name: name of a grid's community, or of a building's party group.
    """

    code: str = ""
    name: str = ""
    other: str = ""
    other_name: str = ""


@dataclass(slots=True)
class PlaceNames:
    """The names of a day that were asked for so far, by id."""

    session: Session
    day: date
    grids: dict[int, PlaceName] = field(default_factory=dict)
    compounds: dict[int, PlaceName] = field(default_factory=dict)
    buildings: dict[int, PlaceName] = field(default_factory=dict)

    def learn(
        self, *, grids: Iterable[int], compounds: Iterable[int], buildings: Iterable[int]
    ) -> None:
        """Ask for names that are not here yet; at most one statement."""
        kept = {"grid": self.grids, "compound": self.compounds, "building": self.buildings}
        wanted = {
            "grid": [one for one in grids if one not in self.grids],
            "compound": [one for one in compounds if one not in self.compounds],
            "building": [one for one in buildings if one not in self.buildings],
        }
        if not any(wanted.values()):
            return
        asked = {f"{kind}s": ids for kind, ids in wanted.items()}
        for row in self.session.execute(_NAMES, {"day": self.day, **asked}):
            words = (row.code, row.name, row.other, row.other_name)
            kept[row.kind][row.id] = PlaceName(*(word or "" for word in words))
