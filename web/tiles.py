"""Tiles as they are now: from memory, from the store on disk, or made; never what a change has touched."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from threading import Lock
from typing import Any, Final

from flask import current_app
from isal import igzip
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.publishing import service, tiles
from gridmap.publishing.collections import BUILDINGS
from gridmap.publishing.fields import Access, Collection
from gridmap.publishing.tiling import Tile
from gridmap.store.changes import Changes, Followed
from gridmap.store.revision import Version
from web.config import Config
from web.session import current_session, transactions_of
from web.tile_store import Stored, TileStore

EXTENSION: Final = "gridmap_tiles"
MEMORY: Final = 64 * 1024 * 1024
"""Bytes of tiles that a process has at hand."""
LEVEL: Final = 2
"""Of compression by ISA-L, which needs a quarter of zlib's time for the same size."""
MVT: Final = "mvt"
_LOCKS: Final = 64

OpenSession = Callable[[], AbstractContextManager[Session]]
Make = Callable[[Session], bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """A tile of a collection on a day; `form` tells apart what is made of it."""

    collection: Collection
    tile: Tile
    day: date
    form: str = MVT

    @property
    def key(self) -> str:
        """Return its name in the store; what not everybody may read never has the name of what everybody may."""
        at, readers = self.tile, self.collection.access
        scope = "" if readers is Access.PUBLIC else f"{readers.value}:"
        return f"{scope}{self.collection.name}/{at.z}/{at.x}/{at.y}.{self.form}?day={self.day}"

    @property
    def block(self) -> tuple[Asked, ...]:
        """Return what is made and lies together with it: a sheet of the store, by the key of the first."""
        if self.form != MVT:
            return (self,)
        return tuple(replace(self, tile=one) for one in self.tile.block)


@dataclass(slots=True)
class _Held:
    tile: Stored
    seen: Version
    """The whole version at which it was last found to hold."""


class Tiles:
    """The tiles of a process.

    Args:
        store: on disk, shared with other processes; None keeps them in memory only.
        engine: followed by a thread, so that no statement is needed to know the version; None asks each time.
        memory: bytes of compressed tiles at hand.
    """

    def __init__(
        self, store: TileStore | None = None, engine: Engine | None = None, memory: int = MEMORY
    ) -> None:
        self._store, self._memory = store, memory
        self._changes = Changes()
        self._followed = Followed(transactions_of(engine), self._changes) if engine else None
        # one reading statement a tile: a transaction around it would only cost two more
        self._reading = engine and engine.execution_options(isolation_level="AUTOCOMMIT")
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._bytes, self._lock = 0, Lock()
        self._making = tuple(Lock() for _ in range(_LOCKS))

    def kept(self, asked: Asked, now: Version) -> Stored | None:
        """Return a tile that holds now, from memory or disk; None where it must be made."""
        found = self._at_hand(asked, now)
        if found is None and self._store is not None:
            block = asked.block
            for key, tile in self._store.read(block[0].key).items():
                held = self._held.get(key)
                if held is None or held.tile.version != tile.version:
                    self._hold(key, _Held(tile, tile.version))
            found = self._at_hand(asked, now)
        return found

    def current(self, asked: Asked, open_session: OpenSession, make: Make | None = None) -> Stored:
        """Return a tile as it is now; whoever asks for the same meanwhile waits for it.

        Args:
            asked: which tile.
            open_session: used only where the database must be asked.
            make: makes it; MVT where it is missing.
        """
        now = self.version()
        if now is not None and (found := self.kept(asked, now)):
            return found
        block, look = asked.block, self.kept if now is None else self._at_hand
        with self._making[hash(block[0].key) % _LOCKS], open_session() as session:
            now = self.version() or self._changes.look(session)
            found = look(asked, now)
            if found is None:
                held = {one.key: self._at_hand(one, now) for one in block}
                sheet = {key: tile for key, tile in held.items() if tile is not None}
                missing = [one for one in block if one.key not in sheet]
                sheet |= self._made(missing, session, now, make)
                self._keep(block[0].key, sheet)
                found = sheet[asked.key]
            return found

    @property
    def taken(self) -> int:
        """Return the bytes at hand."""
        return self._bytes

    @property
    def follows(self) -> bool:
        """Tell whether a thread of this process follows the ledger."""
        return self._followed is not None

    def alone(self, asked: Asked) -> Stored:
        """Return a tile as it is now, outside of any request; see `follows`."""
        return self.current(asked, lambda: Session(self._reading))

    def version(self) -> Version | None:
        """Return the version of now where this process follows it; None where the database must be asked."""
        return self._followed.version() if self._followed else None

    def stop(self) -> None:
        """Follow no longer."""
        if self._followed:
            self._followed.stop()

    def _made(
        self, missing: list[Asked], session: Session, now: Version, make: Make | None
    ) -> dict[str, Stored]:
        """Make tiles of one collection, zoom and day; they are at hand then."""
        first = missing[0]
        contents = (
            [make(session)]
            if make
            else tiles.made(session, first.collection, [one.tile for one in missing], first.day)
        )
        version = tiles.version_of(first.collection, now)
        found = {
            one.key: _packed(content, version)
            for one, content in zip(missing, contents, strict=True)
        }
        for key, made in found.items():
            self._hold(key, _Held(made, now))
        return found

    def _at_hand(self, asked: Asked, now: Version) -> Stored | None:
        """Return a tile in memory that holds now."""
        held = self._held.get(asked.key)
        if held is None:
            return None
        if held.seen is not now:
            if not tiles.holds(self._changes, asked.collection, asked.tile, held.seen, now):
                return None
            held.seen = now
        self._hold(asked.key, held)
        return held.tile

    def _keep(self, name: str, sheet: dict[str, Stored]) -> None:
        """Write a sheet; where nothing lies at all, to find that again is quicker than a file."""
        if self._store is not None and any(one.body for one in sheet.values()):
            self._store.write(name, sheet)

    def _hold(self, key: str, held: _Held) -> None:
        with self._lock:
            before = self._held.pop(key, None)
            self._bytes += _size(held) - (_size(before) if before else 0)
            self._held[key] = held
            while self._bytes > self._memory:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= _size(oldest)


def _packed(content: bytes, version: Version) -> Stored:
    tag = blake2b(content, digest_size=12).hexdigest()
    return Stored(igzip.compress(content, LEVEL, mtime=0) if content else b"", tag, version)


def _size(held: _Held) -> int:
    return len(held.tile.body) + 1024


def current(asked: Asked) -> Stored:
    """Return a tile as it is now, inside a request."""
    found: Tiles = current_app.extensions[EXTENSION]
    return found.current(asked, _of_request)


def buildings(z: int, x: int, y: int, day: date) -> Stored:
    """Return the buildings of a tile as GeoJSON, inside a request.

    Raises:
        InvalidInput: see `service.buildings`.
    """
    found: Tiles = current_app.extensions[EXTENSION]
    asked = Asked(BUILDINGS, Tile(z, x, y), day, "geojson")

    def make(session: Session) -> bytes:
        return service.buildings(session, z, x, y, day).encode()

    return found.current(asked, _of_request, make)


def install(extensions: dict[str, Any], config: Config, engine: Engine | None) -> None:
    """Give an application its tiles."""
    store = TileStore(config.tiles_folder, config.tiles_bytes) if config.tiles_folder else None
    extensions[EXTENSION] = Tiles(store, engine)


def stop(extensions: dict[str, Any]) -> None:
    """Let an application follow the county's version no longer."""
    found: Tiles = extensions[EXTENSION]
    found.stop()


@contextmanager
def _of_request() -> Iterator[Session]:
    """The session of the request, which stays open behind the block."""
    yield current_session()
