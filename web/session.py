"""One transaction a request: opened when first needed, committed before the answer leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from flask import current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.store.session import transaction

OpenTransaction = Callable[[], AbstractContextManager[Session]]
_EXTENSION = "gridmap_transaction"


def transactions_of(engine: Engine) -> OpenTransaction:
    """Return what opens a transaction on the engine."""
    return lambda: transaction(engine)


@contextmanager
def request_transaction() -> Iterator[None]:
    """Hold the request's transaction: commit when the block ends, roll back on any error."""
    with ExitStack() as stack:
        g.transaction_stack = stack
        try:
            yield
        finally:
            g.pop("session", None)
            g.pop("transaction_stack", None)


def current_session() -> Session:
    """Return the session of this request; the first call begins its transaction."""
    if "session" not in g:
        open_transaction: OpenTransaction = current_app.extensions[_EXTENSION]
        g.session = g.transaction_stack.enter_context(open_transaction())
    session: Session = g.session
    return session


def separate_transaction() -> AbstractContextManager[Session]:
    """Open a transaction of its own, for what must stand even when the request is refused."""
    open_transaction: OpenTransaction = current_app.extensions[_EXTENSION]
    return open_transaction()


def install(app_extensions: dict[str, object], open_transaction: OpenTransaction) -> None:
    """Give an app its way to open transactions."""
    app_extensions[_EXTENSION] = open_transaction
