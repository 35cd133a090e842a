"""The administrator's webhooks: made, changed, tried; their secrets; the log of deliveries."""

from __future__ import annotations

from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _

from gridmap.errors import InvalidInput
from gridmap.platform import webhooks
from gridmap.platform.happenings import TEST, Happening, Sending
from gridmap.platform.webhooks import DeliveryView, WebhookSettings
from web import access, language
from web.pages.settings_forms import SentForm
from web.params import now
from web.session import current_session

blueprint = APIBlueprint(
    "settings_webhooks", __name__, enable_openapi=False, url_prefix="/settings/webhooks"
)

LONGEST_URL: Final = 500
BADGES: Final = {
    Sending.SENT: "green",
    Sending.FAILED: "amber",
    Sending.GIVEN_UP: "red",
    Sending.PENDING: "",
    Sending.SENDING: "",
}
ONE: Final = "/<int(max=2147483647):webhook_id>"


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the webhooks."""
    found = webhooks.listed(current_session())
    return make_response(render_template("settings_webhooks.html", webhooks=found))


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Show an empty form; on POST add a webhook and show its secret, once."""
    return _edit(None)


@blueprint.route(ONE, methods=["GET", "POST"])
def one(webhook_id: int) -> ResponseReturnValue:
    """Show a webhook with its log; on POST change it."""
    return _edit(webhook_id)


@blueprint.post(f"{ONE}/secret")
def rotate(webhook_id: int) -> ResponseReturnValue:
    """Give a webhook a new secret and show it, once; the old one holds for a day."""
    secret = webhooks.rotate(current_session(), webhook_id, now(), account_id=_administrator())
    return _page(webhook_id, secret=secret)


@blueprint.post(f"{ONE}/try")
def try_one(webhook_id: int) -> ResponseReturnValue:
    """Put a test message on its way."""
    webhooks.try_one(current_session(), webhook_id, now())
    return redirect(url_for("settings_webhooks.one", webhook_id=webhook_id, tried=1) + "#log", 303)


@blueprint.post(f"{ONE}/again/<int(max=9223372036854775807):delivery_id>")
def again(webhook_id: int, delivery_id: int) -> ResponseReturnValue:
    """Let a delivery be sent anew under its own id."""
    webhooks.send_again(
        current_session(), webhook_id, delivery_id, now(), account_id=_administrator()
    )
    return redirect(url_for("settings_webhooks.one", webhook_id=webhook_id) + "#log", 303)


@blueprint.post(f"{ONE}/remove")
def remove(webhook_id: int) -> ResponseReturnValue:
    """Take a webhook away."""
    webhooks.remove(current_session(), webhook_id, now(), account_id=_administrator())
    return redirect(url_for("settings_webhooks.show"), 303)


def _administrator() -> int:
    return access.require_account().account_id


def _edit(webhook_id: int | None) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(webhook_id)
    form = SentForm(request.form)
    chosen = set(request.form.getlist("events"))
    wanted = WebhookSettings(
        name=form.text("name", 60),
        url=form.text("url", LONGEST_URL),
        events=tuple(event for event in Happening if event in chosen),
        active=webhook_id is None or form.has("active"),
    )
    if not form.faults:
        try:
            made, secret = webhooks.save(
                current_session(), webhook_id, wanted, now(), account_id=_administrator()
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            if secret:
                return _page(made, secret=secret)
            return redirect(url_for("settings_webhooks.one", webhook_id=made, saved=1), 303)
    return _page(webhook_id, form)


def _page(
    webhook_id: int | None, form: SentForm | None = None, *, secret: str | None = None
) -> ResponseReturnValue:
    session = current_session()
    known = webhooks.one(session, webhook_id) if webhook_id is not None else None
    sent = {"name": known.name if known else "", "url": known.url if known else ""}
    chosen = {one.value for one in (known.events if known else Happening)}
    if form is not None:
        sent, chosen = {**sent, **form.sent}, set(request.form.getlist("events"))
    page = render_template(
        "settings_webhook.html",
        known=known,
        old_until=format_datetime(known.old_until, "short")
        if known and known.old_until and known.old_until > now()
        else "",
        stopped_at=format_datetime(known.stopped_at, "short") if known and known.stopped_at else "",
        sent=sent,
        chosen=chosen,
        active=form.has("active") if form else known is None or known.active,
        faults=form.faults if form else {},
        events=list(Happening),
        log=[_line(line) for line in webhooks.log(session, webhook_id)] if webhook_id else [],
        secret=secret,
        saved=form is None and "saved" in request.args,
        tried="tried" in request.args,
    )
    response = make_response(page, 422 if form and form.faults else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _line(line: DeliveryView) -> dict[str, Any]:
    reader = language.current()
    known = {event.value: event.label(reader) for event in Happening} | {TEST: _("测试消息")}
    return {
        "id": line.id,
        "message_id": line.message_id,
        "kind": line.kind,
        "says": known.get(line.kind, line.kind),
        "at": format_datetime(line.at, "short"),
        "state": line.state.label(reader),
        "badge": BADGES[line.state],
        "attempts": line.attempts,
        "next_at": format_datetime(line.next_at, "short") if line.next_at else "",
        "status": line.http_status,
        "took_ms": line.took_ms,
        "error": line.error,
        "body": line.body,
        "again": line.state in {Sending.SENT, Sending.FAILED, Sending.GIVEN_UP},
    }
