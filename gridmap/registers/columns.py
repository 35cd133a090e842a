"""What a register's columns are: key, words, type, what a code refers to, who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gridmap.terms import Term

LONGEST_TEXT: Final = 2000
LONGEST_NAME: Final = 100


class ColumnType(Term):
    """What a column's cells hold; the value's Python type stands in `gridmap.registers.cells`."""

    TEXT = "text", "文字", "text"
    DAY = "day", "日期", "day"
    CHOICE = "choice", "选项", "choice"
    CODE = "code", "编码", "code"
    NUMBER = "number", "数", "number"
    PHONE = "phone", "电话", "phone"
    YES_NO = "yes_no", "是/否", "yes or no"
    CLOCK = "clock", "钟点", "time of day"


class Refers(Term):
    """What a code names."""

    COUNTY = "county", "县", "county"
    TOWNSHIP = "township", "乡镇/街道", "township"
    COMMUNITY = "community", "社区", "community"
    GRID = "grid", "网格", "grid"
    BUILDING = "building", "楼栋", "building"
    COMPOUND = "compound", "小区", "compound"
    AGENCY = "agency", "部门", "agency"
    PERSON = "person", "人员", "person"
    COMPANY = "company", "物业企业", "property company"
    ORGANISATION = "organisation", "党组织", "party organisation"
    HOUSEHOLD = "household", "走访户", "door"
    MEETING = "meeting", "联席会议", "joint meeting"
    CENTRE = "centre", "服务中心", "service centre"
    VOLUNTEER = "volunteer", "志愿者", "volunteer"


class ScopeLevel(Term):
    """The lowest desk that may write a record: that of its community, its township, the county."""

    COMMUNITY = "community", "社区", "Community"
    TOWNSHIP = "township", "乡镇", "Township"
    COUNTY = "county", "县", "County"


class Group(Term):
    """Under which heading the hub lists a register."""

    POSTS = "posts", "党组织与岗位", "Party organisations and posts"
    MEETINGS = "meetings", "走访与会议", "Visits and meetings"
    PROPERTY = "property", "物业与小区", "Property and compounds"
    BASE = "base", "基础", "Base data"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a register, the same in its table, its form and its workbook.

    Attributes:
        key: stable word for programs.
        zh, en: labels.
        type: what its cells hold.
        required: a record cannot be without it.
        terms: words of a choice; the value is the term's code.
        refers: what a code may name; more than one where the record's kind decides.
        example: a cell as somebody would write it.
        explain_zh, explain_en: what to write, in one sentence.
        private: blank for readers whose posts do not reach the record's place.
        derived: shown and exported, never written (a name beside its code).
        erasable: an erasure takes it away, so a correction keeps that something stood there, never what.
        many: several codes in one cell, with `、` between them.
        longest: most characters of a text.
        least, most: bounds of a number.
        fraction: whether a number may have decimals.
    """

    key: str
    zh: str
    en: str
    type: ColumnType = ColumnType.TEXT
    required: bool = False
    terms: tuple[Term, ...] = ()
    refers: tuple[Refers, ...] = ()
    example: str = ""
    explain_zh: str = ""
    explain_en: str = ""
    private: bool = False
    derived: bool = False
    erasable: bool = False
    many: bool = False
    longest: int = LONGEST_NAME
    least: float = 0
    most: float = 100_000
    fraction: bool = False

    def label(self, language: str) -> str:
        """Return the label in ``zh`` or ``en``.

        >>> BEGINS.label("zh")
        '开始日'
        """
        return self.en if language == "en" else self.zh

    def explanation(self, language: str) -> str:
        """Return what to write in ``zh`` or ``en``; empty where the label says it."""
        return self.explain_en if language == "en" else self.explain_zh


@dataclass(frozen=True, slots=True)
class Register:
    """A list of records with a form, a history and a workbook.

    Attributes:
        key: stable word, as in addresses.
        zh, en: its name.
        group: heading in the hub.
        explain_zh, explain_en: what is written here, in one or two sentences.
        columns: in the order of table, form and workbook.
        natural_key: columns by which people tell two records apart.
        subject: columns that say what a record is about; earlier and later records agree in them.
        level: the lowest desk that may write.
        tables: ledger tables that it lives in, the one of its ids first.
        dated: records hold from a day to a day (`begins`, `ends`); else a record simply is.
        kinds: kinds of the table's rows that belong here, where a table serves several registers.
        renews: it has terms (`term_end`) that can be renewed.
        event: a record is of one day (`day`): a visit, a meeting.
    """

    key: str
    zh: str
    en: str
    group: Group
    explain_zh: str
    explain_en: str
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...]
    subject: tuple[str, ...]
    level: ScopeLevel
    tables: tuple[str, ...]
    dated: bool = True
    kinds: tuple[str, ...] = ()
    event: bool = False

    @property
    def renews(self) -> bool:
        """Tell whether its records have terms."""
        return any(column.key == "term_end" for column in self.columns)

    @property
    def writable(self) -> tuple[Column, ...]:
        """Columns that a form or a sheet may fill in."""
        return tuple(column for column in self.columns if not column.derived)

    def label(self, language: str) -> str:
        """Return its name in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh

    def explanation(self, language: str) -> str:
        """Return what is written here, in ``zh`` or ``en``."""
        return self.explain_en if language == "en" else self.explain_zh

    def column(self, key: str) -> Column | None:
        """Return one of its columns; None where it has none of that key."""
        return next((column for column in self.columns if column.key == key), None)


BEGINS: Final = Column(
    "begins", "开始日", "Begins", ColumnType.DAY, required=True, example="2026-01-01",
    explain_zh="从这一天起有效。", explain_en="The first day on which it holds.",
)  # fmt: skip
ENDS: Final = Column(
    "ends", "结束日", "Ends", ColumnType.DAY, example="2026-12-31",
    explain_zh="从这一天起不再有效；仍有效的留空。",
    explain_en="The first day on which it no longer holds; empty while it does.",
)  # fmt: skip
PERSON: Final = Column(
    "person", "人员编号", "Person's code", ColumnType.CODE, refers=(Refers.PERSON,), longest=64,
    example="RY00001",
    explain_zh="花名册里的编号；新人留空，填姓名即可，编号自动生成。",
    explain_en="The code of the roster; empty for somebody new, whose name is enough.",
)  # fmt: skip
PERSON_NAME: Final = Column(
    "person_name", "姓名", "Name", required=True, example="王示安",
    explain_zh="填了编号时须与花名册一致。",
    explain_en="As the roster has it where a code is given.",
)  # fmt: skip
PHONE: Final = Column(
    "phone", "个人电话", "Personal phone", ColumnType.PHONE, private=True, longest=32,
    example="13800000000",
    explain_zh="不公开，只有管辖范围内的工作人员看得到。",
    explain_en="Never published; seen only by staff whose area it is.",
)  # fmt: skip
DUTY_PHONE: Final = Column(
    "duty_phone", "值班电话", "Duty phone", ColumnType.PHONE, longest=32, example="0000-5500001",
    explain_zh="对居民公开的电话。", explain_en="Shown to residents.",
)  # fmt: skip
TERM_END: Final = Column(
    "term_end", "任期届满日", "Term ends", ColumnType.DAY, example="2027-12-31",
    explain_zh="任期到这一天为止（这一天起已届满）；没有任期的留空。",
    explain_en="The first day after the planned term; empty where there is no term.",
)  # fmt: skip
