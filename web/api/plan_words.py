"""Words of a plan's history in the reader's language."""

from __future__ import annotations

from typing import Final

from gridmap.redistricting.editing import EditKind
from gridmap.redistricting.states import PlanAction
from web import language

_OTHERS: Final = {"begun": ("起草", "Begun"), "carried_out": ("生效", "In force")}


def event(kind: str) -> str:
    """Return what happened to a plan as a whole."""
    for words in (PlanAction, EditKind):
        found = next((word for word in words if word == kind), None)
        if found is not None:
            return found.label(language.current())
    zh, en = _OTHERS.get(kind, (kind, kind))
    return en if language.current() == "en" else zh
