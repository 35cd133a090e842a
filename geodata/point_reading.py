"""Reads one file of points in a process of its own: this file is the program that runs there.

CSV and GeoJSON are read here, workbooks and Parquet in `geodata.point_table_reading`. It is confined as
`geodata.reading` confines itself, and runs isolated, too. What it reads it hands over a pipe, a piece after
the other, so that no file is held whole by whoever asked: a piece is eight bytes with its length and then so
many bytes of JSON (Arrow for Parquet), an empty one is the end. A piece is data, never a program.

Folder in: ``request.json``. Pipe out (standard output): the head, an object with the ``header``; then the
rows. Folder out: ``failure.json`` where the file is refused, on the way, too.
"""

from __future__ import annotations

import csv
import json
import os
import re
import struct
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from geodata import reading

LENGTH = "<Q"
"""How the length of a piece is written (`struct`)."""

ENCODINGS = ("utf-8-sig", "gb18030")
BLOCK = 1024**2

FAULTS = {
    "field limit": "long_cell",
    "unexpected end": "open_quote",
    "expected after": "stray_quote",
}
"""Part of what Python's reader of CSV says, and what that means."""

NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""NUL in a text of JSON, beside a backslash that was written."""

SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""What may be NUL, or half of a character."""

BLANKS = re.compile(r"[ \t\n\r]*")


Request = dict[str, Any]
"""``path``; ``rows`` of a piece at most; ``keep`` where the rows go into a file of the same kind; ``limits``:
columns, cells (of a piece), piece (its bytes), line (its characters)."""
Columns = Sequence[Sequence[Any]]


def steps(width: int, request: Request) -> int:
    """Return how many rows a piece has: fewer where they are wide."""
    limits = request["limits"]
    if width > limits["columns"]:
        raise reading.Refusal("too_many_columns", count=width, limit=limits["columns"])
    return int(max(1, min(request["rows"], limits["cells"] // max(width, 1))))


def as_text(value: object, row: int) -> bytes:
    """Return a value as JSON in UTF-8; the row is told where its text cannot be kept anywhere."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if "\\u0000" in text and NUL.search(text):
        raise reading.Refusal("nul", row=row)
    try:
        return text.encode()
    except UnicodeEncodeError as half:
        raise reading.Refusal("half_character", row=row) from half


def head(request: Request, **said: object) -> bytes:
    """Return the first piece."""
    content = as_text(said, 1)
    if len(content) > request["limits"]["piece"]:
        raise reading.Refusal("long_row", row=1, limit=request["limits"]["piece"])
    return content


def columns_told(
    columns: Columns, first: int, request: Request, made: Sequence[int] = ()
) -> Iterator[bytes]:
    """Yield the rows as pieces; more than one where they say very much.

    Args:
        columns: values by column, all of one length.
        first: number of the first row.
        request: see `Request`.
        made: columns in which some values are pairs of a kind and how it is written.
    """
    count, most = len(columns[0]), request["limits"]["piece"]
    try:
        content = as_text({"columns": columns, "made": made}, first)
    except reading.Refusal:
        if count == 1:
            raise
        content = None
    if content is not None and len(content) <= most:
        yield content
    elif count == 1:
        raise reading.Refusal("long_row", row=first, limit=most)
    else:
        half = count // 2
        yield from columns_told([one[:half] for one in columns], first, request, made)
        yield from columns_told([one[half:] for one in columns], first + half, request, made)


def of_csv(request: Request) -> Iterator[bytes]:
    """Yield the head and the rows of a CSV; short rows are filled up with blanks."""
    path = request["path"]
    with Path(path).open(encoding=_encoding(path), newline="") as file:
        rows = csv.reader(_lines(file, request["limits"]["line"]), strict=True)
        number = 2
        try:
            header = next(rows, [])
            if not header:
                raise reading.Refusal("no_header")
            step = steps(len(header), request)
            yield head(request, header=header)
            while some := list(islice(rows, step)):
                _fill(some, len(header), number)
                yield from columns_told(list(zip(*some, strict=True)), number, request)
                number += len(some)
        except csv.Error as failure:
            said = str(failure)
            code = next((code for part, code in FAULTS.items() if part in said), "broken")
            told = csv.field_size_limit() if code == "long_cell" else said
            raise reading.Refusal(code, line=rows.line_num, words=told) from failure


def _encoding(path: str) -> str:
    for encoding in ENCODINGS:
        try:
            with Path(path).open(encoding=encoding, newline="") as trial:
                while trial.read(BLOCK):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise reading.Refusal("no_text")


def _lines(file: Any, longest: int) -> Iterator[str]:  # noqa: ANN401 - a file of text
    """Yield the lines; one without an end would be all of the memory."""
    for number, line in enumerate(iter(partial(file.readline, longest), ""), start=1):
        if len(line) >= longest:
            raise reading.Refusal("long_line", line=number, limit=longest)
        yield line


def _fill(rows: list[list[str]], width: int, first: int) -> None:
    for number, row in enumerate(rows, start=first):
        if len(row) > width:
            raise reading.Refusal("too_wide", row=number, count=len(row), width=width)
        if len(row) < width:
            row.extend([""] * (width - len(row)))


def of_geojson(request: Request) -> Iterator[bytes]:
    """Yield the head (what the collection says beside its features, too) and the features as they stand.

    The text is held, not what it means: of a feature no more is kept than where it begins and ends.
    """
    try:
        text = Path(request["path"]).read_text(encoding="utf-8-sig")
        found = _Collection(text)
    except (ValueError, RecursionError, IndexError) as failure:
        raise reading.Refusal("no_geojson") from failure
    steps(len(found.names), request)
    yield head(request, header=list(found.names), rest=found.rest)
    most, bounds = request["limits"]["piece"], zip(found.begins, found.ends, strict=True)
    waiting: list[str] = []
    size = 0
    for number, (begin, end) in enumerate(bounds, start=1):
        if end - begin > most // 4:  # a character has at most four bytes
            raise reading.Refusal("long_row", row=number, limit=most // 4)
        if waiting and (len(waiting) == request["rows"] or size + end - begin > most // 4):
            yield f"[{','.join(waiting)}]".encode()
            waiting, size = [], 0
        waiting.append(text[begin:end])
        size += end - begin
    if waiting:
        yield f"[{','.join(waiting)}]".encode()


class _Collection:
    """Where the features of a FeatureCollection begin and end, the names of their properties, and the rest."""

    def __init__(self, text: str) -> None:
        self._text, self._decoder = text, json.JSONDecoder(parse_constant=_no_number)
        self._suspect = SUSPECT.search(text) is not None
        self.begins, self.ends = array("q"), array("q")
        self.names: dict[str, None] = {}
        self.rest: dict[str, Any] = {}
        self._has_features = False
        at = self._blank(0)
        if text[at] != "{":
            self._decoder.decode(text)  # what is no JSON at all says so
            raise reading.Refusal("no_collection")
        at = self._members(self._blank(at + 1))
        if self._blank(at) != len(text):
            raise ValueError(at)
        if not self._has_features:
            raise reading.Refusal("no_collection")

    def _blank(self, at: int) -> int:
        """Return where the next thing stands."""
        matched = BLANKS.match(self._text, at)
        return at if matched is None else matched.end()

    def _after(self, at: int, mark: str) -> int:
        at = self._blank(at)
        if self._text[at] != mark:
            raise ValueError(at)
        return self._blank(at + 1)

    def _members(self, at: int) -> int:
        """Read the members of the collection; return what is behind it."""
        if self._text[at] == "}":
            return at + 1
        while True:
            name, at = self._decoder.raw_decode(self._text, at)
            at = self._after(at, ":")
            if not isinstance(name, str):
                raise ValueError(at)  # noqa: TRY004 - what json itself raises
            if name == "features":
                at = self._features(at)
            else:
                self.rest[name], at = self._decoder.raw_decode(self._text, at)
            at = self._blank(at)
            if self._text[at] == "}":
                return at + 1
            at = self._after(at, ",")

    def _features(self, at: int) -> int:
        """Read the features; the last of two such members counts, as everywhere in JSON."""
        self.begins, self.ends = array("q"), array("q")
        self._has_features = self._text[at] == "["
        if not self._has_features:
            return int(self._decoder.raw_decode(self._text, at)[1])
        at = self._blank(at + 1)
        if self._text[at] == "]":
            return at + 1
        while True:
            feature, end = self._decoder.raw_decode(self._text, at)
            self._learn(feature)
            self.begins.append(at)
            self.ends.append(end)
            at = self._blank(end)
            if self._text[at] == "]":
                return at + 1
            at = self._after(at, ",")

    def _learn(self, feature: object) -> None:
        if not isinstance(feature, dict):
            raise reading.Refusal("no_collection")
        if self._suspect:
            as_text(feature, len(self.begins) + 1)
        properties = feature.get("properties")
        if isinstance(properties, dict) and not self.names.keys() >= properties.keys():
            self.names |= dict.fromkeys(properties)


def _no_number(word: str) -> object:
    """Refuse NaN and Infinity, which are no numbers of JSON."""
    raise reading.Refusal("no_number", word=word)


Reader = Callable[[Request], Iterator[bytes]]
READERS: dict[str, Reader] = {"csv": of_csv, "geojson": of_geojson}


def hand_over(request: Request, readers: Mapping[str, Reader], pipe: int) -> dict[str, Any]:
    """Write what the file says into a pipe; returns an empty answer."""
    with os.fdopen(pipe, "wb", buffering=0) as out:
        for piece in readers[request["kind"]](request):
            _write(out, piece)
        _write(out, b"")
    return {}


def _write(out: Any, piece: bytes) -> None:  # noqa: ANN401 - a file
    content = memoryview(struct.pack(LENGTH, len(piece)) + piece)
    while content:
        content = content[out.write(content) :]


def main(folder: Path, readers: Mapping[str, Reader]) -> int:
    """Answer the request in the folder; what libraries print goes nowhere."""
    pipe, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    code: int = reading.serve(folder, lambda _folder, asked: hand_over(asked, readers, pipe))
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), READERS))
