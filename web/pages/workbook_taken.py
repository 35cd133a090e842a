"""The last workbooks of a kind, in the reader's words, and rolling one back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _

from geodata import workbook_imports
from geodata.loading.undoing import NotUndone
from gridmap.errors import InvalidInput
from web import access, language
from web.params import now
from web.session import current_session


def shown(kind: str, subject: str | None = None) -> list[dict[str, Any]]:
    """Return the last workbooks of a kind, of an organisation, that the reader can roll back, or rolled back."""
    keeper = access.require_account()
    return [
        {
            "number": one.number,
            "file": one.file_name,
            "at": format_datetime(one.at, "short"),
            "who": one.who or _("命令行"),
            "counts": _counted(one.counts),
            "undone": one.undone,
        }
        for one in workbook_imports.latest(current_session(), keeper, kind, now(), subject)
    ]


def _counted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    words = {
        "new": _("新增"),
        "added": _("新增"),
        "changed": _("变更"),
        "ended": _("结束"),
        "cleared": _("清空"),
    }
    return [(words[fate], count) for fate, count in counts.items() if fate in words and count]


def undo(kind: str, number: int) -> str:
    """Roll a workbook back; returns why it was not, with what to do, or nothing where it was.

    Raises:
        NotFound: there is no such workbook of the reader's.
    """
    session, keeper = current_session(), access.require_account()
    return undone(lambda: workbook_imports.undo(session, keeper, kind, number, now()))


def undone(work: Callable[[], None]) -> str:
    """Do what rolls a workbook back; returns why it was not, with what to do, or nothing where it was."""
    try:
        work()
    except (NotUndone, InvalidInput) as refusal:
        reader = language.current()
        between = " " if reader == "en" else ""
        return f"{refusal.message(reader)}{between}{refusal.hint(reader)}".strip()
    return ""
