"""What is said in the demo county's red property net; made up."""

from __future__ import annotations

from typing import Final

from gridmap.terms import UnitDeedKind, Upkeep

SEATS: Final = 2
"""Managers who sit with one community, at most."""

MANAGERS: Final[dict[Upkeep, tuple[str, ...]]] = {
    Upkeep.CLEANING: ("楼院自管小组", "社区保洁队", "居民轮值"),
    Upkeep.GATE: ("志愿者值守队", "楼长轮值", "社区聘用门卫"),
    Upkeep.REPAIRS: ("居委会", "分包单位维修队", "楼院自管小组"),
    Upkeep.LIGHTS: ("居委会", "城管路灯所"),
    Upkeep.DRAINS: ("居委会", "城管市政所"),
    Upkeep.PARKING: ("楼院自管小组", "居民议事会"),
    Upkeep.GREENERY: ("老党员绿化队", "社区绿化队"),
    Upkeep.FIRE: ("社区微型消防站", "网格党支部"),
}
DEEDS: Final[dict[UnitDeedKind, tuple[str, ...]]] = {
    UnitDeedKind.VISIT: (
        "走访困难家庭八户",
        "看望独居老人，检查燃气和电线",
        "入户征求小区改造意见",
    ),
    UnitDeedKind.PROJECT: (
        "出资安装充电桩二十个",
        "修缮楼院破损路面",
        "协调施划停车位",
        "捐赠休闲座椅十二套",
    ),
    UnitDeedKind.LECTURE: ("到社区宣讲消防安全", "讲授主题党课", "开展反诈宣传"),
    UnitDeedKind.HELP: ("为困难学生送去学习用品", "帮助三名居民联系就业岗位", "春节慰问困难党员"),
    UnitDeedKind.OTHER: ("参加环境整治半天", "协助社区疏通下水", "与社区商定共建清单"),
}
POINTS: Final = (
    ("通报上次议定事项", "已办结的销号，未办结的写明原因和期限"),
    ("电动车充电和消防通道", "物业清理占用，网格员每周查看"),
    ("楼道堆物", "各楼党小组十日内动员清理，逾期统一清运"),
    ("公共收益公示", "物业每季度在公示栏公布，业委会核对"),
    ("独居老人照看", "楼门长隔日敲门，双报到单位结对"),
    ("装修垃圾清运", "指定临时堆放点，物业三日一清"),
    ("路灯和监控补盲", "由分包单位协调，社区列出点位"),
)
TASKS: Final = (
    "列出停车位施划方案并公示",
    "清理消防通道堆物",
    "修复损坏的路灯",
    "公布上季度公共收益",
    "安装电动车充电桩",
    "为独居老人逐户建立联系卡",
    "疏通下水管道",
    "补齐单元门禁",
    "确定装修垃圾临时堆放点",
    "征集居民对改造方案的意见",
)
RESULTS: Final = (
    "已完成，居民代表到场看过",
    "已办好，照片存社区",
    "已落实，并在公示栏公布",
    "已完成，后续由物业日常维护",
)
