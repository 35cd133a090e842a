"""Every file that coverage hands out, by its kind: what it is called, its type, and how it is made."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.handouts import county, fonts, quarterly
from geodata.handouts.findings_book import findings_book
from geodata.handouts.pdf import pdf
from geodata.handouts.word import word
from geodata.handouts.words import said
from gridmap.coverage.words import quarter_words
from gridmap.timespan import quarter_of


def workbook(session: Session, day: date, language: str) -> bytes:
    """Return the findings of a day as a workbook.

    Raises:
        NotFound: there is no county on that day.
    """
    return findings_book(county.on_day(session, day), language)


def report_pdf(session: Session, day: date, font_folder: Path) -> bytes:
    """Return the quarterly report (in Chinese) as PDF.

    Args:
        session: any session; nothing is written.
        day: its quarter is reported on, up to the day.
        font_folder: where this server keeps fonts of its own.

    Raises:
        NotFound: there is no county on that day.
        FontMissing: there is no Chinese font to embed.
    """
    known = fonts.needed_fonts(font_folder)
    report, sheet = _reported(session, day)
    return pdf(report, sheet, known)


def report_docx(session: Session, day: date, font_folder: Path) -> bytes:
    """Return the quarterly report (in Chinese) as a Word file; arguments as of `report_pdf`.

    Raises:
        NotFound: there is no county on that day.
    """
    known = fonts.chinese_fonts(font_folder)
    report, sheet = _reported(session, day)
    return word(report, sheet, known.hei if known else None)


def _reported(session: Session, day: date) -> tuple[quarterly.Report, county.DaySheet]:
    now, end = county.on_day(session, day), county.quarter_end_before(day)
    before = county.on_day(session, end) if end >= now.first_day else None
    return quarterly.report(now, before, county.grids_on(session, day)), now


def file_name(kind: str, day: date, language: str) -> str:
    """Return the name of a file, with the day or, for reports, the quarter in it.

    >>> file_name("xlsx", date(2026, 11, 29), "zh"), file_name("html", date(2026, 11, 29), "en")
    ('覆盖情况-问题清单-2026-11-29.xlsx', 'coverage-map-2026-11-29.html')
    >>> file_name("docx", date(2026, 11, 29), "zh")
    '社区网格体系建设情况报告-2026年四季度-截至2026-11-29.docx'
    """
    quarter = quarter_words(quarter_of(day), language)
    name = said(f"file_{kind}", language, quarter=quarter, iso=day.isoformat())
    return f"{name}.{kind}"
