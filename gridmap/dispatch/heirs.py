"""Who has a report once it lies elsewhere, or once a border has moved: the rung stays, the place decides."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from gridmap.dispatch import ladder
from gridmap.dispatch.cases import Change, on_rung
from gridmap.dispatch.ladder import Reason, Standing
from gridmap.dispatch.queries.rows import Found
from gridmap.geolocation.location import Location, PostHeld
from gridmap.terms import PostKind, Rung, Stage, Verdict


class Stand(NamedTuple):
    """How a report stands: all that matters for who has it once its place has changed.

    `handler_id` is the person who handled what is to be checked; None in every other stage.
    `placed`: it lay in a grid.
    """

    stage: str
    rung: str
    holder_post_id: int | None
    agency_id: int | None
    handler_id: int | None
    first_rung: str
    placed: bool


def heir(
    stand: Stand, here: Location, holder: Found | None, handler: PostHeld | None
) -> Change | None:
    """Return by which change a report that lies here is whose it should be; None where it is.

    Whoever holds it keeps it while her post is one of the place. Else, or where nobody is in her
    post, the agency's next handler has it, or whom the ladder gives for the place: on the same rung,
    or the first one above where somebody is. A report that lies in no grid any more is the county's
    to place, as a new one would be. A suspended report goes to an owner of record; where there is
    nobody it stays as it is.

    Args:
        stand: how the report stands.
        here: what stands at its place on the day.
        holder: the post that holds it, with its targets (`moves.posts_on`); None where nobody is in it.
        handler: who has handled longest for the agency that it is with; None without such.
    """
    if holder is not None and is_of(holder, here) and not _is_lost(stand, here, holder):
        return None
    why = (Reason.POST_ENDED,) if stand.holder_post_id is not None and holder is None else ()
    if handler is not None:
        values = {"entrusted": True, "agency_id": stand.agency_id}
        return Change(Rung(stand.rung), handler.post_id, why, values)
    change = on_rung(_next(stand, here), *why)
    if stand.stage == Stage.SUSPENDED:
        if change.holder_post_id is None:
            return None
        change = replace(change, values={"entrusted": True, "agency_id": None})
    same = (change.rung, change.holder_post_id) == (stand.rung, stand.holder_post_id)
    return None if same else change


def _is_lost(stand: Stand, here: Location, holder: Found) -> bool:
    """Tell whether it has lost its grid while neighbours of a building have it."""
    if here.is_placed or not stand.placed or stand.stage == Stage.SUSPENDED:
        return False
    return ladder.rung_of(PostKind(holder.kind)) is Rung.BUILDING_GROUP


def is_of(post: Found, here: Location) -> bool:
    """Tell whether a post is one of a place: of its building, compound, grid or areas; an agency's is."""
    areas = {area.id for area in (here.community, here.township, here.county) if area}
    return (
        (post.building_id in (None, here.building.id))
        and (post.compound_id in (None, here.compound_id))
        and (post.grid_id in (None, here.grid.id))
        and (post.area_id is None or post.area_id in areas)
    )


def _next(stand: Stand, here: Location) -> Standing:
    """Whoever has it on its rung at that place, or the first one above; else from its lowest rung.

    It never waits for a post above while one below could do it; see `sweeping`.
    """
    if stand.handler_id is not None:
        return ladder.other_than(stand.handler_id, _lowest(Rung(stand.rung), here), here.posts)
    standing = _start(stand.rung, here)
    if standing.holder is not None:
        return standing
    anew = _start(stand.first_rung, here)
    return anew if anew.holder is not None else standing


def _start(rung: str, here: Location) -> Standing:
    in_building = here.building.status is Verdict.ACCEPTED
    return ladder.start(Rung(rung), here.posts, placed=here.is_placed, in_building=in_building)


def _lowest(rung: Rung, here: Location) -> Rung:
    """The rung itself, where there is one such at the place."""
    if not here.is_placed:
        return Rung.COUNTY
    housed = here.building.status is Verdict.ACCEPTED
    return rung if housed or rung is not Rung.BUILDING_GROUP else Rung.GRID_BRANCH
