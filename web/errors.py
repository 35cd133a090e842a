"""From refusal to answer: one table of statuses, problem JSON for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from apiflask.exceptions import HTTPError
from flask import (
    Flask,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.exceptions import HTTPException

from geodata.intake.service import CheckOutdated
from geodata.loading.undoing import NotUndone
from gridmap import errors
from gridmap.errors import GridmapError
from gridmap.platform import refusals as keys
from gridmap.redistricting import refusals
from web import language

log = logging.getLogger(__name__)

STATUS: Final[dict[type[GridmapError], int]] = {
    errors.NotFound: 404,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.BadSignIn: 401,
    errors.AccountLocked: 429,
    errors.WrongOneTimeCode: 401,
    errors.LastAdministrator: 409,
    errors.MissingIdempotencyKey: 400,
    errors.BadQuery: 400,
    errors.IdempotencyConflict: 422,
    errors.StaleVersion: 409,
    errors.IllegalStep: 409,
    errors.MovedOn: 409,
    errors.NotEmpty: 409,
    CheckOutdated: 409,
    NotUndone: 409,
    refusals.PlanMovedOn: 409,
    refusals.PlanOutdated: 409,
    refusals.WrongPlanState: 409,
    refusals.SamePlanner: 403,
    keys.KeyNeeded: 401,
    keys.BadKey: 401,
    keys.MissingScope: 403,
    keys.OtherJurisdiction: 403,
    errors.TooManyRequests: 429,
    errors.TooLarge: 413,
    errors.UnknownFileType: 415,
    errors.Unavailable: 503,
    errors.StorageFull: 507,
    errors.FontMissing: 503,
}
"""Refusals with a status of their own; every other one is a 422."""

_HTTP: Final[dict[int, tuple[str, str, str]]] = {
    400: ("bad_request", "请求格式不对。", "The request is malformed."),
    404: ("not_found", "没有这个页面或接口。", "There is no such page or operation."),
    405: ("method_not_allowed", "这里不支持这种请求方法。", "This method is not supported here."),
    413: ("too_large", "内容太大，最多 40 MB。", "The content is too large; the limit is 40 MB."),
    415: ("unsupported_media_type", "不支持这种内容类型。", "This content type is not supported."),
    429: ("too_many_requests", "请求太频繁，请稍后再试。", "Too many requests; try again later."),
    500: ("internal_error", "服务器出错了，已经记录。", "The server failed; this was recorded."),
}
DISK_FULL, UNDEFINED_TABLE = "53100", "42P01"
RETRY_SECONDS = "5"

_PYDANTIC: Final[dict[str, tuple[str, str]]] = {
    "missing": ("缺少“{field}”。", "“{field}” is missing."),
    "extra_forbidden": ("不认识“{field}”。", "“{field}” is not known here."),
    "finite_number": ("“{field}”必须是有限的数。", "“{field}” must be a finite number."),
    "float_parsing": ("“{field}”必须是数。", "“{field}” must be a number."),
    "int_parsing": ("“{field}”必须是整数。", "“{field}” must be a whole number."),
    "greater_than_equal": ("“{field}”太小，最小 {ge}。", "“{field}” is too small, at least {ge}."),
    "less_than_equal": ("“{field}”太大，最大 {le}。", "“{field}” is too large, at most {le}."),
    "string_too_short": (
        "“{field}”太短，至少 {min_length} 个字。",
        "“{field}” is too short, at least {min_length}.",
    ),
    "too_long": (
        "“{field}”太长，最多 {max_length} 个字。",
        "“{field}” is too long, at most {max_length}.",
    ),
    "string_too_long": (
        "“{field}”太长，最多 {max_length} 个字。",
        "“{field}” is too long, at most {max_length}.",
    ),
    "date_from_datetime_parsing": (
        "“{field}”不是日期，请写成 2026-11-24。",
        "“{field}” is no date; write 2026-11-24.",
    ),
    "days": (
        "结束日期不能早于开始日期，最多十年。",
        "The last day must not be before the first, and ten years are the most.",
    ),
    "days_ahead": ("最多看到半年以后。", "Half a year ahead is the most."),
    "phone_number": (
        "“{field}”不是电话号码：请填手机号，或带区号的座机号。",
        "“{field}” is no phone number: give a mobile, or a landline with its area code.",
    ),
    "mail_address": (
        "“{field}”不是邮箱地址，例如 name@example.org。",
        "“{field}” is no mail address; write it like name@example.org.",
    ),
    "unsafe_text": (
        "“{field}”含有不允许的控制字符。",
        "“{field}” holds control characters that are not allowed.",
    ),
}
_WRONG: Final = ("“{field}”不对。", "“{field}” is wrong.")


def problem(code: str, message: str, *, field: str | None = None, hint: str = "") -> dict[str, Any]:
    """Return the body of every error answer."""
    return {"code": code, "message": message, "field": field, "hint": hint}


def status_of(refusal: GridmapError) -> int:
    """Return the HTTP status of a refusal."""
    return next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 422)


def install(app: Flask) -> None:
    """Register the handlers; nothing else in `web` turns errors into answers."""
    app.register_error_handler(GridmapError, answer)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(HTTPError, _api_http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(ProgrammingError, _schema)
    app.register_error_handler(Exception, _unexpected)


Form = Callable[[int, str, str | None], Response]
"""Makes a refusal out of its status, its sentence and the input that caused it."""
_OWN_FORMS: Final[dict[str, Form]] = {}


def use_form(begins: str, form: Form) -> None:
    """Let all refusals at addresses that begin so have the form of another standard."""
    _OWN_FORMS[begins] = form


def _answer(body: dict[str, Any], status: int) -> Response:
    if wants_page():
        return make_response(render_template("error.html", problem=body, status=status), status)
    for begins, form in _OWN_FORMS.items():
        if request.path.startswith(begins):
            return form(status, body["message"], body["field"])
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


_KINDS: Final = (
    "application/json",
    "application/geo+json",
    "application/schema+json",
    "application/problem+json",
    "application/vnd.oai.openapi+json",
    "application/vnd.oai.openapi+json;version=3.0",
    "text/html",
)
"""What answers of `/ogc` are; pages last, so that whoever takes anything gets a document."""


def wants_page() -> bool:
    """Tell whether a person's browser asked for a page (and not a script for data)."""
    if request.path.startswith(("/api/", "/open311/", "/tiles/", "/openapi.json", "/static/")):
        return False
    if request.path.startswith("/ogc"):
        return asks_for_html()
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html"


def asks_for_html() -> bool:
    """Tell whether a person asks at an address of `/ogc`, where programs get documents: by `f`, else by Accept."""
    form = request.args.get("f")
    if form in {"html", "json", "geojson"}:
        return form == "html"
    return request.accept_mimetypes.best_match(_KINDS, "application/json") == "text/html"


def answer(refusal: GridmapError) -> ResponseReturnValue:
    """Answer a refusal; a view that must commit first returns this instead of raising."""
    if isinstance(refusal, errors.NotSignedIn) and wants_page():
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
    reader = language.current()
    body = problem(
        refusal.code, refusal.message(reader), field=refusal.field, hint=refusal.hint(reader)
    )
    response = _answer(body, status_of(refusal))
    if response.status_code in (429, 503):
        response.headers["Retry-After"] = str(refusal.params.get("seconds", RETRY_SECONDS))
    return response


def _invalid(failure: ValidationError) -> Response:
    field, sentence = first_fault(failure)
    return _answer(problem("invalid_input", sentence, field=field), 422)


def first_fault(failure: ValidationError) -> tuple[str, str]:
    """Return the first field that is wrong, and what is wrong with it in the reader's language."""
    first = failure.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "body"
    context: dict[str, Any] = dict(first.get("ctx", {}))
    zh, en = _PYDANTIC.get(first["type"], _WRONG)
    return field, (en if language.current() == "en" else zh).format(field=field, **context)


def _api_http(failure: HTTPError) -> Response:
    cause = failure.__cause__
    if isinstance(cause, ValidationError):
        return _invalid(cause)
    return _plain(failure.status_code)


def _http(failure: HTTPException) -> Response:
    response = _plain(failure.code or 500)
    for name, value in failure.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _plain(status: int) -> Response:
    return _answer(problem(_words_of(status)[0], sentence_of(status)), status)


def sentence_of(status: int) -> str:
    """Return what a plain HTTP status says in the reader's language."""
    _code, zh, en = _words_of(status)
    return en if language.current() == "en" else zh


def _words_of(status: int) -> tuple[str, str, str]:
    return _HTTP.get(status, _HTTP[400] if status < 500 else _HTTP[500])  # noqa: PLR2004


def _database(failure: OperationalError) -> ResponseReturnValue:
    log.error("database: %s", failure.orig)
    full = getattr(failure.orig, "sqlstate", None) == DISK_FULL
    return answer(errors.StorageFull() if full else errors.Unavailable())


def _schema(failure: ProgrammingError) -> ResponseReturnValue:
    """A table that is not there yet: the schema is being brought up, or `gridmap db upgrade` is due."""
    if getattr(failure.orig, "sqlstate", None) != UNDEFINED_TABLE:
        return _unexpected(failure)
    log.error("schema: %s", failure.orig)
    return answer(errors.Unavailable())


def _unexpected(failure: Exception) -> Response:
    log.error("unexpected", exc_info=failure)
    return _plain(500)
