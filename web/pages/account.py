"""Sign in, sign out, change the password."""

from __future__ import annotations

from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import Field, ValidationError
from werkzeug.wrappers import Response

from gridmap.accounts import service
from gridmap.accounts.service import Opened
from gridmap.errors import BadSignIn, GridmapError, InvalidInput
from web import access, language
from web.config import Config
from web.errors import status_of
from web.pages.language import own_path
from web.params import Params, Text, now
from web.session import current_session

blueprint = APIBlueprint("account", __name__, enable_openapi=False)

DESK: Final = "/desk"


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


def _next() -> str:
    wanted = request.values.get("next")
    return own_path(wanted) if wanted else DESK


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Show the form; on POST open a session under a new key, or say why not.

    A wrong try is counted although it is refused: the refusal is shown, so the request commits.
    """
    if request.method == "GET":
        return redirect(_next()) if access.account() else _sign_in_page()
    try:
        form = SignInForm.model_validate(_fields("login", "password"))
    except ValidationError:
        return _sign_in_page(BadSignIn())
    opened = service.sign_in(current_session(), form.login, form.password, now())
    if not isinstance(opened, Opened):
        return _sign_in_page(opened)
    _end_session()
    response = redirect(_next(), 303)
    _set_cookie(response, opened)
    return response


def _sign_in_page(refusal: GridmapError | None = None) -> ResponseReturnValue:
    page = render_template(
        "sign_in.html",
        login=request.form.get("login", ""),
        next=_next(),
        fault=refusal.message(language.current()) if refusal else "",
    )
    return make_response(page, status_of(refusal) if refusal else 200)


def _set_cookie(response: Response, opened: Opened) -> None:
    config: Config = current_app.config["GRIDMAP"]
    response.set_cookie(
        access.COOKIE,
        opened.key,
        expires=opened.expires_at,
        httponly=True,
        samesite="Lax",
        secure=config.secure_cookies,
    )


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
    if request.method == "GET":
        return _password_page()
    try:
        form = PasswordForm.model_validate(_fields("old", "new", "again"))
    except ValidationError:
        return _password_page(_("请把三项都填好，每项最多 256 个字符。"), status=422)
    if form.new != form.again:
        return _password_page(_("两次输入的新密码不一样。"), status=422)
    key = request.cookies.get(access.COOKIE, "")
    try:
        refusal = service.change_password(current_session(), key, form.old, form.new, now())
    except InvalidInput as weak:
        return _password_page(weak.message(language.current()), status=422)
    if refusal is not None:
        return _password_page(refusal.message(language.current()), status=status_of(refusal))
    return render_template("password.html", fault="", done=True)


def _password_page(fault: str = "", *, status: int = 200) -> ResponseReturnValue:
    return make_response(render_template("password.html", fault=fault, done=False), status)
