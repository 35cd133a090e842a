"""What the demo county's estates are called beside their names, as rows of days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from geodata.demo.county import CompoundVersion
from gridmap.terms import NameKind
from gridmap.timespan import Span


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name of a compound beside its own, over a span."""

    compound: str
    text: str
    kind: NameKind
    span: Span


def other_names(versions: Iterable[CompoundVersion]) -> list[OtherName]:
    """Return the names of versions that follow one another: equal ones of days that meet are one row."""
    ordered = sorted(versions, key=lambda one: (one.code, one.span.start))
    former: set[tuple[str, str]] = set()
    last: dict[tuple[str, str], OtherName] = {}
    found: list[OtherName] = []
    for version in ordered:
        for text in version.aliases:
            key = (version.code, text)
            before = last.get(key)
            if before is not None and before.span.end == version.span.start:
                last[key] = replace(before, span=Span(before.span.start, version.span.end))
                continue
            if before is not None:
                found.append(before)
            kind = NameKind.FORMER if key in former else NameKind.ALIAS
            last[key] = OtherName(version.code, text, kind, version.span)
        former.add((version.code, version.name))
    return sorted([*found, *last.values()], key=lambda one: (one.compound, one.span.start))
