"""Every refusal of gridmap: a stable code, and words for the reader in Chinese and English.

A refusal knows nothing of HTTP: `web.errors` has the one table from refusal to status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class GridmapError(Exception):
    """A refusal. Subclasses give `code` and the sentences; `params` fill their places.

    Attributes:
        code: stable word for programs; never changes once released.
        zh, en: the sentence for a person, with `{name}` places filled from `params`.
        hint_zh, hint_en: what to do about it, or empty.
        field: the input that caused it, where there is one.
    """

    code: ClassVar[str] = "refused"
    zh: ClassVar[str] = "请求被拒绝。"
    en: ClassVar[str] = "The request was refused."
    hint_zh: ClassVar[str] = ""
    hint_en: ClassVar[str] = ""

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        self.field = field
        self.params = params
        super().__init__(self.message("zh"))

    def message(self, language: str) -> str:
        """Return the sentence in ``zh`` or ``en``.

        >>> UnknownCrs(crs="EPSG:1").message("en")
        'The coordinate system “EPSG:1” is not known.'
        """
        return (self.en if language == "en" else self.zh).format(**self.params)

    def hint(self, language: str) -> str:
        """Return what to do about it in ``zh`` or ``en``; empty where there is nothing to say."""
        return (self.hint_en if language == "en" else self.hint_zh).format(**self.params)


class InvalidInput(GridmapError):
    """Input that no rule allows; `reason_zh` and `reason_en` say why."""

    code = "invalid_input"
    zh = "{reason_zh}"
    en = "{reason_en}"

    def __init__(self, *, reason_zh: str, reason_en: str, field: str | None = None) -> None:
        super().__init__(field=field, reason_zh=reason_zh, reason_en=reason_en)


class BadQuery(InvalidInput):
    """A query parameter that a standard's own rules refuse."""

    code = "bad_query"


class UnknownCrs(GridmapError):
    """A coordinate system that nobody here can read."""

    code = "unknown_crs"
    zh = "不认识坐标系“{crs}”。"
    en = "The coordinate system “{crs}” is not known."
    hint_zh = "可用：wgs84、cgcs2000、gcj02（高德、微信、腾讯）、bd09（百度）或 EPSG 代码，例如 EPSG:4490。"
    hint_en = (
        "Use wgs84, cgcs2000, gcj02 (Amap, WeChat), bd09 (Baidu) or an EPSG code such as EPSG:4490."
    )


class BadCoordinates(GridmapError):
    """A longitude or latitude that is not on the globe (or not a finite number)."""

    code = "bad_coordinates"
    zh = "坐标无效：经度 {lon}，纬度 {lat}。"
    en = "These are no coordinates: longitude {lon}, latitude {lat}."
    hint_zh = "经度在 -180 到 180 之间，纬度在 -90 到 90 之间；是否把经纬度写反了？"
    hint_en = "Longitude lies in -180..180, latitude in -90..90; are the two swapped?"


class OutsideCounty(GridmapError):
    """A point far outside the county: probably a swapped pair or another coordinate system."""

    code = "outside_county"
    zh = "这个位置不在{county}范围内（距县界约 {distance_km} 公里）。"
    en = "This place lies outside {county} (about {distance_km} km from its edge)."
    hint_zh = "是否把经度和纬度写反了？坐标是否来自高德、微信（gcj02）或百度（bd09）？"
    hint_en = "Are longitude and latitude swapped? Do the coordinates come from Amap or WeChat (gcj02) or Baidu (bd09)?"


class BadCode(GridmapError):
    """An administrative or grid code with the wrong number of digits or a wrong parent."""

    code = "bad_code"
    zh = "编码“{value}”不对：{reason_zh}。"
    en = "The code “{value}” is wrong: {reason_en}."


class NotFound(GridmapError):
    """Nothing with this name, or nothing that this reader may see."""

    code = "not_found"
    zh = "没有找到{what_zh}。"
    en = "{what_en} was not found."

    def __init__(
        self, *, what_zh: str = "该内容", what_en: str = "It", field: str | None = None
    ) -> None:
        super().__init__(field=field, what_zh=what_zh, what_en=what_en)


class NotSignedIn(GridmapError):
    """A page or operation for people with an account."""

    code = "not_signed_in"
    zh = "请先登录。"
    en = "Please sign in first."


class NotAllowed(GridmapError):
    """Signed in, but the posts held today do not reach so far."""

    code = "not_allowed"
    zh = "您目前的岗位没有这项权限。"
    en = "Your posts of today do not allow this."
    hint_zh = "权限随岗位走：任期开始即有，任期结束即止。如有疑问请联系系统管理员。"
    hint_en = "What an account may do follows the posts its person holds. Ask the administrator if this looks wrong."


class BadSignIn(GridmapError):
    """Name or password wrong: never says which."""

    code = "bad_sign_in"
    zh = "账号或密码不对。"
    en = "Account or password is wrong."


class AccountLocked(GridmapError):
    """Too many wrong passwords in a row."""

    code = "account_locked"
    zh = "密码或验证码连续输错，账号已锁定，请 {minutes} 分钟后再试。"
    en = "Too many wrong passwords or codes: the account is locked. Try again in {minutes} minutes."


class MissingIdempotencyKey(GridmapError):
    """A report without its key could arrive twice."""

    code = "missing_idempotency_key"
    zh = "缺少请求头 Idempotency-Key。"
    en = "The header Idempotency-Key is missing."
    hint_zh = "每份诉求用一个新的随机编号；重试时用同一个编号，保证只登记一次。"
    hint_en = (
        "Make one random key a report and send the same key on every retry: it is then filed once."
    )


class IdempotencyConflict(GridmapError):
    """The same key came with another body."""

    code = "idempotency_conflict"
    zh = "这个 Idempotency-Key 已经用于另一份内容不同的诉求。"
    en = "This Idempotency-Key was already used for a report with another content."


class BadImage(GridmapError):
    """A photo that is none, is too large or moves."""

    code = "bad_image"
    zh = "照片“{name}”不能使用：{reason_zh}。"
    en = "The photo “{name}” cannot be used: {reason_en}."
    hint_zh = "请用 JPEG、PNG 或 WebP 静态图片，最多 5000 万像素。"
    hint_en = "Use a still JPEG, PNG or WebP image of at most 50 megapixels."


class UnreadableFile(GridmapError):
    """A file that cannot be read as what it claims to be."""

    code = "unreadable_file"
    zh = "文件“{name}”读不出来：{reason_zh}。"
    en = "The file “{name}” cannot be read: {reason_en}."


class UnknownFileType(UnreadableFile):
    """A file whose content, or its extension, is none that is taken; it says what was found."""

    code = "unknown_file_type"


class MissingCrs(GridmapError):
    """A file that does not say its coordinate system; it is never guessed."""

    code = "missing_crs"
    zh = "文件“{name}”没有说明坐标系。"
    en = "The file “{name}” does not name its coordinate system."
    hint_zh = "请指定坐标系，例如 EPSG:4490、gcj02（命令：--crs EPSG:4490）。"
    hint_en = "Name it, for example EPSG:4490 or gcj02 (command: --crs EPSG:4490)."


class RefusedBatch(GridmapError):
    """An import with errors: nothing was changed."""

    code = "refused_batch"
    zh = "文件有 {errors} 处错误，没有导入任何数据。"
    en = "The file has {errors} errors; nothing was imported."

    def __init__(self, *, errors: int, report_id: int | None = None) -> None:
        self.report_id = report_id
        super().__init__(errors=errors)


class NotEmpty(GridmapError):
    """The demo county, and everything of a file, go into an empty database only."""

    code = "not_empty"
    zh = "数据库里已有数据，什么都没有载入；只能载入到空的数据库。"
    en = "The database already holds data; nothing was loaded. It goes into an empty database only."


class Unsuitable(GridmapError):
    """A database server that gridmap cannot stand on."""

    code = "unsuitable_database"
    zh = "数据库不符合要求：{reason_zh}。"
    en = "The database does not suit: {reason_en}."


class StaleVersion(GridmapError):
    """Somebody else changed it first."""

    code = "stale_version"
    zh = "{who}已在 {when} 修改过，请刷新后再试。"
    en = "{who} changed it at {when}; reload and try again."


class IllegalStep(GridmapError):
    """A move that the report's stage does not allow."""

    code = "illegal_step"
    zh = "当前阶段“{stage}”不能这样操作；可以：{allowed}。"
    en = "Not possible at stage “{stage_en}”; possible: {allowed_en}."


class NothingAbove(GridmapError):
    """A report at the top of the ladder cannot be sent up or returned to anybody."""

    code = "nothing_above"
    zh = "已在最高一级，没有可以上报或退回的上级。"
    en = "This is the top of the ladder: there is nobody to send it up or back to."
    hint_zh = "可以派遣给下级或部门办理，也可以挂账跟踪。"
    hint_en = "Dispatch it to a lower rung or an agency, or suspend it with an owner of record."


class NobodyInPost(GridmapError):
    """Whoever would get the report next is not there: it stays where it is, in somebody's hands."""

    code = "nobody_in_post"
    zh = "能接手的岗位目前无人在岗，诉求仍由您负责。"
    en = "Nobody is in post who could take it: the report stays with you."
    hint_zh = "可以先自己处置，或派遣给在岗的人。"
    hint_en = "Handle it yourself for now, or dispatch it to somebody who is in post."


class SameHands(GridmapError):
    """Whoever handled a report may not check it."""

    code = "same_hands"
    zh = "核查人和处置人不能是同一个人。"
    en = "Whoever handled a report may not check it."
    hint_zh = "请由同一级的另一位同事或上一级核查。"
    hint_en = "A colleague of the same rung or the rung above checks it."


class OpenParts(GridmapError):
    """A report with parts that are still open is not done."""

    code = "open_parts"
    zh = "还有 {count} 件分办子单没有办结。"
    en = "{count} of its parts are still open."
    hint_zh = "子单全部办结后，才能反馈处置结果。"
    hint_en = "It can be handled once all parts are closed."


class TooManyRequests(GridmapError):
    """The rate limit of an operation was passed."""

    code = "too_many_requests"
    zh = "请求太频繁，请 {seconds} 秒后再试。"
    en = "Too many requests; try again in {seconds} seconds."


class TooLarge(GridmapError):
    """Content over a limit."""

    code = "too_large"
    zh = "{what_zh}太大，最多 {limit}。"
    en = "{what_en} is too large; the limit is {limit}."


class Unavailable(GridmapError):
    """The database does not answer."""

    code = "unavailable"
    zh = "数据库暂时连不上，请稍后再试。"
    en = "The database does not answer at the moment; try again shortly."


class StorageFull(GridmapError):
    """The disk is full: nothing was written."""

    code = "storage_full"
    zh = "服务器磁盘已满，没有保存，请联系管理员。"
    en = "The server's disk is full: nothing was saved. Please tell the administrator."


class FontMissing(GridmapError):
    """A file that embeds its font was asked for, and this machine has no Chinese font."""

    code = "font_missing"
    zh = "服务器上没有可用的中文字体，不能生成这个文件。"
    en = "This server has no usable Chinese font: the file cannot be made."
    hint_zh = "请管理员安装字体（如 fonts-noto-cjk），或把字体文件放进 {folder}；也可以改用 Word 或网页打印。"
    hint_en = "Install one (such as fonts-noto-cjk) or put a font file into {folder}; or take the Word file or the print page."


class WrongOneTimeCode(GridmapError):
    """A code of the second factor that is wrong, too old, or was used."""

    code = "wrong_one_time_code"
    zh = "验证码不对，或已经用过。"
    en = "The code is wrong or was used already."
    hint_zh = "请等手机上换出下一个验证码再试；手机时间要准。"
    hint_en = "Wait for the next code on your phone; its clock must be right."


class LastAdministrator(GridmapError):
    """Without an administrator nobody could let anybody in again."""

    code = "last_administrator"
    zh = "这是最后一位系统管理员，不能停用或取消。"
    en = "This is the last administrator: the role and the account stay."
    hint_zh = "请先把系统管理员角色授予另一位。"
    hint_en = "Make somebody else an administrator first."


class GuessedTail(TooManyRequests):
    """Too many wrong phone tails at one report or volunteer, or from one address: nobody may guess four digits."""

    code = "guessed_tail"
    zh = "电话后四位错的次数太多，暂时不能再试。"
    en = "Too many wrong phone digits: no more tries for now."
    hint_zh = "请用当时给您的链接打开（当时用的手机上有记录），约 {hours} 小时后才能再试后四位。"
    hint_en = "Use the link that you were given (that phone keeps it); the digits work again in about {hours} h."


class MovedOn(GridmapError):
    """A reporter answered on a state of the report that is past; names of staff are not told."""

    code = "moved_on"
    zh = "这件诉求刚刚有了新进展，您的话还没有送出。"
    en = "This report has just moved on; your answer was not sent."
    hint_zh = "请看一眼最新进度，再决定怎么答。"
    hint_en = "Look at where it stands now, then answer again."


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a line of a table that somebody sent."""

    number: int
    zh: str
    en: str


class RefusedRows(GridmapError):
    """A table with lines that cannot be taken; nothing of it was."""

    code = "refused_rows"
    zh = "表格有 {count} 处不对，一行也没有导入。"
    en = "{count} things in the table are wrong; no line was taken."

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda one: one.number))
        super().__init__(count=len(self.faults))
