"""Files out: every collection in every format, as of a day; what is for signed-in readers only to them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from apiflask import APIBlueprint
from flask import Response, render_template
from flask.typing import ResponseReturnValue

from geodata.exports.formats import FORMATS
from geodata.exports.frames import frame_of
from gridmap.errors import NotFound, NotSignedIn
from gridmap.publishing import service
from gridmap.publishing.collections import COLLECTIONS
from gridmap.publishing.fields import Access, Collection
from web import access, language
from web.params import DayQuery, today
from web.session import current_session

blueprint = APIBlueprint("exports", __name__, tag="layers")


@blueprint.get("/exports")
@blueprint.doc(hide=True)
@blueprint.input(DayQuery, location="query")
def show(query_data: DayQuery) -> str:
    """Show what can be taken away, in which formats."""
    reader = language.current()
    return render_template(
        "exports.html",
        day=query_data.on,
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
        formats=[(one.key, one.en if reader == "en" else one.zh) for one in FORMATS.values()],
    )


@blueprint.get("/api/v1/exports/<collection>/<key>")
@blueprint.doc(summary="A collection as a file: gpkg, shp, geojson, kml, csv, xlsx")
@blueprint.input(DayQuery, location="query")
def download(collection: str, key: str, query_data: DayQuery) -> ResponseReturnValue:
    """Return a collection as of a day as a file."""
    found = service.collection(collection)
    if not _may_read(found):
        raise NotSignedIn
    if key not in FORMATS:
        raise NotFound(what_zh=f"格式“{key}”", what_en=f"The format “{key}”", field="key")
    return _file(found, key, query_data.on)


def _file(collection: Collection, key: str, day: date) -> Response:
    chosen = FORMATS[key]
    frame = frame_of(current_session(), collection, day)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{collection.name}{chosen.ending}"
        chosen.write(frame, collection, path)
        response = Response(path.read_bytes(), mimetype=chosen.media)
    name = f"{collection.name}-{day.isoformat()}{chosen.ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _may_read(collection: Collection) -> bool:
    return collection.access is Access.PUBLIC or access.account() is not None
