"""What comes in: strict models; nonsense (NaN, unknown fields, control characters) is refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from gridmap.geolocation.circles import radius_95
from gridmap.timespan import local_day

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_ALLOWED_CONTROLS = frozenset("\n\r\t")


def now() -> datetime:
    """Return this moment, aware; the only clock of the web."""
    return datetime.now(UTC)


def today() -> date:
    """Return today in Asia/Shanghai."""
    return local_day(now())


def safe_text(text: str) -> str:
    """Return the text stripped and in NFC.

    Raises:
        PydanticCustomError: it holds NUL, another control character, a lone surrogate or a
            bidirectional override.
    """
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs" or character in _BIDI:
            raise PydanticCustomError("unsafe_text", "unsafe text")
        if category == "Cc" and character not in _ALLOWED_CONTROLS:
            raise PydanticCustomError("unsafe_text", "unsafe text")
    return unicodedata.normalize("NFC", text.strip())


Text = Annotated[str, AfterValidator(safe_text)]
"""The one text type of everything that people write."""
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


def _number(written: object) -> object:
    return int(written) if isinstance(written, str) and written.isdecimal() else written


Confidence = Annotated[Literal[68, 95], BeforeValidator(_number)]
"""Percent of the positions that lie within `accuracy`: 95 for browsers, 68 for Android's own."""
PointSource = Literal["pin", "gps", "search"]
"""Who set a point that comes in; see `gridmap.terms.PlaceSource`."""
Projected = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class Params(BaseModel):
    """Parent of all inputs: unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _written_day(value: object) -> object:
    """Let nothing but YYYY-MM-DD be a day: pydantic would also read numbers as Unix time."""
    if isinstance(value, str) and not _DAY.match(value):
        raise PydanticCustomError("date_from_datetime_parsing", "not a day")
    return value


Day = Annotated[date, BeforeValidator(_written_day)]


class DayQuery(Params):
    """`day`: the day that the answer is for; today where it is missing."""

    day: Day | None = Field(
        default=None, description="Day in Asia/Shanghai (YYYY-MM-DD); today if missing"
    )

    @property
    def on(self) -> date:
        """Return the day asked for, or today."""
        return self.day or today()


def radius_of(accuracy: float | None, confidence: Confidence) -> float | None:
    """Return the 95 % radius of an accuracy in metres; None where there is none."""
    return None if accuracy is None else radius_95(accuracy, confidence)


class PointQuery(DayQuery):
    """A point with its coordinate system: lon and lat, or easting and northing in metres."""

    lon: Projected = Field(
        description="Longitude in degrees, or easting in metres for a projected crs"
    )
    lat: Projected = Field(
        description="Latitude in degrees, or northing in metres for a projected crs"
    )
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

    @property
    def radius_m(self) -> float | None:
        """Return the radius of the 95 % circle."""
        return radius_of(self.accuracy, self.confidence)
