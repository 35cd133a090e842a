"""The numbers of an address in a folded text: zone, lane, building, unit, floor, room; and what is no address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gridmap.geolocation.wording.numbering import number_key, zone_key
from gridmap.terms import Term


class Relation(Term):
    """How the place lies to what is named."""

    BESIDE = "beside", "旁边", "Beside"
    OPPOSITE = "opposite", "对面", "Opposite"
    BETWEEN = "between", "之间", "Between"


class Part(Term):
    """What a number counts."""

    ZONE = "zone", "区期", "Zone"
    LANE = "lane", "弄", "Lane"
    BUILDING = "building", "楼栋", "Building"
    UNIT = "unit", "单元", "Unit"
    FLOOR = "floor", "楼层", "Floor"
    ROOM = "room", "室", "Room"
    BARE = "bare", "数字", "Number"
    DATE = "date", "日期", "Date"


@dataclass(frozen=True, slots=True)
class Token:
    """A number in a text with what it counts.

    Attributes:
        part: what it counts.
        value: as tables have it.
        start, end: its place with its suffix.
        through: the last number of a range that begins with `value`.
        suffix: what stands behind it.
    """

    part: Part
    value: str
    start: int
    end: int
    through: str | None = None
    suffix: str = ""


_COUNTERS: Final = (
    "年(?!久|年|代|轻|老)|月(?!月)|日(?!光|常|用)|天(?!花|然|台|井|窗|天)|点(?!燃|火|亮)|时|分(?!类"
    "|户|管)|秒|小时|次(?!卧)|个(?!别|人)|块(?!砖|钱)|块钱|名|人(?!家|行|防|工)"
    "|位(?!于|置)|米(?!线)|公里|元|根|辆|棵|盏|台(?!阶|风)|家(?!里|中|门|漏|的|没|停|具|电|属|长|装"
    "|用|楼|庭)|户(?!外|口|主|门|内|型)"
    "|条(?!件|幅|约)|处(?!理|处|于)|岁|周(?!边|围)|倍|斤|件|级(?!别)|只(?!有|能|要|是)|张(?!贴)"
    "|回(?!家|来|收)|遍|度(?!假)|多(?!次|层)|几|余|来[个天米户人]|层楼"
    "|平(?!台|时|房)|瓦(?!斯|片)|吨|百|千|万|%|分钟|星期|礼拜|号线(?!路|缆|杆|管)|把(?!手|门|车|我|他"
    "|这)|口[井人]|股|群(?!租|众|里)|堆(?!满|放|了|着|垃|杂)|片(?!区)"
    "|对(?!面|过|门|着|外)|届|批(?!发)|轮(?!椅|胎)|寸"
)
_AMOUNTS: Final = (
    "多(?!次|层)|余|几(?!户)|米(?!线)|公里|元|块钱|年(?!久|年|代)|天(?!花|然|台|井|窗|天)|万|%|度电"
    "|路(?:公交|车|汽车|站)"
)
"""What makes a number of three or four digits behind a building an amount, not a room."""
_HOURS: Final = (
    "开始|起(?!火)|那天|当天|凌晨|早上|清晨|上午|中午|下午|傍晚|晚上|晚|夜里|之前|以前|之后|以后|前后|至今"
    "|到现在|到今天|就开始|就坏|发的|报的|报修|打的"
)
_NO_ADDRESS: Final = re.compile(
    r"\d{5,}|\d{3,4}[- ]\d{7,8}|\d{3}[- ]\d{4}[- ]\d{4}"
    r"|\d{2,4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}月(?:份|初|底|中旬|\d{1,2}[日号]?)"
    r"|\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}点(?:\d{1,2}分?|半|钟|多|左右)?"
    rf"|(?<![\d-])\d{{1,2}}[-到至,]\d{{1,2}}(?:{_COUNTERS})|\d{{2,4}}[-到至]\d{{2,4}}(?:米|公里|元|块钱"
    rf"|人)|第\d+(?:次|个|天|回|遍|位|名|批|轮|条|张)"
    r"|\d{1,4}路(?:公交|车|汽车|站|终点|末班|首班|头班|巴士|电车|司机|晚点|不停|和\d+路)|(?:地铁|公交"
    r"|轨交)\d+号?线?(?!楼|栋)"
    r"|\d+号线(?!路|缆|杆|管)|(?:本月|这个?月|上个?月|下个?月|每月|农历|当月)\d{1,2}[日号]"
    r"|(?:周|星期|礼拜)\d(?:[到至-](?:周|星期|礼拜)?\d)?"
    r"|(?:打|拨打|拨|热线|电话|报警|致电|微信|QQ|工号|单号|编号|车牌)[^\d,]{0,3}[A-Z]?\d{3,}"
    r"|[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}(?![A-Z0-9])|\d+(?:\.\d+)(?:元|米|公里|度|块|万|个|号线)?"
    r"|(?:有|几|每|这|那|哪|另|好几|整|同|某|隔壁|前面|后面|共|总共|一共)\d{1,2}(?:栋|座)(?:楼|房|楼房"
    r"|别墅)?(?![\dA-Z])"
)
_LEFT: Final = r"(?<![\dA-Z])(?<!\d\.)"
_STEM: Final = "[甲乙丙丁](?![级类等方乙丙丁])"
_NUMBER: Final = (
    rf"(?P<n>[甲乙丙丁附]?[A-Z]{{0,2}}-?\d{{1,4}}(?:号?{_STEM}|号?(?:-|之|附)\d{{1,2}}(?!\d)"
    rf"|-?[A-Z](?![A-Z]))?)"
)
_TOWER: Final = r"(?P<b>[甲乙丙丁附]?[A-Z]?\d{1,4}[A-Z甲乙丙丁]?|[A-Z])"
_DASHED: Final = re.compile(
    _LEFT
    + _TOWER
    + r"(?:(?:号楼|栋楼|栋|座|#楼|#|号)-?|-)(?:(?P<u>\d{1,2})(?:单元-?|#|-))?(?P<r>\d{3,4})(?:室|房)?"
    + rf"(?![\d号弄栋座#甲乙丙丁-]|单元|{_AMOUNTS})"
)
_RANGE: Final = re.compile(
    _LEFT
    + r"(?P<b>\d{1,4})(?:号楼|栋|号|#)?(?:-|到|至)(?P<t>\d{1,4})(?P<s>号楼|栋楼|栋|座|#|号(?!线))"
)
_BUILT: Final = r"号楼|栋楼|栋|座楼|座(?!位|谈|椅|机)|#楼|#"
_OF_DOOR: Final = "[口前外禁铃锁框牌面厅廊窗洞坏破关打上头]"
"""What goes on after 号门 where 门 is the door of the house: 14号 + 门禁; else 号门 is a gate or an entrance."""
_HOUSE: Final = (
    r"号(?!线(?!路|缆|杆|管)|码|文(?!明|化)|召|称|令|出口|口(?!子)|窗口|桌|车位|会议"
    rf"|门(?!{_OF_DOOR}))"
)
_SIDE: Final = (
    r"(?P<n>[东西南北中]|[A-HT-Z])(?P<s>区(?![域委政间])|片区|院(?=[\d,A-Z\x00 里内的)]|\Z)"
    r"|苑(?=[\dA-Z\x00]))"
)
_PATTERNS: Final[tuple[tuple[Part, re.Pattern[str]], ...]] = tuple(
    (part, re.compile(_LEFT + pattern))
    for part, pattern in (
        (Part.DATE, rf"(?<!-)(?P<n>\d{{1,2}})(?P<s>号)(?=(?:{_HOURS}))"),
        (
            Part.ZONE,
            r"第?(?P<n>\d{1,3})(?P<s>支弄|组团|街坊|期(?!间|待|限|刊)|区(?![域委政间])|组(?!织|长|合|成|装|队))",
        ),
        (
            Part.ZONE,
            _SIDE,
        ),
        (Part.ZONE, r"(?P<n>[A-H])(?P<s>组团)"),
        (Part.LANE, r"(?P<n>\d{1,4})(?P<s>弄(?!堂|得|坏|好|不|成|脏|到|了|丢)|号大?院(?!子))"),
        (
            Part.UNIT,
            rf"(?P<n>\d{{1,2}}|[A-D甲乙丙丁])(?P<s>单元|门洞|门栋|梯(?=\d)|门(?=\d{{3,4}})|号门(?!{_OF_DOOR}))",
        ),
        (
            Part.ROOM,
            r"(?P<n>\d{3,4}[A-D]?)(?P<s>室|房间|房(?!东|子|屋)|户(?!口|外)|号室|号房)",
        ),
        (
            Part.BUILDING,
            rf"(?P<n>\d{{1,4}}(?:号(?:{_STEM}|(?:-|之|附)\d{{1,2}})|[栋座]之\d{{1,2}}))(?P<s>号?)(?!\d|层|楼|单元|室|栋|座|#)",
        ),
        (Part.BUILDING, _NUMBER + rf"(?P<s>{_BUILT}|{_HOUSE})"),
        (Part.BARE, r"(?P<n>[A-H])(?P<s>)(?=[,和与及跟或][A-H](?:座|栋|号楼))"),
        (Part.BUILDING, rf"(?P<n>[A-Z])(?P<s>座|栋|号楼|楼(?![道梯下上顶])|{_HOUSE})"),
        (
            Part.BUILDING,
            r"(?P<n>[甲乙丙丁])(?P<s>座|栋|号楼|楼(?![道梯下上顶]))",
        ),
        (
            Part.BUILDING,
            r"(?P<n>[东西南北主副])(?P<s>楼(?![道梯下上顶层栋房])|座|塔楼?)",
        ),
        (
            Part.FLOOR,
            r"(?P<n>(?:负|地下)?\d{1,2})(?P<s>层(?!层)|楼(?![栋号道梯顶上前后门洞]|下(?!水)))",
        ),
        (Part.FLOOR, r"(?P<n>B\d)(?P<s>层|楼)?(?![\dA-Z号栋座#])"),
        (Part.FLOOR, r"(?P<n>\d{1,2})(?P<s>F)(?![A-Z])"),
    )
)
_UNIT_ROOM: Final = re.compile(_LEFT + r"(?P<u>\d{1,2})-(?P<r>\d{3,4})(?:室|房)?(?!\d)")
_ROOM_AFTER: Final = re.compile(r"(?P<n>\d{3,4})(?!\d)")
_BARE: Final = re.compile(
    r"(?<![\dA-Z])(?<!\d\.)(?P<n>(?:[甲乙丙丁](?=\d)"
    r"|附(?=\d))?[A-Z]?\d{1,4}(?:[-之附]\d{1,2}(?!\d))?[A-Z甲乙丙丁]?)(?![\dA-Z.:%-]|"
    + _COUNTERS
    + r"|路(?:公交|车|汽车|站)|号|栋|座|弄|期|室|单元|层|小区|社区|村|中学|小学|院|里|坊|巷|街|苑|城|府|大道)"
)
_COUNTED: Final = re.compile(rf"\d+(?:{_COUNTERS})")
_HIDDEN: Final = "\x00"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The numbers of a text, in order, and what is left of it."""

    found: tuple[Token, ...]
    rest: str = ""

    def of(self, *parts: Part) -> tuple[Token, ...]:
        """Return the tokens that count such things."""
        return tuple(one for one in self.found if one.part in parts)


_ZONE_ENDS: Final = re.compile("组团|片区|苑区|期|区(?![域委政间])|组|院|苑")


def zone_end(text: str, end: int) -> int:
    """Return where a zone's name ends with what it is called: 翠竹 + 组团."""
    found = _ZONE_ENDS.match(text, end)
    return found.end() if found else end


class _Page:
    """A text of which is struck out what has been read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Token] = []

    def hide(self, start: int, end: int) -> None:
        self.text = self.text[:start] + _HIDDEN * (end - start) + self.text[end:]

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Return all places of a pattern and strike them out."""
        matches = list(pattern.finditer(self.text))
        if matches:
            self.text = pattern.sub(lambda match: _HIDDEN * len(match[0]), self.text)
        return matches


def tokens(text: str, taken: tuple[tuple[int, int], ...] = ()) -> Tokens:
    """Read the numbers of a folded text outside the places that names have taken.

    >>> [(t.part.value, t.value) for t in tokens("3号楼2单元301室").found]
    [('building', '3'), ('unit', '2'), ('room', '301')]
    >>> [(t.part.value, t.value) for t in tokens("13-2-502").found]
    [('building', '13'), ('unit', '2'), ('room', '502')]
    >>> [(t.part.value, t.value) for t in tokens("5栋2单元501,13800000000,3路公交,2天").found]
    [('building', '5'), ('unit', '2'), ('room', '501')]
    """
    page = _Page(text)
    for start, end in taken:
        page.hide(start, end)
    page.take(_NO_ADDRESS)
    for match in page.take(_DASHED):
        page.found += _dashed(match)
    for match in page.take(_RANGE):
        page.found.append(_range(match))
    for part, pattern in _PATTERNS:
        page.found += [_token(part, match) for match in page.take(pattern)]
    for match in page.take(_UNIT_ROOM):
        page.found += _unit_room(match)
    _rooms_behind(page)
    page.found += [
        Token(Part.BARE, number_key(match["n"]), *match.span()) for match in page.take(_BARE)
    ]
    page.take(_COUNTED)
    return Tokens(tuple(sorted(page.found, key=lambda one: one.start)), page.text)


def _token(part: Part, match: re.Match[str]) -> Token:
    value = match["n"]
    if part is Part.ZONE:
        value = zone_key(value)
    elif part in {Part.BUILDING, Part.LANE}:
        value = number_key(value)
    return Token(part, value, match.start(), match.end(), suffix=match["s"] or "")


def _dashed(match: re.Match[str]) -> list[Token]:
    inner = match.start("u") if match["u"] else match.start("r")
    made = [Token(Part.BUILDING, number_key(match["b"]), match.start(), inner, suffix="-")]
    if match["u"]:
        made.append(Token(Part.UNIT, match["u"], inner, match.start("r")))
    made.append(Token(Part.ROOM, match["r"], match.start("r"), match.end()))
    return made


def _range(match: re.Match[str]) -> Token:
    return Token(
        Part.BUILDING,
        number_key(match["b"]),
        match.start(),
        match.end(),
        number_key(match["t"]),
        match["s"],
    )


def _unit_room(match: re.Match[str]) -> list[Token]:
    """Read 2-501: behind a building its unit and room; else a building and its room (`_DASHED` has taken those)."""
    return [
        Token(Part.UNIT, match["u"], match.start(), match.start("r")),
        Token(Part.ROOM, match["r"], match.start("r"), match.end()),
    ]


def _rooms_behind(page: _Page) -> None:
    """Read a number of three or four digits right behind a unit or floor as a room."""
    for one in list(page.found):
        if one.part in {Part.UNIT, Part.FLOOR} and (match := _ROOM_AFTER.match(page.text, one.end)):
            page.found.append(Token(Part.ROOM, match["n"], *match.span()))
            page.hide(*match.span())
