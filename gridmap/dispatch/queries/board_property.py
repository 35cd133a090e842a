"""SQL: which compound or property company a report belongs to, as the board cuts by them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, Date, cast, exists, func, select

from gridmap.dispatch.tables import Report
from gridmap.ledger.buildings import Compound
from gridmap.ledger.property import PropertyCompany, PropertyContract
from gridmap.store.base import Dated

_FILED_ON: Final = cast(func.timezone("Asia/Shanghai", Report.filed_at), Date)


def _holding_then(entity: type[Dated]) -> ColumnElement[bool]:
    """Tell whether a row held on the day on which the report was filed."""
    return entity.valid.op("@>", is_comparison=True)(_FILED_ON)


def in_compound(code: str) -> ColumnElement[bool]:
    """Tell whether a report lies in a compound."""
    return Report.compound_id == select(Compound.id).where(Compound.code == code).scalar_subquery()


def of_company(code: str) -> ColumnElement[bool]:
    """Tell whether a company served a report's compound on the day on which it was filed."""
    return exists().where(
        PropertyContract.compound_id == Report.compound_id,
        PropertyContract.company_id == PropertyCompany.id,
        PropertyCompany.code == code,
        _holding_then(PropertyContract),
    )


def compound_code() -> ColumnElement[str]:
    """Return the code of a report's compound."""
    return (
        select(Compound.code)
        .where(Compound.id == Report.compound_id)
        .correlate(Report)
        .scalar_subquery()
    )


def company_code() -> ColumnElement[str]:
    """Return the code of the company that served a report's compound on the day of filing."""
    return (
        select(PropertyCompany.code)
        .join(PropertyContract, PropertyContract.company_id == PropertyCompany.id)
        .where(PropertyContract.compound_id == Report.compound_id, _holding_then(PropertyContract))
        .correlate(Report)
        .scalar_subquery()
    )
