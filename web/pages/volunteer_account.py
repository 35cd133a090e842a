"""Somebody of the staff as a volunteer: her account and her volunteer's record, linked and parted."""

from __future__ import annotations

import re
from typing import Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gridmap.errors import InvalidInput, NotFound
from gridmap.volunteering import linking, service
from gridmap.volunteering.service import Registration
from web import access, ratelimits, volunteer_pass
from web.pages import volunteer_words as words
from web.pages.settings_forms import SentForm
from web.pages.volunteer_organiser import hand
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_account", __name__, enable_openapi=False, url_prefix="/volunteers"
)
blueprint.after_request(ratelimits.count_wrong_tail)

LONGEST_CODE: Final = 64
_TAIL: Final = re.compile(r"[0-9]{4}\Z")


@blueprint.get("/account")
def show() -> ResponseReturnValue:
    """Show which volunteer the account is, or the two ways to become one."""
    return _page({})


def _page(faults: dict[str, str], status: int = 200) -> ResponseReturnValue:
    session, who, card = current_session(), access.require_account(), volunteer_pass.linked()
    page = render_template(
        "volunteer_account.html",
        who=who,
        me=words.strip(card) if card else None,
        sent={} if card else {**_begun(), **request.form},
        faults=faults,
        said=request.args.get("said", ""),
        communities=words.choices(service.communities(session, today())),
        agencies=words.choices(service.agencies(session)),
    )
    return make_response(page, status)


def _begun() -> dict[str, str]:
    """What the form of registering begins with: what the ledger knows, the one community of the posts."""
    session, who = current_session(), access.require_account()
    known = linking.known_of(session, who.person_id)
    within = hand().reach.communities
    here = [one.code for one in service.communities(session, today()) if one.id in within]
    return {
        "phone": known.phone,
        "member": "1" if known.party_member else "",
        "agency": known.agency or "",
        "community": here[0] if len(here) == 1 else "",
    }


@blueprint.post("/account/link")
def link() -> ResponseReturnValue:
    """Link a record by code and phone tail; too many wrong tails lock the code, as when coming back."""
    code, tail = request.form.get("code", ""), request.form.get("tail", "").strip()
    try:
        tail = tail if _TAIL.match(tail) else ""
        linking.link(current_session(), access.require_account(), code, tail, now())
    except NotFound:
        fault = _("编号、手机后四位和您的姓名对不上，没有关联。只能关联您本人的记录。")
        return _page({"code": fault}, 404)
    except InvalidInput as refusal:
        return _refused(refusal)
    return _back("linked")


def _refused(refusal: InvalidInput) -> ResponseReturnValue:
    form = SentForm({})
    form.refuse(refusal)
    return _page(form.faults, 422)


def _back(said: str) -> ResponseReturnValue:
    return redirect(url_for("volunteer_account.show", said=said), 303)


@blueprint.post("/account/register")
def register() -> ResponseReturnValue:
    """Register whoever is signed in, under her own name."""
    form, who = SentForm(request.form), access.require_account()
    phone, community = form.text("phone", 20), form.text("community", LONGEST_CODE)
    agency = form.text("agency", LONGEST_CODE) if form.has("agency") else None
    if form.faults:
        return _page(form.faults, 422)
    said = Registration(who.name, phone, community, form.has("member"), agency)
    try:
        linking.register(current_session(), who, said, now())
    except InvalidInput as refusal:
        return _refused(refusal)
    return _back("registered")


@blueprint.post("/account/unlink")
def unlink() -> ResponseReturnValue:
    """Part the account from its volunteer."""
    card = volunteer_pass.linked()
    if card is None:
        raise service.nobody()
    linking.unlink(current_session(), card.id, now(), access.require_account().account_id)
    return _back("unlinked")


@blueprint.post("/me/part")
def part() -> ResponseReturnValue:
    """Part this phone's volunteer from the account of the staff that she is linked with."""
    card = volunteer_pass.current()
    if card is None:
        raise service.nobody()
    linking.unlink(current_session(), card.id, now(), None)
    return redirect(url_for("volunteer_pages.me"), 303)
