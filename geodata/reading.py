"""Reads one vector file in a process of its own: this file is the program that runs there.

GDAL opens almost anything. So this process gets a folder with the file alone, an environment without
secrets in which every driver but the allowed ones is switched off before GDAL is loaded, and limits on
memory, time and the size of files; where the system lets it, it also leaves the network. It answers with
flat arrays and JSON, never with pickled objects: what it says is data to whoever reads it.

It runs isolated (``python -I``), and so imports nothing of ours.

Folder in: ``request.json``. Folder out: ``answer.json``, ``wkb.npy`` (the geometries' bytes end to end),
``lengths.npy`` (bytes of each; -1 for none), ``column-N.npy`` (for each row the position of its cell in the
answer's list; -1 for none). Or ``failure.json``: a code and its parameters.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sqlite3
import sys
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

NEW_USER, NEW_NET = 0x10000000, 0x40000000
"""CLONE_NEWUSER and CLONE_NEWNET of Linux's unshare(2)."""

BYTES_OF_A_VERTEX = 16


class Refusal(Exception):
    """What cannot be read: a code for `geodata.vector_files`, and its parameters."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.answer = {"code": code, **params}


def confine(limits: dict[str, int]) -> None:
    """Limit memory, processor time and file size; leave the network where the system lets us."""
    for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE"):
        resource.setrlimit(getattr(resource, name), (limits[name], limits[name]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).unshare(NEW_USER | NEW_NET)


def read(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Read the file that the request names and write its arrays.

    Args:
        folder: where the request stands and the answer goes.
        request: ``path``, ``layer`` (or None), ``encoding`` (None: as the driver decodes), ``drivers``,
            ``limits`` (features, vertices, vertices_each, columns, text).

    Returns:
        What goes into ``answer.json``.
    """
    import pyogrio  # noqa: PLC0415 - only now: its drivers are fixed when it is loaded

    extra = sorted(set(pyogrio.list_drivers()) - set(request["drivers"]))
    if extra:
        raise Refusal("unconfined", drivers=extra)
    path, limits = request["path"], request["limits"]
    layer = _layer(pyogrio, path, request["layer"])
    _measure(pyogrio, path, layer, request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, _, geometries, cells = pyogrio.raw.read(
            path, layer=layer, encoding=request["encoding"], datetime_as_string=True
        )
    _write_geometries(folder, geometries, limits)
    names = meta["fields"].tolist()
    columns = [
        {"name": name, "cells": _write_column(folder, number, name, values, limits)}
        for number, (name, values) in enumerate(zip(names, cells, strict=True))
    ]
    count = len(cells[0]) if geometries is None and cells else len(geometries)
    return {"crs": meta["crs"], "layer": layer, "count": count, "columns": columns}


def _layer(pyogrio: Any, path: str, wanted: str | None) -> str:  # noqa: ANN401 - a module
    layers = [name for name, kind in pyogrio.list_layers(path).tolist() if kind is not None]
    if wanted is not None and wanted not in layers:
        raise Refusal("no_such_layer", layer=wanted, layers=layers)
    if wanted is None and len(layers) != 1:
        raise Refusal("which_layer", layers=layers)
    return wanted if wanted is not None else str(layers[0])


def _measure(pyogrio: Any, path: str, layer: str, request: dict[str, Any]) -> None:  # noqa: ANN401
    info = pyogrio.read_info(
        path, layer=layer, encoding=request["encoding"], force_feature_count=True
    )
    _within("features", info["features"], request["limits"])
    _within("columns", len(info["fields"]), request["limits"])


def _within(what: str, count: int, limits: dict[str, int], **params: object) -> None:
    if count > limits[what]:
        raise Refusal("too_many", what=what, count=int(count), limit=limits[what], **params)


def _write_geometries(folder: Path, geometries: Any, limits: dict[str, int]) -> None:  # noqa: ANN401
    import numpy as np  # noqa: PLC0415 - after the limits

    if geometries is None:
        raise Refusal("no_geometry")
    lengths = np.fromiter(
        (-1 if wkb is None else len(wkb) for wkb in geometries), np.int64, len(geometries)
    )
    # Counts from the bytes are upper bounds: headers count as a part of a vertex.
    if len(lengths):
        longest = int(lengths.argmax())
        _within(
            "vertices_each",
            int(lengths[longest]) // BYTES_OF_A_VERTEX,
            limits,
            feature=longest + 1,
        )
    _within("vertices", int(lengths.clip(0).sum()) // BYTES_OF_A_VERTEX, limits)
    joined = b"".join(wkb for wkb in geometries if wkb is not None)
    np.save(folder / "wkb.npy", np.frombuffer(joined, np.uint8))
    np.save(folder / "lengths.npy", lengths)


def _write_column(
    folder: Path,
    number: int,
    name: str,
    values: Any,  # noqa: ANN401 - an array of the file's own type
    limits: dict[str, int],
) -> list[Any]:
    import numpy as np  # noqa: PLC0415 - after the limits
    import pandas as pd  # noqa: PLC0415

    if values.dtype.kind not in "biufO":
        values = values.astype(str).astype(object)
    codes, different = pd.factorize(values)
    cells = [_plain(cell) for cell in different.tolist()]
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    _within("text", longest, limits, column=name)
    np.save(folder / f"column-{number}.npy", codes.astype(np.int32))
    return cells


def _plain(cell: Any) -> Any:  # noqa: ANN401 - whatever a driver gives
    return cell if isinstance(cell, str | int | float | bool) else str(cell)


def refuse_programs(path: str) -> None:
    """Refuse a GeoPackage with virtual tables other than its own indexes: they may name other files."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        made = database.execute(
            "SELECT sql FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
        ).fetchall()
    if any("using rtree" not in sql.lower() for (sql,) in made):
        raise Refusal("virtual_tables")


def main(folder: Path) -> int:
    """Answer the request in the folder; 0 when there is an answer, 1 when there is a failure."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    confine(request["limits"])
    name = "answer.json"
    try:
        if request["path"].endswith(".gpkg"):
            refuse_programs(request["path"])
        answer = read(folder, request)
    except Refusal as refusal:
        name, answer = "failure.json", refusal.answer
    except MemoryError:
        name, answer = "failure.json", {"code": "too_much_memory"}
    except (RuntimeError, ValueError, OSError, sqlite3.Error) as error:
        words = str(error).replace(str(folder) + os.sep, "")
        name, answer = "failure.json", {"code": "broken", "words": words[:500]}
    (folder / name).write_text(json.dumps(answer), encoding="ascii")
    return int(name == "failure.json")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
