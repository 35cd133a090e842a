"""What stands in the way of rolling an import back, in words, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

Words = tuple[str, str]

CHANGED: Final[Words] = ("后来改过或终止的记录", "records that were changed or ended later")
LATER: Final[Words] = ("后来生效的记录", "records that came into force later")
SETTINGS: Final[Words] = ("县的设置", "settings of the county")

AGAIN: Final[Words] = (
    "不撤销也能改正：把改好的文件从同一天再导入一次，新内容代替旧的",
    "without rolling back: import the mended file again from the same day; it replaces what was",
)
BOOK_AGAIN: Final[Words] = (
    "不撤销也能改正：把改好的工作簿再导入一次，或在各自的页面上更正",
    "without rolling back: import the mended workbook again, or correct the records on their own pages",
)
WITHDRAWN: Final[Words] = (
    "在“台账”里把这些记录撤下，再撤销导入",
    "withdraw these records in the registers, then roll the import back",
)
REJECTED: Final[Words] = (
    "在“地名库”里把这些名字或地址设为不采用，再撤销导入",
    "reject these names or addresses in the gazetteer, then roll the import back",
)
GIVEN_BACK: Final[Words] = (
    "在“地名库”的边界道路里，从开始那天起选“不指定”，再撤销导入",
    "in the gazetteer, let nobody in particular answer for these roads from their first day on, then roll back",
)

_REGISTERS: Final[Mapping[str, Words]] = {
    "person": ("人员", "people"),
    "agency": ("单位", "agencies"),
    "stand_in": ("代理", "stand-ins"),
    "visit": ("走访", "visits"),
    "party_meeting": ("组织生活", "meetings of branches"),
    "property_company": ("物业企业", "property companies"),
    "company_party": ("物业企业党组织", "party organisations of companies"),
    "centre_opening": ("服务中心开放时间", "opening times of centres"),
    "centre_closure": ("服务中心关闭日", "closed days of centres"),
    "centre_member": ("服务中心的人员", "people of centres"),
    "meeting_item": ("会议议题", "points of meetings"),
    "meeting_task": ("会议任务", "tasks of meetings"),
    "meeting_agency": ("参会单位", "agencies at meetings"),
    "post": ("岗位", "posts"),
    "party_version": ("党组织", "party organisations"),
    "party_organisation": ("党组织", "party organisations"),
    "party_membership": ("党员名册", "party members"),
    "property_contract": ("物业合同", "property contracts"),
    "owners_committee": ("业主委员会", "owners' committees"),
    "unserved_compound": ("无物业小区", "compounds without property management"),
    "service_centre": ("服务中心", "service centres"),
    "service_centre_area": ("服务中心", "service centres"),
    "willing_branch": ("愿意接收流动党员的支部", "branches that take members in"),
    "responsible_unit": ("分包单位", "responsible units"),
    "unit_checkin": ("单位报到", "agencies that reported"),
    "joint_meeting": ("联席会议", "joint meetings"),
    "joint_post": ("交叉任职", "joint posts"),
    "meeting_party": ("参会方", "who takes part in meetings"),
    "self_management": ("自管分工", "self-management"),
    "unit_deed": ("分包单位工作", "deeds of responsible units"),
    "household": ("走访名单", "doors to visit"),
    "door_visit": ("上门走访", "door visits"),
}
_NAMES: Final[Mapping[str, Words]] = {
    "place_name": ("别名", "names"),
    "name_evidence": ("说明别名的诉求", "reports that speak for a name"),
    "address": ("门牌地址", "addresses"),
}
_OWNERS: Final[Mapping[str, Words]] = {
    "road_grid": ("道路归属", "roads that a grid answers for"),
}
_OTHERS: Final[Mapping[str, Words]] = {
    "report": ("诉求", "reports"),
    "grid_building": ("楼栋归属", "buildings of grids"),
    "building_version": ("楼栋", "buildings"),
    "building": ("楼栋", "buildings"),
    "grid": ("网格", "grids"),
    "grid_version": ("网格", "grids"),
    "grid_lineage": ("网格沿革", "lines of grids"),
    "area": ("社区", "communities"),
    "area_version": ("社区", "communities"),
    "compound": ("小区", "compounds"),
    "compound_version": ("小区", "compounds"),
    "road": ("道路", "roads"),
    "water": ("水系", "waters"),
    "place": ("地点", "places"),
    "plan": ("网格方案", "plans of grids"),
    "plan_task": ("网格方案的任务", "tasks of plans"),
    "atom_layer": ("网格方案的底图", "the ground of plans"),
    "atom": ("网格方案的底图", "the ground of plans"),
    "atom_building": ("网格方案的底图", "the ground of plans"),
    "coverage_task": ("覆盖检查的任务", "tasks of coverage"),
    "api_key": ("接口密钥", "API keys"),
    "robot": ("推送机器人", "robots"),
    "volunteer": ("志愿者", "volunteers"),
    "volunteer_checkin": ("志愿者报到", "volunteers that reported"),
    "volunteer_link": ("志愿者和账号的关联", "links of volunteers with accounts"),
    "checkin_challenge": ("正在进行的签到", "check-ins under way"),
    "sign_up": ("活动报名", "places in activities"),
    "need_taking": ("接下的需求", "needs taken up"),
    "star_rating": ("评过的星级", "stars that were given"),
    "party_dues": ("党费登记", "notes of dues"),
    "calendar_day": ("日历上的日子", "days of the calendar"),
    "need": ("需求", "needs"),
    "activity": ("活动", "activities"),
    "service_hours": ("志愿服务时长", "hours of service"),
    "meeting_plan": ("联席会议计划", "plans of joint meetings"),
    "meeting_invite": ("联席会议邀请", "invitations to joint meetings"),
    "meeting_proposal": ("联席会议提议", "proposals for joint meetings"),
}
_OTHER: Final[Words] = ("其他记录", "other records")
WORDS: Final[Mapping[str, Words]] = {**_REGISTERS, **_NAMES, **_OWNERS, **_OTHERS}


@dataclass(frozen=True, slots=True)
class Resting:
    """Something that rests on an import.

    Attributes:
        zh, en: what it is.
        count: how many.
        imports: the later imports that it came by, to be rolled back first.
        ways: how to mend it.
        rows: codes of the first of them.
    """

    zh: str
    en: str
    count: int
    imports: tuple[int, ...] = ()
    ways: tuple[Words, ...] = ()
    rows: tuple[str, ...] = ()

    def told(self, language: str) -> str:
        """Return what it is and how many, with the first by their codes.

        >>> Resting("活动报名", "places", 7, rows=("BM000001", "BM000002")).told("zh")
        '活动报名 7 条（BM000001、BM000002……）'
        """
        more = self.count > len(self.rows)
        if language == "en":
            rows = f" ({', '.join(self.rows)}{', …' if more else ''})" if self.rows else ""
            return f"{self.count} {self.en}{rows}"
        rows = f"（{'、'.join(self.rows)}{'……' if more else ''}）" if self.rows else ""
        return f"{self.zh} {self.count} 条{rows}"


def resting(
    words: Words,
    count: int,
    imports: Iterable[int],
    table: str,
    *,
    rows: tuple[str, ...] = (),
    again: Words = AGAIN,
) -> Resting:
    """Return what rests on an import, with the ways to mend it.

    Args:
        words: what it is.
        count: how many.
        imports: the later imports that it came by.
        table: where it stands.
        rows: codes of the first of them.
        again: how to mend what no page takes back.
    """
    numbers = tuple(sorted(set(imports)))
    return Resting(*words, count, numbers, _ways(table, numbers, again), rows)


def words_of(table: str) -> Words:
    """Return what the rows of a table are."""
    return WORDS.get(table, _OTHER)


def _ways(table: str, imports: tuple[int, ...], again: Words) -> tuple[Words, ...]:
    if imports:
        first = "、".join(str(number) for number in imports)
        also = ", ".join(str(number) for number in imports)
        return (
            (f"先撤销后来的导入（编号 {first}）", f"roll the later imports back first ({also})"),
        )
    for tables, way in ((_REGISTERS, WITHDRAWN), (_NAMES, REJECTED), (_OWNERS, GIVEN_BACK)):
        if table in tables:
            return (way,)
    return (again,)


def merged(found: Iterable[Resting]) -> list[Resting]:
    """Return what rests on an import, one line for each kind of thing."""
    by_words: dict[Words, Resting] = {}
    for one in found:
        if not one.count:
            continue
        before = by_words.get((one.zh, one.en), Resting(one.zh, one.en, 0))
        imports = tuple(sorted({*before.imports, *one.imports}))
        ways = tuple(dict.fromkeys((*before.ways, *one.ways)))
        rows = tuple(dict.fromkeys((*before.rows, *one.rows)))
        count = before.count + one.count
        by_words[one.zh, one.en] = Resting(one.zh, one.en, count, imports, ways, rows)
    return list(by_words.values())


def sentence(found: Iterable[Resting], language: str) -> str:
    """Return the ways to mend what rests on an import, each once."""
    at = int(language == "en")
    ways = dict.fromkeys(way[at] for one in found for way in one.ways)
    if not ways:
        return ""
    told = "；".join(ways) + "。" if language == "zh" else "; ".join(ways) + "."
    return told[0].upper() + told[1:]
