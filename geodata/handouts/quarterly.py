"""What the quarterly report says: sections in the wording of official reports, figures from the audits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from geodata.handouts.county import DaySheet
from gridmap.coverage.checks import Check, CommunityAudit, Finding, Level
from gridmap.coverage.facts import SubjectKind
from gridmap.coverage.words import day_words, quarter_words
from gridmap.timespan import quarter_of

LANGUAGE: Final = "zh"
NAMED: Final = 6
"""Subjects named one by one; of more only the number is told."""
NUMERALS: Final = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `lead` are its first words, set off from the rest."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its paragraphs."""

    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The report: what stands above its sections, the sections, and the day at its foot."""

    title: tuple[str, ...]
    opening: str
    sections: tuple[Section, ...]
    signed: str


def report(now: DaySheet, before: DaySheet | None, grids: int) -> Report:
    """Return the report of a quarter.

    Args:
        now: the day of the report.
        before: the last day of the quarter before; None where the ledger begins later.
        grids: how many grids stand on the day.
    """
    quarter = quarter_words(quarter_of(now.day), LANGUAGE)
    parts = (
        ("总体情况", _overview(now, before, grids)),
        ("各项工作落实情况", _by_kind(now)),
        ("存在的问题", _by_community(now)),
        ("整改进展", _progress(now, before)),
        ("下一步工作", _next_steps(now)),
    )
    return Report(
        title=(f"{now.county}党建引领社区网格体系建设", f"{quarter}落实情况报告"),
        opening=(
            f"{now.county}坚持党建引领社区治理，以网格为单元，围绕{_some([c.label.zh for c in _required(now)])}"
            f"对各社区落实情况逐一核查。现将{quarter}情况报告如下，数据截至{_day(now.day)}。"
        ),
        sections=tuple(
            Section(f"{NUMERALS[place]}、{heading}", tuple(paragraphs))
            for place, (heading, paragraphs) in enumerate(parts)
        ),
        signed=_day(now.day),
    )


def _day(day: date) -> str:
    return day_words(day, LANGUAGE)


def _required(sheet: DaySheet) -> list[Check]:
    return [check for check in sheet.checks if check.level == Level.REQUIRED]


def _advised(sheet: DaySheet) -> list[Check]:
    return [check for check in sheet.checks if check.level != Level.REQUIRED]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _some(names: Sequence[str], unit: str = "项内容") -> str:
    """Name some and say how many: 县领导、第一书记等12项内容."""
    if len(names) <= NAMED:
        return "、".join(names)
    return f"{'、'.join(names[:NAMED])}等{len(names)}{unit}"


def _overview(now: DaySheet, before: DaySheet | None, grids: int) -> Iterator[Paragraph]:
    audit = now.audit
    communities = len(audit.communities)
    townships = len({one.township for one in audit.communities})
    lacking = communities - audit.complete
    state = (
        f"{audit.complete}个社区各项全部落实，占{_share(audit.complete, communities)}；"
        f"{lacking}个社区存在缺项，共缺{audit.missing}项。"
        if lacking
        else f"{communities}个社区各项全部落实。"
    )
    yield Paragraph(
        f"截至{_day(now.day)}，全县共有{townships}个乡镇（街道）、{communities}个社区、{grids}个网格。"
        f"本季核查必须落实的事项{len(_required(now))}项，{state}"
    )
    if before is None:
        yield Paragraph("上季度末尚无台账数据，本季作为今后比较的起点。")
        return
    was, more = before.audit, audit.missing - before.audit.missing
    change = f"{'增加' if more > 0 else '减少'}{abs(more)}项" if more else "与上季度末持平"
    yield Paragraph(
        f"与上季度末（{_day(before.day)}）相比，各项全部落实的社区由{was.complete}个变为{audit.complete}个，"
        f"缺项由{was.missing}项变为{audit.missing}项，{change}。"
    )


def _by_kind(now: DaySheet) -> Iterator[Paragraph]:
    """One paragraph a kind of subject; what is only advised comes last."""
    kinds = [
        (f"{kind.zh}层面", "".join(_of_check(now, check) for check in checks))
        for kind in SubjectKind
        if (checks := [check for check in _required(now) if check.looks_at == kind])
    ]
    if advised := _advised(now):
        kinds.append((f"{Level.ADVISED.zh}事项", _cautions(now, advised)))
    for place, (heading, text) in enumerate(kinds):
        yield Paragraph(text, lead=f"（{NUMERALS[place]}）{heading}。")


def _of_check(now: DaySheet, check: Check) -> str:
    asked, lacking = _asked(now, check), _lacking(now, check)
    held = len(asked) - len(lacking)
    if not lacking:
        return f"{check.label.zh}：核查{len(asked)}个社区，全部落实。"
    if not held:
        return f"{check.label.zh}：核查{len(asked)}个社区，均未落实{_places(lacking, check)}。"
    names = _some([one.name for one in lacking], "个社区")
    return (
        f"{check.label.zh}：核查{len(asked)}个社区，{held}个落实，占{_share(held, len(asked))}，"
        f"{names}尚未落实{_places(lacking, check)}。"
    )


def _cautions(now: DaySheet, checks: Sequence[Check]) -> str:
    """Say what is only advised: where it needs attention; the rest in one sentence."""
    told = []
    for check in checks:
        asked, lacking = _asked(now, check), _lacking(now, check)
        names = _some([one.name for one in lacking], "个社区")
        if len(lacking) == len(asked) > 1:
            names = f"{len(asked)}个社区均"
        if lacking:
            told.append(f"{check.label.zh}：{names}需关注{_places(lacking, check)}。")
    calm = len(checks) - len(told)
    rest = f"{'其余' if told else ''}{calm}项未发现需关注的情况。" if calm else ""
    return "".join(told) + rest


def _places(lacking: Sequence[CommunityAudit], check: Check) -> str:
    """Say how many grids, buildings or compounds are concerned."""
    if check.looks_at == SubjectKind.COMMUNITY:
        return ""
    count = sum(len(_of(community, check.key)) for community in lacking)
    return f"，涉及{check.looks_at.zh}{count}个"


def _asked(now: DaySheet, check: Check) -> list[CommunityAudit]:
    return [one for one in now.audit.communities if check.key in one.held]


def _lacking(now: DaySheet, check: Check) -> list[CommunityAudit]:
    return [one for one in now.audit.communities if one.held.get(check.key) is False]


def _of(community: CommunityAudit, check: str) -> list[Finding]:
    return [finding for finding in community.findings if finding.check == check]


def _by_community(now: DaySheet) -> Iterator[Paragraph]:
    lacking = [one for one in now.ranked if one.missing]
    if not lacking:
        yield Paragraph("本季核查未发现缺项。")
        return
    yield Paragraph(f"经核查，{len(lacking)}个社区存在以下缺项，按缺项多少排列。")
    for place, community in enumerate(lacking, start=1):
        gaps = [
            _gap_words(check, _of(community, check.key))
            for check in _required(now)
            if community.held.get(check.key) is False
        ]
        yield Paragraph(
            "；".join(gaps) + "。", lead=f"{place}.{community.name}（缺{community.missing}项）："
        )


def _gap_words(check: Check, findings: Sequence[Finding]) -> str:
    """Say one check's gaps in a community: one with its reason, more with their number."""
    first = findings[0]
    why = first.why(LANGUAGE).rstrip("。").replace("；", "，")
    if check.looks_at == SubjectKind.COMMUNITY:
        return f"{check.label.zh}方面，{why}"
    if len(findings) == 1:
        return f"{check.label.zh}方面（{first.gap.subject.name}），{why}"
    names = _some([one.gap.subject.name for one in findings], f"个{check.looks_at.zh}")
    return f"{check.label.zh}方面，{names}尚未落实"


def _keyed(sheet: DaySheet) -> dict[tuple[str, str, str], tuple[CommunityAudit, Finding]]:
    """The findings of what is required, by what makes them the same on another day."""
    required = {check.key for check in _required(sheet)}
    return {
        finding.key: (community, finding)
        for community in sheet.audit.communities
        for finding in community.findings
        if finding.check in required
    }


def _progress(now: DaySheet, before: DaySheet | None) -> Iterator[Paragraph]:
    if before is None:
        yield Paragraph("上季度末尚无台账数据，暂不比较。")
        return
    here, there = _keyed(now), _keyed(before)
    labels = {check.key: check.label.zh for check in (*before.checks, *now.checks)}
    mended = [there[key] for key in there if key not in here]
    arisen = [here[key] for key in here if key not in there]
    stay = sum(key in there for key in here)
    yield Paragraph(
        f"上季度末的{len(there)}处问题中，已整改{len(mended)}处，仍未解决{stay}处；本季新出现{len(arisen)}处。"
    )
    for heading, found in (("已整改的问题", mended), ("新出现的问题", arisen)):
        if found:
            yield Paragraph(_listed(found, labels), lead=f"{heading}：")


def _listed(found: Iterable[tuple[CommunityAudit, Finding]], labels: dict[str, str]) -> str:
    """List findings by community, with their subjects or, of many, their number."""
    of_community: dict[str, list[Finding]] = defaultdict(list)
    for community, finding in found:
        of_community[community.name].append(finding)
    parts = []
    for name, findings in of_community.items():
        by_check = groupby(sorted(findings, key=_check_of), key=_check_of)
        items = [f"{labels[key]}{_subjects(list(same))}" for key, same in by_check]
        parts.append(f"{name}：{'、'.join(items)}")
    return "；".join(parts) + "。"


def _check_of(finding: Finding) -> str:
    return finding.check


def _subjects(findings: Sequence[Finding]) -> str:
    subject = findings[0].gap.subject
    if subject.kind == SubjectKind.COMMUNITY:
        return ""
    return (
        f"（{subject.name}）" if len(findings) == 1 else f"（{len(findings)}个{subject.kind.zh}）"
    )


def _next_steps(now: DaySheet) -> Iterator[Paragraph]:
    place = 0
    for check in _required(now):
        if lacking := [one.name for one in _lacking(now, check)]:
            place += 1
            yield Paragraph(
                f"涉及{_some(lacking, '个社区')}。{check.mend.zh}",
                lead=f"{place}.{check.label.zh}。",
            )
    if place:
        yield Paragraph(
            "各乡镇（街道）和社区要对照问题清单逐项明确责任人和完成时限，整改一项、登记一项、销号一项，"
            "下季度末对整改情况再作核查。"
        )
    else:
        yield Paragraph("继续做好日常巡查和台账登记，人员变动当日登记，防止出现新的空缺。")
