"""Programs of ours that read what people send, each in a process of its own: limits, no secrets, no network."""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

from gridmap.errors import Unavailable

AT_ONCE: Final = 2
"""Files that one server process reads at the same time."""
PATIENCE_S: Final = 20
"""Seconds for which a file waits for its turn."""

LENGTH: Final = struct.Struct("<Q")
"""How the length of a piece is written."""
LARGEST_PIECE: Final = 64 * 1024**2
"""Bytes of a piece that is taken; programs that keep their limits make smaller ones."""
_BLOCK: Final = 1024**2
_ENDING_S: Final = 10

_READERS: Final = BoundedSemaphore(AT_ONCE)


class ReadersBusy(Unavailable):
    """Other files are being read, and went on for too long."""

    code = "readers_busy"
    zh = "正在读别人发来的文件，请过一会儿再试。"
    en = "Other people's files are being read; try again in a moment."


class Failed(Exception):
    """The program refuses its file: `answer` has a code and its parameters."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["code"])
        self.answer = answer


class GaveUp(Exception):
    """The program came to no answer within its limits of time, memory and size."""


def ask(
    program: Path,
    scratch: Path,
    request: Mapping[str, object],
    environment: Mapping[str, str],
    patience_s: int,
) -> dict[str, Any]:
    """Let a program read a file and return its answer.

    Args:
        program: a file of ours; it limits itself by the request's ``limits`` before it opens anything.
        scratch: the folder that it gets; its arrays are there afterwards.
        request: what it is to do, as JSON.
        environment: all that it knows of the world, see `environment_in`.
        patience_s: seconds after which it is given up.

    Raises:
        Failed: it says why it cannot read the file.
        GaveUp: it takes more than it may.
    """
    (scratch / "request.json").write_text(json.dumps(request), encoding="ascii")
    try:
        subprocess.run(  # noqa: S603 - our own program, on a folder of our own
            [sys.executable, "-I", str(program), str(scratch)],
            env=dict(environment),
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise GaveUp from slow
    failure = _told(scratch / "failure.json")
    if failure is not None:
        raise Failed(failure)
    answer = _told(scratch / "answer.json")
    if answer is None:
        raise GaveUp
    return answer


@contextmanager
def pieces(
    program: Path,
    scratch: Path,
    request: Mapping[str, object],
    environment: Mapping[str, str],
    patience_s: int,
) -> Iterator[Iterator[bytes]]:
    """Let a program read a file and take what it says piece by piece, as it goes on; it ends with the block.

    The program writes to a pipe: eight bytes with the length of a piece, the piece; an empty one is the end.
    Before it has written that, all that came may still be refused.

    Args:
        program: see `ask`.
        scratch: the folder that it gets.
        request: what it is to do, as JSON.
        environment: all that it knows of the world, see `environment_in`.
        patience_s: seconds after which it is given up where no piece comes.

    Raises:
        Failed: while pieces are taken: it says why it cannot read the file.
        GaveUp: likewise: it takes more than it may, or says what no program of ours does.
    """
    (scratch / "request.json").write_text(json.dumps(request), encoding="ascii")
    with subprocess.Popen(  # noqa: S603 - our own program, on a folder of our own
        [sys.executable, "-I", str(program), str(scratch)],
        env=dict(environment),
        cwd=scratch,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            yield _pieces(running, scratch, patience_s)
        finally:
            running.kill()


def _pieces(running: subprocess.Popen[bytes], scratch: Path, patience_s: int) -> Iterator[bytes]:
    if running.stdout is None:
        raise GaveUp
    pipe = running.stdout.fileno()
    while head := _taken(pipe, LENGTH.size, patience_s):
        (length,) = LENGTH.unpack(head)
        if not length:
            return
        if length > LARGEST_PIECE:
            raise GaveUp
        piece = _taken(pipe, length, patience_s)
        if piece is None:
            break
        yield piece
    try:
        running.wait(_ENDING_S)
    except subprocess.TimeoutExpired as slow:
        raise GaveUp from slow
    failure = _told(scratch / "failure.json")
    raise GaveUp if failure is None else Failed(failure)


def _taken(pipe: int, count: int, patience_s: int) -> bytes | None:
    """Read so many bytes; None where the pipe ends before."""
    waiting, taken = select.poll(), bytearray()
    waiting.register(pipe, select.POLLIN)
    while len(taken) < count:
        if not waiting.poll(1000 * patience_s):
            raise GaveUp
        some = os.read(pipe, min(count - len(taken), _BLOCK))
        if not some:
            return None
        taken += some
    return bytes(taken)


def _told(path: Path) -> dict[str, Any] | None:
    """Return what the program wrote; None where there is nothing, or it was ended while it wrote."""
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    return told


def environment_in(scratch: Path) -> dict[str, str]:
    """Return the environment of a program that needs nothing but its folder."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn: each reading may take a good part of the machine's memory.

    Raises:
        ReadersBusy: others are read for longer than `PATIENCE_S`.
    """
    if not _READERS.acquire(timeout=PATIENCE_S):
        raise ReadersBusy
    try:
        yield
    finally:
        _READERS.release()
