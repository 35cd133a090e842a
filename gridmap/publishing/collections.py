"""The one list of what is published; map, tiles, API and exports all come from it."""

from __future__ import annotations

from typing import Final

from gridmap.publishing.fields import COMMUNITY, NAME, Access, Collection, Field, FieldType, Shape
from gridmap.publishing.serving import ACTIVITIES, CENTRES, NEEDS
from gridmap.store.layers import LEDGER

_INTEGER, _FLAG = FieldType.INTEGER, FieldType.FLAG
_KIND: Final = Field("kind", "类型", "Kind", on_map=True)
_HOMES: Final = (
    Field("households", "户数", "Households", _INTEGER),
    Field("residents", "人数", "Residents", _INTEGER),
)

COMMUNITIES: Final = Collection(
    "communities",
    "社区",
    "Communities",
    Shape.POLYGON,
    (
        NAME,
        Field("township", "乡镇（街道）", "Township", on_map=True),
        Field("township_code", "乡镇（街道）编码", "Township code", short="town_code"),
    ),
    ("areas",),
    """
    SELECT a.code, v.name, t.name AS township, p.code AS township_code, v.valid, v.boundary AS geom
    FROM area a
    JOIN area_version v ON v.area_id = a.id
    LEFT JOIN area p ON p.id = a.parent_id
    LEFT JOIN area_version t ON t.area_id = p.id AND t.valid @> CAST(:day AS date)
    WHERE a.kind = 'community' AND v.boundary IS NOT NULL
    """,
)

GRIDS: Final = Collection(
    "grids",
    "网格",
    "Grids",
    Shape.POLYGON,
    (NAME, *COMMUNITY, Field("buildings", "楼栋数", "Buildings", _INTEGER), *_HOMES),
    ("areas", "grids", "buildings"),
    """
    SELECT g.code, v.name, a.code AS community_code, c.name AS community, n.buildings, n.households,
           n.residents, v.valid, v.boundary AS geom
    FROM grid g
    JOIN grid_version v ON v.grid_id = g.id
    JOIN area a ON a.id = g.community_id
    LEFT JOIN area_version c ON c.area_id = a.id AND c.valid @> CAST(:day AS date)
    LEFT JOIN LATERAL (
        SELECT count(*) AS buildings, coalesce(sum(b.households), 0) AS households,
               coalesce(sum(b.residents), 0) AS residents
        FROM grid_building m
        JOIN building_version b ON b.building_id = m.building_id AND b.valid @> CAST(:day AS date)
        WHERE m.grid_id = g.id AND m.valid @> CAST(:day AS date)
    ) AS n ON true
    """,
)

COMPOUNDS: Final = Collection(
    "compounds",
    "小区",
    "Compounds",
    Shape.POLYGON,
    (
        NAME,
        Field("aliases", "别名", "Aliases"),
        *COMMUNITY,
        Field("company", "物业公司", "Property company"),
        Field("in_ledger", "无物业台账", "In the ledger of unserved", _FLAG),
        Field("lane", "弄", "Lane"),
        Field("lane_road", "弄所在道路", "Road of the lane"),
        Field("lane_number", "弄号", "Number of the lane", short="lane_no"),
    ),
    ("areas", "compounds", "property", "names"),
    """
    SELECT c.code, v.name, o.aliases, a.code AS community_code, ca.name AS community, pc.name AS company,
           u.id IS NOT NULL AS in_ledger, v.lane_road || v.lane_number || '弄' AS lane, v.lane_road,
           v.lane_number, v.valid, v.boundary AS geom
    FROM compound c
    JOIN compound_version v ON v.compound_id = c.id
    LEFT JOIN area a ON a.id = v.community_id
    LEFT JOIN area_version ca ON ca.area_id = a.id AND ca.valid @> CAST(:day AS date)
    LEFT JOIN property_contract k ON k.compound_id = c.id AND k.valid @> CAST(:day AS date)
    LEFT JOIN property_company pc ON pc.id = k.company_id
    LEFT JOIN unserved_compound u ON u.compound_id = c.id AND u.valid @> CAST(:day AS date)
    LEFT JOIN LATERAL (
        SELECT string_agg(n.text, '、' ORDER BY n.text) AS aliases FROM place_name n
        WHERE n.entity_kind = 'compound' AND n.entity_code = c.code AND n.state = 'confirmed'
          AND n.valid @> CAST(:day AS date)
    ) AS o ON true
    """,
)

RED_PROPERTY: Final = Collection(
    "red_property",
    "红色物业",
    "Red property",
    Shape.POLYGON,
    (
        NAME,
        *COMMUNITY,
        Field("care", "谁管", "Care", on_map=True),
        Field("company", "物业公司", "Property company", on_map=True),
        Field("company_form", "物业党组织", "Company's party form", short="comp_form", on_map=True),
        Field("committee", "业委会", "Owners' committee"),
        Field("owners_form", "业委会党组织", "Owners' party form", short="own_form", on_map=True),
    ),
    ("areas", "compounds", "property", "red_property"),
    """
    SELECT c.code, v.name, a.code AS community_code, ca.name AS community,
           CASE WHEN pc.id IS NOT NULL THEN 'served' WHEN u.id IS NOT NULL THEN 'ledger' ELSE 'nobody' END AS care,
           pc.name AS company, p.party_form AS company_form, o.name AS committee, o.party_form AS owners_form,
           v.valid, v.boundary AS geom
    FROM compound c
    JOIN compound_version v ON v.compound_id = c.id
    LEFT JOIN area a ON a.id = v.community_id
    LEFT JOIN area_version ca ON ca.area_id = a.id AND ca.valid @> CAST(:day AS date)
    LEFT JOIN property_contract k ON k.compound_id = c.id AND k.valid @> CAST(:day AS date)
    LEFT JOIN property_company pc ON pc.id = k.company_id
    LEFT JOIN company_party p ON p.company_id = pc.id AND p.valid @> CAST(:day AS date)
    LEFT JOIN owners_committee o ON o.compound_id = c.id AND o.valid @> CAST(:day AS date)
    LEFT JOIN unserved_compound u ON u.compound_id = c.id AND u.valid @> CAST(:day AS date)
    """,
    on_map=False,
)

BUILDINGS: Final = Collection(
    "buildings",
    "楼栋",
    "Buildings",
    Shape.POLYGON,
    (
        Field("number", "楼号", "Number", on_map=True),
        Field("zone", "期区", "Zone", on_map=True),
        NAME,
        Field("address", "地址", "Address"),
        _KIND,
        Field("units", "单元数", "Units", _INTEGER),
        Field("floors", "层数", "Floors", _INTEGER, on_map=True),
        *_HOMES,
        Field("compound_code", "小区编码", "Compound code", short="cmpd_code", on_map=True),
        Field("compound", "小区", "Compound"),
        Field("grid_code", "网格编码", "Grid code", on_map=True),
        Field("grid", "网格", "Grid"),
    ),
    ("buildings", "compounds", "grids"),
    """
    SELECT b.code, v.number, v.zone, v.name, v.address, v.kind, v.units, v.floors, v.households, v.residents,
           c.code AS compound_code, cv.name AS compound, g.code AS grid_code, gv.name AS grid, v.valid,
           v.footprint AS geom, v.spot
    FROM building_version v
    JOIN building b ON b.id = v.building_id
    LEFT JOIN compound c ON c.id = v.compound_id
    LEFT JOIN compound_version cv ON cv.compound_id = c.id AND cv.valid @> CAST(:day AS date)
    LEFT JOIN grid_building gb ON gb.building_id = b.id AND gb.valid @> CAST(:day AS date)
    LEFT JOIN grid g ON g.id = gb.grid_id
    LEFT JOIN grid_version gv ON gv.grid_id = g.id AND gv.valid @> CAST(:day AS date)
    """,
)

ROADS: Final = Collection(
    "roads",
    "道路",
    "Roads",
    Shape.LINE,
    (NAME, _KIND),
    ("geography",),
    "SELECT code, name, kind, valid, line AS geom FROM road",
)

WATER: Final = Collection(
    "water",
    "水面",
    "Water",
    Shape.POLYGON,
    (NAME, _KIND),
    ("geography",),
    "SELECT code, name, kind, valid, surface AS geom FROM water",
)

PLACES: Final = Collection(
    "places",
    "地点",
    "Places",
    Shape.ANY,
    (NAME, _KIND),
    ("geography",),
    "SELECT code, name, kind, valid, shape AS geom FROM place",
)

REPORTS: Final = Collection(
    "reports",
    "各网格诉求",
    "Reports by grid",
    Shape.POLYGON,
    (
        NAME,
        *COMMUNITY,
        Field("open", "在办", "Open", _INTEGER),
        Field("filed", "三十天内受理", "Filed within 30 days", _INTEGER),
        Field("closed", "三十天内办结", "Closed within 30 days", _INTEGER),
    ),
    ("areas", "grids", "reports"),
    """
    SELECT g.code, v.name, a.code AS community_code, c.name AS community, v.valid, v.boundary AS geom
    FROM grid g
    JOIN grid_version v ON v.grid_id = g.id
    JOIN area a ON a.id = g.community_id
    LEFT JOIN area_version c ON c.area_id = a.id AND c.valid @> CAST(:day AS date)
    """,
    access=Access.SIGNED_IN,
    computed=frozenset({"open", "filed", "closed"}),
    on_map=False,
)

COVERAGE: Final = Collection(
    "coverage",
    "各社区覆盖",
    "Coverage by community",
    Shape.POLYGON,
    (
        NAME,
        Field("township", "乡镇（街道）", "Township"),
        Field("gaps", "缺项", "Gaps", _INTEGER),
        Field("advised", "提示", "Advised", _INTEGER),
        Field("checks", "缺哪些", "What is missing"),
    ),
    LEDGER,
    COMMUNITIES.sql,
    computed=frozenset({"gaps", "advised", "checks"}),
    on_map=False,
)

COLLECTIONS: Final[tuple[Collection, ...]] = (
    COMMUNITIES,
    GRIDS,
    COMPOUNDS,
    RED_PROPERTY,
    BUILDINGS,
    ROADS,
    WATER,
    PLACES,
    CENTRES,
    ACTIVITIES,
    NEEDS,
    REPORTS,
    COVERAGE,
)
BY_NAME: Final[dict[str, Collection]] = {one.name: one for one in COLLECTIONS}

TILE_ZOOM: Final = 15
"""Our own pages get buildings in tiles of this zoom: each in the one tile that holds its interior point."""
EDGE_DIGITS: Final = 6
"""Decimals of a degree in what the map draws: 1e-6 degree is about a decimetre, a fraction of a pixel."""
