"""Writing the records of a joint meeting from a form: through the registers, with the faults beside their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from flask_babel import gettext as _
from pydantic_core import PydanticCustomError

from gridmap.accounts.service import SignedIn
from gridmap.red_property.attending import Party, Side
from gridmap.registers import service as registers
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Action, Change, RefusedChanges
from web import language
from web.pages.settings_forms import SentForm
from web.params import now, safe_text
from web.session import current_session

Row = Mapping[str, str]
LONGEST_KEY: Final = 128
_CODE_OF: Final = {Side.COMPANY: "company", Side.OWNERS: "compound", Side.RESIDENTS: "community"}
"""In which column of the register of sides a code stands."""


def written(form: SentForm, name: str) -> str:
    """Return a text that may be empty; control characters are refused beside the field."""
    try:
        return safe_text(form.sent.get(name, "").replace("\r\n", "\n"))
    except PydanticCustomError:
        form.faults.setdefault(name, _("含有不允许的控制字符。"))
        return ""


def chosen(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of sides that were ticked, as far as they can be keys at all."""
    return tuple(key for key in keys if key.isprintable() and len(key) <= LONGEST_KEY)


def begin(keeper: SignedIn, register: str, rows: Iterable[Row]) -> tuple[int, ...]:
    """Begin records of a register, all or none; return their ids.

    Raises:
        RefusedChanges: something is wrong with a row; they count from 1.
    """
    changes = [
        Change(Action.BEGIN, dict(values), row=row) for row, values in enumerate(rows, start=1)
    ]
    if not changes:
        return ()
    session = current_session()
    return registers.write(session, keeper, REGISTERS[register], changes, now()).ids


def refuse(form: SentForm, refusal: RefusedChanges, names: Mapping[str, str] | None = None) -> None:
    """Put the faults of a refusal beside the fields, where `names` says how a column's field is called."""
    for fault in refusal.faults:
        name = (names or {}).get(fault.column or "", fault.column or "form")
        form.faults.setdefault(name, fault.message(language.current()))


def refuse_lines(
    form: SentForm, refusal: RefusedChanges, name: Callable[[int, str | None], str]
) -> None:
    """Put the faults of a refusal beside the lines of a form: `name` says a row's and column's field."""
    for fault in refusal.faults:
        form.faults.setdefault(name(fault.row, fault.column), fault.message(language.current()))


def seat(keeper: SignedIn, meeting: str, came: Sequence[tuple[Party, bool]]) -> None:
    """Write down who of record came to a meeting and who was missing; agencies only where they came.

    Raises:
        RefusedChanges: see `begin`.
    """
    sides = [
        {"meeting": meeting, _CODE_OF[party.side]: party.code, "came": "是" if there else "否"}
        for party, there in came
        if party.side in _CODE_OF
    ]
    begin(keeper, "meeting-parties", sides)
    agencies = [
        {"meeting": meeting, "agency": party.code}
        for party, there in came
        if party.side is Side.AGENCY and there
    ]
    begin(keeper, "meeting-agencies", agencies)


def names_of(came: Iterable[tuple[Party, bool]], more: str) -> str:
    """Return who came, as the record of the meeting says it."""
    named = [party.label("zh") for party, there in came if there]
    return "、".join([*named, *([more.strip()] if more.strip() else [])])
