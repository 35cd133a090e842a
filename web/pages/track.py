"""Follow a report without an account: by number and phone tail, or by its link; and answer."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gridmap.dispatch import following, service
from gridmap.dispatch.following import Proof
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.views import Tracked, WorkRow
from gridmap.errors import GridmapError, IdempotencyConflict, InvalidInput, MovedOn, NotFound
from gridmap.terms import Outcome, PhotoKind, Satisfaction, Stage
from web import access, language, ratelimits
from web.api import tracking
from web.errors import status_of
from web.numbers import report_number
from web.pages import report_replies, report_words
from web.params import now
from web.session import current_session

blueprint = APIBlueprint("track_pages", __name__, enable_openapi=False)
blueprint.after_request(ratelimits.count_wrong_tail)

_TAIL: Final = re.compile(r"[0-9]{4}\Z")
LONGEST_KEY: Final = 64
HANDLED_KINDS: Final = frozenset({PhotoKind.BEFORE, PhotoKind.AFTER})


@blueprint.get("/track", defaults={"number": None})
@blueprint.get("/track/<number>")
def show(number: str | None) -> ResponseReturnValue:
    """Show where a report stands, to whoever has its link or number and phone tail."""
    asked = number or request.args.get("number", "")
    if not asked or not (request.args.get("key") or request.args.get("tail")):
        return _form(asked, "")
    try:
        found = following.track(current_session(), report_number(asked), _proof(), now())
    except NotFound:
        return make_response(_form(asked, _not_found()), 404)
    return _page(found)


@blueprint.post("/track/<number>")
def answer(number: str) -> ResponseReturnValue:
    """Take the reporter's answer and show where the report stands after it."""
    asked = report_number(number)
    try:
        said = report_replies.read(request.form)
        found = tracking.answered(asked, _proof(), said)
    except (InvalidInput, IdempotencyConflict, MovedOn) as refusal:
        return _again(asked, refusal)
    return redirect(_address(found.number, said=said.action), 303)


def _again(number: str, refusal: GridmapError) -> ResponseReturnValue:
    """Show the report as it stands, what is wrong, and whatever was written."""
    found = following.track(current_session(), number, _proof(), now())
    reader = language.current()
    fault = f"{refusal.message(reader)}{refusal.hint(reader)}"
    return make_response(_page(found, fault=fault, written=request.form), status_of(refusal))


def _proof() -> Proof:
    tail = unicodedata.normalize("NFKC", request.args.get("tail", "")).strip()
    key = request.args.get("key", "")[:LONGEST_KEY]
    return Proof(phone_tail=tail if _TAIL.match(tail) else None, track_key=key or None)


def _address(number: str, said: Action | None = None) -> str:
    """The page's address with what proves that one is the reporter."""
    proof = _proof()
    return url_for(
        "track_pages.show",
        number=number,
        key=proof.track_key,
        tail=None if proof.track_key else proof.phone_tail,
        said=said,
    )


def _form(asked: str, fault: str) -> str:
    return render_template("track.html", asked=asked, found=None, fault=fault, filed=_filed())


def _not_found() -> str:
    fault: str = _(
        "没有找到：编号和电话后四位对不上，请再核对一下。没有留电话的，请用提交后的链接。"
    )
    return fault


def _filed() -> list[dict[str, Any]]:
    """What whoever is signed in has filed."""
    account = access.account()
    rows = service.filed_by(current_session(), account.person_id) if account else ()
    return [_row(row) for row in rows]


def _row(row: WorkRow) -> dict[str, Any]:
    reader = language.current()
    place = " ".join(part for part in (row.compound, row.building) if part) or row.grid
    return {
        "number": row.number,
        "title": row.excerpt,
        "line": " · ".join(part for part in (row.category.label(reader), place) if part),
        "time": report_words.moment(row.filed_at),
        "stage": row.stage.label(reader),
        "badge": report_words.BADGES.get(row.stage, "blue"),
    }


def _page(found: Tracked, *, fault: str = "", written: Any = None) -> str:  # noqa: ANN401 - a form's fields
    said = request.args.get("said", "")
    return render_template(
        "track.html",
        asked=found.number,
        found=_shown(found),
        fault=fault,
        written=written or {},
        thanks=_thanks(found, said),
        satisfactions=[(str(one), one.label(language.current())) for one in Satisfaction],
        step_key=secrets.token_urlsafe(18),
    )


def _thanks(found: Tracked, said: str) -> str:
    """Return what came of the reporter's answer: closed, where it went, or that it was kept."""
    words = {
        Action.AGREED: _("谢谢您的答复，这件诉求已经结案。"),
        Action.REOPENED: _("已经重新办理，现在交给{rung}。"),
        Action.SEPARATED: _("已经改为单独办理，现在交给{rung}。"),
        Action.NOTED: _("您补充的话已经送到经办人手里。"),
    }
    if said not in words:
        return ""
    sentence: str = words[Action(said)].replace("{rung}", found.rung.label(language.current()))
    if found.stage is Stage.FILED and found.due_at is not None and said != Action.NOTED:
        until = _("最迟 {time} 前受理。")
        sentence += until.replace("{time}", report_words.moment(found.due_at))
    return sentence


def _shown(found: Tracked) -> dict[str, Any]:
    reader, key = language.current(), _proof().track_key
    return {
        "number": found.number,
        "version": found.version,
        "address": _address(found.number),
        "category": found.category.label(reader),
        "stage": found.stage.label(reader),
        "badge": report_words.BADGES.get(found.stage, "blue"),
        "place": " · ".join(name for name in (found.community, found.grid) if name),
        "steps": report_words.timeline(found, now()),
        "reply": found.reply,
        "verdict": report_words.verdict(found),
        "solved": found.outcome is Outcome.SOLVED,
        "handled": _photos(found, key, handled=True),
        "photos": _photos(found, key, handled=False),
        "by_tail": bool(found.photos) and not key,
        "answers": [str(action) for action in found.answers],
        "follows": found.follows,
        "main": found.main_number,
    }


def _photos(found: Tracked, key: str | None, *, handled: bool) -> list[dict[str, Any]]:
    """The reporter's own photos or those of the handling, for the holder of the link only."""
    return [
        {
            "label": photo.kind.label(language.current()) if photo.kind else "",
            "address": url_for(
                "track_pages.photo", number=found.number, position=photo.position, key=key
            ),
        }
        for photo in found.photos
        if key and (photo.kind in HANDLED_KINDS if handled else photo.step_sequence == 1)
    ]


@blueprint.get("/track/<number>/photos/<int(min=1, max=999):position>")
def photo(number: str, position: int) -> Response:
    """Show a photo to the holder of the report's link."""
    key = request.args.get("key", "")[:LONGEST_KEY]
    jpeg = following.tracked_photo(
        current_session(), report_number(number), position, track_key=key
    )
    return Response(jpeg, mimetype="image/jpeg")
