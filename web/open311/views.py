"""The six methods of GeoReport v2, its tokens, and service discovery."""

from __future__ import annotations

from typing import Final

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from gridmap.dispatch import catalogue
from gridmap.dispatch.categories import CategoryEntry
from gridmap.errors import GridmapError, NotFound
from gridmap.messaging import channels
from gridmap.platform import requests
from gridmap.platform.requests import Jurisdiction
from web import access, errors, language
from web.numbers import report_number
from web.open311 import forms, rendering, words
from web.open311.rendering import Tree, answer
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint("open311", __name__, enable_openapi=False, url_prefix="/open311/v2")

FORM: Final = "<any(json,xml):form>"
SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
CHANGESET: Final = "2026-11-30T00:00:00+08:00"
REPLAYED: Final = "Idempotency-Replayed"


@blueprint.get(f"/discovery.{FORM}")
def discovery(form: str) -> Response:
    """Return where the service is and what it speaks."""
    site = channels.settings(current_session()).site_url or request.url_root.rstrip("/")
    formats: list[Tree] = ["text/xml", "application/json"]
    endpoint: Tree = {
        "specification": SPECIFICATION,
        "url": f"{site}{blueprint.url_prefix}",
        "changeset": CHANGESET,
        "type": "production",
        "formats": formats,
    }
    tree: Tree = {
        "changeset": CHANGESET,
        "contact": words.contact(requests.county_code(current_session())),
        "key_service": words.key_service(),
        "endpoints": [endpoint],
    }
    return answer("discovery", tree, form)


@blueprint.get(f"/services.{FORM}")
def services(form: str) -> Response:
    """Return what can be reported today."""
    _jurisdiction()
    entries = catalogue.entries_on(current_session(), today())
    return answer("services", [words.service(entry) for entry in entries], form)


@blueprint.get(f"/services/<code>.{FORM}")
def service(code: str, form: str) -> Response:
    """Return the attributes of a service."""
    _jurisdiction()
    entry = _entry(code)
    if entry is None:
        raise NotFound(
            field="service_code", what_zh="这个 service_code", what_en="This service_code"
        )
    return answer("service_definition", words.definition(entry), form)


@blueprint.get(f"/requests.{FORM}")
def listed(form: str) -> Response:
    """Return the requests that are asked for, the newest first."""
    found = requests.listed(
        current_session(),
        forms.asked(request.args),
        now(),
        bearer=access.bearer(),
        within=_jurisdiction(),
    )
    return answer("service_requests", [words.request(one_) for one_ in found], form)


@blueprint.get(f"/requests/<number>.{FORM}")
def one(number: str, form: str) -> Response:
    """Return one request."""
    found = requests.one(
        current_session(),
        report_number(number),
        bearer=access.bearer(),
        within=_jurisdiction(),
    )
    return answer("service_requests", [words.request(found)], form)


@blueprint.post(f"/requests.{FORM}")
def file(form: str) -> Response:
    """File a request exactly once."""
    _jurisdiction()
    entry = _entry(request.form.get("service_code", "").strip())
    if request.mimetype not in forms.FORMS:
        raise forms.wrong(
            "Content-Type",
            "请用表单提交（application/x-www-form-urlencoded）。",
            "Send a form (application/x-www-form-urlencoded).",
        )
    if entry is None:
        raise forms.wrong(
            "service_code",
            "缺少 service_code，或没有这个 service_code。",
            "service_code is missing, or there is no such service.",
        )
    sent = forms.sent(request.form, entry)
    taken = requests.file(current_session(), access.require_bearer(), sent, forms.token(), now())
    made: Tree = {
        "service_request_id": taken.number,
        "service_notice": words.notice(taken.promised_at),
        "account_id": None,
    }
    response = answer("service_requests", [made], form, 200 if taken.replayed else 201)
    if taken.replayed:
        response.headers[REPLAYED] = "true"
    return response


@blueprint.get(f"/tokens/<token>.{FORM}")
def token(token: str, form: str) -> Response:
    """Return the number of what this key has filed under an Idempotency-Key."""
    _jurisdiction()
    number = requests.by_token(current_session(), access.require_bearer(), token)
    found: Tree = {"service_request_id": number, "token": token}
    return answer("service_requests", [found], form)


def _entry(code: str) -> CategoryEntry | None:
    entries = catalogue.entries_on(current_session(), today())
    return next((entry for entry in entries if entry.code == code), None)


def _jurisdiction() -> Jurisdiction | None:
    return requests.jurisdiction(current_session(), request.values.get("jurisdiction_id"))


@blueprint.errorhandler(GridmapError)
def refused(refusal: GridmapError) -> Response:
    """Answer a refusal in the standard's form."""
    reader = language.current()
    hint = refusal.hint(reader)
    said = " ".join(part for part in (refusal.message(reader), hint) if part)
    response = _errors(
        _STATUS.get(errors.status_of(refusal), errors.status_of(refusal)),
        said,
        _FIELDS.get(refusal.field or "", refusal.field),
    )
    if "seconds" in refusal.params:
        response.headers["Retry-After"] = str(refusal.params["seconds"])
    return response


_FIELDS: Final = {"lon": "long"}
"""Our name of an input to the standard's."""
_STATUS: Final = {401: 403, 422: 400}
"""The standard answers a missing or wrong key by 403, and wrong parameters by 400."""


@blueprint.errorhandler(ValidationError)
def invalid(failure: ValidationError) -> Response:
    """Answer a field that cannot be read."""
    field, sentence = errors.first_fault(failure)
    return _errors(400, sentence, field)


@blueprint.errorhandler(HTTPException)
def http(failure: HTTPException) -> Response:
    """Answer what Flask refuses."""
    status = failure.code or 500
    return _errors(status, errors.sentence_of(status), None)


def _errors(status: int, sentence: str, field: str | None) -> Response:
    return rendering.refusal(request.path, status, sentence, field)


errors.use_form("/open311/", _errors)
