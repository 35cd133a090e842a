"""The community's side: activities and needs that it answers for, who has reported, corrections of hours."""

from __future__ import annotations

from typing import Any, Final

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from gridmap.errors import InvalidInput, NotFound
from gridmap.volunteering import activities, hours, members, needs, rating, service
from gridmap.volunteering.members import Member
from gridmap.volunteering.organising import Hand, require
from web import access, language
from web.pages import volunteer_words as words
from web.pages.settings_forms import SentForm
from web.pages.volunteer_organiser import hand
from web.pages.volunteers import goal, rating_words, record, year_asked
from web.params import now, safe_text, today
from web.session import current_session

blueprint = APIBlueprint(
    "volunteer_desk", __name__, enable_openapi=False, url_prefix="/volunteers/desk"
)

LONGEST_CODE: Final = 64


def communities(by: Hand) -> list[Any]:
    """Return the communities that somebody calls volunteers together in."""
    return [
        one for one in service.communities(current_session(), today()) if by.reach.holds(one.id)
    ]


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show what waits: hours to confirm, activities to come, needs."""
    session, at, by = current_session(), now(), hand()
    found = activities.of_reach(session, by.reach, at)
    wanted = needs.of_reach(session, by.reach, at)
    live = [words.need(one) for one in wanted]
    return render_template(
        "volunteer_desk.html",
        waiting=words.activities([one for one in found if one.unconfirmed and one.ends_at <= at]),
        coming=words.activities(
            [one for one in reversed(found) if one.ends_at > at and one.cancelled_at is None]
        ),
        past=words.activities([one for one in found if one.ends_at <= at and not one.unconfirmed])[
            :20
        ],
        needs=[one for one in live if one["live"]],
        closed=[one for one in live if not one["live"]][:20],
        communities=[_community(one) for one in communities(by)],
        manages=access.opens("volunteer_import.show"),
        said=request.args.get("said", ""),
    )


def _community(one: service.Choice) -> dict[str, Any]:
    counts = members.counts(current_session(), one.id, today())
    return {"code": one.code, "name": one.name, "people": counts[0], "units": counts[1]}


@blueprint.get("/members")
def list_members() -> ResponseReturnValue:
    """Show who has reported to a community: agencies, and people with badge and hours of the year."""
    by, session = hand(), current_session()
    mine = communities(by)
    asked = safe_text(request.args.get("community", ""))[:LONGEST_CODE]
    chosen = next((one for one in mine if one.code == asked), mine[0] if mine else None)
    if chosen is None or (asked and chosen.code != asked):
        raise NotFound(what_zh="这个社区", what_en="This community")
    people = members.of_community(session, chosen.id, today())
    badges = rating.badges(session, [one.id for one in people])
    return render_template(
        "volunteer_members.html",
        communities=words.choices(mine),
        chosen=chosen,
        units=members.units_of(session, chosen.id, today()),
        people=[_member(one, badges) for one in people],
    )


def _member(one: Member, badges: dict[int, tuple[int, int]]) -> dict[str, Any]:
    return {
        "id": one.id,
        "code": one.code,
        "name": one.name,
        "agency": one.agency,
        "member": one.party_member,
        "occupation": one.occupation.label(language.current()) if one.occupation else "",
        "since": format_date(one.since, "medium"),
        "badge": badges.get(one.id),
        "hours": words.hours(one.minutes),
    }


@blueprint.get("/members/<int:volunteer_id>")
def member(volunteer_id: int) -> ResponseReturnValue:
    """Show a volunteer's hours of a year, with the form that corrects a record."""
    return _member_page(volunteer_id, {})


def _member_page(volunteer_id: int, faults: dict[str, str]) -> ResponseReturnValue:
    session, by = current_session(), hand()
    card = service.card(session, volunteer_id, today())
    if card is None:
        raise NotFound(what_zh="这位志愿者", what_en="This volunteer")
    years = hours.years_of(session, volunteer_id)
    year = year_asked(default=today().year)
    found = hours.of_year(session, volunteer_id, year)
    if not by.reach.holds(card.community_id) and not any(
        by.reach.holds(one.community_id) for one in found
    ):
        require(by, card.community_id)
    served = {one.year: one.minutes for one in years}
    page = render_template(
        "volunteer_member.html",
        card=card,
        badge=rating.badges(session, [card.id]).get(card.id),
        year=year,
        years=sorted({today().year, year, *served}, reverse=True),
        total=words.hours(served.get(year, 0)),
        goal=goal(served.get(year, 0), year),
        records=[record(one) | {"mine": by.reach.holds(one.community_id)} for one in found],
        ratings=[rating_words(one) for one in rating.ratings_of(session, volunteer_id)],
        faults=faults,
        sent=request.form,
        said=request.args.get("said", ""),
    )
    return make_response(page, 422 if faults else 200)


@blueprint.post("/members/<int:volunteer_id>")
def correct(volunteer_id: int) -> ResponseReturnValue:
    """Correct a record: a second row stands beside it."""
    form = SentForm(request.form)
    which = form.whole("record", 1, 10**6)
    minutes = form.whole("minutes", 0, hours.MOST_A_DAY)
    reason = form.text("reason", hours.LONGEST_REASON)
    if not form.faults:
        try:
            hours.correct(current_session(), which, minutes, reason, hand(), now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            here = url_for(
                "volunteer_desk.member",
                volunteer_id=volunteer_id,
                year=request.args.get("year"),
                said="corrected",
            )
            return redirect(here, 303)
    return _member_page(volunteer_id, form.faults)


@blueprint.post("/activities/<int:activity_id>/cancel")
def cancel(activity_id: int) -> ResponseReturnValue:
    """Call an activity off."""
    form = SentForm(request.form)
    because = form.text("because", 100)
    if form.faults:
        raise InvalidInput(
            field="because", reason_zh="请写明取消的原因。", reason_en="Say why it is called off."
        )
    activities.cancel(current_session(), activity_id, because, hand(), now())
    return redirect(url_for("volunteer_desk.show", said="cancelled"), 303)


@blueprint.get("/needs/<int:need_id>/close")
def ask_closing(need_id: int) -> ResponseReturnValue:
    """Ask what came of a need, and how long each helper took."""
    return _closing_page(need_id, {})


@blueprint.post("/needs/<int:need_id>/close")
def close(need_id: int) -> ResponseReturnValue:
    """Close a need: met with minutes, or withdrawn."""
    form = SentForm(request.form)
    result = form.text("result", 200)
    takers = needs.takers_of(current_session(), need_id)
    minutes = {
        one.id: form.whole(f"minutes_{one.id}", 0, hours.MOST_A_DAY)
        for one in takers
        if request.form.get("how") == "done"
    }
    if not form.faults:
        try:
            needs.close(current_session(), need_id, result, minutes, hand(), now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("volunteer_desk.show", said="closed"), 303)
    return _closing_page(need_id, form.faults)


def _closing_page(need_id: int, faults: dict[str, str]) -> ResponseReturnValue:
    session = current_session()
    found = needs.one(session, need_id, now())
    require(hand(), found.community_id)
    page = render_template(
        "volunteer_need_close.html",
        need=words.need(found),
        takers=needs.takers_of(session, need_id),
        faults=faults,
        sent=request.form,
    )
    return make_response(page, 422 if faults else 200)


@blueprint.get("/needs/new")
def ask_need() -> ResponseReturnValue:
    """Show the form of a need; `?report=` grows it out of a report."""
    return _need_form({"report": request.args.get("report", ""), "people": "1"}, {})


@blueprint.post("/needs/new")
def post_need() -> ResponseReturnValue:
    """Post a need."""
    form, by = SentForm(request.form), hand()
    title, body = (
        form.text("title", needs.LONGEST_TITLE),
        long_text(form, "body", needs.LONGEST_BODY),
    )
    people = form.whole("people", 1, needs.MOST_WANTED)
    until = form.day("until_day") if form.has("until_day") else None
    chosen = chosen_community(form, by)
    if not form.faults and chosen is not None:
        report = form.text("report", 32) if form.has("report") else None
        wanted = needs.Wanted(chosen.id, title, body, people, until, report)
        try:
            needs.post(current_session(), wanted, by, now())
        except InvalidInput as refusal:
            form.refuse(refusal)
        except NotFound:
            form.faults["report"] = _("没有这份诉求，或者不在这个社区。")
        else:
            return redirect(url_for("volunteer_desk.show", said="posted"), 303)
    return _need_form(request.form, form.faults)


def chosen_community(form: SentForm, by: Hand) -> service.Choice | None:
    """Return the community that a form names, among those of who sends it."""
    code = form.text("community", LONGEST_CODE)
    found = next((one for one in communities(by) if one.code == code), None)
    if found is None:
        form.faults.setdefault("community", _("请从列表中选一个社区。"))
    return found


def long_text(form: SentForm, name: str, longest: int) -> str:
    """Return a text of several lines, or nothing."""
    written = safe_text(form.sent.get(name, "").replace("\r\n", "\n"))
    if len(written) > longest:
        form.faults.setdefault(name, _("最多 {n} 个字。").replace("{n}", str(longest)))
    return written


def _need_form(sent: Any, faults: dict[str, str]) -> ResponseReturnValue:  # noqa: ANN401 - a form's fields
    by, report = hand(), sent.get("report", "")
    grown = needs.of_report(current_session(), report, now()) if report else ()
    page = render_template(
        "volunteer_need_form.html",
        sent=sent,
        faults=faults,
        communities=words.choices(communities(by)),
        grown=[words.need(one) for one in grown if by.reach.holds(one.community_id)],
    )
    return make_response(page, 422 if faults else 200)
