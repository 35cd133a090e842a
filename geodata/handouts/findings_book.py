"""The findings of a day as a workbook: summary, list of findings, rules."""

from __future__ import annotations

from collections.abc import Iterator

from geodata import workbooks
from geodata.handouts.county import DaySheet
from geodata.handouts.shades import state_of
from geodata.handouts.words import said
from geodata.workbooks import Cell, Column, Sheet


def findings_book(sheet: DaySheet, language: str) -> bytes:
    """Return the workbook (xlsx) of a day in ``zh`` or ``en``."""
    return workbooks.write(
        [_summary(sheet, language), _findings(sheet, language), _rules(sheet, language)]
    )


def _columns(language: str, *columns: tuple[str, float]) -> list[Column]:
    return [Column(said(key, language), width) for key, width in columns]


def _summary(sheet: DaySheet, language: str) -> Sheet:
    first = _columns(
        language,
        ("township", 16),
        ("code", 15),
        ("community", 18),
        ("gaps", 8),
        ("warnings", 8),
    )
    labels = [Column(check.label.fill(language), 11) for check in sheet.checks]
    return Sheet(said("summary", language), [*first, *labels], _summary_rows(sheet, language))


def _summary_rows(sheet: DaySheet, language: str) -> Iterator[tuple[Cell, ...]]:
    words = {
        "held": said("held", language),
        "missing": said("missing", language),
        "warned": said("warned", language),
        "none": said("not_asked", language),
    }
    for one in sheet.ranked:
        cells = (words[state_of(one, check)] for check in sheet.checks)
        yield one.township, one.code, one.name, one.missing, one.warnings, *cells
    lacking = (
        sum(one.held.get(check.key) is False for one in sheet.audit.communities)
        for check in sheet.checks
    )
    sums = sheet.audit.missing, sheet.audit.warnings
    yield said("total", language), None, sheet.day, *sums, *lacking


def _findings(sheet: DaySheet, language: str) -> Sheet:
    columns = _columns(
        language,
        ("township", 16),
        ("community", 18),
        ("check", 14),
        ("level", 12),
        ("kind", 10),
        ("subject", 26),
        ("code", 20),
        ("since", 12),
        ("days", 10),
        ("reason", 52),
        ("mend", 52),
    )
    return Sheet(said("findings", language), columns, _finding_rows(sheet, language))


def _finding_rows(sheet: DaySheet, language: str) -> Iterator[tuple[Cell, ...]]:
    checks = {check.key: check for check in sheet.checks}
    for community in sheet.ranked:
        for finding in community.findings:
            check, gap = checks[finding.check], finding.gap
            yield (
                community.township,
                community.name,
                check.label.fill(language),
                check.level.label(language),
                gap.subject.kind.label(language),
                gap.subject.name,
                gap.subject.code,
                gap.since,
                max(0, (sheet.day - gap.since).days),
                finding.why(language),
                finding.mend(language),
            )


def _rules(sheet: DaySheet, language: str) -> Sheet:
    columns = _columns(
        language,
        ("key", 20),
        ("check", 14),
        ("level", 12),
        ("kind", 10),
        ("asks", 50),
        ("mend", 60),
        ("version", 8),
        ("asked_in", 12),
        ("held_in", 12),
    )
    rows = (
        (
            check.key,
            check.label.fill(language),
            check.level.label(language),
            check.looks_at.label(language),
            check.asks.fill(language),
            check.mend.fill(language),
            check.version,
            sum(check.key in one.held for one in sheet.audit.communities),
            sheet.audit.holding(check.key),
        )
        for check in sheet.checks
    )
    return Sheet(said("rules", language), columns, rows)
