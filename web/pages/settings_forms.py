"""A sent form of the settings: its values, and what is wrong with each field in the reader's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Final, TypeVar

from flask_babel import gettext as _
from pydantic_core import PydanticCustomError

from geodata.calendar import day_of
from gridmap.errors import InvalidInput
from gridmap.terms import Term
from web import language
from web.params import safe_text

Word = TypeVar("Word", bound=Term)

_NUMBER: Final = re.compile(r"[0-9]{1,6}\Z")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")


class SentForm:
    """Reads the fields of a form one by one.

    A field that cannot be read gets its sentence in `faults` and gives a harmless value instead;
    whoever reads a form looks at `faults` before using any value.
    """

    def __init__(self, sent: Mapping[str, str]) -> None:
        self.sent = sent
        self.faults: dict[str, str] = {}

    def _written(self, name: str) -> str:
        return self.sent.get(name, "").strip()

    def _wrong(self, name: str, sentence: str) -> None:
        self.faults.setdefault(name, sentence)

    def refuse(self, refusal: InvalidInput) -> None:
        """Put a refusal of the service beside the field that it names."""
        self._wrong(refusal.field or "form", refusal.message(language.current()))

    def has(self, name: str) -> bool:
        """Tell whether something was written into a field."""
        return bool(self._written(name))

    def text(self, name: str, longest: int) -> str:
        """Return a line of text that says something."""
        try:
            written = safe_text(self._written(name))
        except PydanticCustomError:
            self._wrong(name, _("含有不允许的控制字符。"))
            return ""
        if not written or len(written) > longest or "\n" in written:
            self._wrong(name, _("请填写，最多 {n} 个字。").replace("{n}", str(longest)))
        return written

    def whole(self, name: str, least: int, most: int) -> int:
        """Return a whole number between two bounds."""
        written = self._written(name)
        number = int(written) if _NUMBER.match(written) else -1
        if not least <= number <= most:
            bounds = _("请填 {least} 到 {most} 的整数。")
            self._wrong(name, bounds.replace("{least}", str(least)).replace("{most}", str(most)))
            return least
        return number

    def day(self, name: str) -> date:
        """Return a day."""
        found = day_of(self._written(name))
        if found is None:
            self._wrong(name, _("请填日期，例如 2026-11-24。"))
            return date.min
        return found

    def clock(self, name: str) -> time:
        """Return a time of day in minutes."""
        parts = _CLOCK.match(self._written(name))
        if parts is None:
            self._wrong(name, _("请填时间，例如 08:30。"))
            return time.min
        return time(int(parts[1]), int(parts[2]))

    def word(self, name: str, words: type[Word]) -> Word:
        """Return one of a closed list of words."""
        try:
            return words(self._written(name))
        except ValueError:
            self._wrong(name, _("请从列表中选一项。"))
            return next(iter(words))
