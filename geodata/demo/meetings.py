"""Joint meetings (党建联席会议): one a quarter in each community, but for the gaps."""

from __future__ import annotations

from datetime import timedelta

from geodata.demo import gaps
from geodata.demo.county import JointMeeting
from geodata.demo.plan import words
from geodata.demo.succession import Staffing
from gridmap.timespan import previous_quarter, quarter_of

TOPICS = words("""
    共建单位认领民生项目 小区停车和充电棚选址 无物业小区自管 楼院飞线整治 汛期值守分工 暑期青少年活动
    沿街门店油烟和占道 冬季消防和用电安全 老旧小区改造意见 双报到单位服务安排
""")
ATTENDED = words("""
    社区党总支、居委会、分包单位、物业企业、社区民警 社区党总支、网格党支部、双报到单位、业委会代表
    社区“两委”、驻区单位、物业企业、居民代表、社区民警
""")
DECISIONS = words("""
    由分包单位牵头，两周内拿出方案 列入本季共建清单，下次会议通报进展 网格党支部逐户征求意见，月底前汇总
    物业企业先行整改，社区跟踪 各单位各认领一项，报社区备案
""")
_FIRST, _LAST = 5, 75


def meetings(staffing: Staffing, communities: dict[str, str]) -> list[JointMeeting]:
    """Return all meetings since the county opened, by letter of the drawing and day."""
    almanac = staffing.almanac
    held: list[JointMeeting] = []
    for letter, community in communities.items():
        dice, quarter = staffing.dice("meetings", letter), quarter_of(almanac.day)
        for ago in range(100):
            if quarter.start < almanac.opening:
                break
            past = min((almanac.day - quarter.start).days, _LAST)
            offset = min(dice.whole(_FIRST, _LAST), past)
            said = (dice.pick(TOPICS), dice.pick(ATTENDED), dice.pick(DECISIONS))
            if not (ago == 0 and letter in gaps.NO_MEETING_NOW):
                day = quarter.start + timedelta(days=offset)
                held.append(JointMeeting(community, day, *said))
            quarter = previous_quarter(quarter.start)
    return held
