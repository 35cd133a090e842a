"""What a reporter says on the tracking page, read from its forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Instruction
from gridmap.errors import InvalidInput
from gridmap.terms import Satisfaction
from web.api.tracking import ReplyBody, instruction

SAID: Final[dict[str, Action]] = {
    "solved": Action.AGREED,
    "accept": Action.AGREED,
    "reopen": Action.REOPENED,
    "note": Action.NOTED,
    "separate": Action.SEPARATED,
}
"""What the forms' buttons and choices say; `accept`: not solved, but let it rest."""
ASKED: Final = frozenset({"solved", "accept", "reopen"})
RATED: Final = frozenset({"solved", "accept"})
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
YES_NO: Final = {"yes": True, "no": False}


def read(form: Mapping[str, str]) -> Instruction:
    """Return the reporter's move.

    Raises:
        InvalidInput: something is missing or wrong; a sentence beside the form says what.
    """
    say = form.get("say", "")
    if say not in SAID:
        raise _refused("请选“解决了”还是“没有解决”。", "Choose whether it is solved.", "say")
    values: dict[str, Any] = {
        "action": SAID[say],
        "version": _version(form),
        "remark": form.get("remark", "").strip() or None,
    }
    if say in ASKED:
        values |= {"contacted": _contacted(form), "solved": say == "solved"}
    if say in RATED:
        values["satisfaction"] = _satisfaction(form)
    if say == "note" and not values["remark"]:
        raise _refused("请写下要补充的话。", "Write what you want to add.", "remark")
    return instruction(_body(values), _key(form))


def _key(form: Mapping[str, str]) -> str | None:
    """The key that the page laid into the form: two taps are one answer."""
    written = form.get("key", "")
    return written if _KEY.match(written) else None


def _refused(words: str, english: str, field: str) -> InvalidInput:
    return InvalidInput(field=field, reason_zh=words, reason_en=english)


def _version(form: Mapping[str, str]) -> int:
    written = form.get("version", "")
    return int(written) if written.isascii() and written.isdecimal() else 0


def _contacted(form: Mapping[str, str]) -> bool:
    written = form.get("contacted", "")
    if written not in YES_NO:
        raise _refused(
            "请选有没有人联系过您。", "Choose whether anybody contacted you.", "contacted"
        )
    return YES_NO[written]


def _satisfaction(form: Mapping[str, str]) -> Satisfaction:
    written = form.get("satisfaction", "")
    if written not in set(Satisfaction):
        raise _refused("请选您满意不满意。", "Choose how satisfied you are.", "satisfaction")
    return Satisfaction(written)


def _body(values: dict[str, Any]) -> ReplyBody:
    try:
        return ReplyBody.model_validate(values)
    except ValidationError as failure:
        raise _refused(
            "最多 500 个字，不能有控制字符。",
            "At most 500 characters, no control characters.",
            "remark",
        ) from failure
