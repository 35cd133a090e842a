"""A report as it comes in over HTTP: JSON, or multipart with a `report` part and photos."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

from flask import abort, request
from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from geodata.photos import reencode
from gridmap.accounts.service import SignedIn
from gridmap.dispatch.reports import Filing
from gridmap.errors import InvalidInput, MissingIdempotencyKey, TooLarge
from gridmap.geolocation.rules import Place
from gridmap.terms import PlaceSource
from web.params import Params, Projected, Text

KEY_HEADER: Final = "Idempotency-Key"
MOST_PHOTOS: Final = 3
LARGEST_JSON: Final = 64 * 1024
_KEY: Final = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_PHONE: Final = re.compile(
    r"(?:(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|(?:0[0-9]{2,3}[- ]?)?[2-9][0-9]{6,7})\Z"
)


def _phone(written: str | None) -> str | None:
    if not written:
        return None
    if not _PHONE.match(written):
        raise PydanticCustomError("phone_number", "not a phone number")
    return written


class PlaceBody(Params):
    """Where it is: raw coordinates with their system, who set them, how sure a phone was."""

    model_config = ConfigDict(strict=True)

    lon: Projected = Field(description="Longitude in degrees, or easting in metres")
    lat: Projected = Field(description="Latitude in degrees, or northing in metres")
    crs: Annotated[Text, Field(min_length=1, max_length=32)] = Field(
        description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
    )
    accuracy: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = Field(
        default=None, description="Radius of the 95 % circle in metres, for a phone's own position"
    )
    source: Annotated[PlaceSource, Field(strict=False)] = Field(
        default=PlaceSource.PIN, description="Who set the point; a human's pin beats a phone"
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
    place: PlaceBody
    phone: Annotated[Annotated[Text, Field(max_length=32)] | None, AfterValidator(_phone)] = Field(
        default=None, description="Chinese mobile or landline number of the reporter"
    )


def read(reporter: SignedIn | None) -> Filing:
    """Return the request's report, photos re-encoded; who is signed in files it as herself.

    Raises:
        HTTPException: 415 for another content type, 400 for broken JSON.
        MissingIdempotencyKey: the header is missing.
        InvalidInput: the header is malformed, a part is not known, too many photos.
        ValidationError: a field is missing, wrong or not known.
        BadImage: a photo that cannot be used.
        TooLarge: the JSON is over `LARGEST_JSON` bytes.
    """
    text, uploads = _parts()
    data = _json(text)
    key = _key()
    body = FilingBody.model_validate(data)
    return Filing(
        idempotency_key=key,
        body_sha256=_sha256(body, [content for _, content in uploads]),
        category_code=body.category,
        description=body.description,
        place=Place(
            body.place.lon,
            body.place.lat,
            body.place.crs,
            body.place.accuracy,
            body.place.source,
        ),
        phone=body.phone,
        photos=tuple(reencode(content, name) for name, content in uploads),
        filed_by=reporter.person_id if reporter else None,
    )


def _key() -> str:
    key = request.headers.get(KEY_HEADER, "")
    if not key:
        raise MissingIdempotencyKey(field=KEY_HEADER)
    if not _KEY.match(key):
        raise InvalidInput(
            field=KEY_HEADER,
            reason_zh=f"{KEY_HEADER} 须为 8 到 64 个字母、数字、点、下划线或连字符。",
            reason_en=f"{KEY_HEADER} has 8 to 64 letters, digits, dots, underscores or hyphens.",
        )
    return key


def _parts() -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return the report's JSON, and name and content of each photo."""
    if request.mimetype == "application/json":
        if (request.content_length or 0) > LARGEST_JSON:
            raise _too_large()
        return request.get_data(), []
    if request.mimetype != "multipart/form-data":
        abort(415)
    _check_names()
    uploads = request.files.getlist("photos")
    if len(uploads) > MOST_PHOTOS:
        raise InvalidInput(
            field="photos",
            reason_zh=f"照片最多 {MOST_PHOTOS} 张。",
            reason_en=f"At most {MOST_PHOTOS} photos.",
        )
    return _report_part(), [(upload.filename or "photo", upload.read()) for upload in uploads]


def _check_names() -> None:
    unknown = sorted((set(request.form) - {"report"}) | (set(request.files) - {"report", "photos"}))
    if unknown:
        raise InvalidInput(
            field=unknown[0],
            reason_zh=f"不认识“{unknown[0]}”。",
            reason_en=f"“{unknown[0]}” is not known here.",
        )


def _report_part() -> bytes:
    """The JSON of a multipart body, sent as a plain field or as a file."""
    if "report" in request.form:
        return request.form["report"].encode("utf-8", "surrogatepass")
    if "report" in request.files:
        content: bytes = request.files["report"].read(LARGEST_JSON + 1)
        return content
    raise InvalidInput(field="report", reason_zh="缺少“report”。", reason_en="“report” is missing.")


def _json(text: bytes) -> Any:  # noqa: ANN401 - whatever stands in the JSON; the model judges it
    if len(text) > LARGEST_JSON:
        raise _too_large()
    try:
        return json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        abort(400)


def _too_large() -> TooLarge:
    return TooLarge(what_zh="诉求的文字部分", what_en="The text of a report", limit="64 KB")


def _sha256(body: FilingBody, contents: Sequence[bytes]) -> str:
    """Hash what was sent: fields in one canonical form, then every photo."""
    canonical = json.dumps(
        body.model_dump(mode="json"), ensure_ascii=True, sort_keys=True, separators=(",", ":")
    )
    total = hashlib.sha256(canonical.encode("ascii"))
    for content in contents:
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()
