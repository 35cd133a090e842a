"""The audit log, for the auditor: who did what to which object, and when."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gridmap.accounts import trail
from gridmap.accounts.actions import ACTIONS, OBJECTS, Sought, label
from gridmap.accounts.trail import Cursor, Line
from gridmap.timespan import LOCAL_ZONE, start_of
from web import access, language
from web.pages.account_csv import csv_answer
from web.pages.account_steps import never_kept
from web.params import Day, Params, Text, now, today
from web.session import current_session

blueprint = APIBlueprint("audit_pages", __name__, enable_openapi=False)
blueprint.after_request(never_kept)

_SEPARATOR: Final = "_"
NearDay = Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


def _cursor(written: object) -> Cursor:
    """Read where a page ended: an aware moment and an id."""
    moment, _separator, last = str(written).partition(_SEPARATOR)
    try:
        at, entry_id = datetime.fromisoformat(moment), int(last)
    except ValueError:
        raise PydanticCustomError("cursor", "not a cursor") from None
    if at.tzinfo is None or not 0 <= entry_id < 2**63:
        raise PydanticCustomError("cursor", "not a cursor")
    return at, entry_id


class AuditQuery(Params):
    """What is looked for, and where the page before ended; both days are included."""

    since: NearDay | None = None
    until: NearDay | None = None
    account: Annotated[Text, Field(max_length=64)] = ""
    action: Annotated[Text, Field(max_length=64)] = ""
    kind: Annotated[Text, Field(max_length=32)] = ""
    key: Annotated[Text, Field(max_length=64)] = ""
    after: Annotated[Cursor, BeforeValidator(_cursor)] | None = None

    @property
    def sought(self) -> Sought:
        """Return what the service looks for."""
        return Sought(
            since=start_of(self.since) if self.since else None,
            before=start_of(self.until + timedelta(days=1)) if self.until else None,
            account=self.account,
            action=self.action,
            object_kind=self.kind,
            object_key=self.key,
        )

    def kept(self, **more: str) -> dict[str, Any]:
        """Return the query of a link that looks for the same."""
        names = ("since", "until", "account", "action", "kind", "key")
        values = {name: str(getattr(self, name) or "") for name in names}
        return {name: value for name, value in (values | more).items() if value}


def _query() -> AuditQuery:
    given = {name: value for name, value in request.args.items() if value}
    return AuditQuery.model_validate(given)


@blueprint.get("/audit")
def show() -> ResponseReturnValue:
    """Show a page of the log, newest first."""
    query = _query()
    session = current_session()
    found = trail.read(session, query.sought, after=query.after)
    reader = language.current()
    known = sorted(set(ACTIONS) | set(trail.known_actions(session)))
    return render_template(
        "audit.html",
        query=query,
        lines=[_line(line) for line in found.lines],
        older=_older(query, found.after),
        file=url_for("audit_pages.export", **query.kept()),
        actions=[(code, label(ACTIONS, code, reader)) for code in known],
        kinds=[(code, label(OBJECTS, code, reader)) for code in OBJECTS],
        most=trail.MOST_EXPORTED,
    )


def _older(query: AuditQuery, after: Cursor | None) -> str:
    if after is None:
        return ""
    at, entry_id = after
    cursor = f"{at.isoformat()}{_SEPARATOR}{entry_id}"
    return url_for("audit_pages.show", **query.kept(after=cursor))


def _line(line: Line) -> dict[str, Any]:
    reader = language.current()
    return {
        "at": format_datetime(line.at, "medium"),
        "who": _who(line),
        "what": line.what(reader),
        "which": line.which(reader),
        "details": [(name, _plain(value)) for name, value in sorted(line.details.items())],
    }


def _who(line: Line) -> str:
    return f"{line.name}（{line.login}）" if line.login else _("未登录或系统")


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@blueprint.get("/audit.csv")
def export() -> Response:
    """Give the lines that are looked for as a file; the export is a line of the log itself."""
    lines = trail.export(current_session(), _query().sought, access.require_account(), now())
    header = [
        _("时间"),
        _("账号"),
        _("姓名"),
        _("操作"),
        _("操作代码"),
        _("对象"),
        _("编号"),
        _("详情"),
    ]
    return csv_answer(f"audit-{today().isoformat()}.csv", header, [_cells(line) for line in lines])


def _cells(line: Line) -> tuple[str, ...]:
    reader = language.current()
    return (
        line.at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M:%S"),
        line.login or "",
        line.name or "",
        line.what(reader),
        line.action,
        line.which(reader),
        line.object_key,
        json.dumps(line.details, ensure_ascii=False) if line.details else "",
    )
