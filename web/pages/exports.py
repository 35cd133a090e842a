"""Files out: every collection in every format, as of a day; what is for signed-in readers only to them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import Field

from geodata.exports.formats import FORMATS, WGS84
from geodata.exports.frames import frame_of
from gridmap.errors import InvalidInput, NotFound, NotSignedIn
from gridmap.geometry.crs import Crs, parse
from gridmap.geometry.zones import gauss_kruger_zone, meridian_of
from gridmap.publishing import service
from gridmap.publishing.collections import COLLECTIONS
from gridmap.publishing.fields import Access, Collection
from web import access, language
from web.params import DayQuery, Text, today
from web.session import current_session

blueprint = APIBlueprint("exports", __name__, tag="layers")


class ExportQuery(DayQuery):
    """The day of a file, and the coordinate system of its coordinates."""

    crs: Annotated[Text, Field(min_length=1, max_length=32)] = Field(
        default="wgs84",
        description="wgs84, cgcs2000 or EPSG:n; other than wgs84 for GeoPackage and Shapefile only",
    )


@blueprint.get("/exports")
@blueprint.doc(hide=True)
@blueprint.input(ExportQuery, location="query")
def show(query_data: ExportQuery) -> str:
    """Show what can be taken away, in which formats and coordinate systems."""
    reader = language.current()
    chosen = parse(query_data.crs)
    system = chosen.authority
    return render_template(
        "exports.html",
        day=query_data.on,
        crs=chosen.name,
        system=system,
        systems=_systems(query_data.on, chosen),
        today=today(),
        rows=[
            {
                "name": one.name,
                "title": one.title(reader),
                "fields": [field.label(reader) for field in one.fields],
                "private": one.access is not Access.PUBLIC,
            }
            for one in COLLECTIONS
            if _may_read(one)
        ],
        formats=[
            (one.key, one.en if reader == "en" else one.zh)
            for one in FORMATS.values()
            if chosen == WGS84 or one.any_crs
        ],
    )


@blueprint.get("/api/v1/exports/<collection>/<key>")
@blueprint.doc(summary="A collection as a file: gpkg, shp, geojson, kml, csv, xlsx")
@blueprint.input(ExportQuery, location="query")
def download(collection: str, key: str, query_data: ExportQuery) -> ResponseReturnValue:
    """Return a collection as of a day as a file."""
    found = service.collection(collection)
    if not _may_read(found):
        raise NotSignedIn
    if key not in FORMATS:
        raise NotFound(what_zh=f"格式“{key}”", what_en=f"The format “{key}”", field="key")
    return _file(found, key, query_data.on, parse(query_data.crs))


def _file(collection: Collection, key: str, day: date, crs: Crs) -> Response:
    chosen = FORMATS[key]
    frame = frame_of(current_session(), collection, day)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{collection.name}{chosen.ending}"
        chosen.written(frame, collection, path, crs)
        response = Response(path.read_bytes(), mimetype=chosen.media)
    system = "" if crs == WGS84 else f"-{crs.authority.replace(':', '').lower()}"
    name = f"{collection.name}-{day.isoformat()}{system}{chosen.ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _systems(day: date, chosen: Crs) -> list[tuple[str, str]]:
    """Return names and words of the coordinate systems to choose from: those that are in use, and the one asked for."""
    found = [("wgs84", "WGS 84 (EPSG:4326)"), ("cgcs2000", "CGCS2000 (EPSG:4490)")]
    with suppress(NotFound, InvalidInput):  # no county yet, or outside of all zones
        west, _south, east, _north = service.county(current_session(), day).bbox
        zone = gauss_kruger_zone((west + east) / 2)
        words = _("CGCS2000 三度带高斯投影，中央经线 {degrees}°，米").replace(
            "{degrees}", str(meridian_of(zone))
        )
        found.append((f"EPSG:{zone}", f"{words} (EPSG:{zone})"))
    if chosen.name not in dict(found):
        found.append((chosen.name, chosen.name))
    return found


def _may_read(collection: Collection) -> bool:
    return collection.access is Access.PUBLIC or access.account() is not None
