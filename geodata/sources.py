"""The layers that a county's files hold: their fields, the names these have in files, their shapes."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import GeometryType

from geodata.cells import Reader, count, lane, text, words
from gridmap.geometry.repair import LINEAR, POLYGONAL, PUNCTUAL
from gridmap.terms import Term

CODE_LENGTH, WORD_LENGTH = 64, 32
"""Characters that the ledger's columns hold."""


class Layer(Term):
    """What a file can be imported as."""

    COMMUNITIES = "communities", "社区", "communities"
    GRIDS = "grids", "网格", "grids"
    COMPOUNDS = "compounds", "小区", "compounds"
    BUILDINGS = "buildings", "楼栋", "buildings"
    ROADS = "roads", "道路", "roads"
    WATER = "water", "水系", "water"
    PLACES = "places", "地点", "places"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a layer.

    Attributes:
        name: its name here; the name of the ledger's column where one holds it as it is.
        read: how a cell of it is read.
        names: column names that mean it, most telling first; case, spaces and ``_`` do not matter.
        required: every row needs a value.
        in_turn: a row without a value in the first column takes it from the next that means it.
    """

    name: str
    read: Reader
    names: tuple[str, ...]
    required: bool = False
    in_turn: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a layer's files.

    Attributes:
        layer: the layer.
        shapes: types of geometry that it takes.
        fields: its fields.
    """

    layer: Layer
    shapes: frozenset[GeometryType]
    fields: tuple[Field, ...]


_COMMUNITY_CODE = Field(
    "community_code",
    text(CODE_LENGTH),
    (
        "comm_code",  # ours in a Shapefile; before the next, which is cut there to another column's name
        "community_code",
        "community_id",
        "社区代码",
        "社区编码",
        "社区编号",
        "所属社区代码",
        "所属社区编码",
    ),
)
_KIND_NAMES = ("kind", "类型", "类别", "种类", "type", "class")
_NAME_NAMES = ("name", "名称", "名字", "mc")
_NAMES_BESIDE = (
    Field("aliases", words, ("aliases", "alias", "别名", "别称", "俗称", "alt_name")),
    Field("short_names", words, ("short_names", "short_name", "简称", "短名")),
    Field("former_names", words, ("former_names", "former_name", "曾用名", "旧名", "old_name")),
)
"""Names beside the official one; see `geodata.loading.names`."""

_DOOR = (
    Field(
        "road",
        text(),
        ("road", "道路", "路名", "街路巷", "道路名称", "addr_street", "addr:street", "street"),
    ),
    Field(
        "house_number",
        text(WORD_LENGTH),
        (
            *("house_number", "门牌号", "门牌", "门牌号码"),
            *("addr_housenumber", "addr:housenumber", "housenumber"),
        ),
    ),
)
"""Road and number of a building or a place."""

COMMUNITIES = Source(
    Layer.COMMUNITIES,
    POLYGONAL,
    (
        Field(
            "code",
            text(CODE_LENGTH),
            (
                *("code", "社区代码", "社区编码", "community_code", "编码", "代码", "区划代码"),
                *("行政区划代码", "统计用区划代码", "统计区划代码", "社区编号", "id"),
            ),
            required=True,
        ),
        Field(
            "name",
            text(),
            ("name", "名称", "社区名称", "社区名", "社区", "community", "community_name", "mc"),
            required=True,
        ),
        Field(
            "township",
            text(),
            (
                *(
                    "township",
                    "街道/乡镇",
                    "乡镇/街道",
                    "乡镇街道",
                    "街道乡镇",
                    "街道",
                    "乡镇",
                    "镇街",
                ),
                *("所属街道", "所属乡镇", "街道名称", "乡镇名称", "township_name", "subdistrict"),
            ),
        ),
        *_NAMES_BESIDE,
    ),
)

GRIDS = Source(
    Layer.GRIDS,
    POLYGONAL,
    (
        Field(
            "code",
            text(CODE_LENGTH),
            (
                "code",
                "网格编码",
                "网格代码",
                "grid_code",
                "网格编号",
                "网格号",
                "编码",
                "代码",
                "id",
            ),
            required=True,
        ),
        Field("name", text(), ("name", "名称", "网格名称", "网格名", "网格", "grid_name", "mc")),
        _COMMUNITY_CODE,
    ),
)

COMPOUNDS = Source(
    Layer.COMPOUNDS,
    POLYGONAL,
    (
        Field(
            "code",
            text(CODE_LENGTH),
            (
                *("code", "id", "小区编号", "小区编码", "小区代码", "compound_id", "compound_code"),
                *("编号", "编码", "代码", "osm_id"),
            ),
            required=True,
        ),
        Field(
            "name",
            text(),
            ("name", "名称", "小区名称", "小区名", "小区", "compound", "compound_name", "mc"),
            required=True,
        ),
        *_NAMES_BESIDE,
        Field("zones", words, ("zones", "zone", "分区", "分期", "期区", "期数")),
        Field("lane_road", text(), ("lane_road", "弄路名", "所在道路", "road", "道路", "路名")),
        Field(
            "lane_number",
            lane(WORD_LENGTH),
            ("lane_number", "lane_no", "lane", "弄号", "弄", "门牌号", "门牌", "house_number"),
        ),
        _COMMUNITY_CODE,
    ),
)

BUILDINGS = Source(
    Layer.BUILDINGS,
    POLYGONAL,
    (
        Field(
            "code",
            text(CODE_LENGTH),
            (
                *("code", "id", "楼栋编号", "楼栋编码", "楼栋代码", "building_id", "building_code"),
                *("楼幢编号", "楼幢编码", "编号", "编码", "代码", "osm_id"),
            ),
            required=True,
        ),
        Field(
            "compound_code",
            text(CODE_LENGTH),
            (
                *("cmpd_code", "compound_id", "compound_code", "compound"),
                *("小区编号", "小区编码", "小区代码"),
                *("所属小区编号", "所属小区编码"),
            ),
        ),
        Field(
            "grid_code",
            text(CODE_LENGTH),
            ("grid_code", "grid_id", "grid", "网格编码", "网格代码", "网格编号", "所属网格编码"),
        ),
        Field(
            "kind", text(WORD_LENGTH), ("kind", "楼栋类型", "建筑类型", "用途", "类型", "building")
        ),
        Field(
            "number",
            text(WORD_LENGTH),
            (
                "number",
                "楼号",
                "楼栋号",
                "栋号",
                "幢号",
                "楼幢号",
                "building_number",
                "building_no",
            ),
        ),
        Field("zone", text(WORD_LENGTH), ("zone", "分区", "期区", "期", "分期")),
        Field(
            "name", text(), ("name", "名称", "楼栋名称", "楼名", "建筑名称", "building_name", "mc")
        ),
        *_DOOR,
        Field(
            "address",
            text(),
            ("address", "标准地址", "地址", "详细地址", "standard_address", "楼栋地址"),
        ),
        Field("units", count, ("units", "单元数", "单元", "unit_count")),
        Field("floors", count, ("floors", "层数", "楼层数", "地上层数", "总层数", "levels")),
        Field("households", count, ("households", "户数", "住户数", "总户数")),
        Field(
            "residents", count, ("residents", "人口", "人数", "居民数", "常住人口", "population")
        ),
        *_NAMES_BESIDE,
    ),
)

ROADS = Source(
    Layer.ROADS,
    LINEAR,
    (
        Field(
            "code",
            text(CODE_LENGTH),
            ("code", "id", "道路编号", "道路编码", "道路代码", "road_id", "编号", "编码", "osm_id"),
        ),
        Field("name", text(), (*_NAME_NAMES, "道路名称", "路名", "road_name", "road")),
        Field(
            "kind",
            text(WORD_LENGTH),
            ("kind_detail", "highway", "fclass", "道路等级", "道路类型", "等级", *_KIND_NAMES),
            in_turn=True,
        ),
        *_NAMES_BESIDE,
    ),
)

WATER = Source(
    Layer.WATER,
    POLYGONAL,
    (
        Field(
            "code",
            text(CODE_LENGTH),
            ("code", "id", "水系编号", "水系编码", "编号", "编码", "osm_id"),
        ),
        Field("name", text(), (*_NAME_NAMES, "水系名称", "河流名称")),
        Field(
            "kind",
            text(WORD_LENGTH),
            ("water", "waterway", "fclass", "水系类型", *_KIND_NAMES),
            in_turn=True,
        ),
    ),
)

PLACES = Source(
    Layer.PLACES,
    PUNCTUAL | POLYGONAL,
    (
        Field(
            "code",
            text(CODE_LENGTH),
            ("code", "id", "地点编号", "地点编码", "编号", "编码", "osm_id"),
        ),
        Field("name", text(), (*_NAME_NAMES, "地点名称")),
        Field(
            "kind",
            text(WORD_LENGTH),
            (*_KIND_NAMES, "fclass", "amenity", "landuse", "地点类型"),
            in_turn=True,
        ),
        *_DOOR,
        *_NAMES_BESIDE,
    ),
)

SOURCES: dict[Layer, Source] = {
    source.layer: source
    for source in (COMMUNITIES, GRIDS, COMPOUNDS, BUILDINGS, ROADS, WATER, PLACES)
}
"""Every layer's source."""
