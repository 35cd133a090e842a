"""The hostile corpus: every case of every kind, and the canaries that must stay untouched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.geodata.hostile import archives, disguises, geojsons, openstreetmap
from tests.geodata.hostile.cases import Canaries, Case

SECRET = "canary-5f3a91c7"  # noqa: S105 - nobody's
FEWEST = 120


def corpus(canary: Canaries) -> list[Case]:
    """All files."""
    kinds = (disguises, geojsons, archives, openstreetmap)
    found = [case for kind in kinds for case in kind.cases(canary)]
    assert len({case.name for case in found}) == len(found) >= FEWEST
    return found


@contextmanager
def canaries(folder: Path) -> Iterator[tuple[Canaries, list[str]]]:
    """Set the canaries out; the list tells who called the address."""
    called: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def handle(self) -> None:
            called.append(repr(self.client_address))
            self.request.close()

    text, shapes = folder / "canary.txt", folder / "canary.geojson"
    text.write_text(f"{SECRET}\ncode,name\n1,{SECRET}\n", encoding="ascii")
    shapes.write_bytes(disguises.GOOD.replace(b'"b1"', f'"{SECRET}"'.encode()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Canaries(f"http://127.0.0.1:{server.server_port}", str(text), str(shapes)), called
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
