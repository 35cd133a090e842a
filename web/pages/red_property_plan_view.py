"""What the pages of planned joint meetings show: when, who is invited and told, the agenda so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Final

from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.red_property.attending import Asked, Guest, Party, Seat, Side
from gridmap.red_property.meetings import Candidate, Point
from gridmap.red_property.plans import Invite, Move, Plan, Proposal, Standing
from gridmap.red_property.withholding import UNTITLED
from web import language
from web.pages.red_property_view import task
from web.params import today

__all__ = (
    "asked",
    "guests",
    "invite",
    "move",
    "party",
    "people",
    "plan",
    "proposal",
    "seat",
    "task",
)

TONES: Final = {
    Standing.AHEAD: "blue",
    Standing.TODAY: "amber",
    Standing.WAITING: "red",
    Standing.HELD: "green",
    Standing.CANCELLED: "",
}


def _moment(day: date, clock: str) -> str:
    return f"{format_date(day, 'medium')} {format_date(day, 'EEE')} {clock}"


def plan(one: Plan) -> dict[str, Any]:
    """Return a planned meeting as lists and its page show it."""
    standing = one.standing(today())
    days = (one.day - today()).days
    ahead = _("还有 {n} 天").replace("{n}", str(days))
    return {
        "id": one.id,
        "iso": one.day.isoformat(),
        "moment": _moment(one.day, one.time),
        "place": one.place,
        "topic": one.topic,
        "note": one.note or "",
        "reason": one.reason or "",
        "community": one.community,
        "community_code": one.community_code,
        "points": one.points,
        "person": one.person,
        "standing": standing.value,
        "badge": (
            ahead if standing is Standing.AHEAD else standing.label(language.current()),
            TONES[standing],
        ),
    }


def party(one: Party, chosen: Collection[str] | None) -> dict[str, Any]:
    """Return a side that may be invited; with nothing chosen yet all are."""
    return {
        "key": one.key,
        "name": one.label(language.current()),
        "side": one.side.label(language.current()),
        "chosen": chosen is None or one.key in chosen,
    }


def people(found: Iterable[Candidate], chosen: Collection[str]) -> list[dict[str, Any]]:
    """Return the people who may be invited by name."""
    reader = language.current()
    comma = "、" if reader == "zh" else ", "
    return [
        {
            "key": f"{Side.PERSON}:{one.code}",
            "name": one.name,
            "side": comma.join(kind.label(reader) for kind in one.posts),
            "chosen": f"{Side.PERSON}:{one.code}" in chosen,
        }
        for one in found
    ]


def guests(found: Iterable[Guest], chosen: Collection[str]) -> list[dict[str, Any]]:
    """Return the people who may be invited by name, with what they do."""
    reader = language.current()
    comma = "、" if reader == "zh" else ", "
    return [
        {
            "key": one.party.key,
            "name": one.party.name,
            "side": comma.join(duty.label(reader) for duty in one.posts),
            "chosen": one.party.key in chosen,
        }
        for one in found
    ]


def invite(one: Invite) -> dict[str, Any]:
    """Return who is invited, and who hears of it for them."""
    return {
        "id": one.id,
        "name": one.party.label(language.current()),
        "side": one.party.side.label(language.current()),
        "told": ("、" if language.current() == "zh" else ", ").join(one.told),
        "person": one.party.side is Side.PERSON,
    }


def proposal(one: Proposal) -> dict[str, Any]:
    """Return a point that is proposed."""
    return {"id": one.id, "person": one.person, **_about(one)}


def point(one: Point) -> dict[str, Any]:
    """Return a point of a meeting that was held."""
    return {"position": one.position, "decision": one.decision, **_about(one)}


def _about(one: Proposal | Point) -> dict[str, Any]:
    return {
        "title": one.title or UNTITLED[language.current()],
        "report": one.report,
        "withheld": one.withheld,
        "untitled": not one.title,
        "compound_code": one.compound_code,
        "compound": one.compound,
    }


def move(one: Move) -> dict[str, Any]:
    """Return when and where a meeting was to be, and why it was moved."""
    return {
        "moment": _moment(one.day, one.time),
        "place": one.place,
        "reason": one.reason,
        "person": one.person,
    }


def seat(one: Seat) -> dict[str, Any]:
    """Return a side of record at a meeting, with the address of its page where it has one."""
    page = {Side.COMPANY: "companies", Side.OWNERS: "compounds"}.get(one.party.side)
    return {
        "name": one.party.label(language.current()),
        "address": f"/red-property/{page}/{one.party.code}" if page else "",
        "came": one.came,
    }


def asked(found: Iterable[Asked]) -> dict[str, Any]:
    """Return the meetings of a company or an owners' committee, and how many it came to."""
    rows = [
        {
            "id": one.meeting_id,
            "day": format_date(one.day, "medium"),
            "topic": one.topic,
            "community": one.community,
            "came": one.came,
        }
        for one in found
    ]
    return {"rows": rows, "came": sum(row["came"] for row in rows)}
