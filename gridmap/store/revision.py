"""Data versions: every layer of the ledger has a number that grows with each change of it.

The number is raised by statement triggers inside the changing transaction. The row lock puts the
commits of one layer in order, so that whoever has seen number n has seen everything up to n.

Reports move all day, and places in activities are taken all day: they must not wait for each other. The number
of their layer is raised when a transaction commits, once, and only by what is counted of them (a report filed,
closed, joined, in another grid; a place taken or given back).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import BigInteger, String, Text, cast, literal_column, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.store.base import Base
from gridmap.store.layers import LAYERS, REPORTS, SIGN_UPS

__all__ = ["LAYERS", "Revision", "Version", "part", "revisions", "version"]

_DEFERRED: Final = {
    REPORTS: ("raise_reports_filed", "raise_reports_moved", "raise_reports_gone"),
    SIGN_UPS: ("raise_sign_ups_taken", "raise_sign_ups_moved", "raise_sign_ups_gone"),
}
"""Triggers that raise a layer's number when a transaction commits."""


class Revision(Base):
    """The number of one layer."""

    __tablename__ = "revision"

    layer: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


Version = tuple[tuple[str, int, str], ...]
"""Number and last writer of every layer, in order of the layers."""


def version(session: Session, *layers: str) -> Version:
    """Return what this transaction sees of some layers, or of all, as a key for what is kept in memory; one statement.

    A number may come again when a transaction was rolled back; with its last writer (xmin) it does not. Of
    reports and places what the transaction itself has written counts too, by one more statement.
    """
    _raise_own(session, layers)
    writer = cast(literal_column("xmin"), Text)
    query = select(Revision.layer, Revision.number, writer).order_by(Revision.layer)
    if layers:
        query = query.where(Revision.layer.in_(layers))
    return tuple((layer, number, last) for layer, number, last in session.execute(query))


def part(whole: Version, *layers: str) -> Version:
    """Return the version of some layers.

    >>> part((("areas", 1, "7"), ("grids", 2, "8")), "grids")
    (('grids', 2, '8'),)
    """
    return tuple(one for one in whole if one[0] in layers)


def _raise_own(session: Session, layers: Collection[str]) -> None:
    triggers = [name for layer, names in _DEFERRED.items() if layer in layers for name in names]
    if triggers:
        session.execute(text(f"SET CONSTRAINTS {', '.join(triggers)} IMMEDIATE"))


def revisions(session: Session, *layers: str) -> dict[str, int]:
    """Return the number of every layer in one statement; `layers`: those that the caller will use, see `version`."""
    _raise_own(session, layers)
    return {
        row.layer: row.number for row in session.execute(select(Revision.layer, Revision.number))
    }
