"""What is wrong with a batch, before it touches a table: findings by row, reason and spot."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gridmap.geometry.repair import Problem as ShapeProblem
from gridmap.terms import Term

Spot = tuple[float, float]

KEPT_PER_CODE = 1000
"""Problems of one code that an import's record keeps; the counts are always whole."""


class Severity(Term):
    """Whether a problem refuses the batch."""

    ERROR = "error", "错误", "Error"
    WARNING = "warning", "提示", "Warning"


class Finding(Term):
    """What can be wrong with a row of a file, beside its shape. Places in braces are filled in."""

    UNREADABLE_FILE = "unreadable_file", "{zh}", "{en}"
    IGNORED_COLUMNS = (
        "ignored_columns",
        "这些列没有用到：{columns}",
        "These columns were not used: {columns}",
    )
    NO_FEATURES = "no_features", "文件里没有要素", "The file has no features"
    MISSING_COLUMN = (
        "missing_column",
        "缺少“{field}”这一列；文件里有：{columns}",
        "The column “{field}” is missing; the file has: {columns}",
    )
    MISSING_VALUE = "missing_value", "“{field}”没有值", "“{field}” has no value"
    UNSAFE_TEXT = (
        "unsafe_text",
        "“{field}”里有不可见的控制字符：{value}",
        "“{field}” holds control characters: {value}",
    )
    TOO_LONG = (
        "too_long",
        "“{field}”超过 {longest} 个字：{value}",
        "“{field}” is longer than {longest} characters: {value}",
    )
    NOT_A_COUNT = (
        "not_a_count",
        "“{field}”应是整数：{value}",
        "“{field}” must be a whole number: {value}",
    )
    NEGATIVE = (
        "negative",
        "“{field}”不能是负数：{value}",
        "“{field}” must not be negative: {value}",
    )
    NOT_FINITE_NUMBER = (
        "not_finite_number",
        "“{field}”不是有限的数：{value}",
        "“{field}” is not a finite number: {value}",
    )
    BAD_CODE = "bad_code", "编码“{value}”不对：{zh}", "The code “{value}” is wrong: {en}"
    DUPLICATE_CODE = (
        "duplicate_code",
        "编码“{value}”与第 {other} 个要素重复",
        "The code “{value}” is also that of feature {other}",
    )
    TOWNSHIP_NAMES = (
        "township_names",
        "乡镇/街道“{code}”有两个名称：“{first}”（第 {other} 个要素）和“{second}”",
        "The township {code} has two names: “{first}” (feature {other}) and “{second}”",
    )
    OVERLAP = (
        "overlap",
        "与第 {other} 个要素重叠 {area_m2} 平方米",
        "Overlaps feature {other} by {area_m2} m²",
    )
    OVERLAP_STANDING = (
        "overlap_standing",
        "与库中“{code}”重叠 {area_m2} 平方米",
        "Overlaps “{code}”, which stands in the ledger, by {area_m2} m²",
    )
    FOOTPRINTS_OVERLAP = (
        "footprints_overlap",
        "与{other_zh}重叠，占较小一个的 {percent}%",
        "Overlaps {other_en}: {percent} % of the smaller one",
    )
    GAP = (
        "gap",
        "社区“{code}”有 {area_m2} 平方米没有网格",
        "{area_m2} m² of community {code} have no grid",
    )
    GAP_BETWEEN = (
        "gap_between",
        "社区之间有 {area_m2} 平方米空隙",
        "There is a gap of {area_m2} m² between the communities",
    )
    OUTSIDE_COMMUNITY = (
        "outside_community",
        "有 {area_m2} 平方米在社区“{code}”之外",
        "{area_m2} m² lie outside community {code}",
    )
    GRID_OUTSIDE = (
        "grid_outside",
        "现有网格“{grid}”有 {area_m2} 平方米在社区“{code}”的新边界之外",
        "{area_m2} m² of the standing grid {grid} lie outside the new boundary of community {code}",
    )
    UNKNOWN_COMMUNITY = (
        "unknown_community",
        "这一天没有社区“{code}”",
        "There is no community {code} on that day",
    )
    UNKNOWN_COMPOUND = (
        "unknown_compound",
        "这一天没有小区“{code}”",
        "There is no compound “{code}” on that day",
    )
    UNKNOWN_GRID = "unknown_grid", "这一天没有网格“{code}”", "There is no grid {code} on that day"
    NO_COMMUNITY_HERE = (
        "no_community_here",
        "不在任何社区内，社区留空",
        "Lies in no community; left without one",
    )
    NO_GRID_HERE = (
        "no_grid_here",
        "不在任何网格内，暂不归入网格",
        "Lies in no grid; not assigned to one",
    )
    MEMBERS_OUTSIDE = (
        "members_outside",
        "有 {count} 栋归本网格的楼在新边界之外，归属不变",
        "{count} buildings of this grid lie outside its new boundary; they stay members",
    )
    OUTSIDE_COUNTY = (
        "outside_county",
        "没有一个要素在本县范围内：坐标系是否选错（例如 gcj02、bd09），或经纬度写反？",
        "None of the features lies in the county: a wrong coordinate system (gcj02, bd09?), or lon and lat swapped?",
    )
    LATER_VERSION = (
        "later_version",
        "“{code}”在 {day} 已有更晚的版本，不能从更早的日期导入",
        "“{code}” has a later version, from {day}: an import cannot begin before it",
    )
    REPAIRED = (
        "repaired",
        "已按要求修复图形：{zh}（面积变化 {area_m2} 平方米）",
        "The geometry was mended as asked: {en} (area changed by {area_m2} m²)",
    )


WARNINGS = frozenset(
    {
        Finding.IGNORED_COLUMNS,
        Finding.FOOTPRINTS_OVERLAP,
        Finding.GAP,
        Finding.GAP_BETWEEN,
        Finding.GRID_OUTSIDE,
        Finding.NO_COMMUNITY_HERE,
        Finding.NO_GRID_HERE,
        Finding.MEMBERS_OUTSIDE,
        Finding.REPAIRED,
    }
)
"""Findings that are told but refuse nothing."""


def readable(text: str) -> str:
    r"""Return a text that quotes a file with nothing in it that no database and no page takes.

    >>> readable("a\0b\ud800c\u202ed")
    'a�b�c�d'
    """
    return "".join("\ufffd" if unicodedata.category(c)[0] == "C" else c for c in text)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file.

    Attributes:
        row: number of the feature in its file, from 1; None where it is the file's.
        code: stable word for programs.
        severity: an error refuses the batch, a warning does not.
        zh, en: the reason.
        spot: (lon, lat) in WGS 84, where there is a place.
    """

    row: int | None
    code: str
    severity: Severity
    zh: str
    en: str
    spot: Spot | None = None

    def reason(self, language: str) -> str:
        """Return the reason in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh

    def as_dict(self) -> dict[str, Any]:
        """Return what the import's record keeps."""
        lon, lat = self.spot or (None, None)
        return {
            "row": self.row,
            "code": self.code,
            "severity": self.severity.value,
            "zh": readable(self.zh),
            "en": readable(self.en),
            "lon": lon,
            "lat": lat,
        }


def problem(
    finding: Finding,
    row: int | None = None,
    spot: Spot | None = None,
    *,
    severity: Severity | None = None,
    **params: object,
) -> Problem:
    """Make a problem of a finding; its severity is the finding's own unless one is given.

    >>> problem(Finding.UNKNOWN_GRID, 3, code="1").zh
    '这一天没有网格“1”'
    """
    if severity is None:
        severity = Severity.WARNING if finding in WARNINGS else Severity.ERROR
    return Problem(
        row, finding.value, severity, finding.zh.format(**params), finding.en.format(**params), spot
    )


def of_shape(found: ShapeProblem, rows: Sequence[int]) -> Problem:
    """Make a problem of a fault in a shape.

    Args:
        found: the fault, with the position of its shape in the batch.
        rows: feature numbers by position.
    """
    detail = f"（{found.detail}）" if found.detail else ""
    return Problem(
        rows[found.row],
        found.fault.value,
        Severity.WARNING if found.is_notice else Severity.ERROR,
        found.fault.zh + detail,
        found.fault.en + (f" ({found.detail})" if found.detail else ""),
        found.spot,
    )


def errors(problems: Iterable[Problem]) -> int:
    """Return how many of the problems refuse the batch."""
    return sum(found.severity is Severity.ERROR for found in problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return errors before warnings, each by feature; what concerns the file comes first."""
    return sorted(problems, key=lambda found: (found.severity != Severity.ERROR, found.row or 0))


def kept(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return what an import's record keeps: at most `KEPT_PER_CODE` problems of each code."""
    seen: Counter[str] = Counter()
    records = []
    for found in problems:
        seen[found.code] += 1
        if seen[found.code] <= KEPT_PER_CODE:
            records.append(found.as_dict())
    return records
