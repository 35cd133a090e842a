"""One transaction a request: opened when first needed, committed before the answer leaves."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType

from flask import current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.store import following
from gridmap.store.session import transaction

OpenTransaction = following.OpenTransaction
_EXTENSION = "gridmap_transaction"


def transactions_of(engine: Engine) -> OpenTransaction:
    """Return what opens a transaction on the engine."""
    return lambda: transaction(engine)


class RequestTransaction:
    """The request's transaction around a block: commit when it ends, roll back on any error."""

    def __init__(self) -> None:
        self._held: AbstractContextManager[Session] | None = None
        self._session: Session | None = None

    def __enter__(self) -> None:
        """Let `current_session` begin it."""
        g.transaction = self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, where it has begun."""
        g.pop("transaction", None)
        if self._held is not None:
            self._held.__exit__(kind, failure, trace)

    @property
    def session(self) -> Session:
        """Its session; the first call begins it."""
        if self._session is None:
            open_transaction: OpenTransaction = current_app.extensions[_EXTENSION]
            held = open_transaction()
            self._session = held.__enter__()
            self._held = held
        return self._session


def in_request() -> bool:
    """Tell whether there is a transaction of this request, begun or not."""
    return "transaction" in g


def current_session() -> Session:
    """Return the session of this request; the first call begins its transaction."""
    held: RequestTransaction = g.transaction
    return held.session


def separate_transaction() -> AbstractContextManager[Session]:
    """Open a transaction of its own, for what must stand even when the request is refused."""
    open_transaction: OpenTransaction = current_app.extensions[_EXTENSION]
    return open_transaction()


def install(app_extensions: dict[str, object], open_transaction: OpenTransaction) -> None:
    """Give an app its way to open transactions."""
    app_extensions[_EXTENSION] = open_transaction
