"""The administrator's channels: mail server, group robots, what was not delivered."""

from __future__ import annotations

from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _

from gridmap.errors import InvalidInput
from gridmap.messaging import channels, outgoing, service
from gridmap.messaging.channels import RobotSettings, RobotView, Settings
from gridmap.messaging.kinds import RobotKind, Security, State
from gridmap.messaging.outgoing import Outcome, Result, Trouble
from gridmap.messaging.templates import LANGUAGES
from gridmap.messaging.words import STAFF_EVENTS, is_address
from web import access, language
from web.delivery import sending
from web.pages import channel_words
from web.pages.settings_forms import SentForm
from web.params import now, today
from web.session import current_session

blueprint = APIBlueprint(
    "channels", __name__, enable_openapi=False, url_prefix="/settings/channels"
)
blueprint.add_url_rule("/words", "words", channel_words.show)
blueprint.add_url_rule(
    "/words/<event>/<language_code>",
    "word",
    channel_words.one,
    methods=["GET", "POST"],
)

WORKER_LATE_S: Final = 60
"""A worker that was not seen for so long is missing; it shows itself every ten seconds."""
BADGES: Final = {State.FAILED: "amber", State.GIVEN_UP: "red", State.UNCERTAIN: "purple"}
WHOLE_COUNTY: Final = "county"


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the channels and what was not delivered."""
    return _page()


def _page(
    form: SentForm | None = None, *, tried: str = "", outcome: Outcome | None = None
) -> ResponseReturnValue:
    session, reader = current_session(), language.current()
    known = channels.settings(session)
    page = render_template(
        "channels.html",
        sent={**_fields(known), **(form.sent if form else {})},
        faults=form.faults if form else {},
        known=known,
        securities=list(Security),
        robots=[_robot(robot) for robot in channels.robots(session, today())],
        troubles=[_trouble(one, reader) for one in outgoing.troubles(session, now())],
        waiting=outgoing.waiting(session),
        worker_runs=worker_runs(),
        tried=tried,
        outcome=said(outcome),
    )
    return make_response(page, 422 if form and form.faults else 200)


def worker_runs() -> bool:
    """Tell whether a worker was seen just now."""
    seen = service.worker_seen_at(current_session())
    return seen is not None and (now() - seen).total_seconds() < WORKER_LATE_S


def _fields(known: Settings) -> dict[str, str]:
    return {
        "site_url": known.site_url,
        "mail_on": "1" if known.mail_on else "",
        "host": known.host,
        "port": str(known.port),
        "security": known.security.value,
        "login": known.login,
        "from_address": known.from_address,
        "from_name": known.from_name,
    }


def said(outcome: Outcome | None) -> dict[str, str] | None:
    """Return what became of a try, in words and a colour."""
    if outcome is None:
        return None
    words = {
        Result.SENT: (_("测试消息已发出，请到收件处查看。"), "green"),
        Result.UNCERTAIN: (_("对方没有明确答复，不确定是否送达。"), "amber"),
    }
    sentence, colour = words.get(outcome.result, (_("没有发出去。"), "red"))
    return {"sentence": sentence, "colour": colour, "words": outcome.words}


def _robot(robot: RobotView) -> dict[str, Any]:
    reader = language.current()
    return {
        "id": robot.id,
        "name": robot.name,
        "kind": robot.kind.label(reader),
        "address": robot.address,
        "events": len(robot.events),
        "area": robot.area or _("全县"),
        "active": robot.active,
    }


def _trouble(one: Trouble, reader: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.label(reader),
        "badge": BADGES[one.state],
        "channel": one.channel.label(reader),
        "target": one.target,
        "subject": one.subject,
        "at": format_datetime(one.at, "short"),
        "attempts": one.attempts,
        "next_at": format_datetime(one.next_at, "short") if one.next_at else "",
        "error": one.error,
    }


def _line(form: SentForm, name: str, longest: int) -> str:
    """Return a line of text that may be empty."""
    return form.text(name, longest) if form.has(name) else ""


@blueprint.post("/mail")
def save_mail() -> ResponseReturnValue:
    """Save the site's address and the mail server."""
    form = SentForm(request.form)
    wanted = Settings(
        site_url=_line(form, "site_url", 200),
        mail_on=form.has("mail_on"),
        host=_line(form, "host", 200),
        port=form.whole("port", 1, 65535),
        security=form.word("security", Security),
        login=_line(form, "login", 200),
        password=_line(form, "password", 200),
        from_address=_line(form, "from_address", 254),
        from_name=_line(form, "from_name", 60),
    )
    if not form.faults:
        try:
            channels.save_settings(current_session(), wanted, now(), account_id=_administrator())
        except InvalidInput as refusal:
            form.refuse(refusal)
    if form.faults:
        # an unchecked box is not sent: what stood in it must not come back checked
        form.sent = {"mail_on": "", **request.form}
        return _page(form)
    return redirect(url_for("channels.show"), 303)


def _administrator() -> int:
    return access.require_account().account_id


@blueprint.post("/mail/try")
def try_mail() -> ResponseReturnValue:
    """Send one mail now and show what became of it."""
    form = SentForm(request.form)
    address = _line(form, "address", 254)
    if not is_address(address):
        form.faults["address"] = _("请填邮箱地址，例如 name@example.org。")
        return _page(form)
    server = channels.mail_server(current_session())
    outcome = sending.try_mail(server, address, language.current(), now())
    return _page(tried="mail", outcome=outcome)


@blueprint.post("/again/<int(max=9223372036854775807):delivery_id>")
def send_again(delivery_id: int) -> ResponseReturnValue:
    """Let a delivery that failed or is uncertain be sent again."""
    outgoing.send_again(current_session(), delivery_id, now(), account_id=_administrator())
    return redirect(url_for("channels.show") + "#troubles", 303)


@blueprint.route("/robots/new", methods=["GET", "POST"])
def new_robot() -> ResponseReturnValue:
    """Show an empty form; on POST add a robot."""
    return _edit(None)


@blueprint.route("/robots/<int(max=2147483647):robot_id>", methods=["GET", "POST"])
def robot(robot_id: int) -> ResponseReturnValue:
    """Show a robot; on POST change it."""
    return _edit(robot_id)


@blueprint.post("/robots/<int(max=2147483647):robot_id>/try")
def try_robot(robot_id: int) -> ResponseReturnValue:
    """Send one message to the group now and show what became of it."""
    target = channels.robot_target(current_session(), robot_id)
    outcome = sending.try_robot(target, language.current(), now())
    return _robot_page(robot_id, None, outcome=outcome)


def _edit(robot_id: int | None) -> ResponseReturnValue:
    if request.method == "GET":
        return _robot_page(robot_id, None)
    form = SentForm(request.form)
    wanted = _sent_robot(form)
    if not form.faults:
        try:
            made = channels.save_robot(
                current_session(), robot_id, wanted, now(), account_id=_administrator()
            )
            return redirect(url_for("channels.robot", robot_id=made, saved=1), 303)
        except InvalidInput as refusal:
            form.refuse(refusal)
    return _robot_page(robot_id, form)


def _sent_robot(form: SentForm) -> RobotSettings:
    area = form.sent.get("area", "")
    chosen = set(request.form.getlist("events"))
    return RobotSettings(
        name=form.text("name", 60),
        kind=form.word("kind", RobotKind),
        url=_line(form, "url", 500),
        secret=_line(form, "secret", 200),
        area_id=None if area == WHOLE_COUNTY else form.whole("area", 1, 999_999),
        events=tuple(event for event in STAFF_EVENTS if event in chosen),
        language=form.sent.get("language", LANGUAGES[0]),
        active=form.has("active"),
    )


def _robot_page(
    robot_id: int | None, form: SentForm | None, *, outcome: Outcome | None = None
) -> ResponseReturnValue:
    session = current_session()
    known = channels.robot(session, robot_id) if robot_id is not None else None
    sent = {"name": "", "kind": RobotKind.WECOM.value, "language": language.current()}
    chosen = {event.value for event in STAFF_EVENTS}
    area, active = WHOLE_COUNTY, True
    if known is not None:
        sent = {"name": known.name, "kind": known.kind.value, "language": known.language}
        chosen = {event.value for event in known.events}
        area, active = str(known.area_id or WHOLE_COUNTY), known.active
    if form is not None:
        sent, area, active = {**form.sent}, form.sent.get("area", ""), form.has("active")
        chosen = set(request.form.getlist("events"))
    page = render_template(
        "channels_robot.html",
        known=known,
        sent=sent,
        faults=form.faults if form else {},
        kinds=list(RobotKind),
        events=STAFF_EVENTS,
        chosen=chosen,
        areas=channels.areas(session, today()),
        area=area,
        active=active,
        saved=form is None and "saved" in request.args,
        outcome=said(outcome),
    )
    return make_response(page, 422 if form and form.faults else 200)
