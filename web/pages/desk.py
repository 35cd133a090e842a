"""The desk: the work list of whoever is signed in, and a report with its acceptance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.dispatch import service
from gridmap.dispatch.reports import Cursor, Detail, Worklist
from gridmap.errors import GridmapError, IllegalStep, NotAllowed, NotFound, StaleVersion
from gridmap.publishing import service as publishing
from gridmap.terms import Stage
from web import access, errors, language
from web.errors import status_of
from web.numbers import report_number
from web.pages import desk_cards
from web.pages.folium_map import compose
from web.params import Params, now, today
from web.session import current_session

blueprint = APIBlueprint("desk", __name__, enable_openapi=False)

_SEPARATOR: Final = "_"


def _cursor(written: object) -> Cursor:
    """Read where a page ended: an aware moment and an id."""
    moment, _separator, last = str(written).partition(_SEPARATOR)
    try:
        at, report_id = datetime.fromisoformat(moment), int(last)
    except ValueError:
        raise PydanticCustomError("cursor", "not a cursor") from None
    if at.tzinfo is None or not 0 <= report_id < 2**63:
        raise PydanticCustomError("cursor", "not a cursor")
    return at, report_id


class DeskQuery(Params):
    """Which part of the list: a stage, one's own only, and where the page before ended."""

    stage: Stage | None = None
    mine: bool = False
    after: Annotated[Cursor, BeforeValidator(_cursor)] | None = None

    def kept(self, **changes: object) -> dict[str, Any]:
        """Return the query of a link that keeps this part of the list, with some of it changed."""
        wanted = {"stage": self.stage, "mine": "1" if self.mine else None} | changes
        return {name: value for name, value in wanted.items() if value is not None}

    def address(self, **changes: object) -> str:
        """Return the address of the list with some of it changed; never of a later page."""
        return url_for("desk.worklist", **self.kept(**changes))


class AcceptForm(Params):
    """The version of the report that the reader looked at."""

    version: Annotated[int, Field(ge=1, lt=2**31)]


@blueprint.get("/desk")
def worklist() -> ResponseReturnValue:
    """Show the reports of the reader's area, newest first."""
    return _page(_reader(), _query(), None)


@blueprint.get("/desk/<number>")
def report(number: str) -> ResponseReturnValue:
    """Show one report beside the list."""
    reader = _reader()
    found = service.detail(current_session(), report_number(number), reader, now())
    return _refused(found) if isinstance(found, NotFound) else _page(reader, _query(), found)


@blueprint.post("/desk/<number>/accept")
def accept(number: str) -> ResponseReturnValue:
    """Accept a report; who comes second is told who was first."""
    reader = _reader()
    form = AcceptForm.model_validate({"version": request.form.get("version", "")})
    asked = report_number(number)
    try:
        found = service.accept(current_session(), asked, reader, version=form.version, now=now())
    except (StaleVersion, IllegalStep) as late:
        return _too_late(asked, reader, late)
    if isinstance(found, NotFound):
        return _refused(found)
    return redirect(url_for("desk.report", number=asked, **_query().kept()), 303)


@blueprint.post("/desk/<number>/phone")
def phone(number: str) -> ResponseReturnValue:
    """Show the reporter's number to who answers for the open report; each look is on record."""
    reader = _reader()
    asked = report_number(number)
    shown = service.reporter_phone(current_session(), asked, reader, now())
    if isinstance(shown, NotFound):
        return _refused(shown)
    found = service.detail(current_session(), asked, reader, now())
    return (
        _refused(found)
        if isinstance(found, NotFound)
        else _page(reader, _query(), found, phone=shown)
    )


@blueprint.get("/desk/<number>/photos/<int(min=1, max=9):position>")
def photo(number: str, position: int) -> ResponseReturnValue:
    """Show a photo of a report in the reader's area."""
    found = service.photo(current_session(), report_number(number), position, _reader(), now())
    return (
        _refused(found) if isinstance(found, NotFound) else Response(found, mimetype="image/jpeg")
    )


def _reader() -> SignedIn:
    reader = access.require_account()
    if not reader.scope.may(Right.READ_REPORTS):
        raise NotAllowed
    return reader


def _query() -> DeskQuery:
    return DeskQuery.model_validate(request.args.to_dict())


def _refused(refusal: GridmapError) -> ResponseReturnValue:
    """Answer with a refusal that must leave its line in the audit log: the request commits."""
    return errors.answer(refusal)


def _too_late(number: str, reader: SignedIn, late: GridmapError) -> ResponseReturnValue:
    """Somebody else was first: show the report as it stands now, and who that was."""
    found = service.detail(current_session(), number, reader, now())
    if isinstance(found, NotFound):
        return _refused(found)
    notice = late.message(language.current())
    return make_response(_page(reader, _query(), found, notice=notice), status_of(late))


def _page(
    reader: SignedIn,
    query: DeskQuery,
    found: Detail | None,
    *,
    notice: str = "",
    phone: str | None = None,
) -> str:
    session = current_session()
    listed = service.worklist(
        session, reader.scope, stage=query.stage, mine=query.mine, after=query.after
    )
    cards = [desk_cards.card(row, now()) for row in listed.rows]
    shown = desk_cards.detail(found, now()) if found else None
    return render_template(
        "desk.html",
        map=compose(publishing.county(session, today()).bbox),
        title=next(iter(reader.titles(language.current())), ""),
        cards=cards,
        figures=desk_cards.figures(listed.tallies),
        tabs=_tabs(query, listed),
        whose=query.address(mine=None if query.mine else "1"),
        query=query,
        older=_older(query, listed),
        found=shown,
        spots=desk_cards.spots([*cards, *([shown] if shown else [])]),
        notice=notice,
        phone=phone,
    )


def _older(query: DeskQuery, listed: Worklist) -> str | None:
    if listed.after is None:
        return None
    at, report_id = listed.after
    return query.address(after=f"{at.isoformat()}{_SEPARATOR}{report_id}")


def _tabs(query: DeskQuery, listed: Worklist) -> list[dict[str, Any]]:
    """One tab a stage and one for all; each keeps whether only one's own are shown."""
    counts = {
        stage: tally.mine if query.mine else tally.seen for stage, tally in listed.tallies.items()
    }
    tabs: list[dict[str, Any]] = [
        {
            "name": stage.label(language.current()),
            "count": counts.get(stage, 0),
            "address": query.address(stage=stage),
            "here": query.stage is stage,
        }
        for stage in Stage
    ]
    whole = query.address(stage=None)
    here = query.stage is None
    return [
        *tabs,
        {"name": _("全部"), "count": sum(counts.values()), "address": whole, "here": here},
    ]
