"""What the pages of imports show, in the reader's words."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from geodata.intake.history import Import
from geodata.intake.service import Asked, Look
from geodata.loading import LOADED, MAY_BE_COMPLETE
from geodata.quality import Problem, Severity
from geodata.report_files import write_report
from geodata.sources import SOURCES, Layer
from gridmap.geometry.repair import POLYGONAL

MOST_LINES: Final = 300


def may_of(layer: Layer) -> dict[str, bool]:
    """Return which options a layer has."""
    return {
        "may_repair": SOURCES[layer].shapes == POLYGONAL,
        "may_complete": layer in MAY_BE_COMPLETE,
        "names_county": layer is Layer.COMMUNITIES,
    }


def fields_of(look: Look, asked: Asked, reader: str) -> dict[str, Any]:
    """Return the rows of the form: a field, the columns to choose from, the chosen one."""
    samples = {column.name: "、".join(column.samples) for column in look.columns}
    rows = [
        {
            "name": one.field,
            "label": one.en if reader == "en" else one.zh,
            "required": one.required,
            "column": asked.fields.get(one.field, one.column),
            "by_cells": one.why == "cells" and one.field not in asked.fields,
        }
        for one in look.proposals
    ]
    used = {row["column"] for row in rows}
    return {
        "rows": rows,
        "columns": [
            {"name": name, "samples": told, "used": name in used} for name, told in samples.items()
        ],
    }


def line_of(found: Import, reader: str) -> dict[str, Any]:
    """Return one import as a line of the history."""
    return {
        "number": found.number,
        "layer": found.layer.label(reader),
        "file": found.file_name,
        "who": found.who or _("命令行"),
        "at": format_datetime(found.at, "medium"),
        "day": format_date(found.day, "medium"),
        "state": _state(found),
        "counts": counts_of(found),
        "undone": format_datetime(found.undone_at, "medium") if found.undone_at else "",
        "undone_by": found.undone_by or _("命令行"),
    }


def _state(found: Import) -> tuple[str, str]:
    if found.undone_at is not None:
        return _("已撤销"), "amber"
    if found.outcome == LOADED:
        return _("已导入"), "green"
    return (_("被拒绝"), "red") if found.outcome == "refused" else (_("只检查"), "")


def counts_of(found: Import) -> list[tuple[str, int]]:
    """Return what an import does: new, changed, the same, ended."""
    words = (
        ("new", _("新增")),
        ("changed", _("变更")),
        ("unchanged", _("未变")),
        ("ended", _("终止")),
    )
    return [(label, found.counts[name]) for name, label in words if name in found.counts]


def problems_of(found: Import, reader: str) -> dict[str, Any]:
    """Return an import's problems: errors first, each with its feature, reason and spot."""
    lines = [
        {
            "row": one["row"],
            "error": one["severity"] == Severity.ERROR.value,
            "reason": one["en" if reader == "en" else "zh"],
            "spot": [one["lon"], one["lat"]] if one["lon"] is not None else None,
        }
        for one in found.problems
    ]
    errors = found.counts.get("errors", 0)
    changes = sum(found.counts.get(name, 0) for name in ("new", "changed", "ended"))
    return {
        "lines": lines[:MOST_LINES],
        "more_lines": sum(Counter(found.counts)[name] for name in ("errors", "warnings"))
        - len(lines[:MOST_LINES]),
        "errors": errors,
        "warnings": found.counts.get("warnings", 0),
        "counts": counts_of(found),
        "may_take": not errors and changes > 0,
        "changes": changes,
    }


def csv_of(found: Import) -> bytes:
    """Return the problems as a table that spreadsheets open."""
    told = [
        Problem(
            one["row"],
            one["code"],
            Severity(one["severity"]),
            one["zh"],
            one["en"],
            None if one["lon"] is None else (one["lon"], one["lat"]),
        )
        for one in found.problems
    ]
    with tempfile.TemporaryDirectory(prefix="gridmap-report-") as scratch:
        path = Path(scratch, "problems.csv")
        write_report(told, path)
        return path.read_bytes()
