"""The second factor: the code at the sign-in, the enrolment of a phone, recovery codes."""

from __future__ import annotations

import segno
from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime

from gridmap.accounts import second_factor
from gridmap.accounts.authority import Awaits
from gridmap.accounts.service import Opened, Standing
from gridmap.errors import GridmapError, WrongOneTimeCode
from web import access, language
from web.errors import status_of
from web.pages.account_steps import never_kept, onward, set_cookie, wanted
from web.params import now
from web.session import current_session

blueprint = APIBlueprint("account_factor", __name__, enable_openapi=False)
blueprint.after_request(never_kept)

LONGEST_CODE = 64


def _typed() -> str:
    return request.form.get("code", "")[:LONGEST_CODE]


def _key() -> str:
    return request.cookies.get(access.COOKIE, "")


def _sentence(refusal: GridmapError) -> str:
    reader = language.current()
    return f"{refusal.message(reader)}{refusal.hint(reader)}"


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """Ask for the code of the phone, or a recovery code; on POST open the session.

    A wrong code is counted although it is refused: the refusal is shown, so the request commits.
    """
    standing = access.standing()
    if standing.awaits is not Awaits.CODE:
        return redirect(onward(), 303)
    if request.method == "GET":
        return _code_page(standing)
    opened = second_factor.pass_code(current_session(), _key(), _typed(), now())
    if not isinstance(opened, Opened):
        return _code_page(standing, opened)
    response = redirect(onward(opened.key), 303)
    set_cookie(response, opened)
    return response


def _code_page(standing: Standing, refusal: GridmapError | None = None) -> ResponseReturnValue:
    page = render_template(
        "account_code.html",
        who=standing.who,
        next=wanted(),
        fault=_sentence(refusal) if refusal else "",
    )
    return make_response(page, status_of(refusal) if refusal else 200)


@blueprint.get("/account/second-factor")
def manage() -> ResponseReturnValue:
    """Show the secret to enrol a phone, or the state of the second factor."""
    standing = access.standing()
    if standing.awaits in (Awaits.CODE, Awaits.CHANGE):
        return redirect(onward())
    return _factor_page(standing)


@blueprint.post("/account/second-factor")
def confirm() -> ResponseReturnValue:
    """Take the first code of a phone; from then on the account has a second factor."""
    standing = access.standing()
    if standing.enrolled or standing.awaits is Awaits.CHANGE:
        return redirect(onward(), 303)
    try:
        codes = second_factor.confirm(current_session(), _key(), _typed(), now())
    except WrongOneTimeCode as wrong:
        return _factor_page(standing, wrong)
    return _codes_page(codes, renewed=False)


@blueprint.post("/account/second-factor/recovery-codes")
def renew() -> ResponseReturnValue:
    """Replace the recovery codes."""
    who = access.require_account()
    codes = second_factor.renew_recovery_codes(current_session(), who, _typed(), now())
    if isinstance(codes, GridmapError):
        return _factor_page(access.standing(), codes)
    return _codes_page(codes, renewed=True)


@blueprint.post("/account/second-factor/remove")
def remove() -> ResponseReturnValue:
    """Take the second factor off the account: a new phone, or no longer wanted."""
    who = access.require_account()
    refusal = second_factor.remove(current_session(), _key(), who, _typed(), now())
    if refusal is not None:
        return _factor_page(access.standing(), refusal)
    return redirect(url_for("account_factor.manage"), 303)


def _factor_page(standing: Standing, refusal: GridmapError | None = None) -> ResponseReturnValue:
    session = current_session()
    known = second_factor.enrolled(session, standing.who.account_id)
    shown = None if known else second_factor.shown_secret(session, _key(), now())
    page = render_template(
        "account_factor.html",
        who=standing.who,
        required=standing.required,
        waits=standing.awaits is Awaits.ENROLMENT,
        since=format_datetime(known.since, "short") if known else "",
        left=known.recovery_codes if known else 0,
        secret=_grouped(shown.secret) if shown else "",
        picture=_picture(shown.address) if shown else "",
        next=wanted(),
        fault=_sentence(refusal) if refusal else "",
    )
    return make_response(page, status_of(refusal) if refusal else 200)


def _codes_page(codes: tuple[str, ...], *, renewed: bool) -> str:
    return render_template("account_codes.html", codes=codes, renewed=renewed, onward=onward())


def _grouped(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _picture(address: str) -> str:
    """Return the QR code of an address as an SVG data address."""
    picture: str = segno.make(address, error="l").svg_data_uri(scale=5, border=2)
    return picture
