"""A move as it comes in, from a form or as JSON: what is done, and what the move needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field

from geodata.photos import reencode
from gridmap.dispatch.lifecycle import Action, ReturnReason
from gridmap.dispatch.moving import LONGEST_NOTE, MOST_EVIDENCE
from gridmap.dispatch.reports import Answer, Instruction, PhotoFile
from gridmap.terms import Outcome, PhotoKind, Satisfaction
from web.api.filings import PlaceBody, place_of
from web.api.uploads import Upload
from web.params import Day, Lat, Lon, Params, Text

MOST_AGENCIES = 20
LONGEST_REMARK = 500

Id = Annotated[int, Field(ge=1, lt=2**31)]
Number = Annotated[Text, Field(min_length=1, max_length=32)]


class AnswerBody(Params):
    """What the reporter says when asked."""

    model_config = ConfigDict(strict=True)

    contacted: bool = Field(description="Somebody had been in touch with the reporter")
    solved: bool = Field(description="The reporter says that it is solved")
    satisfaction: Annotated[Satisfaction, Field(strict=False)]
    remark: Annotated[Text, Field(max_length=LONGEST_REMARK)] | None = None


class SpotBody(Params):
    """Where the maker of a move was (WGS 84)."""

    model_config = ConfigDict(strict=True)

    lon: Lon
    lat: Lat


class StepBody(Params):
    """A move of a report: the action, the version that was looked at, and what the move needs."""

    model_config = ConfigDict(strict=True)

    action: Annotated[Action, Field(strict=False)]
    version: Id = Field(description="Version of the report that its maker looked at")
    note: Annotated[Text, Field(max_length=LONGEST_NOTE)] | None = None
    reason: Annotated[ReturnReason, Field(strict=False)] | None = Field(
        default=None, description="Why it is returned"
    )
    post: Id | None = Field(
        default=None, description="Post of the next handler, or of the owner of record"
    )
    agencies: Annotated[list[Id], Field(max_length=MOST_AGENCIES)] = Field(
        default=[], description="Posts of the agencies that each get a part"
    )
    outcome: Annotated[Outcome, Field(strict=False)] | None = None
    until: Annotated[Day, Field(strict=False)] | None = Field(
        default=None, description="Day on which a suspended report comes back"
    )
    category: Annotated[Text, Field(max_length=16)] | None = None
    place: PlaceBody | None = None
    main: Number | None = Field(
        default=None, description="Number of the report that it is joined to"
    )
    answer: AnswerBody | None = None
    spot: SpotBody | None = None
    photo_kinds: Annotated[
        list[Annotated[PhotoKind, Field(strict=False)] | None], Field(max_length=MOST_EVIDENCE)
    ] = Field(default=[], description="What each photo shows, in the order of the parts `photos`")

    def instruction(self, uploads: Sequence[Upload] = (), key: str | None = None) -> Instruction:
        """Return the move for the dispatch room, photos re-encoded.

        Raises:
            BadImage: a photo that cannot be used.
        """
        return Instruction(
            action=self.action,
            version=self.version,
            note=self.note or None,
            reason=self.reason,
            post_id=self.post,
            agency_post_ids=tuple(self.agencies),
            outcome=self.outcome,
            until=self.until,
            category_code=self.category,
            place=place_of(self.place),
            main_number=self.main,
            answer=_answer(self.answer),
            photos=self._photos(uploads),
            spot=(self.spot.lon, self.spot.lat) if self.spot else None,
            key=key,
        )

    def _photos(self, uploads: Sequence[Upload]) -> tuple[PhotoFile, ...]:
        kinds = [*self.photo_kinds, *[None] * len(uploads)]
        return tuple(
            reencode(upload.content, upload.name)._replace(kind=kind)
            for upload, kind in zip(uploads, kinds, strict=False)
        )


def _answer(body: AnswerBody | None) -> Answer | None:
    if body is None:
        return None
    return Answer(body.contacted, body.solved, body.satisfaction, body.remark or None)
