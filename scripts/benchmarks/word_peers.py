"""Peers that read texts: a fuzzy search over full addresses; trigrams of names in a database, numbers by regexp."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy import create_engine, text

from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import EntityKind, Gazetteer
from gridmap.geolocation.wording.numbering import number_key
from gridmap.store.session import engine_url

FUZZY_FROM: Final = 90.0
SIMILAR_FROM: Final = 0.6
_NUMBER: Final = re.compile(r"([A-Z]?\d{1,4}[A-Z]?)(?:号楼|栋|座|#|号)")
Taken = tuple[frozenset[str], str | None]
"""Codes of what was taken, and its compound."""
Peer = Callable[[str], Taken | None]


def fuzzy(addresses: Mapping[str, str]) -> Peer:
    """Return rapidfuzz's best partial match among all full addresses, taken from a score on."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only where it is installed

    codes, written = list(addresses), list(addresses.values())

    def read(said: str) -> Taken | None:
        found = process.extractOne(said, written, scorer=fuzz.partial_ratio)
        if found is None or found[1] < FUZZY_FROM:
            return None
        return frozenset([codes[found[2]]]), codes[found[2]].split("/")[0]

    return read


@contextmanager
def trigrams(server: str, gazetteer: Gazetteer) -> Iterator[Peer]:
    """Yield a reader by pg_trgm: the most similar name, then the number behind a regexp in what it names.

    The database is C.UTF-8: where LC_CTYPE is C, trigrams drop Chinese characters. It is dropped at the end.
    """
    name = f"gridmap_bench_words_{secrets.token_hex(4)}"
    admin = create_engine(engine_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        )
    engine = create_engine(engine_url(server).set(database=name))
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION pg_trgm"))
            connection.execute(text("CREATE TABLE name (kind text, code text, name text)"))
            connection.execute(
                text("INSERT INTO name VALUES (:kind, :code, :name)"),
                [
                    {"kind": one.key.kind, "code": one.key.code, "name": fold(one.text)}
                    for one in gazetteer.names
                ],
            )
        with engine.connect() as connection:

            def nearest(said: str) -> tuple[str, str] | None:
                found = connection.execute(
                    text(
                        "SELECT kind, code FROM name WHERE word_similarity(name, :said) >= :least "
                        "ORDER BY word_similarity(name, :said) DESC, length(name) DESC, code LIMIT 1"
                    ),
                    {"said": said, "least": SIMILAR_FROM},
                ).first()
                return None if found is None else (found.kind, found.code)

            yield _numbered(gazetteer, nearest)
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def _numbered(gazetteer: Gazetteer, nearest: Callable[[str], tuple[str, str] | None]) -> Peer:
    houses: dict[tuple[str, str], set[str]] = {}
    for house, codes in gazetteer.houses.items():
        houses.setdefault((house.compound, number_key(house.number)), set()).update(codes)
    doors = {
        (door.road, number_key(door.number)): {key.code for key in keys}
        for door, keys in gazetteer.doors.items()
    }

    def read(said: str) -> Taken | None:
        folded = fold(said)
        best = nearest(folded)
        if best is None:
            return None
        kind, code = best
        number = _NUMBER.search(folded)
        if kind == EntityKind.COMPOUND:
            found = houses.get((code, number[1]), set()) if number else set()
            return frozenset(sorted(found)[:1]), code
        if kind == EntityKind.ROAD:
            found = doors.get((code, number[1]), set()) if number else set()
            return (frozenset(sorted(found)[:1]), None) if found else None
        return None if kind == EntityKind.COMMUNITY else (frozenset([code]), None)

    return read
