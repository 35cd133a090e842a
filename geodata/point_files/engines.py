"""Who works on the batches: this process, or a dask cluster; the same function, so the same answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from geodata.point_files.batches import Batch, Held, Worked, work
from geodata.point_files.optional import needed

Engine = Callable[[Held, Iterable[Batch]], Iterator[Worked]]

AHEAD: Final = 2
"""Batches for each worker that are sent before the first answer is taken: what bounds the memory."""


def plainly(held: Held, batches: Iterable[Batch]) -> Iterator[Worked]:
    """Work on batches here, one after the other; each on all processors."""
    for batch in batches:
        yield work(held, batch)


def plain_engine() -> AbstractContextManager[Engine]:
    """Return the engine of one process."""
    return nullcontext(plainly)


@contextmanager
def dask_engine(scheduler: str | None = None, workers: int | None = None) -> Iterator[Engine]:
    """Return an engine that sends batches to a dask cluster.

    The day is sent to every worker once; workers need neither the database nor the files, only gridmap itself.
    Answers come back in the order of the rows.

    Args:
        scheduler: address of a cluster that runs (``tcp://host:8786``); without it, processes of this machine.
        workers: how many of these; as many as there are processors where it is not given.

    Raises:
        InvalidInput: dask is not installed.
    """
    distributed = needed("distributed")
    with (
        _cluster(distributed, scheduler, workers) as address,
        distributed.Client(address, set_as_default=False) as client,
    ):
        yield lambda held, batches: _sent(client, held, batches)


@contextmanager
def _cluster(distributed: Any, scheduler: str | None, workers: int | None) -> Iterator[Any]:  # noqa: ANN401
    """Yield the cluster to join; one of this machine's processes ends with the work."""
    if scheduler is not None:
        yield scheduler
        return
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster


def _sent(client: Any, held: Held, batches: Iterable[Batch]) -> Iterator[Worked]:  # noqa: ANN401
    day = client.scatter(held, broadcast=True, hash=False)
    most = AHEAD * max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)
    waiting: deque[Any] = deque()
    for batch in batches:
        waiting.append(client.submit(work, day, batch, pure=False))
        if len(waiting) >= most:
            yield _received(waiting.popleft(), held)
    while waiting:
        yield _received(waiting.popleft(), held)


def _received(future: Any, held: Held) -> Worked:  # noqa: ANN401 - of dask
    worked: Worked = future.result()
    worked.found.snapshot = held.ground.snapshot
    return worked
