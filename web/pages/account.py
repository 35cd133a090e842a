"""Sign in, sign out, change the password."""

from __future__ import annotations

from typing import Annotated

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import Field, ValidationError

from gridmap.accounts import service
from gridmap.accounts.authority import Awaits
from gridmap.accounts.service import Opened, Standing
from gridmap.errors import BadSignIn, GridmapError, InvalidInput
from web import access, language
from web.errors import status_of
from web.pages.account_steps import device, never_kept, onward, set_cookie, wanted
from web.params import Params, Text, now
from web.session import current_session

blueprint = APIBlueprint("account", __name__, enable_openapi=False)
blueprint.after_request(never_kept)


class SignInForm(Params):
    """Name and password as typed."""

    login: Annotated[Text, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class PasswordForm(Params):
    """The old password and the new one, twice."""

    old: Annotated[str, Field(min_length=1, max_length=256)]
    new: Annotated[str, Field(min_length=1, max_length=256)]
    again: Annotated[str, Field(min_length=1, max_length=256)]


def _fields(*names: str) -> dict[str, str]:
    return {name: request.form.get(name, "") for name in names}


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Show the form; on POST open a session under a new key, or say why not.

    A wrong try is counted although it is refused: the refusal is shown, so the request commits.
    """
    if request.method == "GET":
        key = request.cookies.get(access.COOKIE)
        begun = service.standing(current_session(), key, now()) if key else None
        return redirect(onward()) if begun else _sign_in_page()
    try:
        form = SignInForm.model_validate(_fields("login", "password"))
    except ValidationError:
        return _sign_in_page(BadSignIn())
    opened = service.sign_in(current_session(), form.login, form.password, now(), device())
    if not isinstance(opened, Opened):
        return _sign_in_page(opened)
    _end_session()
    response = redirect(onward(opened.key), 303)
    set_cookie(response, opened)
    return response


def _sign_in_page(refusal: GridmapError | None = None) -> ResponseReturnValue:
    page = render_template(
        "sign_in.html",
        login=request.form.get("login", ""),
        next=wanted(),
        fault=refusal.message(language.current()) if refusal else "",
    )
    return make_response(page, status_of(refusal) if refusal else 200)


def _end_session() -> None:
    """End the session that the request came with, if any."""
    key = request.cookies.get(access.COOKIE)
    if key:
        service.sign_out(current_session(), key, now())


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session, here and on the server."""
    _end_session()
    response = redirect("/", 303)
    response.delete_cookie(access.COOKIE)
    return response


@blueprint.route("/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Show the form; on POST change the password, which ends the account's other sessions."""
    standing = access.standing()
    if standing.awaits is Awaits.CODE:
        return redirect(onward())
    if request.method == "GET":
        return _password_page(standing)
    fault, status = _fault_in_change()
    if fault:
        return _password_page(standing, fault, status=status)
    return render_template("password.html", fault="", done=True, first=False, onward=onward())


def _fault_in_change() -> tuple[str, int]:
    """Change the password; return what stands against it, with its status, or nothing."""
    try:
        form = PasswordForm.model_validate(_fields("old", "new", "again"))
    except ValidationError:
        return _("请把三项都填好，每项最多 256 个字符。"), 422
    if form.new != form.again:
        return _("两次输入的新密码不一样。"), 422
    key = request.cookies.get(access.COOKIE, "")
    try:
        refusal = service.change_password(current_session(), key, form.old, form.new, now())
    except InvalidInput as weak:
        return weak.message(language.current()), status_of(weak)
    return (refusal.message(language.current()), status_of(refusal)) if refusal else ("", 200)


def _password_page(
    standing: Standing, fault: str = "", *, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "password.html",
        fault=fault,
        done=False,
        first=standing.awaits is Awaits.CHANGE,
        next=wanted(),
    )
    return make_response(page, status)
