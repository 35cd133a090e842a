"""Numbers as addresses carry them: those of reports as people type them, and the ids of rows."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from werkzeug.routing import IntegerConverter, Map

from gridmap.errors import NotFound

_NUMBER: Final = re.compile(r"[0-9]{4}-[0-9]{6,12}(?:-[0-9]{1,3})?\Z")
"""Year and running number; a part has a number of its own after them."""
LARGEST_ID: Final = 2**31 - 1
"""PostgreSQL's integer."""
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑–—－", "-"))


def report_number(written: str) -> str:
    """Return the number of a report as it is stored.

    Raises:
        NotFound: it cannot be a number of a report.

    >>> report_number(" ２０２６—000318 ")
    '2026-000318'
    """
    number = unicodedata.normalize("NFKC", written.translate(_DASHES)).replace(" ", "")
    if not _NUMBER.match(number):
        raise NotFound(what_zh="这份诉求", what_en="This report")
    return number


class RowNumber(IntegerConverter):
    """A whole number in an address that the database can hold: a larger one is nothing's id."""

    def __init__(self, map: Map, **limits: Any) -> None:  # noqa: A002, ANN401 - as werkzeug calls it
        super().__init__(map, **{"max": LARGEST_ID} | limits)
