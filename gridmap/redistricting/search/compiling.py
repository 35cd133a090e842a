"""Compile the inner loops to machine code, and keep it for the next process."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeVar, cast

import numba
from numba.core import config

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

HERE: Final = Path(__file__).parent


def _keep_by_content() -> None:
    """Keep machine code in a folder named by the content of all modules here.

    numba looks only at the file of a function to see whether its machine code is stale, not at the files of
    what it calls. Where this folder is not writable, numba chooses a place of its own.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    digest = hashlib.sha256()
    for module in sorted(HERE.glob("*.py")):
        digest.update(module.read_bytes())
    place = HERE / "__pycache__" / f"compiled-{digest.hexdigest()[:16]}"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    if os.access(place, os.W_OK):
        setattr(config, "CACHE_DIR", str(place))  # noqa: B010 - numba declares it at run time


_keep_by_content()


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile at the first call and keep the machine code; the GIL is free while it runs.

    No fast maths: the same input gives the same output to the bit. Division by zero gives infinity.
    """
    made = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast(Callable[Arguments, Result], made)


def inlined(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile as a part of what calls it: for small things that are called all the time."""
    made = numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")(function)
    return cast(Callable[Arguments, Result], made)
