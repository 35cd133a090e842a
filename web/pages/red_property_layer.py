"""The map's layers of compounds: who cares for them, and how company or owners' committee is organised."""

from __future__ import annotations

import json
from datetime import date
from typing import Final

from flask import url_for
from flask_babel import gettext as _

from gridmap.red_property import looking
from gridmap.red_property.looking import Care, Compound
from gridmap.terms import PartyForm
from web import language
from web.map_marks import MapLayer, Mark, Tone
from web.session import current_session

CARE: Final[dict[Care, Tone]] = {
    Care.SERVED: "green",
    Care.LEDGER: "amber",
    Care.NOBODY: "red",
}
FORMS: Final[dict[PartyForm | None, Tone]] = {
    PartyForm.ALONE: "red",
    PartyForm.JOINT: "blue",
    PartyForm.ADVISER: "purple",
    None: "grey",
}


def _of_care(day: date) -> list[Mark]:
    return [
        _mark(one, shape, CARE[one.care], one.care.label(language.current()))
        for one, shape in looking.drawn(current_session(), day)
    ]


def _of_form(day: date) -> list[Mark]:
    """Compounds with a company: the unserved have no red property."""
    marks = []
    for one, shape in looking.drawn(current_session(), day):
        if one.care is Care.SERVED:
            words = one.best_form.label(language.current()) if one.best_form else _("没有党组织")
            marks.append(_mark(one, shape, FORMS[one.best_form], words))
    return marks


def _mark(one: Compound, shape: str, tone: Tone, badge: str) -> Mark:
    lines = (
        one.community or "",
        one.company or one.self_management or "",
        one.committee or "",
        _("{n} 户").replace("{n}", str(one.households)),
    )
    return Mark(
        json.loads(shape),
        one.name,
        tone,
        badge=badge,
        lines=lines,
        href=url_for("red_property.compound", code=one.code),
    )


LAYERS: Final = (
    MapLayer(
        "property",
        "物业与无物业小区",
        "Property companies and the ledger",
        tuple((tone, care.zh, care.en) for care, tone in CARE.items()),
        _of_care,
        page="red_property.show",
        staff=True,
    ),
    MapLayer(
        "red-property",
        "红色物业",
        "Party organisations of property",
        tuple(
            (tone, form.zh if form else "没有党组织", form.en if form else "None")
            for form, tone in FORMS.items()
        ),
        _of_form,
        page="red_property.show",
        staff=True,
    ),
)
