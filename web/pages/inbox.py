"""The inbox of whoever is signed in: what happened to the reports in one's hands."""

from __future__ import annotations

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from gridmap.messaging import service
from gridmap.messaging.service import Cursor, Line
from gridmap.messaging.words import Event
from web import access, language
from web.params import Params, now
from web.session import current_session

blueprint = APIBlueprint("inbox", __name__, enable_openapi=False, url_prefix="/inbox")

BADGES = {
    Event.REMINDED: "amber",
    Event.RETURNED: "amber",
    Event.REOPENED: "amber",
    Event.CLIMBED: "red",
    Event.SUPERVISED: "red",
    Event.OVERDUE_AT_COUNTY: "red",
    Event.HANDED_OVER: "purple",
    Event.JOINED: "purple",
}
"""Colour of an event; blue where it is just work. The word stands in it."""


def _cursor(written: object) -> Cursor:
    """Read where a page ended: `r` or `u` and a message's id."""
    kind, number = str(written)[:1], str(written)[1:]
    if kind not in {"r", "u"} or not number.isascii() or not number.isdecimal():
        raise PydanticCustomError("cursor", "not a cursor")
    if int(number) >= 2**63:
        raise PydanticCustomError("cursor", "not a cursor")
    return kind == "r", int(number)


class InboxQuery(Params):
    """Where the page before ended."""

    after: Annotated[Cursor, BeforeValidator(_cursor)] | None = None


@blueprint.get("")
def show() -> ResponseReturnValue:
    """List messages: unread first, then the newest."""
    query = InboxQuery.model_validate(request.args.to_dict())
    person_id, session = access.require_account().person_id, current_session()
    found = service.inbox(session, person_id, after=query.after)
    return render_template(
        "inbox.html",
        lines=[_shown(line) for line in found.lines],
        unread=service.unread(session, person_id),
        first=query.after is None,
        older=_address(found.after) if found.after else None,
    )


def _address(after: Cursor) -> str:
    read, last = after
    return url_for("inbox.show", after=f"{'r' if read else 'u'}{last}")


def _shown(line: Line) -> dict[str, Any]:
    event = line.event.label(language.current())
    return {
        "id": line.id,
        "event": event,
        "badge": BADGES.get(line.event, "blue"),
        # the badge says it already
        "subject": line.subject.removeprefix(f"{event}：").removeprefix(f"{event}: "),
        "facts": line.body.splitlines(),
        "number": line.number,
        "at": format_datetime(line.at, "short"),
        "read": line.read,
    }


@blueprint.get("/<int(max=9223372036854775807):message_id>")
def open_one(message_id: int) -> ResponseReturnValue:
    """Mark a message as read and go on to what it is about."""
    person_id = access.require_account().person_id
    line = service.read(current_session(), person_id, message_id, now())
    return redirect(line.link or url_for("inbox.show"), 303)


@blueprint.get("/unread")
def unread() -> ResponseReturnValue:
    """Answer how many are unread, for the bell."""
    person_id = access.require_account().person_id
    return {"unread": service.unread(current_session(), person_id)}


@blueprint.post("/read")
def mark_read() -> ResponseReturnValue:
    """Mark all as read."""
    service.mark_read(current_session(), access.require_account().person_id, now())
    return redirect(url_for("inbox.show"), 303)
