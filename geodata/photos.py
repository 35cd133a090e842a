"""Photos from outside: judged by content, pasted into a new image, kept as small JPEG.

Nothing of the file that came in survives but its pixels: no EXIF, no GPS position, no comments, no
second image behind the first.
"""

from __future__ import annotations

import io
import struct
from typing import Final

from PIL import Image, UnidentifiedImageError

from gridmap.dispatch.reports import PhotoFile
from gridmap.errors import BadImage

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 1600
"""Pixels; a door number stays readable, three photos stay under a megabyte or so."""
QUALITY: Final = 80

_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to what turns the picture upright (EXIF 2.32, tag 0x0112)."""

_SMOOTH: Final = ("L", "LA", "RGB", "RGBA", "CMYK")
"""Modes that shrink without steps; palettes and the like become full colour first."""
_BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_DAMAGE: Final = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)
"""What Pillow's readers raise on files that are cut off or forged."""


def reencode(content: bytes, name: str) -> PhotoFile:
    """Return a photo upright, at most `LONGEST_SIDE` pixels long, as JPEG without metadata.

    Args:
        content: the file's bytes.
        name: the file's name, for the refusal only; its ending is not believed.

    Raises:
        BadImage: no JPEG, PNG or WebP, more than `MOST_PIXELS` (measured before decoding), more
            than one frame, or damaged.
    """
    try:
        with _opened(content, name) as image:
            _check(image, name)
            return _packed(_upright(image))
    except _BOMBS as bomb:
        raise _too_large(name) from bomb
    except _DAMAGE as damage:
        raise _refused(name, "文件已损坏", "the file is damaged") from damage


def _opened(content: bytes, name: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as unknown:
        raise _refused(
            name, "不是 JPEG、PNG 或 WebP 图片", "it is no JPEG, PNG or WebP image"
        ) from unknown


def _check(image: Image.Image, name: str) -> None:
    """Measure before anything is decoded.

    A phone's JPEG may carry a second picture (a gain map, a thumbnail: Pillow calls that MPO). It
    does not move; its first picture is the photo.
    """
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(name)
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise _refused(name, "是动图", "it is animated")


def _upright(image: Image.Image) -> Image.Image:
    """Decode no more than needed, shrink, and turn the picture as the camera was held."""
    image.draft(None, (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
    image.load()
    pixels = image if image.mode in _SMOOTH else image.convert(_full_mode(image))
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    turn = _UPRIGHT.get(_orientation(image) or 1)
    return _on_white(pixels if turn is None else pixels.transpose(turn))


def _full_mode(image: Image.Image) -> str:
    return "RGBA" if image.has_transparency_data else "RGB"


def _orientation(image: Image.Image) -> int | None:
    """A camera's broken EXIF is no reason to refuse its photo: it is taken as upright."""
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except _DAMAGE:
        return None
    return orientation if isinstance(orientation, int) else None


def _on_white(image: Image.Image) -> Image.Image:
    """Paste the pixels into a new image; what was transparent becomes white."""
    fresh = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        fresh.paste(layer, mask=layer)
    else:
        fresh.paste(image.convert("RGB"))
    return fresh


def _packed(image: Image.Image) -> PhotoFile:
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=QUALITY, optimize=True)
    return PhotoFile(packed.getvalue(), image.width, image.height)


def _too_large(name: str) -> BadImage:
    return _refused(
        name,
        f"超过 {MOST_PIXELS // 1_000_000 * 100} 万像素",
        f"it has more than {MOST_PIXELS // 1_000_000} megapixels",
    )


def _refused(name: str, zh: str, en: str) -> BadImage:
    return BadImage(name=name, reason_zh=zh, reason_en=en, field="photos")
