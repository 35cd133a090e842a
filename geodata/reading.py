"""Reads one vector file in a process of its own: this file is the program that runs there.

GDAL opens almost anything. So this process gets a folder with the file alone, an environment without
secrets in which every driver but the allowed ones is switched off before GDAL is loaded, and limits on
memory, time and the size of files; where the system lets it, it also leaves the network. It answers with
flat arrays and JSON, never with pickled objects: what it says is data to whoever reads it.

It runs isolated (``python -I``): of ours it imports nothing but programs like it.

Folder in: ``request.json``. Folder out: ``answer.json``, ``wkb.npy`` (the geometries' bytes end to end),
``lengths.npy`` (bytes of each; -1 for none), ``column-N.npy`` (for each row the position of its cell in the
answer's list; -1 for none). Or ``failure.json``: a code and its parameters.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import resource
import sqlite3
import struct
import sys
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

NEW_USER, NEW_NET = 0x10000000, 0x40000000
"""CLONE_NEWUSER and CLONE_NEWNET of Linux's unshare(2)."""

NO_NEW_PRIVILEGES, SET_SECCOMP, MODE_FILTER = 38, 22, 2
"""Options of Linux's prctl(2)."""

REFUSED_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 53, 56, 57, 58, 59, 101, 322, 435)),
    "aarch64": (0xC00000B7, (117, 198, 199, 203, 220, 221, 281, 435)),
}
"""By machine: its number for audits, and its numbers of socket, connect, socketpair, clone, fork, vfork,
execve, ptrace, execveat and clone3 (linux/audit.h, asm/unistd.h)."""

LOAD_WORD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOWED, REFUSED, KILLED = 0x7FFF0000, 0x00050001, 0x80000000
"""Codes of classic BPF, and what a filter of system calls says: yes; EPERM; the end of the process."""

MOST_OPEN_FILES = 64

OSM = "OSM"
"""GDAL's driver of OpenStreetMap."""

MANY = 50_000
"""Rows from which pandas is worth loading."""

NOT_NEEDED = ("geopandas", "pandas", "pyarrow", "shapely")
"""Packages that pyogrio loads where it finds them: two thirds of the time that a small file takes."""

BYTES_OF_A_VERTEX = 16

OUTWARD = re.compile(r"\b(ogr_|gdal_|load_extension|blobfromfile|importshp|exportshp)\w*\s*\(|/vsi")
"""In a view or trigger of a GeoPackage: functions with which GDAL and SpatiaLite leave the file."""


class Refusal(Exception):
    """What cannot be read: a code for `geodata.vector_files`, and its parameters."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.answer = {"code": code, **params}


def confine(limits: dict[str, int]) -> None:
    """Limit memory, processor time and files; no network, no other process, as far as the system lets us."""
    for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE"):
        resource.setrlimit(getattr(resource, name), (limits[name], limits[name]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_OPEN_FILES, MOST_OPEN_FILES))
    system = ctypes.CDLL(None, use_errno=True)
    system.unshare(NEW_USER | NEW_NET)
    refuse_calls(system)


def refuse_calls(system: ctypes.CDLL) -> None:
    """Have the kernel refuse sockets, new processes and new programs to this process, for good."""
    known = REFUSED_CALLS.get(os.uname().machine)
    if known is None:
        return
    audit, calls = known
    steps = [(LOAD_WORD, 0, 0, 4), (JUMP_EQUAL, 1, 0, audit), (RETURN, 0, 0, KILLED)]
    steps.append((LOAD_WORD, 0, 0, 0))
    steps += [(JUMP_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    steps += [(RETURN, 0, 0, ALLOWED), (RETURN, 0, 0, REFUSED)]
    content = b"".join(struct.pack("=HBBI", *step) for step in steps)
    filtering = ctypes.create_string_buffer(content, len(content))
    program = ctypes.create_string_buffer(
        struct.pack("@HP", len(steps), ctypes.addressof(filtering))
    )
    system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    system.prctl(SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0)


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
    bbox = request.get("bbox")
    most = None
    if request["drivers"] == [OSM]:  # to count it is to read it: it is read up to one too many
        most = limits["features"] + 1
    else:
        _measure(pyogrio, path, layer, request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, _, geometries, cells = pyogrio.raw.read(
            path,
            layer=layer,
            encoding=request["encoding"],
            bbox=tuple(bbox) if bbox else None,
            max_features=most,
            datetime_as_string=True,
        )
    _within("features", 0 if geometries is None else len(geometries), limits)
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

    if values.dtype.kind not in "biufO":
        values = values.astype(str).astype(object)
    codes, different = _factorized(values)
    cells = [_plain(cell) for cell in different]
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    _within("text", longest, limits, column=name)
    np.save(folder / f"column-{number}.npy", np.asarray(codes, np.int32))
    return cells


def _factorized(values: Any) -> tuple[Any, list[Any]]:  # noqa: ANN401 - arrays
    """Return for each value the position of its first like, or -1 for none; and those different ones."""
    if len(values) >= MANY:
        if sys.modules.get("pandas", False) is None:
            del sys.modules["pandas"]
        import pandas as pd  # noqa: PLC0415 - faster by far, and dear to load

        codes, different = pd.factorize(values)
        return codes, different.tolist()
    known: dict[Any, int] = {}
    codes = [
        -1 if cell is None or cell != cell else known.setdefault(cell, len(known))  # noqa: PLR0124 - NaN
        for cell in values.tolist()
    ]
    return codes, list(known)


def _plain(cell: Any) -> Any:  # noqa: ANN401 - whatever a driver gives
    return cell if isinstance(cell, str | int | float | bool) else str(cell)


def refuse_programs(path: str) -> None:
    """Refuse a GeoPackage with virtual tables other than its own indexes: they may name other files."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        # a virtual table is one without a page of its own, however its sentence is written
        virtual = database.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND coalesce(rootpage, 0) = 0"
        ).fetchall()
        views = database.execute("SELECT sql FROM sqlite_master WHERE type IN ('view', 'trigger')")
        told = " ".join(sql or "" for (sql,) in views).lower()
    if any("using rtree" not in (sql or "").lower() for (sql,) in virtual):
        raise Refusal("virtual_tables")
    if OUTWARD.search(told):
        raise Refusal("virtual_tables")


def read_map(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Read a map file, see `read`; a GeoPackage is looked at before GDAL sees it."""
    if request["path"].endswith(".gpkg"):
        refuse_programs(request["path"])
    return read(folder, request)


def serve(folder: Path, answering: Callable[[Path, dict[str, Any]], dict[str, Any]]) -> int:
    """Answer the request in the folder; 0 when there is an answer, 1 when there is a failure."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    confine(request["limits"])
    name = "answer.json"
    try:
        answer = answering(folder, request)
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
    absent: Any = dict.fromkeys(NOT_NEEDED)  # None: not to be found
    sys.modules.update(absent)
    sys.exit(serve(Path(sys.argv[1]), read_map))
