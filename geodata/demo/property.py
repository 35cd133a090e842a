"""Property companies and their contracts, owners' committees, the ledger of unserved compounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from geodata.demo import gaps
from geodata.demo.county import (
    CompoundVersion,
    OwnersCommittee,
    Post,
    PropertyCompany,
    PropertyContract,
    UnservedCompound,
)
from geodata.demo.dice import Dice
from geodata.demo.plan import words
from geodata.demo.succession import Staffing, succeed
from gridmap.terms import PartyForm, PostKind
from gridmap.timespan import Span

COMPANIES = words("""
    澜安物业 安居物业 和泰物业 家园物业 诚善物业 绿城苑物业 万邻物业 春晖物业 金管家物业 惠民物业 福满物业
""")
FORMS = (PartyForm.ALONE, PartyForm.JOINT, PartyForm.ADVISER, PartyForm.JOINT, None)
SERVED = {"m": 1.0, "t": 1.0, "e": 0.55, "y": 0.2}
"""Share of compounds with a property company, by the letter of the drawing."""
COMMITTEE = {"m": 0.6, "t": 0.5, "e": 0.3, "y": 0.1}
SELF_MANAGEMENT = words("""
    社区“两委”牵头成立楼院自管小组，每周保洁两次 居民推选楼长轮值，门岗由志愿者值守
    社区兜底：保洁、路灯、下水由居委会组织 业主自管会收取每户每月十元公共服务费
    分包单位与社区共管，每月集中清理一次 党小组牵头，居民自筹维修公共设施
""")
_CHANGED, _ENDED = 0.14, 0.05
_SETTLING_DAYS = 30
"""Days from a contract's end to the entry in the ledger."""
_ENDED_LATELY = 40


@dataclass(frozen=True, slots=True)
class Property:
    """Everything about the property side of the compounds."""

    companies: list[PropertyCompany]
    contracts: list[PropertyContract]
    committees: list[OwnersCommittee]
    unserved: list[UnservedCompound]
    posts: list[Post]


@dataclass(frozen=True, slots=True)
class Site:
    """A compound over all its versions: code, last name, style, community, span."""

    code: str
    name: str
    style: str
    community: str
    span: Span


def sites(versions: list[CompoundVersion], styles: dict[str, str]) -> list[Site]:
    """Return the compounds from their versions."""
    first: dict[str, CompoundVersion] = {}
    last: dict[str, CompoundVersion] = {}
    for version in versions:
        first.setdefault(version.code, version)
        last[version.code] = version
    return [
        Site(
            code,
            last[code].name,
            styles[code],
            last[code].community,
            Span(first[code].span.start, last[code].span.end),
        )
        for code in sorted(first)
    ]


def property_side(staffing: Staffing, found: list[Site], model: str) -> Property:
    """Return companies, contracts, committees and the ledger.

    Args:
        staffing: people and days.
        found: all compounds.
        model: community (code) that lacks nothing.
    """
    companies = [
        PropertyCompany(f"WY{k:02d}", f"{name}服务有限公司", f"0000-55{k:05d}")
        for k, name in enumerate(COMPANIES, start=1)
    ]
    result = Property(companies, [], [], [], [])
    outside = _outside(found, model)
    for site in found:
        dice = staffing.dice("property", site.code)
        served = dice.chance(SERVED[site.style])
        if site.code == outside[0]:
            continue
        if served or site.code == outside[1]:
            _serve(staffing, result, site, dice, ended_lately=site.code == outside[1])
        else:
            result.unserved.append(
                UnservedCompound(site.code, dice.pick(SELF_MANAGEMENT), site.span)
            )
        if dice.chance(COMMITTEE[site.style]):
            result.committees.append(_committee(staffing, site, dice))
        if served and dice.chance(0.15):
            adviser = staffing.roster.add(member=True)
            result.posts.append(Post(PostKind.PARTY_ADVISER, adviser, site.code, site.span))
    return result


def _outside(found: list[Site], model: str) -> list[str]:
    """Return compounds that will stand outside the ledger: one never served, one whose contract ended."""
    old = [site.code for site in found if site.style == "y" and site.community != model]
    later = [site.code for site in found if site.style == "e" and site.community != model]
    return [old[len(old) // 3], later[len(later) // 2]][: gaps.OUTSIDE_LEDGER]


def _serve(
    staffing: Staffing, result: Property, site: Site, dice: Dice, *, ended_lately: bool
) -> None:
    """Give a compound its contracts: one, or two with a change, or one that ended."""
    almanac = staffing.almanac
    company = dice.pick(result.companies).code
    change = almanac.months_ago(dice.whole(1, 24))
    old = site.span.start == almanac.opening
    end: date | None = None
    starts = [site.span.start]
    if ended_lately:
        end = almanac.days_ago(_ENDED_LATELY)
    elif old and dice.chance(_ENDED) and site.style != "t":
        end = change
    elif old and dice.chance(_CHANGED):
        starts.append(change)
    firms = [company, *(f.code for f in result.companies if f.code != company)][: len(starts)]
    for firm, start, until in zip(firms, starts, [*starts[1:], end], strict=True):
        result.contracts.append(PropertyContract(site.code, firm, Span(start, until)))
    holders = [(staffing.roster.add(member=dice.chance(0.4)), start) for start in starts]
    result.posts.extend(succeed(PostKind.PROPERTY_MANAGER, site.code, holders, until=end))
    if end is not None and not ended_lately:
        entered = min(end + timedelta(days=_SETTLING_DAYS), almanac.day)
        result.unserved.append(
            UnservedCompound(site.code, dice.pick(SELF_MANAGEMENT), Span(entered))
        )


def _committee(staffing: Staffing, site: Site, dice: Dice) -> OwnersCommittee:
    start = site.span.start
    if dice.chance(0.4):
        start = max(start, staffing.almanac.months_ago(dice.whole(1, 22)))
    return OwnersCommittee(site.code, f"{site.name}业主委员会", dice.pick(FORMS), Span(start))
