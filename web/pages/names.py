"""The gazetteer's names: proposals to decide, what is shared, the list, and the forms that change them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from pydantic import Field

from geodata.workbook_imports import NAMES
from gridmap.errors import InvalidInput
from gridmap.gazetteer import curating, names
from gridmap.gazetteer.curating import Wanted
from gridmap.gazetteer.names import Filters, Heard, Listed
from gridmap.registers import service as registers
from gridmap.terms import Named, NameKind, NameState
from web import access, language
from web.pages import names_addresses, names_files, names_roads, workbook_taken
from web.pages.account_steps import never_kept
from web.pages.settings_forms import SentForm
from web.params import DayQuery, Text, now, today
from web.session import current_session

blueprint = APIBlueprint("names", __name__, enable_openapi=False, url_prefix="/names")
blueprint.after_request(never_kept)

LONGEST_CODE: Final = 64
WRITTEN: Final = tuple(kind for kind in NameKind if kind is not NameKind.OFFICIAL)
_COLOURS: Final = {
    NameState.PROPOSED: "amber",
    NameState.CONFIRMED: "green",
    NameState.REJECTED: "",
}
_SAID: Final = frozenset(
    {"added", "confirmed", "rejected", "ended", "corrected", "taken", "undone"}
)


class NamesQuery(DayQuery):
    """Which names, which page."""

    q: Annotated[Text, Field(max_length=40)] = ""
    kind: NameKind | None = None
    state: NameState | None = None
    entity: Named | None = None
    community: Annotated[Text, Field(max_length=12)] = ""
    past: bool = False
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show what waits to be decided, what is shared, and the names of a day."""
    return _page()


@blueprint.post("/new")
def add() -> ResponseReturnValue:
    """Write a name."""
    form = SentForm(request.form)
    entity, kind = form.word("entity", Named), form.word("kind", NameKind)
    code, text = form.text("code", 2 * LONGEST_CODE), form.text("text", curating.LONGEST)
    day = form.day("day")
    if not form.faults:
        wanted = Wanted(entity, code, text, kind, day)
        return _done(form, "added", lambda: curating.add(*_keeper(), wanted, now()), adding=True)
    return _page(form, adding=True)


@blueprint.post("/<int(max=2147483647):name_id>/decide")
def decide(name_id: int) -> ResponseReturnValue:
    """Confirm or reject a name."""
    form = SentForm(request.form)
    state = form.word("state", NameState)
    if form.faults or state is NameState.PROPOSED:
        return _page(form)
    said = "confirmed" if state is NameState.CONFIRMED else "rejected"
    return _done(form, said, lambda: curating.decide(*_keeper(), name_id, state, now()))


@blueprint.post("/mask")
def mask() -> ResponseReturnValue:
    """Reject a name that stands with its entity."""
    form = SentForm(request.form)
    entity = form.word("entity", Named)
    code, text = form.text("code", 2 * LONGEST_CODE), form.text("text", curating.LONGEST)
    if form.faults:
        return _page(form)
    return _done(form, "rejected", lambda: curating.mask(*_keeper(), entity, code, text, now()))


@blueprint.post("/<int(max=2147483647):name_id>/end")
def end(name_id: int) -> ResponseReturnValue:
    """Let a name hold until a day."""
    form = SentForm(request.form)
    day = form.day("day")
    if form.faults:
        return _page(form)
    return _done(form, "ended", lambda: curating.end(*_keeper(), name_id, day, now()))


@blueprint.post("/<int(max=2147483647):name_id>/correct")
def correct(name_id: int) -> ResponseReturnValue:
    """Put a name right."""
    form = SentForm(request.form)
    kind, text = form.word("kind", NameKind), form.text("text", curating.LONGEST)
    if form.faults:
        return _page(form)
    return _done(
        form, "corrected", lambda: curating.correct(*_keeper(), name_id, text, kind, now())
    )


def _keeper() -> tuple[Any, Any]:
    return current_session(), access.require_account()


def _done(form: SentForm, said: str, step: Any, *, adding: bool = False) -> ResponseReturnValue:  # noqa: ANN401 - any result
    """Make a step and go back to the list as it was; say beside the form why it cannot be made."""
    try:
        step()
    except InvalidInput as refusal:
        form.refuse(refusal)
        return _page(form, adding=adding)
    return redirect(_address(said=said), 303)


def _asked() -> dict[str, str]:
    return {name: text for name, text in request.args.items() if text and name != "said"}


def _address(**changed: object) -> str:
    """This list with something else asked for."""
    asked: dict[str, Any] = _asked() | changed
    return url_for("names.show", **{k: v for k, v in asked.items() if v not in ("", None)})


def _page(
    form: SentForm | None = None, *, adding: bool = False, stands: str = ""
) -> ResponseReturnValue:
    query = NamesQuery.model_validate(_asked())
    session, reader = _keeper()
    filters = Filters(
        query.q, query.kind, query.state, query.entity, query.community, past=query.past
    )
    listed, total = names.names(session, reader, query.on, filters, query.page)
    shared = names.shared(session, reader, today())
    proposals = names.proposals(session, reader, today(), shared)
    fields = {"day": today().isoformat(), "kind": NameKind.ALIAS.value, "entity": "compound"}
    page = render_template(
        "names.html",
        query=query,
        proposals=[_line(one) for one in proposals],
        shared=[(one.text, [_line(name) for name in one.names]) for one in shared],
        names=[_line(one) for one in listed],
        total=total,
        earlier=_address(page=query.page - 1) if query.page > 1 else "",
        later=_address(page=query.page + 1) if query.page * names.PAGE < total else "",
        kinds=WRITTEN,
        all_kinds=list(NameKind),
        states=list(NameState),
        entities=list(Named),
        communities=[a for a in registers.areas(session, query.on) if a.kind == "community"],
        here=_asked(),
        sent={**fields, **(form.sent if form and adding else {})},
        faults=form.faults if form and adding else {},
        adding=adding,
        fault="" if form is None or adding else " ".join(form.faults.values()),
        said=said if form is None and (said := request.args.get("said", "")) in _SAID else "",
        imports=workbook_taken.shown(NAMES),
        stands=stands,
        today=today().isoformat(),
    )
    return make_response(page, 409 if stands else 422 if form and form.faults else 200)


@blueprint.post("/import/<int(max=2147483647):number>/undo")
def undo(number: int) -> ResponseReturnValue:
    """Roll a workbook of names back as a whole; where something rests on it, say what and what to do."""
    stands = workbook_taken.undo(NAMES, number)
    if stands:
        return _page(stands=stands)
    return redirect(url_for("names.show", said="undone", _anchor="taken"), 303)


def _line(one: Listed) -> dict[str, Any]:
    reader = language.current()
    state = one.state
    return {
        "id": one.id,
        "entity": one.entity,
        "entity_label": one.entity.label(reader),
        "code": one.code,
        "title": one.title,
        "text": one.text,
        "kind": one.kind,
        "kind_label": one.kind.label(reader),
        "state": state,
        "badge": (state.label(reader), _COLOURS[state]),
        "source": one.source.label(reader),
        "where": one.where,
        "may": one.may,
        "begins": format_date(one.begins, "medium") if one.begins else "",
        "ends": format_date(one.ends, "medium") if one.ends else "",
        "over": bool(one.ends and one.ends <= today()),
        "decided_by": one.decided_by or "",
        "decided": format_date(one.decided_at, "medium") if one.decided_at else "",
        "heard": [_heard(heard, one.text) for heard in one.heard],
        "times": one.times,
        "also": one.also,
    }


def _heard(heard: Heard, text: str) -> dict[str, Any]:
    """The words of a report in three parts, the name in the middle where they have it as written."""
    before, found, after = heard.words.partition(text)
    return {
        "number": heard.number,
        "before": before,
        "name": found,
        "after": after,
        "day": format_date(heard.at, "medium"),
    }


BOTH: Final = ["GET", "POST"]
blueprint.add_url_rule("/addresses", "addresses", names_addresses.show, methods=BOTH)
blueprint.add_url_rule(
    "/addresses/reject", "reject_address", names_addresses.reject, methods=["POST"]
)
blueprint.add_url_rule(
    "/addresses/<int(max=2147483647):address_id>/end",
    "end_address",
    names_addresses.end,
    methods=["POST"],
)
blueprint.add_url_rule("/roads", "roads", names_roads.show, methods=BOTH)
blueprint.add_url_rule("/roads/lines", "road_lines", names_roads.lines)
blueprint.add_url_rule("/export.xlsx", "export", names_files.export)
blueprint.add_url_rule("/import", "take", names_files.take, methods=["POST"])
