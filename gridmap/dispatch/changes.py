"""What a move changes: for every action, where the report stands after it and who holds it.

One function an action, all of one shape: a `Case` in, a `Change` out. The caller has checked the
stage, the hands and the needs; here are the rules of where it goes, and the refusals of what cannot
be. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from gridmap.dispatch import ladder
from gridmap.dispatch.cases import Case, Change, on_rung
from gridmap.dispatch.filing import as_located
from gridmap.dispatch.ladder import Reason, Standing
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.queries import catalogue, moves
from gridmap.dispatch.queries.rows import Found
from gridmap.errors import InvalidInput, NobodyInPost, NothingAbove, OpenParts
from gridmap.geolocation.location import PostHeld
from gridmap.geolocation.service import locate
from gridmap.terms import Outcome, PostKind, Rung, Stage, Verdict
from gridmap.timespan import start_of

CLOSED_NOTHING: Final = {"outcome": None, "handled_at": None, "closed_at": None}


def _somebody(standing: Standing) -> Standing:
    """Refuse to let a report go where nobody is: it stays with whoever wanted to pass it on."""
    if standing.holder is None:
        raise NobodyInPost
    return standing


def _stays(case: Case) -> Change:
    """Nothing changes hands."""
    return Change(case.rung, case.row.holder_post_id)


def _taken(case: Case) -> Change:
    """Whoever acts holds it from then on."""
    return Change(case.rung, case.own_post)


def _dispatched(case: Case) -> Change:
    post = _post_named(case, case.said.post_id, "post")
    if case.row.entrusted and case.reader and not case.row.over:
        _refuse_unless(post.agency_id == case.row.agency_id, "post")
        return Change(case.rung, post.post_id)
    sender = case.own_rung
    return _given_to(case, post, sender)


def _given_to(case: Case, post: Found, sender: Rung) -> Change:
    """Give a report to a post: on the ladder it stands at that post's rung, else it is entrusted."""
    kind = PostKind(post.kind)
    rung = ladder.rung_of(kind)
    if rung is None:
        values = {"entrusted": True, "agency_id": post.agency_id, "sender_rung": sender}
        return Change(sender, post.post_id, values=values)
    if ladder.RUNGS.index(rung) > ladder.RUNGS.index(sender):
        raise InvalidInput(
            field="post",
            reason_zh="不能派给上级；请用“上报上级”。",
            reason_en="It cannot be dispatched upwards; send it up instead.",
        )
    back_to = sender if rung is not sender else case.row.sender_rung
    values = {"entrusted": False, "agency_id": None, "sender_rung": back_to}
    return Change(rung, post.post_id, values=values)


def _post_named(case: Case, post_id: int | None, name: str) -> Found:
    """Return a post that may be given this report: somebody's today, at its place or an agency's."""
    post = moves.post_on(case.session, post_id, case.day) if post_id else None
    _refuse_unless(post is not None and PostKind(post.kind) not in ladder.NEVER_GIVEN, name)
    at_place = {one.post_id for one in case.posts}
    assert post is not None  # noqa: S101 - refused above
    _refuse_unless(post.post_id in at_place or PostKind(post.kind) is PostKind.AGENCY_HANDLER, name)
    return post


def _refuse_unless(fits: bool, name: str) -> None:  # noqa: FBT001 - the condition itself
    if not fits:
        raise InvalidInput(
            field=name,
            reason_zh="请选择今天在岗、能接手这件诉求的人。",
            reason_en="Choose somebody who is in post today and can take this report.",
        )


def _parted(case: Case) -> Change:
    chosen = [_post_named(case, post_id, "agencies") for post_id in case.said.agency_post_ids]
    agencies = [post.agency_id for post in chosen]
    if None in agencies or len(set(agencies)) != len(agencies):
        raise InvalidInput(
            field="agencies",
            reason_zh="请选择不同的部门，每个部门一件子单。",
            reason_en="Choose different agencies: each gets one part.",
        )
    return Change(case.rung, case.own_post, details={"agencies": [post.agency for post in chosen]})


def _handled(case: Case) -> Change:
    _refuse_open_parts(case)
    handler = case.reader.person_id if case.reader else 0
    standing = ladder.checker(case.rung, case.posts, handler, entrusted=case.row.entrusted)
    return on_rung(
        standing,
        handler_id=handler,
        handler_post_id=case.own_post,
        handled_at=case.now,
        outcome=case.said.outcome,
    )


def _refuse_open_parts(case: Case) -> None:
    count = moves.open_parts(case.session, case.row.id)
    if count:
        raise OpenParts(count=count)


def _sent_up(case: Case) -> Change:
    if case.row.entrusted:
        sender = _somebody(ladder.first_holder(case.rung, case.posts))
        return on_rung(sender, Reason.BACK_TO_SENDER)
    higher = ladder.above(case.rung)
    if higher is None:
        raise NothingAbove
    standing = _somebody(ladder.first_holder(higher, case.posts))
    return on_rung(standing, sender_rung=case.rung)


def _returned(case: Case) -> Change:
    """Back to who sent it, else one rung up; never to whoever returns it."""
    said = {"return_reason": case.said.reason}
    sender = Rung(case.row.sender_rung) if case.row.sender_rung else None
    if sender is not None or case.row.entrusted:
        standing = _somebody(ladder.first_holder(sender or case.rung, case.posts))
        if case.row.entrusted or standing.rung is not case.rung:
            return replace(on_rung(standing, Reason.BACK_TO_SENDER, sender_rung=None), details=said)
    higher = ladder.above(case.rung)
    if higher is None:
        raise NothingAbove
    standing = _somebody(ladder.first_holder(higher, case.posts))
    return replace(on_rung(standing, sender_rung=None), details=said)


def _transferred(case: Case) -> Change:
    category = catalogue.category_on(case.session, case.said.category_code or "", case.day)
    if category is None or category.code == case.row.category_code:
        raise InvalidInput(
            field="category",
            reason_zh="请选择另一个类别。",
            reason_en="Choose another category.",
        )
    standing = ladder.start(
        Rung(category.first_rung),
        case.posts,
        placed=case.row.grid_id is not None,
        in_building=case.row.building_id is not None,
    )
    change = on_rung(_somebody(standing), category_id=category.id, sender_rung=None)
    details = {"from": case.row.category_code, "to": category.code}
    return replace(change, details=details, category_id=category.id)


def _relocated(case: Case) -> Change:
    """A human's pin wins: it is located again as of today and starts anew on its rung."""
    place = case.said.place
    if place is None:
        raise InvalidInput(field="place", reason_zh="请选位置。", reason_en="Choose a place.")
    location = locate(case.session, place, case.day)
    versions = catalogue.category_versions(case.session, [case.row.category_id])
    standing = ladder.start(
        Rung(versions[case.row.category_id].first_rung),
        location.posts,
        placed=location.is_placed,
        in_building=location.building.status is Verdict.ACCEPTED,
    )
    spot = f"SRID=4326;POINT({location.lon!r} {location.lat!r})"
    change = on_rung(_somebody(standing), spot=spot, sender_rung=None, **as_located(location))
    before = {"lon": case.row.lon, "lat": case.row.lat, "grid": case.row.grid}
    after = {
        "lon": place.lon,
        "lat": place.lat,
        "crs": place.crs,
        "source": place.source,
        "accuracy_m": place.accuracy_m,
        "grid": location.grid_named.name if location.grid_named else None,
    }
    return replace(change, details={"before": before, "after": after})


def _suspended(case: Case) -> Change:
    owner = _post_named(case, case.said.post_id, "owner")
    until = case.said.until
    if until is None or until <= case.day:
        raise InvalidInput(
            field="until",
            reason_zh="请写明今天以后的复查日期。",
            reason_en="Give a day after today on which it is looked at again.",
        )
    values = {
        "entrusted": True,
        "agency_id": owner.agency_id,
        "owner_post_id": owner.post_id,
        "sender_rung": case.rung,
        **CLOSED_NOTHING,
    }
    details = {"until": until.isoformat(), "owner": owner.name}
    return Change(case.rung, owner.post_id, (), values, details, due=start_of(until))


def _resumed(case: Case) -> Change:
    post_id = case.row.owner_post_id
    owner = moves.post_on(case.session, post_id, case.day) if post_id else None
    return taken_up(case.row, PostKind(owner.kind) if owner else None, case.posts)


def taken_up(row: Found, owner: PostKind | None, posts: Iterable[PostHeld]) -> Change:
    """Return the change by which a suspended report goes on.

    The owner of record handles it from now on, on the rung of that post where it has one; `owner`
    is None where nobody is in that post today: then the rung takes it back.
    """
    if owner is None:
        return on_rung(ladder.first_holder(Rung(row.rung), posts), Reason.POST_ENDED)
    rung, post_id = ladder.rung_of(owner), row.owner_post_id
    if rung is None:
        return Change(Rung(row.rung), post_id, values={"owner_post_id": None})
    values = {"owner_post_id": None, "entrusted": False, "agency_id": None}
    return Change(rung, post_id, values=values)


def _checked(case: Case) -> Change:
    closes = case.row.parent_id is not None
    return Change(case.rung, case.own_post, values={"closed_at": case.now} if closes else {})


def _rejected(case: Case) -> Change:
    """Back to the hands that did it, if they are still in post; else to who is at the checker's rung."""
    values = {"outcome": None, "handled_at": None}
    post_id = case.row.handler_post_id
    post = moves.post_on(case.session, post_id, case.day) if post_id else None
    if post is None:
        standing = ladder.first_holder(case.rung, case.posts)
        return on_rung(standing, Reason.POST_ENDED, **values)
    rung = ladder.rung_of(PostKind(post.kind))
    if rung is not None and ladder.RUNGS.index(rung) > ladder.RUNGS.index(case.rung):
        return Change(rung, post.post_id, values=values)
    given = _given_to(case, post, case.rung)
    return Change(given.rung, given.holder_post_id, values={**given.values, **values})


def _agreed(case: Case) -> Change:
    answer = case.said.answer
    if answer and not answer.solved and case.row.outcome == Outcome.SOLVED:
        raise InvalidInput(
            field="solved",
            reason_zh="没有解决的诉求不能结案，请选“没有解决”，我们重新办理。",
            reason_en="What is not solved is not closed: choose “not solved” and it is taken up again.",
        )
    return Change(case.rung, case.row.holder_post_id, values={"closed_at": case.now})


def _reopened(case: Case) -> Change:
    """To whoever checked it, one rung above the hands that did not solve it."""
    if case.said.answer and case.said.answer.solved:
        raise InvalidInput(
            field="solved",
            reason_zh="已经解决的诉求不用重新办理，请选“同意结案”。",
            reason_en="What is solved is not taken up again: choose “agreed”.",
        )
    standing = ladder.first_holder(case.rung, case.posts)
    rounds = case.row.rounds + 1
    return on_rung(standing, Reason.NOT_SOLVED, rounds=rounds, sender_rung=None, **CLOSED_NOTHING)


def _joined(case: Case) -> Change:
    _refuse_open_parts(case)
    main = moves.main_report(case.session, case.said.main_number or "", beside=case.row.id)
    fits = (
        main is not None
        and main.id != case.row.id
        and main.parent_id is None
        and main.stage not in {Stage.JOINED, Stage.CLOSED}
        and main.community_id == case.row.community_id
    )
    if main is None or not fits:
        raise InvalidInput(
            field="main",
            reason_zh="请填写同一社区里另一件未结案诉求的编号。",
            reason_en="Give the number of another open report of the same community.",
        )
    if moves.count_of(case.session, case.row.id, joined=True):
        raise InvalidInput(
            field="main",
            reason_zh="已有别的诉求并入这一件，请把那一件并到这里。",
            reason_en="Other reports are joined to this one: join that one to this instead.",
        )
    return Change(
        case.rung,
        case.row.holder_post_id,
        values={"joined_to_id": main.id, "outcome": Outcome.DUPLICATE},
        details={"main": main.number},
    )


def _separated(case: Case) -> Change:
    standing = ladder.first_holder(case.rung, case.posts)
    return on_rung(standing, joined_to_id=None, outcome=None, sender_rung=None)


def _supervised(case: Case) -> Change:
    return Change(case.rung, case.row.holder_post_id, values={"supervised_at": case.now})


CHANGES: Final[Mapping[Action, Callable[[Case], Change]]] = {
    Action.ACCEPTED: _taken,
    Action.DISPATCHED: _dispatched,
    Action.PARTED: _parted,
    Action.HANDLED: _handled,
    Action.SENT_UP: _sent_up,
    Action.RETURNED: _returned,
    Action.TRANSFERRED: _transferred,
    Action.RELOCATED: _relocated,
    Action.SUSPENDED: _suspended,
    Action.RESUMED: _resumed,
    Action.CHECKED: _checked,
    Action.REJECTED: _rejected,
    Action.AGREED: _agreed,
    Action.REOPENED: _reopened,
    Action.UNREACHED: _stays,
    Action.JOINED: _joined,
    Action.SEPARATED: _separated,
    Action.NOTED: _stays,
    Action.SUPERVISED: _supervised,
}
"""What people's moves change; those of the clock are made many at a time by the sweep."""
