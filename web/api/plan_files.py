"""A plan from a file: what it would change, or taken over as the next version."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from apiflask import APIBlueprint
from flask import request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict
from werkzeug.datastructures import FileStorage

from geodata import plan_files
from geodata.plan_files import PlanFile
from geodata.vector_files import FOR_PAGES
from gridmap.errors import InvalidInput
from gridmap.redistricting import drafting, filling
from gridmap.redistricting.drafting import Edited
from gridmap.redistricting.editing import Bench
from gridmap.redistricting.filling import Filled
from gridmap.redistricting.picture import changed
from web import access, language
from web.api import operations, uploads
from web.api.answers import answers
from web.api.plan_bodies import Number
from web.api.plan_edits import delta
from web.api.plans import MISSING, REFUSED
from web.params import now
from web.session import current_session

blueprint = APIBlueprint("plan_files_api", __name__, url_prefix="/api/v1/plans", tag="plans")

SUFFIXES: Final = frozenset({".geojson", ".json", ".gpkg", ".zip", ".xlsx"})


class FileFields(BaseModel):
    """The fields beside the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: Number
    preview: bool = False
    crs: str | None = None


_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "base"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "base": {"type": "integer"},
                    "preview": {"type": "boolean"},
                    "crs": {"type": "string"},
                },
            }
        }
    },
}


@blueprint.post("/<int:plan_id>/import")
@blueprint.doc(
    responses=answers(
        {
            200: "What it would change, or has changed",
            **REFUSED,
            **MISSING,
            409: "Somebody else saved meanwhile",
            422: "The file cannot be read, or does not fit; says why",
        }
    ),
    extensions={"parameters": [operations.key_header("file")], "requestBody": _BODY},
)
def take(plan_id: int) -> ResponseReturnValue:
    """Take a plan from a file (GeoJSON, GeoPackage, zipped Shapefile, or workbook of building to grid)."""
    uploads.idempotency_key()
    fields = FileFields.model_validate(request.form.to_dict())
    session, planner = current_session(), access.require_account()
    at = drafting.held(session, planner, plan_id, fields.base, now())
    content = _read(request.files.get("file"), fields.crs)
    if fields.preview:
        filled = _filling(content)(drafting.bench(session, at))
        moved = changed(at.facts.weights, at.plan.assignment, filled.assignment)
        return {"preview": {**_told(filled), "moved_buildings": moved.buildings}}
    made, filled = drafting.fill(session, planner, at, _filling(content), content.name, now())
    return {**_answer(made), "file": _told(filled)}


def _answer(made: Edited) -> dict[str, Any]:
    return delta(made)


def _filling(content: PlanFile) -> Callable[[Bench], Filled]:
    if content.shapes:
        return lambda bench: filling.by_shapes(bench, content.shapes)
    return lambda bench: filling.by_buildings(bench, content.buildings)


def _read(sent: FileStorage | None, crs: str | None) -> PlanFile:
    name = Path(sent.filename or "").name if sent is not None else ""
    suffix = Path(name).suffix.lower()
    if sent is None or suffix not in SUFFIXES:
        raise InvalidInput(
            field="file",
            reason_zh="请选择 GeoJSON、GeoPackage、Shapefile（zip）或 Excel（xlsx）文件。",
            reason_en="Choose a GeoJSON, GeoPackage, zipped Shapefile or Excel (xlsx) file.",
        )
    with tempfile.TemporaryDirectory(prefix="gridmap-plan-") as folder:
        path = Path(folder) / f"plan{suffix}"
        sent.save(path)
        found = plan_files.read(path, crs=crs, bounds=FOR_PAGES)
    return PlanFile(name, found.shapes, found.buildings)


def _told(filled: Filled) -> dict[str, Any]:
    words = language.current()
    return {
        "grids": len({int(row) for row in filled.assignment}),
        "problems": [
            {
                "kind": str(one.kind),
                "text": one.kind.label(words),
                "subject": one.subject,
                "count": one.count,
            }
            for one in filled.problems
        ],
    }
