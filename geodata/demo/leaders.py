"""Leaders linked to communities (领导联系社区), and their visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from geodata.demo import gaps
from geodata.demo.county import Post, Visit
from geodata.demo.dice import Dice
from geodata.demo.plan import words
from geodata.demo.succession import Staffing, succeed
from gridmap.terms import PostKind
from gridmap.timespan import Span, previous_quarter, quarter_of

MUNICIPAL = "C"
MUNICIPAL_CHANGE = 9
"""Months since the municipal leader of Shuxiangyuan changed."""
COUNTY_LINKS = ("CA", "BQ", "DEF", "GH", "IJ", "KL", "MN", "OPR", "ST", "UV")
"""The communities of each county leader."""
COUNTY_CHANGES = {2: 13, 7: 5, 4: 19}
"""Which county leaders (by place above) took over from another, and how many months ago."""
TOWNSHIP_LINKS = ("AB", "CD", "EF", "GHI", "J", "PQ", "RS", "TU", "V", "KL", "MO", "N")
TOWNSHIP_CHANGES = {1: 8, 6: 12, 9: 3, 11: 2}
"""Which township leaders changed; the last one left and was not followed by anybody."""
NOTES = words("""
    走访困难党员和老住户，听取意见 查看老旧小区改造进度 参加党建联席会议，协调停车难问题
    调研网格运行，慰问网格员 督导汛期排水和地下车库隐患排查 检查消防通道和电动车充电棚
    到党群服务中心接待群众来访 了解无物业小区自管情况 现场协调飞线充电整治 参加主题党日，讲专题党课
    察看社区养老服务点 研究楼院线缆入地和路灯修复
""")
_FIRST, _LAST = 6, 80
_SECOND_VISIT = 0.2


def links(staffing: Staffing, communities: dict[str, str]) -> list[Post]:
    """Return the links of municipal, county and township leaders with all visits."""
    posts = _municipal(staffing, communities[MUNICIPAL])
    for number, letters in enumerate(COUNTY_LINKS):
        holders = _holders(staffing, COUNTY_CHANGES.get(number))
        for letter in letters:
            linked = succeed(PostKind.LEADER_COUNTY, communities[letter], holders)
            posts += [_visiting(staffing, post, letter) for post in linked]
    for number, letters in enumerate(TOWNSHIP_LINKS):
        holders = _holders(staffing, TOWNSHIP_CHANGES.get(number))
        for letter in letters:
            until = None
            if letter == gaps.NO_TOWNSHIP_LEADER:
                until, holders = holders[-1][1], holders[:-1]
            posts += succeed(PostKind.LEADER_TOWNSHIP, communities[letter], holders, until=until)
    return posts


def _holders(staffing: Staffing, changed: int | None) -> list[tuple[str, date]]:
    """Return a leader since the ledger's first day, and the one who followed."""
    almanac = staffing.almanac
    holders = [(staffing.roster.add(member=True), almanac.opening)]
    if changed is not None:
        holders.append((staffing.roster.add(member=True), almanac.months_ago(changed)))
    return holders


def _municipal(staffing: Staffing, community: str) -> list[Post]:
    holders = _holders(staffing, MUNICIPAL_CHANGE)
    dice = staffing.dice("municipal")
    found = []
    for post in succeed(PostKind.LEADER_MUNICIPAL, community, holders):
        days = _half_yearly(post.span, staffing.almanac.day, dice)
        found.append(replace(post, visits=tuple(Visit(day, dice.pick(NOTES)) for day in days)))
    return found


def _half_yearly(span: Span, day: date, dice: Dice) -> list[date]:
    end = min(span.end or day, day)
    at, days = span.start + timedelta(days=dice.whole(30, 90)), []
    while at < end:
        days.append(at)
        at += timedelta(days=dice.whole(150, 200))
    return days


def _visiting(staffing: Staffing, post: Post, letter: str) -> Post:
    """Return a county leader's link with the visits that fall into it."""
    dice = staffing.dice("visits", letter)
    planned = _visit_days(staffing, letter, dice)
    notes = staffing.dice("notes", letter)
    visits = tuple(Visit(day, notes.pick(NOTES)) for day in planned if day in post.span)
    return replace(post, visits=visits)


def _visit_days(staffing: Staffing, letter: str, dice: Dice) -> list[date]:
    """Return the days on which a community was visited: every quarter, but for the gaps."""
    almanac = staffing.almanac
    quarter, days = quarter_of(almanac.day), []
    for ago in range(100):
        if quarter.start < almanac.opening:
            break
        share, second = dice.unit(), dice.chance(_SECOND_VISIT)
        missed = letter in gaps.NO_VISIT_NOW if ago == 0 else (letter, ago) in gaps.NO_VISIT_THEN
        if not missed:
            days += _in_quarter(quarter, almanac.day, share, second=second)
        quarter = previous_quarter(quarter.start)
    return days


def _in_quarter(quarter: Span, day: date, share: float, *, second: bool) -> list[date]:
    """Return a visit or two in a quarter, none of them after the day."""
    past = (day - quarter.start).days
    offset = _FIRST + int(share * share * (_LAST - _FIRST))
    if offset > past:
        offset = int(share * (past + 1))
    first = quarter.start + timedelta(days=offset)
    again = first + timedelta(days=17)
    return [first, again] if second and again <= day and again in quarter else [first]
