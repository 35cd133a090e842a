"""What a published collection is made of: fields with their words, geometry, access, sources of change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gridmap.terms import Term

SHORTEST_NAMES: Final = 10
"""Bytes of a field's name in a Shapefile (dBASE III)."""


class FieldType(Term):
    """What a field holds."""

    TEXT = "text", "文字", "Text"
    INTEGER = "integer", "整数", "Integer"
    NUMBER = "number", "数字", "Number"
    FLAG = "flag", "是否", "Yes or no"
    DAY = "day", "日期", "Day"


class Shape(Term):
    """What kind of geometry a collection has."""

    POLYGON = "MultiPolygon", "面", "Polygon"
    LINE = "MultiLineString", "线", "Line"
    POINT = "Point", "点", "Point"
    ANY = "Geometry", "任意", "Any"


class Access(Term):
    """Who may read a collection."""

    PUBLIC = "public", "公开", "Public"
    SIGNED_IN = "signed_in", "登录后可见", "Signed in"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a collection.

    Attributes:
        name: English, as in the API; a column of the collection's SQL, or a computed value.
        zh, en: its words.
        type: what it holds.
        short: name of at most ten bytes for a Shapefile; the name itself where that is short enough.
        on_map: whether it is drawn or shown on maps, and so in tiles.
    """

    name: str
    zh: str
    en: str
    type: FieldType = FieldType.TEXT
    short: str = ""
    on_map: bool = False

    @property
    def brief(self) -> str:
        """Return the name in a Shapefile."""
        return self.short or self.name

    def label(self, language: str) -> str:
        """Return its words in a language."""
        return self.en if language == "en" else self.zh


CODE: Final = Field("code", "编码", "Code")
FROM: Final = Field("valid_from", "起始日期", "From", FieldType.DAY)
UNTIL: Final = Field(
    "valid_until", "终止日期（不含）", "Until (not included)", FieldType.DAY, "valid_til"
)


@dataclass(frozen=True, slots=True)
class Collection:
    """A published collection: what it is called, what it holds, who may read it, what makes it new.

    Attributes:
        name: in addresses.
        zh, en: its title.
        shape: kind of its geometry.
        fields: beside `code`, `valid_from` and `valid_until`, which all collections have.
        depends_on: layers of the ledger whose change makes it new; see `gridmap.store.revision`.
        access: who may read it.
        sql: selects `code`, the stored fields, `valid` and `geom` (WGS 84) of all days; `:day` for what is joined.
        computed: names of fields that are counted for a day and not stored; see `gridmap.publishing.computed`.
        on_map: whether our own maps and tiles show it.
    """

    name: str
    zh: str
    en: str
    shape: Shape
    fields: tuple[Field, ...]
    depends_on: tuple[str, ...]
    sql: str
    access: Access = Access.PUBLIC
    computed: frozenset[str] = field(default_factory=frozenset)
    on_map: bool = True

    def title(self, language: str) -> str:
        """Return its title in a language."""
        return self.en if language == "en" else self.zh

    @property
    def columns(self) -> tuple[Field, ...]:
        """Return all its columns as a table: code, fields, days."""
        return (CODE, *self.fields, FROM, UNTIL)

    @property
    def stored(self) -> tuple[Field, ...]:
        """Return the fields that are columns of the SQL."""
        return tuple(one for one in self.fields if one.name not in self.computed)


NAME: Final = Field("name", "名称", "Name", on_map=True)
COMMUNITY: Final = (
    Field("community_code", "社区编码", "Community code", short="comm_code", on_map=True),
    Field("community", "社区", "Community", short="community"),
)
