"""The county's own words for each message: edited with a preview."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic_core import PydanticCustomError

from gridmap.errors import InvalidInput, NotFound
from gridmap.messaging import channels
from gridmap.messaging.channels import Wording
from gridmap.messaging.words import Event, Place, Template, check
from web import access, language
from web.pages.settings_forms import SentForm
from web.params import now, safe_text
from web.session import current_session


def show() -> ResponseReturnValue:
    """List the words of every event, in both languages."""
    rows: dict[Event, list[Wording]] = {}
    for wording in channels.wordings(current_session()):
        rows.setdefault(wording.event, []).append(wording)
    return render_template(
        "channels_words.html",
        staff=[(event, found) for event, found in rows.items() if not event.for_reporter],
        reporter=[(event, found) for event, found in rows.items() if event.for_reporter],
    )


def one(event: str, language_code: str) -> ResponseReturnValue:
    """Show the words of an event in one language; on POST preview, save or take them back."""
    wording = _wording(event, language_code)
    if request.method == "GET":
        return _page(wording, wording.template)
    do = request.form.get("do", "preview")
    if do == "reset":
        return _save(wording, None)
    form, written = SentForm(request.form), _written()
    try:
        check(Template(safe_text(written.subject), safe_text(written.body)))
    except InvalidInput as refusal:
        form.refuse(refusal)
    except PydanticCustomError:
        form.faults["body"] = _("含有不允许的控制字符。")
    if form.faults or do != "save":
        return _page(wording, written, form)
    return _save(wording, written)


def _wording(event: str, language_code: str) -> Wording:
    for wording in channels.wordings(current_session()):
        if wording.event == event and wording.language == language_code:
            return wording
    raise NotFound(what_zh="这种消息", what_en="This kind of message")


def _written() -> Template:
    """Return what was typed; lines end as everywhere else."""
    body = request.form.get("body", "").replace("\r\n", "\n")
    return Template(request.form.get("subject", "").strip(), body.strip())


def _save(wording: Wording, template: Template | None) -> ResponseReturnValue:
    channels.save_wording(
        current_session(),
        wording.event,
        wording.language,
        template,
        now(),
        account_id=access.require_account().account_id,
    )
    address = url_for("channels.word", event=wording.event, language_code=wording.language, saved=1)
    return redirect(address, 303)


def _page(
    wording: Wording, template: Template, form: SentForm | None = None
) -> ResponseReturnValue:
    faults = form.faults if form else {}
    page = render_template(
        "channels_word.html",
        wording=wording,
        title=wording.event.label(language.current()),
        sent={"subject": template.subject, "body": template.body},
        faults=faults,
        places=list(Place),
        preview=None if faults else channels.preview(template, wording.language),
        saved=request.method == "GET" and "saved" in request.args,
    )
    return make_response(page, 422 if faults else 200)
