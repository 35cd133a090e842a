"""Who may call what: one table from endpoint to rule. A route without a row fails a test."""

from __future__ import annotations

from typing import Final

from flask import g, request

from gridmap.accounts import service as accounts
from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn, Standing
from gridmap.errors import NotAllowed, NotFound, NotSignedIn
from gridmap.platform import keys
from gridmap.platform.keys import Bearer
from gridmap.platform.refusals import KeyNeeded, MissingScope
from gridmap.platform.scopes import Scope
from gridmap.terms import Role
from web.params import now
from web.session import current_session

COOKIE = "gridmap_session"

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"
STARTED: Final = "started"
"""A session that may still wait for its code, a new password or the enrolment of a phone."""

PERMISSIONS: Final[dict[str, str]] = {
    "static": PUBLIC,
    "openapi.spec": PUBLIC,
    "health.live": PUBLIC,
    "health.ready": PUBLIC,
    "docs.api": PUBLIC,
    "language.switch": PUBLIC,
    "map_pages.show": PUBLIC,
    "map_pages.manifest": PUBLIC,
    "report_pages.new": PUBLIC,
    "track_pages.show": PUBLIC,
    "track_pages.answer": PUBLIC,
    "track_pages.photo": PUBLIC,
    "phone_pages.worker": PUBLIC,
    "phone_pages.kept": PUBLIC,
    "phone_pages.shell": PUBLIC,
    "coverage_pages.show": PUBLIC,
    "coverage_handouts.sheet": PUBLIC,
    "coverage_files_api.standalone_map": PUBLIC,
    "coverage_files_api.findings": PUBLIC,
    "coverage_files_api.report_pdf": SIGNED_IN,
    "coverage_files_api.report_docx": SIGNED_IN,
    "account.sign_in": PUBLIC,
    "account.sign_out": STARTED,
    "account.change_password": STARTED,
    "account_factor.code": STARTED,
    "account_factor.manage": STARTED,
    "account_factor.confirm": STARTED,
    "account_factor.renew": SIGNED_IN,
    "account_factor.remove": SIGNED_IN,
    "account_home.show": SIGNED_IN,
    "account_home.end_session": SIGNED_IN,
    "account_home.end_others": SIGNED_IN,
    "account_stand_ins.show": SIGNED_IN,
    "account_stand_ins.name": SIGNED_IN,
    "account_stand_ins.end": SIGNED_IN,
    "people_accounts.show": "administrator",
    "people_accounts.create": "administrator",
    "people_accounts.make": "administrator",
    "people_accounts.rule": "administrator",
    "people_accounts.one": "administrator",
    "people_accounts.change": "administrator",
    "audit_pages.show": "auditor",
    "audit_pages.export": "auditor",
    "board.show": SIGNED_IN,
    "board.live": SIGNED_IN,
    "board.reports": SIGNED_IN,
    "board.export": SIGNED_IN,
    "desk.worklist": SIGNED_IN,
    "desk.report": SIGNED_IN,
    "desk.live": SIGNED_IN,
    "desk.spots": SIGNED_IN,
    "desk.ask_phone": SIGNED_IN,
    "desk.phone": SIGNED_IN,
    "desk.photo": SIGNED_IN,
    "desk_moves.ask": SIGNED_IN,
    "desk_moves.act": SIGNED_IN,
    "desk_moves.foresee": SIGNED_IN,
    "desk_lists.save_view": SIGNED_IN,
    "desk_lists.drop_view": SIGNED_IN,
    "desk_lists.export": SIGNED_IN,
    "desk_bulk.ask": SIGNED_IN,
    "desk_bulk.act": SIGNED_IN,
    "settings.hub": Role.ADMINISTRATOR,
    "settings.calendar": Role.ADMINISTRATOR,
    "settings.put_days": Role.ADMINISTRATOR,
    "settings.put_table": Role.ADMINISTRATOR,
    "settings.put_hours": Role.ADMINISTRATOR,
    "settings.categories": Role.ADMINISTRATOR,
    "settings.put_limits": Role.ADMINISTRATOR,
    "settings.new_category": Role.ADMINISTRATOR,
    "settings.category": Role.ADMINISTRATOR,
    "settings.end_category": Role.ADMINISTRATOR,
    "settings.coverage": Role.ADMINISTRATOR,
    "settings.households": Role.ADMINISTRATOR,
    "settings.rates": Role.ADMINISTRATOR,
    "settings.credits": Role.ADMINISTRATOR,
    "settings_keys.show": Role.ADMINISTRATOR,
    "settings_keys.make": Role.ADMINISTRATOR,
    "settings_keys.revoke": Role.ADMINISTRATOR,
    "settings_webhooks.show": Role.ADMINISTRATOR,
    "settings_webhooks.new": Role.ADMINISTRATOR,
    "settings_webhooks.one": Role.ADMINISTRATOR,
    "settings_webhooks.rotate": Role.ADMINISTRATOR,
    "settings_webhooks.try_one": Role.ADMINISTRATOR,
    "settings_webhooks.again": Role.ADMINISTRATOR,
    "settings_webhooks.remove": Role.ADMINISTRATOR,
    "open311.discovery": PUBLIC,
    "open311.services": PUBLIC,
    "open311.service": PUBLIC,
    "open311.listed": PUBLIC,
    "open311.one": PUBLIC,
    "open311.file": Scope.REPORTS_WRITE,
    "open311.token": Scope.REPORTS_WRITE,
    "webhooks_api.listed": Scope.WEBHOOKS,
    "webhooks_api.deliveries": Scope.WEBHOOKS,
    "channels.show": Role.ADMINISTRATOR,
    "channels.save_mail": Role.ADMINISTRATOR,
    "channels.try_mail": Role.ADMINISTRATOR,
    "channels.send_again": Role.ADMINISTRATOR,
    "channels.new_robot": Role.ADMINISTRATOR,
    "channels.robot": Role.ADMINISTRATOR,
    "channels.try_robot": Role.ADMINISTRATOR,
    "channels.words": Role.ADMINISTRATOR,
    "channels.word": Role.ADMINISTRATOR,
    "inbox.show": SIGNED_IN,
    "inbox.open_one": SIGNED_IN,
    "inbox.unread": SIGNED_IN,
    "inbox.mark_read": SIGNED_IN,
    "plan_pages.list": Right.APPROVE_PLANS,
    "plan_pages.begin": Right.PLAN,
    "plans_published.show": Right.APPROVE_PLANS,
    "plan_pages.show": Right.APPROVE_PLANS,
    "plan_pages.shared": SIGNED_IN,
    "plan_pages.sheet": Right.APPROVE_PLANS,
    "plans_api.listed": Right.APPROVE_PLANS,
    "plans_api.begin": Right.PLAN,
    "plans_api.show": SIGNED_IN,
    "plans_api.terrain": SIGNED_IN,
    "plans_api.outlines": SIGNED_IN,
    "plans_api.versions": Right.APPROVE_PLANS,
    "plans_api.compare": SIGNED_IN,
    "plans_api.impact": Right.APPROVE_PLANS,
    "plan_edits_api.edit": Right.PLAN,
    "plan_edits_api.undo": Right.PLAN,
    "plan_edits_api.redo": Right.PLAN,
    "plan_edits_api.rebase": Right.PLAN,
    "plan_reviews_api.review": Right.APPROVE_PLANS,
    "plan_reviews_api.adopt": Right.PLAN,
    "plan_reviews_api.withdraw": Right.PLAN,
    "plan_reviews_api.publications": Right.APPROVE_PLANS,
    "plan_reviews_api.listed": Right.APPROVE_PLANS,
    "plan_reviews_api.decide": Right.PLAN,
    "plan_reviews_api.share": Right.PLAN,
    "plan_proposals_api.ask": Right.PLAN,
    "plan_proposals_api.show": Right.APPROVE_PLANS,
    "plan_proposals_api.stop": Right.PLAN,
    "plan_files_api.take": Right.PLAN,
    "county_api.county": PUBLIC,
    "features_api.layer": PUBLIC,
    "features_api.buildings": PUBLIC,
    "tiles_api.tile": PUBLIC,
    "tiles_api.description": PUBLIC,
    "search_api.search": PUBLIC,
    "locate_api.locate": PUBLIC,
    "ogc.landing": PUBLIC,
    "ogc.conformance": PUBLIC,
    "ogc.collections": PUBLIC,
    "ogc.collection": PUBLIC,
    "ogc.queryables": PUBLIC,
    "ogc.items_of": PUBLIC,
    "ogc.item": PUBLIC,
    "exports.show": PUBLIC,
    "exports.download": PUBLIC,
    "locate_words_api.locate": PUBLIC,
    "reports_api.file": PUBLIC,
    "reports_api.categories": PUBLIC,
    "reports_api.track": PUBLIC,
    "tracking_api.near": PUBLIC,
    "tracking_api.follow": PUBLIC,
    "tracking_api.answer": PUBLIC,
    "tracking_api.me": SIGNED_IN,
    "steps_api.act": SIGNED_IN,
    "registers.hub": SIGNED_IN,
    "registers.table": SIGNED_IN,
    "registers.record": SIGNED_IN,
    "registers.photo": SIGNED_IN,
    "registers.suggest": Right.KEEP_REGISTERS,
    "registers.new": Right.KEEP_REGISTERS,
    "registers.begin": Right.KEEP_REGISTERS,
    "registers.change": Right.KEEP_REGISTERS,
    "registers.photos": Right.KEEP_REGISTERS,
    "registers.problem": Right.KEEP_REGISTERS,
    "register_workbooks.show": SIGNED_IN,
    "register_workbooks.export": SIGNED_IN,
    "register_workbooks.template": SIGNED_IN,
    "register_workbooks.preview": Right.KEEP_REGISTERS,
    "register_workbooks.take": Right.KEEP_REGISTERS,
    "names.show": Right.CURATE_NAMES,
    "names.add": Right.CURATE_NAMES,
    "names.decide": Right.CURATE_NAMES,
    "names.mask": Right.CURATE_NAMES,
    "names.end": Right.CURATE_NAMES,
    "names.correct": Right.CURATE_NAMES,
    "names.addresses": Right.CURATE_NAMES,
    "names.reject_address": Right.CURATE_NAMES,
    "names.end_address": Right.CURATE_NAMES,
    "names.roads": Right.CURATE_NAMES,
    "names.road_lines": Right.CURATE_NAMES,
    "names.export": Right.CURATE_NAMES,
    "names.take": Right.CURATE_NAMES,
    "import_pages.show": Right.IMPORT_FILES,
    "import_pages.send": Right.IMPORT_FILES,
    "import_pages.fields": Right.IMPORT_FILES,
    "import_pages.check": Right.IMPORT_FILES,
    "import_pages.problems": Right.IMPORT_FILES,
    "import_pages.shapes": Right.IMPORT_FILES,
    "import_pages.take": Right.IMPORT_FILES,
    "import_pages.record": Right.IMPORT_FILES,
    "import_pages.listing": Right.IMPORT_FILES,
    "import_pages.undo": Right.IMPORT_FILES,
    "leaders.list": SIGNED_IN,
    "leaders.show": SIGNED_IN,
    "coverage_tasks.show": SIGNED_IN,
    "coverage_tasks.begin": Right.KEEP_REGISTERS,
    "coverage_tasks.task": SIGNED_IN,
    "coverage_tasks.drop": Right.KEEP_REGISTERS,
    "coverage_tasks_api.listed": SIGNED_IN,
    "coverage_api.audit": PUBLIC,
    "coverage_api.compare": PUBLIC,
    "coverage_api.series": PUBLIC,
}
"""Endpoint to rule: `public`, `started`, `signed_in`, or the system role or right that it needs. What an account sees
inside its pages is narrowed by the scope of its posts, in the query itself. A rule that is a scope is for the keys of
other systems, and for them alone: nobody's session opens it, and no key opens what is for people."""
KEYED: Final[dict[str, Scope]] = {
    "open311.listed": Scope.REPORTS_READ,
    "open311.one": Scope.REPORTS_READ,
    "reports_api.file": Scope.REPORTS_WRITE,
    "locate_api.locate": Scope.LAYERS_READ,
    "locate_words_api.locate": Scope.LAYERS_READ,
    "search_api.search": Scope.LAYERS_READ,
    "county_api.county": Scope.LAYERS_READ,
    "features_api.layer": Scope.LAYERS_READ,
    "features_api.buildings": Scope.LAYERS_READ,
    "ogc.items_of": Scope.LAYERS_READ,
    "ogc.item": Scope.LAYERS_READ,
}
"""Public routes that a key opens only by a scope; without a key they are for everybody."""
OF_OPEN311: Final = "/open311/"
"""Below it the key may also come as the parameter `api_key`, as that standard has it."""
_BEARER: Final = "bearer "


def account() -> SignedIn | None:
    """Return who is signed in, or None; looked up once a request."""
    if "account" not in g:
        key = request.cookies.get(COOKIE)
        g.account = accounts.current(current_session(), key, now()) if key else None
    found: SignedIn | None = g.account
    return found


def require_account() -> SignedIn:
    """Return who is signed in.

    Raises:
        NotSignedIn: nobody is.
    """
    found = account()
    if found is None:
        raise NotSignedIn
    return found


def standing() -> Standing:
    """Return the session of the request, also one that is not open yet.

    Raises:
        NotSignedIn: there is none.
    """
    key = request.cookies.get(COOKIE)
    found = accounts.standing(current_session(), key, now()) if key else None
    if found is None:
        raise NotSignedIn
    return found


def bearer() -> Bearer | None:
    """Return which other system has shown a key, or None; looked up once a request.

    Raises:
        BadKey: there is a key, and it is not valid.
    """
    if "bearer" not in g:
        key = _shown_key()
        g.bearer = keys.bearer(current_session(), key, now()) if key else None
    found: Bearer | None = g.bearer
    return found


def _shown_key() -> str | None:
    """Return the key of the request; an account's cookie is none."""
    written: str = request.environ.get("HTTP_AUTHORIZATION", "")
    if written[: len(_BEARER)].lower() == _BEARER:
        return written[len(_BEARER) :].strip()
    if request.path.startswith(OF_OPEN311):
        return request.values.get("api_key")
    return None


def require_bearer() -> Bearer:
    """Return which other system asks.

    Raises:
        KeyNeeded: it has shown no key.
    """
    found = bearer()
    if found is None:
        raise KeyNeeded
    return found


def is_for_keys(endpoint: str | None) -> bool:
    """Tell whether a key opens the endpoint by a scope: its own limit counts there, not the address's."""
    return endpoint in KEYED or PERMISSIONS.get(endpoint or "") in _SCOPES


def _check_scope(found: Bearer, scope: Scope | None) -> None:
    if scope is not None and scope not in found.scopes:
        raise MissingScope(scope=scope.value)


def check(endpoint: str | None) -> None:
    """Let the request pass or refuse it, by the table.

    Raises:
        NotFound: no rule stands for the endpoint: it is closed.
        NotSignedIn: an account is needed.
        NotAllowed: the account lacks the role or the right.
        KeyNeeded, BadKey, MissingScope: it is for keys, and this one does not open it.
    """
    if endpoint is None:
        return
    rule = PERMISSIONS.get(endpoint)
    if rule is None:
        raise NotFound
    if rule in _SCOPES:
        _check_scope(require_bearer(), Scope(rule))
        return
    if rule == PUBLIC:
        shown = bearer()
        if shown is not None:
            _check_scope(shown, KEYED.get(endpoint))
        return
    if rule == STARTED:
        standing()
        return
    found = require_account()
    if rule != SIGNED_IN and not _may(found, rule):
        raise NotAllowed


def _may(found: SignedIn, rule: str) -> bool:
    if rule in _RIGHTS:
        return found.scope.may(Right(rule))
    return Role(rule) in found.roles


_RIGHTS: Final = frozenset(str(right) for right in Right)
_SCOPES: Final = frozenset(str(scope) for scope in Scope)
