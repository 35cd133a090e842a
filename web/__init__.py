"""The Flask application: blueprints, one transaction a request, one table of errors."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, cast

from apiflask import APIFlask
from flask import Flask, Response, g, has_request_context, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_compress import Compress
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput
from gridmap.store.counters import Leases
from gridmap.store.session import make_engine
from web import (
    access,
    bodies,
    errors,
    hot_locate,
    hot_tiles,
    language,
    located,
    ratelimits,
    security,
    session,
    sharing,
    tiles,
    wire,
)
from web.api import (
    county,
    coverage,
    coverage_tasks,
    documented,
    features,
    health,
    locate,
    locate_words,
    plan_edits,
    plan_files,
    plan_proposals,
    plan_reviews,
    plans,
    reports,
    search,
    steps,
    tracking,
    webhooks,
)
from web.api import rounds as rounds_api
from web.api import tiles as tiles_api
from web.config import LARGEST_BODY, Config
from web.numbers import RowNumber
from web.ogc import views as ogc_views
from web.open311 import views as open311_views
from web.pages import (
    account,
    account_factor,
    account_home,
    account_stand_ins,
    audit,
    board,
    centres,
    centres_road,
    centres_staff,
    channels,
    coverage_files,
    coverage_handouts,
    desk,
    desk_bulk,
    desk_lists,
    desk_moves,
    docs,
    exports,
    imports,
    inbox,
    leaders,
    map_layers,
    names,
    party_life,
    people_accounts,
    plans_published,
    red_property,
    red_property_books,
    red_property_meetings,
    red_property_minutes,
    red_property_plans,
    register_workbooks,
    registers,
    report,
    report_shell,
    rounds,
    settings,
    settings_keys,
    settings_webhooks,
    together,
    track,
    units,
    volunteer_account,
    volunteer_activities,
    volunteer_books,
    volunteer_calling,
    volunteer_desk,
    volunteer_files,
    volunteer_import,
    volunteer_needs,
    volunteer_organiser,
    volunteer_stars,
    volunteers,
)
from web.pages import coverage as coverage_page
from web.pages import coverage_tasks as coverage_tasks_page
from web.pages import language as language_page
from web.pages import map as map_page
from web.pages import plans as plan_pages

BLUEPRINTS = (
    health.blueprint,
    county.blueprint,
    features.blueprint,
    tiles_api.blueprint,
    ogc_views.blueprint,
    search.blueprint,
    locate.blueprint,
    locate_words.blueprint,
    reports.blueprint,
    tracking.blueprint,
    steps.blueprint,
    webhooks.blueprint,
    open311_views.blueprint,
    coverage.blueprint,
    coverage_tasks.blueprint,
    plans.blueprint,
    plan_edits.blueprint,
    plan_files.blueprint,
    plan_proposals.blueprint,
    plan_reviews.blueprint,
    map_page.blueprint,
    map_layers.blueprint,
    centres.blueprint,
    centres_road.blueprint,
    centres_staff.blueprint,
    report.blueprint,
    report_shell.blueprint,
    track.blueprint,
    account.blueprint,
    account_factor.blueprint,
    account_home.blueprint,
    account_stand_ins.blueprint,
    people_accounts.blueprint,
    party_life.blueprint,
    audit.blueprint,
    board.blueprint,
    desk.blueprint,
    desk_moves.blueprint,
    desk_lists.blueprint,
    desk_bulk.blueprint,
    coverage_page.blueprint,
    coverage_handouts.blueprint,
    coverage_files.blueprint,
    coverage_tasks_page.blueprint,
    plan_pages.blueprint,
    plans_published.blueprint,
    registers.blueprint,
    names.blueprint,
    register_workbooks.blueprint,
    imports.blueprint,
    settings.blueprint,
    settings_keys.blueprint,
    settings_webhooks.blueprint,
    channels.blueprint,
    inbox.blueprint,
    leaders.blueprint,
    language_page.blueprint,
    docs.blueprint,
    together.blueprint,
    volunteers.blueprint,
    volunteer_account.blueprint,
    volunteer_activities.blueprint,
    volunteer_books.blueprint,
    volunteer_calling.blueprint,
    volunteer_desk.blueprint,
    volunteer_files.blueprint,
    volunteer_import.blueprint,
    volunteer_needs.blueprint,
    volunteer_organiser.blueprint,
    volunteer_stars.blueprint,
    red_property.blueprint,
    red_property_meetings.blueprint,
    red_property_plans.blueprint,
    red_property_books.blueprint,
    red_property_minutes.blueprint,
    units.blueprint,
    exports.blueprint,
    rounds.blueprint,
    rounds_api.blueprint,
)


COMPRESSED = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "application/geo+json",
    "application/manifest+json",
    "application/schema+json",
    "application/vnd.oai.openapi+json",
    "text/xml",
    "image/svg+xml",
]


class ReadableJson(DefaultJSONProvider):
    """Flask's JSON, with Chinese as it is: half as long, and read by people."""

    ensure_ascii = False


class Application(APIFlask):
    """Flask with the request's transaction and the access table around every view."""

    json_provider_class = ReadableJson
    request_class = bodies.BoundedRequest
    response_class = wire.WholeResponse
    session_interface = wire.Sessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: nothing here is a coroutine, and to look at it anew each time is slow."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        """Check access and run the view inside one transaction, committed before the answer."""
        if request.endpoint == "static":
            return super().dispatch_request()
        with session.RequestTransaction():
            if request.routing_exception is None:
                access.check(request.endpoint)
                ratelimits.check(request.endpoint)
            return super().dispatch_request()

    def send_static_file(self, filename: str) -> Response:
        """Read the file whole, so that it can be compressed, and close it."""
        response = super().send_static_file(filename)
        response.direct_passthrough = False
        file = response.response
        response.make_sequence()
        # at once: whoever has gone away meanwhile does not close it
        getattr(file, "close", lambda: None)()
        return response


def create_app(config: Config, open_transaction: session.OpenTransaction | None = None) -> Flask:
    """Make the application.

    Args:
        config: where the database is, secrets, switches.
        open_transaction: how a request gets its transaction; tests give one that is undone.
    """
    app = Application(
        __name__,
        title="gridmap",
        version=version("gridmap"),
        docs_path=None,
        json_errors=False,
    )
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_REGISTER=False,
        COMPRESS_MIMETYPES=COMPRESSED,
        GRIDMAP=config,
        **docs.OPENAPI,
    )
    engine = None
    if open_transaction is None:
        engine = make_engine(config.database_url, pool_size=config.pool_size)
        app.extensions["gridmap_engine"] = engine
        open_transaction = session.transactions_of(engine)
        located.install(app.extensions, engine)
    session.install(app.extensions, open_transaction)
    tiles.install(app.extensions, config, engine)
    app.extensions[ratelimits.EXTENSION] = Leases()
    _install(app)
    hot_locate.install(app, open_transaction, rate_limits=config.rate_limits)
    hot_tiles.install(app, open_transaction, rate_limits=config.rate_limits)
    if config.secure_cookies:
        # behind a proxy that ends HTTPS: the client's address is the one that it passes on
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    return cast(Flask, app)


def close(app: Flask) -> None:
    """Let an app go: it follows its database no longer, and its connections are closed."""
    tiles.stop(app.extensions)
    located.stop(app.extensions)
    engine: Engine | None = app.extensions.get("gridmap_engine")
    if engine is not None:
        engine.dispose()


def _install(app: Application) -> None:
    app.url_map.converters["int"] = RowNumber
    errors.install(app)
    security.install(app)
    sharing.install(app)
    Babel(app, locale_selector=language.babel_locale)
    compress = Compress(app)
    app.after_request(wire.compressing(compress))
    csrf = CSRFProtect(app)
    app.register_error_handler(CSRFError, _stale_form)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
        if blueprint.url_prefix and blueprint.url_prefix.startswith("/api/"):
            # The API takes no cookie-borne writes from other sites: reports need the header
            # Idempotency-Key, which no cross-site form can send, and cookies are SameSite=Lax.
            csrf.exempt(blueprint)
    csrf.exempt(open311_views.blueprint)  # it knows no cookies: whoever writes shows a key
    app.context_processor(_page_context)
    app.spec_processor(documented.complete)


def _stale_form(_failure: CSRFError) -> ResponseReturnValue:
    return errors.answer(
        InvalidInput(
            reason_zh="页面停留太久，请刷新后重新提交。",
            reason_en="The page was open for too long; reload it and send again.",
        )
    )


def _page_context() -> dict[str, object]:
    known: SignedIn | None = None
    if has_request_context():
        known = access.account() if session.in_request() else g.get("account")
    return {"account": known, "language": language.current()}
