"""A body with files as it comes in: JSON alone, or multipart with the JSON as one part and photos."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

from flask import abort, request

from gridmap.errors import InvalidInput, MissingIdempotencyKey, TooLarge

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LARGEST_JSON: Final = 64 * 1024
PHOTOS: Final = "photos"
KEY: Final = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


class Upload(NamedTuple):
    """A file as it was sent."""

    name: str
    content: bytes


def idempotency_key() -> str:
    """Return the request's key.

    Raises:
        MissingIdempotencyKey: the header is missing.
        InvalidInput: it is malformed.
    """
    key = request.headers.get(KEY_HEADER, "")
    if not key:
        raise MissingIdempotencyKey(field=KEY_HEADER)
    if not KEY.match(key):
        raise InvalidInput(
            field=KEY_HEADER,
            reason_zh=f"{KEY_HEADER} 须为 8 到 64 个字母、数字、点、下划线或连字符。",
            reason_en=f"{KEY_HEADER} has 8 to 64 letters, digits, dots, underscores or hyphens.",
        )
    return key


def json_and_photos(part: str, *, most: int) -> tuple[Any, list[Upload]]:
    """Return what the request's JSON holds and its photos.

    Args:
        part: name of the multipart part that holds the JSON, a plain field or a file.
        most: most photos.

    Raises:
        HTTPException: 415 for another content type, 400 for broken JSON.
        InvalidInput: the part is missing, a part is not known, too many photos.
        TooLarge: the JSON is over `LARGEST_JSON` bytes.
    """
    if request.mimetype == "application/json":
        if (request.content_length or 0) > LARGEST_JSON:
            raise _too_large()
        return _json(request.get_data()), []
    if request.mimetype != "multipart/form-data":
        abort(415)
    _check_names(part)
    return _json(_part(part)), photos(most=most)


def photos(*, most: int) -> list[Upload]:
    """Return the photos of a multipart body or form; a file field that was left empty is none.

    Raises:
        InvalidInput: more than `most`.
    """
    sent = [file for file in request.files.getlist(PHOTOS) if file.filename]
    if len(sent) > most:
        raise InvalidInput(
            field=PHOTOS,
            reason_zh=f"照片最多 {most} 张。",
            reason_en=f"At most {most} photos.",
        )
    return [Upload(file.filename or "photo", file.read()) for file in sent]


def _check_names(part: str) -> None:
    fields = {name or "" for name in request.form} - {part}  # a part may come without a name
    files = {name or "" for name in request.files} - {part, PHOTOS}
    unknown = sorted(fields | files)
    if unknown:
        raise InvalidInput(
            field=unknown[0],
            reason_zh=f"不认识“{unknown[0]}”。",
            reason_en=f"“{unknown[0]}” is not known here.",
        )


def _part(name: str) -> bytes:
    if name in request.form:
        return request.form[name].encode("utf-8", "surrogatepass")
    if name in request.files:
        content: bytes = request.files[name].read(LARGEST_JSON + 1)
        return content
    raise InvalidInput(field=name, reason_zh=f"缺少“{name}”。", reason_en=f"“{name}” is missing.")


def _json(text: bytes) -> Any:  # noqa: ANN401 - whatever stands in the JSON; the model judges it
    if len(text) > LARGEST_JSON:
        raise _too_large()
    try:
        return json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        abort(400)


def _too_large() -> TooLarge:
    return TooLarge(what_zh="文字部分", what_en="The text", limit="64 KB")
