"""My account: who I am, my posts and their terms, where I am signed in, what I may change."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_datetime
from pydantic import Field

from gridmap.accounts import second_factor, service
from gridmap.accounts.authority import Right
from gridmap.accounts.service import HeldTerm, OpenSession
from web import access, language
from web.pages.account_devices import device_words
from web.pages.account_steps import never_kept
from web.params import Params, now
from web.session import current_session

blueprint = APIBlueprint("account_home", __name__, enable_openapi=False)
blueprint.after_request(never_kept)


class SessionForm(Params):
    """Which session: the hash of its key."""

    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]


@blueprint.get("/account")
def show() -> ResponseReturnValue:
    """Show the account of whoever is signed in."""
    who = access.require_account()
    session = current_session()
    factor = second_factor.enrolled(session, who.account_id)
    key = request.cookies.get(access.COOKIE, "")
    return render_template(
        "account.html",
        who=who,
        roles=[role.label(language.current()) for role in sorted(who.roles)],
        posts=[_post(term) for term in service.terms(session, who, now())],
        factor_since=format_datetime(factor.since, "short") if factor else "",
        recovery_left=factor.recovery_codes if factor else 0,
        sessions=[_session(one) for one in service.open_sessions(session, key, who, now())],
        may_read=who.scope.may(Right.READ_REPORTS),
        may_name=who.scope.may(Right.NAME_STAND_INS),
        may_manage=who.scope.may(Right.MANAGE_ACCOUNTS),
        may_audit=who.scope.may(Right.READ_AUDIT),
    )


def _post(term: HeldTerm) -> dict[str, Any]:
    last = term.until - timedelta(days=1) if term.until else None
    return {
        "title": term.post.title(language.current()),
        "stands_in": term.post.stands_in,
        "since": format_date(term.since, "medium"),
        "last": format_date(last, "medium") if last else "",
        "term_last": format_date(term.term_end - timedelta(days=1), "medium")
        if term.term_end
        else "",
    }


def _session(one: OpenSession) -> dict[str, Any]:
    return {
        "key": one.key_sha256,
        "device": device_words(one.agent),
        "address": one.address,
        "since": format_datetime(one.since, "short"),
        "used": format_datetime(one.last_used, "short"),
        "here": one.here,
    }


@blueprint.post("/account/sessions/end")
def end_session() -> ResponseReturnValue:
    """End one of one's own sessions."""
    form = SessionForm.model_validate({"key": request.form.get("key", "")})
    service.end_session(current_session(), form.key, access.require_account(), now())
    return redirect(url_for("account_home.show"), 303)


@blueprint.post("/account/sessions/end-others")
def end_others() -> ResponseReturnValue:
    """End all of one's own sessions but this one."""
    key = request.cookies.get(access.COOKIE, "")
    service.end_other_sessions(current_session(), key, access.require_account(), now())
    return redirect(url_for("account_home.show"), 303)
