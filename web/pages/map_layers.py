"""The map's extra layers: the one table of them, and each as GeoJSON on a day."""

from __future__ import annotations

from typing import Final

from apiflask import APIBlueprint
from flask import jsonify
from flask.typing import ResponseReturnValue

from gridmap.errors import NotFound
from web import access
from web.map_marks import MapLayer
from web.pages import centres_layer, helping_layer, party_life_layer, red_property_layer
from web.params import DayQuery

blueprint = APIBlueprint("map_layers", __name__, enable_openapi=False)

LAYERS: Final[tuple[MapLayer, ...]] = (
    *centres_layer.LAYERS,
    *helping_layer.LAYERS,
    *red_property_layer.LAYERS,
    *party_life_layer.LAYERS,
)
"""In the order of the menu. An area's own file gives its layers; here they are only listed."""


def offered() -> list[MapLayer]:
    """Return the layers that the reader may see."""
    known = access.account() is not None
    return [
        one
        for one in LAYERS
        if (known or not one.staff) and (not one.as_page or access.opens(one.page))
    ]


@blueprint.get("/map-layers/<string(maxlength=32):key>")
@blueprint.input(DayQuery, location="query")
def show(key: str, query_data: DayQuery) -> ResponseReturnValue:
    """Return the marks of a layer on a day."""
    layer = next((one for one in LAYERS if one.key == key), None)
    if layer is None:
        raise NotFound(what_zh="这个图层", what_en="This layer")
    if layer.staff:
        access.require_account()
    if layer.as_page:
        access.check(layer.page)
    marks = layer.marks(query_data.on)
    response = jsonify(type="FeatureCollection", features=[one.feature() for one in marks])
    response.headers["Cache-Control"] = "no-store"
    return response
