"""The parameters of OGC API - Features as OpenAPI describes them, in one place for both documents."""

from __future__ import annotations

from typing import Any, Final

from gridmap.publishing.fields import FieldType
from gridmap.publishing.systems import STORED
from web.ogc.query import FORMS, MOST, USUAL_LIMIT

TYPES: Final[dict[FieldType, dict[str, Any]]] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.NUMBER: {"type": "number"},
    FieldType.FLAG: {"type": "boolean"},
    FieldType.DAY: {"type": "string", "format": "date"},
}
"""Type of a field to its JSON schema."""
_TEXT: Final = {"type": "string"}
_SYSTEM: Final = {"type": "string", "format": "uri", "default": STORED}


def parameter(name: str, words: str, schema: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return a parameter of a query; none of them is required."""
    return {
        "name": name,
        "in": "query",
        "description": words,
        "required": False,
        "schema": schema,
        **more,
    }


LIMIT: Final = parameter(
    "limit",
    f"Features on a page; more than {MOST} are answered by {MOST}",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT},
)
BBOX: Final = parameter(
    "bbox",
    "west,south,east,north in degrees (CRS84, or the axes of `bbox-crs`), or with heights "
    "west,south,low,east,north,high; "
    "west is the greater one where the box spans the antimeridian",
    {
        "type": "array",
        "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    },
    style="form",
    explode=False,
)
DATETIME: Final = parameter(
    "datetime", "Instant or interval of validity (RFC 3339); today without it", _TEXT
)
DAY: Final = parameter(
    "day", "Instead of `datetime`: a day in Asia/Shanghai (YYYY-MM-DD)", _TEXT | {"format": "date"}
)
F: Final = parameter("f", "Format", {"type": "string", "enum": [*FORMS]})
AFTER: Final = parameter("after", "Where a page begins: taken from the link `next`", _TEXT)
CRS: Final = parameter(
    "crs", "System of the coordinates in the answer: one of the collection's `crs`", _SYSTEM
)
BBOX_CRS: Final = parameter(
    "bbox-crs", "System of the coordinates of `bbox`: one of the collection's `crs`", _SYSTEM
)
FIELDS: Final = parameter(
    "fields",
    "Any queryable of the collection as `name=value`",
    {"type": "object", "additionalProperties": {"type": "string"}},
    style="form",
    explode=True,
)
OF_ITEMS: Final = (LIMIT, BBOX, DATETIME, DAY, AFTER, CRS, BBOX_CRS, F)
OF_ITEM: Final = (DATETIME, DAY, CRS, F)
