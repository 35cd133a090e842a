"""Stand-ins: find the post and the person, name her for some days, end it early, look back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from pydantic import Field, ValidationError

from gridmap.accounts import stand_ins
from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.accounts.stand_ins import Covered, Naming, StandInView
from gridmap.errors import GridmapError, InvalidInput, NotAllowed, NotFound
from web import access, language
from web.errors import status_of
from web.pages.account_steps import never_kept
from web.params import Day, Params, Text, now, today
from web.session import current_session

blueprint = APIBlueprint("account_stand_ins", __name__, enable_openapi=False)
blueprint.after_request(never_kept)

MOST_ID: Final = 2**31
NearDay = Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


class FindQuery(Params):
    """Whose post (oneself where empty), and who stands in: parts of names or codes."""

    holder: Annotated[Text, Field(max_length=40)] = ""
    person: Annotated[Text, Field(max_length=40)] = ""


class NameForm(Params):
    """A post, a person, the first and the last day, and why."""

    post: Annotated[int, Field(ge=1, lt=MOST_ID)]
    person: Annotated[int, Field(ge=1, lt=MOST_ID)]
    first: NearDay
    last: NearDay
    note: Annotated[Text, Field(max_length=200)] = ""


def _reader() -> SignedIn:
    reader = access.require_account()
    if not reader.scope.may(Right.NAME_STAND_INS):
        raise NotAllowed
    return reader


@blueprint.get("/account/stand-ins")
def show() -> ResponseReturnValue:
    """Show who stands in for whom, and the form to name somebody."""
    return _page(_reader())


@blueprint.post("/account/stand-ins")
def name() -> ResponseReturnValue:
    """Name a stand-in."""
    reader = _reader()
    fields = ("post", "person", "first", "last", "note")
    written = {field: request.form[field] for field in fields if request.form.get(field)}
    try:
        form = NameForm.model_validate(written)
        asked = Naming(form.post, form.person, form.first, form.last, form.note)
        stand_ins.name(current_session(), reader, asked, now())
    except ValidationError:
        return _page(reader, _("请选好岗位、代班人和日期。"), status=422)
    except (InvalidInput, NotFound) as refusal:
        return _page(reader, refusal.message(language.current()), status=status_of(refusal))
    return redirect(url_for("account_stand_ins.show"), 303)


@blueprint.post("/account/stand-ins/<int(max=2147483647):stand_in_id>/end")
def end(stand_in_id: int) -> ResponseReturnValue:
    """End a stand-in at once."""
    reader = _reader()
    try:
        stand_ins.end(current_session(), stand_in_id, reader, now())
    except GridmapError as refusal:
        return _page(reader, refusal.message(language.current()), status=status_of(refusal))
    return redirect(url_for("account_stand_ins.show"), 303)


def _page(reader: SignedIn, fault: str = "", *, status: int = 200) -> ResponseReturnValue:
    session = current_session()
    query = FindQuery.model_validate(request.args.to_dict())
    found = stand_ins.posts(session, reader, query.holder or None, now())
    people = stand_ins.candidates(session, reader, query.person, now()) if query.person else []
    page = render_template(
        "stand_ins.html",
        query=query,
        posts=[_post(one, reader) for one in found],
        people=[one for one in people if len(found) != 1 or one.person_id != found[0].person_id],
        listed=[_listed(one) for one in stand_ins.listed(session, reader, now())],
        form=request.form,
        today=today().isoformat(),
        fault=fault,
    )
    return make_response(page, status)


def _post(one: Covered, reader: SignedIn) -> dict[str, Any]:
    return {
        "id": one.post.post_id,
        "title": one.post.title(language.current()),
        "holder": one.name,
        "own": one.person_id == reader.person_id,
    }


def _listed(one: StandInView) -> dict[str, Any]:
    last = one.days.end - timedelta(days=1) if one.days.end else one.days.start
    return {
        "id": one.id,
        "title": one.post.title(language.current()),
        "holder": one.holder,
        "substitute": one.substitute,
        "has_account": one.has_account,
        "days": f"{format_date(one.days.start, 'medium')} – {format_date(last, 'medium')}",
        "note": one.note or "",
        "named_by": one.named_by,
        "state": _state(one),
        "may_end": one.may_end,
    }


def _state(one: StandInView) -> tuple[str, str]:
    """The state of a stand-in today, and its colour."""
    if today() in one.days:
        return _("代班中"), "green"
    return (_("未开始"), "blue") if one.days.start > today() else (_("已结束"), "")
