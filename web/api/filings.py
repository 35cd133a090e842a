"""A report as it comes in over HTTP: JSON, or multipart with a `report` part and photos."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from geodata.photos import reencode
from gridmap.accounts.service import SignedIn
from gridmap.dispatch.reports import Filing, PhotoFile
from gridmap.geolocation.rules import Place
from gridmap.terms import PhotoKind, PlaceSource
from web import language
from web.api import uploads
from web.api.uploads import Upload
from web.params import Confidence, Params, PointSource, Projected, Text, radius_of

PART: Final = "report"
MOST_PHOTOS: Final = 3
_MAIL: Final = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,63}\Z"
)
_PHONE: Final = re.compile(
    r"(?:(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|(?:0[0-9]{2,3}[- ]?)?[2-9][0-9]{6,7})\Z"
)


def _phone(written: str | None) -> str | None:
    if not written:
        return None
    if not _PHONE.match(written):
        raise PydanticCustomError("phone_number", "not a phone number")
    return written


def _mail(written: str | None) -> str | None:
    if not written:
        return None
    if not _MAIL.match(written):
        raise PydanticCustomError("mail_address", "not a mail address")
    return written


Phone = Annotated[Annotated[Text, Field(max_length=32)] | None, AfterValidator(_phone)]
Mail = Annotated[Annotated[Text, Field(max_length=254)] | None, AfterValidator(_mail)]


class PlaceBody(Params):
    """Where it is: raw coordinates with their system, who set them, how sure a phone was."""

    model_config = ConfigDict(strict=True)

    lon: Projected = Field(description="Longitude in degrees, or easting in metres")
    lat: Projected = Field(description="Latitude in degrees, or northing in metres")
    crs: Annotated[Text, Field(min_length=1, max_length=32)] = Field(
        description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
    )
    accuracy: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = Field(
        default=None, description="Radius of the circle in metres, for a phone's own position"
    )
    confidence: Confidence = Field(
        default=95,
        description="Percent of positions within the circle: 95 for browsers, 68 for Android's own",
    )
    source: PointSource = Field(
        default="pin", description="Who set the point; a human's pin beats a phone"
    )


class FilingBody(Params):
    """A report: what, where, and optionally how to reach the reporter."""

    model_config = ConfigDict(strict=True)

    category: Annotated[Text, Field(min_length=1, max_length=16)] = Field(
        description="Code of a category, see /api/v1/categories"
    )
    description: Annotated[Text, Field(min_length=2, max_length=2000)] = Field(
        description="What happened"
    )
    place: PlaceBody | None = Field(
        default=None, description="Where it is; without it the place is read from the words"
    )
    where: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None, description="Where it is in words; without it `description` is read"
    )
    phone: Phone = Field(
        default=None, description="Chinese mobile or landline number of the reporter"
    )
    email: Mail = Field(default=None, description="Mail address that is told at each stage")
    photo_kinds: Annotated[
        list[Annotated[PhotoKind, Field(strict=False)] | None], Field(max_length=MOST_PHOTOS)
    ] = Field(
        default=[],
        description="What each photo shows, in the order of the parts: near, far or null",
    )


def read(reporter: SignedIn | None) -> Filing:
    """Return the request's report, photos re-encoded; who is signed in files it as herself.

    Raises:
        HTTPException: 415 for another content type, 400 for broken JSON.
        MissingIdempotencyKey: the header is missing.
        InvalidInput: the header is malformed, a part is not known, too many photos.
        ValidationError: a field is missing, wrong or not known.
        BadImage: a photo that cannot be used.
        TooLarge: the JSON is over `uploads.LARGEST_JSON` bytes.
    """
    data, photos = uploads.json_and_photos(PART, most=MOST_PHOTOS)
    key = uploads.idempotency_key()
    body = FilingBody.model_validate(data)
    return Filing(
        idempotency_key=key,
        body_sha256=_sha256(body, photos),
        category_code=body.category,
        description=body.description,
        place=place_of(body.place),
        where=body.where or None,
        phone=body.phone,
        email=body.email,
        language=language.current(),
        photos=_reencoded(photos, body.photo_kinds),
        filed_by=reporter.person_id if reporter else None,
    )


def place_of(body: PlaceBody | None) -> Place | None:
    """Return a place as it came in; None where there is none."""
    if body is None:
        return None
    return Place(
        body.lon,
        body.lat,
        body.crs,
        radius_of(body.accuracy, body.confidence),
        PlaceSource(body.source),
    )


def _reencoded(
    photos: Sequence[Upload], kinds: Sequence[PhotoKind | None]
) -> tuple[PhotoFile, ...]:
    """Return the photos ready to be kept, each with what it shows as far as that was said."""
    return tuple(
        reencode(photo.content, photo.name)._replace(kind=kind)
        for photo, kind in zip_longest(photos, kinds[: len(photos)])
    )


def _sha256(body: FilingBody, photos: Sequence[Upload]) -> str:
    """Hash what was sent: fields in one canonical form, then every photo."""
    canonical = json.dumps(
        body.model_dump(mode="json"), ensure_ascii=True, sort_keys=True, separators=(",", ":")
    )
    total = hashlib.sha256(canonical.encode("ascii"))
    for photo in photos:
        total.update(hashlib.sha256(photo.content).digest())
    return total.hexdigest()
