"""The round of whoever visits doors, and the visits that a phone sends until they are acknowledged."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import AwareDatetime, ConfigDict, Field

from gridmap.dispatch import catalogue
from gridmap.dispatch.categories import Topic
from gridmap.rounds import service, visiting
from gridmap.rounds.views import GRADES, Door, Entry, Leg, Matter, Stop
from gridmap.terms import DoorOutcome
from gridmap.timespan import LOCAL_ZONE
from web import access, language
from web.api import operations, uploads
from web.api.answers import answers
from web.params import Params, Text, now, today
from web.session import current_session

blueprint = APIBlueprint("rounds_api", __name__, url_prefix="/api/v1", tag="rounds")

LONGEST_MATTER: Final = 2000
KEY: Final = {"parameters": [operations.key_header("visit")]}


class RoundQuery(Params):
    """Whose doors."""

    everybody: bool = Field(
        default=False, description="All doors that the reader reaches, not only her own"
    )


class MatterBody(Params):
    """A need or a dispute that was met at the door: it becomes a report at the building."""

    model_config = ConfigDict(strict=True)

    kind: Literal["need", "dispute"]
    category: Annotated[Text, Field(min_length=1, max_length=16)]
    text: Annotated[Text, Field(min_length=2, max_length=LONGEST_MATTER)]


class VisitBody(Params):
    """A visit: at which door, when, what came of it."""

    model_config = ConfigDict(strict=True)

    household: Annotated[Text, Field(min_length=1, max_length=64)] = Field(
        description="Code of the door"
    )
    at: Annotated[AwareDatetime, Field(strict=False)] = Field(
        description="When somebody was there, with an offset"
    )
    outcome: Annotated[DoorOutcome, Field(strict=False)]
    satisfaction: Annotated[int, Field(ge=1, le=GRADES)] | None = Field(
        default=None, description="1 dissatisfied to 4 very satisfied"
    )
    note: Annotated[Text, Field(max_length=visiting.LONGEST_NOTE)] | None = None
    matters: Annotated[list[MatterBody], Field(max_length=visiting.MOST_MATTERS)] = Field(
        default=[], description="Needs and disputes that were met"
    )

    def entry(self, key: str) -> Entry:
        """Return the visit for the rounds, at the moment that it had in the county."""
        local = self.at.astimezone(LOCAL_ZONE)
        return Entry(
            key=key,
            body_sha256=self._sha256(),
            household=self.household,
            day=local.date(),
            time=f"{local:%H:%M}",
            outcome=self.outcome,
            satisfaction=self.satisfaction,
            note=self.note or None,
            matters=tuple(Matter(one.kind, one.category, one.text) for one in self.matters),
            language=language.current(),
        )

    def _sha256(self) -> str:
        canonical = json.dumps(self.model_dump(mode="json"), ensure_ascii=True, sort_keys=True)
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()


@blueprint.get("/rounds/mine")
@blueprint.input(RoundQuery, location="query")
@blueprint.doc(
    responses=answers(
        {
            200: "The stops in their order",
            401: "Nobody is signed in",
            403: "Who is signed in visits no doors",
            422: "Something in the query is wrong; says what",
        }
    )
)
def mine(query_data: RoundQuery) -> dict[str, Any]:
    """Return the doors that are due and a short way through their buildings."""
    who = access.require_account()
    found = service.round_of(current_session(), who, today(), everybody=query_data.everybody)
    return {
        "day": found.day.isoformat(),
        "visitor": {"person": who.person_id, "name": who.name},
        "everybody": query_data.everybody,
        "left": found.left,
        "metres": {"by_road": round(found.by_road), "straight": round(found.straight)},
        "stops": [_stop(stop) for stop in found.stops],
        "topics": _topics(),
    }


def _topics() -> list[dict[str, Any]]:
    """What a need or dispute can be about, by topic."""
    reader = language.current()
    grouped: dict[Topic, list[dict[str, str]]] = {topic: [] for topic in Topic}
    for entry in catalogue.entries_on(current_session(), today()):
        grouped[entry.topic].append({"code": entry.code, "name": entry.label(reader)})
    return [
        {"key": topic, "name": topic.label(reader), "categories": entries}
        for topic, entries in grouped.items()
        if entries
    ]


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "building": stop.building_id,
        "title": stop.building,
        "lon": round(stop.lon, 6),
        "lat": round(stop.lat, 6),
        "leg": _leg(stop.leg) if stop.leg else None,
        "doors": [_door(door) for door in stop.doors],
    }


def _leg(leg: Leg) -> dict[str, Any]:
    return {"metres": round(leg.metres), "by_road": leg.by_road, "line": leg.line}


def _door(door: Door) -> dict[str, Any]:
    reader = language.current()
    return {
        "code": door.code,
        "label": door.label(reader),
        "kind": {"key": door.kind, "label": door.kind.label(reader)},
        "state": door.state,
        "due": door.due_on.isoformat() if door.due_on else None,
        "late": (today() - door.due_on) // timedelta(days=1) if door.due_on else None,
        "last": door.last.isoformat() if door.last else None,
        "tries": door.tries,
        "name": door.name,
        "phone": door.phone,
        "note": door.note,
    }


@blueprint.post("/rounds/visits")
@blueprint.input(VisitBody, location="json")
@blueprint.doc(
    responses=answers(
        {
            200: "Sent before: the first answer again (Idempotency-Replayed: true)",
            201: "Written; `reports` are the numbers of what it raised",
            400: "No Idempotency-Key, or broken JSON",
            401: "Nobody is signed in",
            403: "Who is signed in visits no doors",
            404: "No such door within the visitor's reach",
            413: "Too large",
            422: "Something in it is missing or wrong; says what",
        }
    ),
    extensions=KEY,
)
def visit(json_data: VisitBody) -> Response:
    """Write a visit exactly once; its needs and disputes are filed with it."""
    said = json_data.entry(uploads.idempotency_key())
    found = visiting.record(current_session(), access.require_account(), said, now())
    response = jsonify(
        {
            "household": found.household,
            "reports": list(found.numbers),
            "next_due": found.next_due.isoformat() if found.next_due else None,
        }
    )
    response.status_code = 200 if found.replayed else 201
    if found.replayed:
        response.headers[uploads.REPLAYED] = "true"
    return response
