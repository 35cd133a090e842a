"""Where a report came from a door: what the desk shows of the visit that raised it."""

from __future__ import annotations

from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.rounds import service
from web import access, language
from web.params import today
from web.session import current_session


def origin(number: str) -> dict[str, Any] | None:
    """Return the visit that raised a report, with its door where the reader visits it; None: it came otherwise."""
    found = service.origin(current_session(), access.require_account(), number, today())
    if found is None:
        return None
    raised, door = found
    kind = _("需求") if raised.kind == "need" else _("纠纷")
    day = format_date(raised.day, "medium")
    return {
        "words": _("{day} 上门走访带回的{kind}").replace("{day}", day).replace("{kind}", kind),
        "owner": raised.owner or "",
        "code": door.code if door else "",
        "door": f"{door.building} {door.label(language.current())}" if door else "",
    }
