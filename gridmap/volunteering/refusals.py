"""What volunteering refuses: each has a code of its own for scripts, and a sentence that says what to do."""

from __future__ import annotations

from typing import ClassVar

from gridmap.errors import InvalidInput


class _Refusal(InvalidInput):
    reason_zh: ClassVar[str] = ""
    reason_en: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__(reason_zh=self.reason_zh, reason_en=self.reason_en)


class NoPlaceLeft(_Refusal):
    """All places of an activity are taken."""

    code = "no_place_left"
    reason_zh = "名额已满。有人退出时会空出来，也可以看看别的活动。"
    reason_en = "All places are taken. One may become free; there are other activities, too."


class ActivityOver(_Refusal):
    """An activity that has ended or was cancelled."""

    code = "activity_over"
    reason_zh = "这次活动已经结束或取消。"
    reason_en = "This activity is over or cancelled."


class NotYetOpen(_Refusal):
    """Checking in before it opens or after it has closed."""

    code = "not_yet_open"
    reason_zh = "活动开始前 30 分钟到结束前可以签到，现在还不行。"
    reason_en = "Check-in is open from 30 minutes before the start to the end; not now."


class StaleCode(_Refusal):
    """A code of the screen that is older than a minute, or none at all."""

    code = "stale_code"
    reason_zh = "这个签到码已经过期（只管一分钟）。请再扫一次组织者屏幕上的码。"
    reason_en = "This code has expired (it holds for a minute). Scan the organiser's screen again."


class StalePosition(_Refusal):
    """A position whose key is older than a minute, was used before, or is somebody else's."""

    code = "stale_position"
    reason_zh = "定位超时了，请再点一次“定位签到”。"
    reason_en = "The position took too long; press “Check in by position” again."


class TooFar(InvalidInput):
    """A position outside the activity's circle."""

    code = "too_far"

    def __init__(self, distance_m: int, radius_m: int) -> None:
        super().__init__(
            reason_zh=f"您离活动地点约 {distance_m} 米，要在 {radius_m} 米以内。可以扫组织者屏幕上的码。",
            reason_en=f"You are about {distance_m} m away; it must be {radius_m} m at most. "
            "The code on the organiser's screen works, too.",
        )


class TooVague(_Refusal):
    """A position that is too uncertain to say where the phone is."""

    code = "too_vague"
    reason_zh = "手机定位误差太大，签不了。请到空旷处再试，或者扫组织者屏幕上的码。"
    reason_en = (
        "The phone is not sure where it is. Try in the open, or scan the organiser's screen."
    )


class AlreadyConfirmed(_Refusal):
    """Minutes that are on record are changed by a correction only."""

    code = "already_confirmed"
    reason_zh = "时长已经确认。要改，请社区写一条更正。"
    reason_en = "The time is confirmed already. The community changes it by a correction."


class OwnHours(_Refusal):
    """Nobody decides on her own service, as organiser or as staff."""

    code = "own_hours"
    reason_zh = "自己的时长不能自己确认或更正，请社区的其他人办理。"
    reason_en = "Nobody confirms or corrects her own time; somebody else of the community does."


class NeedClosed(_Refusal):
    """A need that is taken by others, done or withdrawn."""

    code = "need_closed"
    reason_zh = "这个需求已经有人认领，或者已经办结。"
    reason_en = "This need has been taken up by others, or is closed."


class YearRated(_Refusal):
    """The stars of a year are given out once."""

    code = "year_rated"
    reason_zh = "这一年的星级已经评定过，只评一次。"
    reason_en = "The stars of this year were given out before; that is done once."


class YearNotOver(_Refusal):
    """The stars of a year that has not ended."""

    code = "year_not_over"
    reason_zh = "这一年还没有过完，不能评定。"
    reason_en = "This year is not over yet."


class NoStarTable(_Refusal):
    """There is no table of hours for the year."""

    code = "no_star_table"
    reason_zh = "还没有这一年适用的星级标准，请先在设置里写好。"
    reason_en = "No table of stars holds for this year; write one in the settings first."


class NotRegistered(_Refusal):
    """A phone that is no volunteer's."""

    code = "not_registered"
    reason_zh = "这部手机还没有报到，请先报到或用编号进入。"
    reason_en = "This phone is no volunteer's: register first, or come in with your code."
