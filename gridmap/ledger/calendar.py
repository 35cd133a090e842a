"""The county's calendar: days that differ from the plain week, public holidays and make-up days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.base import Base


class CalendarDay(Base):
    """A public holiday (法定节假日), or a weekend's day on which people work (调休上班日)."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("name <> ''", name="name"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool] = mapped_column()
    name: Mapped[str] = mapped_column(Text)
