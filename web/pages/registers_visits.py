"""What hangs on a visit: photos, and problems that become reports."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Final

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geodata.photos import reencode
from gridmap.dispatch import service as dispatch
from gridmap.dispatch.reports import Filing
from gridmap.errors import InvalidInput
from gridmap.geolocation.rules import Place
from gridmap.registers import visiting
from web import access, language
from web.api import uploads
from web.pages.report import topics
from web.params import now, safe_text, today
from web.session import current_session

LONGEST_PROBLEM: Final = 2000
LONGEST_KEY: Final = 64


def shown(visit_id: int, *, may: bool) -> dict[str, Any]:
    """Return a visit's photos and reports, and what the form of a problem offers."""
    session = current_session()
    return {
        "id": visit_id,
        "photos": visiting.photos(session, visit_id),
        "raised": [
            {"number": one.number, "text": one.text, "stage": one.stage.label(language.current())}
            for one in visiting.raised(session, visit_id)
        ],
        "topics": topics() if may else [],
        "most": visiting.MOST_PHOTOS,
        "key": f"visit-{visit_id}-{secrets.token_hex(8)}",
    }


def photos(visit_id: int) -> ResponseReturnValue:
    """Add photos to a visit."""
    sent = uploads.photos(most=visiting.MOST_PHOTOS)
    kept = [reencode(one.content, one.name) for one in sent]
    visiting.add_photos(current_session(), access.require_account(), visit_id, kept, now())
    return _back(visit_id)


def photo(visit_id: int, position: int) -> ResponseReturnValue:
    """Show a photo of a visit."""
    found = visiting.photo(current_session(), visit_id, position)
    return Response(found, mimetype="image/jpeg")


def problem(visit_id: int) -> ResponseReturnValue:
    """File a problem of a visit as a report, in the same transaction as the link between them."""
    session, who = current_session(), access.require_account()
    visiting.check(session, who, visit_id, now())
    text, category = _written("description"), _written("category")
    spot = visiting.spot_for(session, visit_id, _written("building"), today())
    body = "\n".join((str(visit_id), category, text, str(spot)))
    filed = dispatch.file(
        session,
        Filing(
            idempotency_key=_written("key")[:LONGEST_KEY],
            body_sha256=hashlib.sha256(body.encode()).hexdigest(),
            category_code=category,
            description=text,
            place=Place(spot.lon, spot.lat, "wgs84"),
            language=language.current(),
            filed_by=who.person_id,
        ),
        now(),
    )
    visiting.link_report(session, who, visit_id, filed.number, now())
    return _back(visit_id)


def _written(name: str) -> str:
    try:
        written = safe_text(request.form.get(name, ""))
    except ValueError as unsafe:
        raise _refused(name) from unsafe
    if len(written) > LONGEST_PROBLEM:
        raise _refused(name)
    return written


def _refused(name: str) -> InvalidInput:
    return InvalidInput(
        field=name,
        reason_zh=f"最多 {LONGEST_PROBLEM} 个字，不能有控制字符。",
        reason_en=f"At most {LONGEST_PROBLEM} characters, and no control characters.",
    )


def _back(visit_id: int) -> ResponseReturnValue:
    address = url_for("registers.record", register="visits", record_id=visit_id, saved=1)
    return redirect(address, 303)
