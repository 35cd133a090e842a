"""What meetings of the demo county are about, where they are, what is noted; nothing is real."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geodata.demo.plan import words
from gridmap.terms import DutyKind

TOPICS: Final[Mapping[DutyKind, tuple[str, ...]]] = {
    DutyKind.THEME_DAY: words(
        "学习党章和支部工作条例 清理楼道杂物志愿服务 走访独居老人 消防安全进楼栋"
        " 红色电影观看与讨论 文明养犬宣传 民生项目征求意见"
    ),
    DutyKind.MEMBERS: words(
        "讨论年度工作计划 接收预备党员 半年工作报告和评议 推选先进党员 讨论网格民生项目"
    ),
    DutyKind.COMMITTEE: words(
        "研究本月主题党日 研究发展对象 网格诉求和矛盾排查 分工和值班安排 党费收缴情况通报"
    ),
    DutyKind.GROUP: words("学习上级精神并讨论 楼栋大小事商议 党员联系住户分工 楼道充电隐患排查"),
    DutyKind.LESSON: words("书记讲党课：从身边事讲起 党的纪律专题 老党员讲村史街史 基层治理案例"),
}
PLACES: Final = words("社区党群服务中心 网格活动室 小区凉亭 楼栋架空层 社区会议室")
MINUTES: Final = (
    "一、{topic}。二、大家逐一发言。三、商定由各党小组分头落实，下次会议通报进展。",
    "围绕“{topic}”集中学习，随后讨论。定下两件事：登记需要帮助的住户；月底前回报。",
    "{topic}。会前通报上次议定事项已办结，会后走访两户。",
)
WHY_ABSENT: Final = words("在外地 上班 生病 照看家人 请假")
ELSEWHERE: Final = words("邻县某街道党支部 市直某单位党支部 外省某企业党支部 某高校毕业生党支部")
