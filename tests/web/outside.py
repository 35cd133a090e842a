"""A mail server and a robot's server on loopback, as small as can be, that can misbehave."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class MailServer:
    """Speaks SMTP; `answers` gives the reply to a command, `dies_at` hangs up instead of replying."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.answers: dict[str, str] = {}
        self.dies_at: str | None = None
        owner = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 20

            def handle(self) -> None:
                owner.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def serve(self, line: socketserver.StreamRequestHandler) -> None:
        self.reply(line, "220 mail.example.org")
        while words := line.rfile.readline():
            verb = words.split()[0].upper().decode()
            if verb == self.dies_at:
                return
            if verb == "DATA" and "DATA" not in self.answers:
                self.reply(line, "354 go on")
                self.raw.append(self.text(line))
                if self.dies_at == ".":
                    return
                self.reply(line, self.answers.get(".", "250 kept"))
            else:
                self.reply(line, self.answers.get(verb, "221 bye" if verb == "QUIT" else "250 ok"))
            if verb == "QUIT":
                return

    @staticmethod
    def reply(line: socketserver.StreamRequestHandler, words: str) -> None:
        line.wfile.write(f"{words}\r\n".encode())

    @staticmethod
    def text(line: socketserver.StreamRequestHandler) -> bytes:
        read = b""
        while (more := line.rfile.readline()) not in {b".\r\n", b""}:
            read += more[1:] if more.startswith(b".") else more
        return read

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]  # type: ignore[misc]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Heard(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


class Listener:
    """Takes POSTs on loopback and keeps them; `behave` decides what each is answered."""

    path = "/"

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
        self.url = f"http://127.0.0.1:{self.server.server_port}{self.path}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class HookServer(Listener):
    """The other side of a webhook."""

    path = "/hook?from=gridmap"


class RobotServer(Listener):
    """A group robot: takes JSON."""

    path = "/robot/send?access_token=t-1234"

    def __init__(self) -> None:
        super().__init__()
        self.behave = answer()

    @property
    def bodies(self) -> list[dict]:
        return [json.loads(one.body) for one in self.heard]

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.heard]


def answer(body: bytes = b'{"errcode": 0, "errmsg": "ok"}', status: int = 200, **headers: str):
    """Answer so."""

    def behave(line: BaseHTTPRequestHandler) -> None:
        line.send_response(status)
        for name, value in headers.items():
            line.send_header(name, value)
        line.send_header("Content-Length", str(len(body)))
        line.end_headers()
        line.wfile.write(body)

    return behave


def hang_up(line: BaseHTTPRequestHandler) -> None:
    """Read it all and hang up without an answer."""
    line.close_connection = True
    line.connection.shutdown(socket.SHUT_RDWR)


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]
