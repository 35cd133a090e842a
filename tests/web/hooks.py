"""The other side of a webhook on loopback, that can misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.web.outside import answer


class Heard(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


class HookServer:
    """Takes POSTs and keeps them; `behave` decides what each is answered."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.behave: Callable[[BaseHTTPRequestHandler], None] = answer(b"", 204)
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.heard.append(Heard(self.path, dict(self.headers), body))
                owner.behave(self)

            def log_message(self, *_words: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?from=gridmap"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
