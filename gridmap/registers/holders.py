"""Who the drafts of posts and visits are about: somebody known, somebody new, a leader's link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gridmap.registers import lookups, sentences
from gridmap.registers.changes import Action
from gridmap.registers.drafting import Draft, Drafting
from gridmap.registers.lookups import Link
from gridmap.registers.spans import day_in

_WITHOUT_PEOPLE = frozenset({Action.END, Action.RENEW, Action.WITHDRAW})


def find_holders(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    """Set the person of each draft of a post; the new ones are made later."""
    wanted = [draft for draft in drafts if draft.change.action not in _WITHOUT_PEOPLE]
    known = lookups.people(
        drafting.session, {draft.ids["person"][0] for draft in wanted if draft.ids.get("person")}
    )
    for draft in wanted:
        ids = draft.ids.get("person")
        name = draft.values.get("person_name")
        if ids:
            draft.person = ids[0]
            _check_name(drafting, draft, known[ids[0]].name)
            _note_phone(draft, known[ids[0]].phone)
        elif not draft.values.get("person") and isinstance(name, str):
            phone = draft.values.get("phone")
            draft.new_person = (name, phone if isinstance(phone, str) else None)
    _same_person(drafting, wanted)


def _check_name(drafting: Drafting, draft: Draft, name: str) -> None:
    """A name beside a code must be the person's; it may be left out."""
    given = draft.change.values.get("person_name")
    if given is not None and given != name:
        drafting.fault(draft.change, "person_name", sentences.OTHER_NAME, name=name)
    draft.values["person_name"] = name


def _note_phone(draft: Draft, standing: str | None) -> None:
    """A phone beside somebody known is hers from now on; an empty one is left out of new records."""
    if "phone" not in draft.change.values:
        return
    given = draft.values.get("phone")
    if given != standing and (given or draft.change.action is not Action.BEGIN):
        draft.new_phone = str(given or "")


def _same_person(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    """Somebody of the same name and phone is no new person."""
    pairs = {draft.new_person for draft in drafts if draft.new_person}
    known = lookups.people_known_as(
        drafting.session, [(name, phone) for name, phone in pairs if phone]
    )
    for draft in drafts:
        if draft.new_person and draft.new_person[1]:
            draft.person = known.get((draft.new_person[0], draft.new_person[1]))
            draft.new_person = None if draft.person else draft.new_person


def find_links(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    """Set the link (post) of each draft of a visit: it must hold on the day."""
    wanted = [
        draft
        for draft in drafts
        if draft.change.action in {Action.BEGIN, Action.CHANGE, Action.CORRECT}
    ]
    known = lookups.links(
        drafting.session, {number for draft in wanted for number in draft.ids.get("community", [])}
    )
    for draft in wanted:
        communities = draft.ids.get("community")
        day = day_in(draft.values, "day")
        if not communities or day is None:
            continue
        found = _of_leader(drafting, draft, known, communities[0])
        kind = draft.values.get("kind")
        found = [link for link in found if kind is None or link.kind == kind]
        _take(drafting, draft, found, day)


def _of_leader(
    drafting: Drafting, draft: Draft, known: dict[tuple[int, str, str], list[Link]], community: int
) -> list[Link]:
    """The links that the draft may mean, by the leader's code, else by the name."""
    code, name = draft.values.get("person"), draft.values.get("person_name")
    if draft.change.values.get("person") is None and "person_name" in draft.change.values:
        code = None
    several = {
        (held, called): links
        for (area, held, called), links in known.items()
        if area == community and (held == code if code else called == name)
    }
    if len(several) > 1:
        drafting.fault(draft.change, "person", sentences.TWO_LEADERS)
    return next(iter(several.values()), [])


def _take(drafting: Drafting, draft: Draft, found: list[Link], day: date) -> None:
    holding = [link for link in found if day in link.span]
    if holding:
        draft.attributes["post_id"] = holding[0].post_id
    elif found:
        spans = "；".join(f"{link.span.start} – {link.span.end or ''}".strip() for link in found)
        drafting.fault(draft.change, "day", sentences.LINK_NOT_THEN, day=day, spans=spans)
    else:
        drafting.fault(draft.change, "person_name", sentences.NOT_LINKED)
