"""What people of the demo county raise: how often each category, in which words, when in the year.

Weights are made up, with the order of magnitude that lists of such reports have: most is rubbish,
parking, noise, lights and leaks; petitions and dangers are rare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Complaint(NamedTuple):
    """A category as people use it: how often, out of doors or in a building, in which words."""

    code: str
    weight: float
    in_street: bool
    words: tuple[str, ...]
    months: frozenset[int] = frozenset(range(1, 13))


_STREET: Final = True
_HOME: Final = False
_WINTER: Final = frozenset({1, 2, 3, 11, 12})
_SUMMER: Final = frozenset({6, 7, 8, 9})
_WARM: Final = frozenset(range(4, 11))


COMPLAINTS: Final[tuple[Complaint, ...]] = (
    Complaint("E01002", 8, _STREET, ("路边堆了一大袋垃圾，几天没人收", "绿化带里有人扔建筑垃圾和剩菜")),
    Complaint("E01080", 7, _HOME, ("垃圾桶满了，垃圾掉在地上有味道", "分类桶满溢，麻烦清运一下")),
    Complaint("E01081", 6, _HOME, ("楼道里堆着旧家具，走路都要侧身", "二层拐角堆了纸箱，担心着火")),
    Complaint("E01004", 4, _STREET, ("路上撒了一路的土，车一过全是灰", "人行道很脏，好几天没扫")),
    Complaint("E01003", 2, _STREET, ("装修渣土堆在路口没人拉", "空地上倒了一车渣土")),
    Complaint("E01083", 2, _HOME, ("楼下饭店油烟往家里飘", "烧烤店没有油烟净化，不敢开窗"), _WARM),
    Complaint("E03080", 2, _STREET, ("工地半夜还在打桩", "拆迁工地没有洒水，灰很大")),
    Complaint("E02080", 2, _HOME, ("门上和墙上贴满小广告", "楼道里又喷了开锁的电话")),
    Complaint("C04080", 2, _STREET, ("树枝挡住路灯和交通牌", "绿化带缺了一块，下雨全是泥"), _WARM),
    Complaint("E01084", 3, _HOME, ("遛狗不牵绳，孩子害怕", "草地上到处是狗粪")),
    Complaint("E01001", 1, _HOME, ("楼顶有人搭了彩钢房", "一楼把院子围起来盖了小房")),
    Complaint("E01099", 1, _STREET, ("河边有臭味，不知道哪里来的",)),
    Complaint("C01080", 8, _HOME, ("3单元楼道灯不亮，老人上下楼看不见", "一楼声控灯坏了有一周了")),
    Complaint("C01081", 5, _STREET, ("路灯坏了两盏，晚上很黑", "这一段路灯一直不亮")),
    Complaint("C01082", 2, _STREET, ("井盖松动，车压过去响", "井盖缺了一块，太危险了")),
    Complaint("C01083", 2, _HOME, ("家里停水半天了，没有通知", "水压很小，六楼没有水")),
    Complaint("C01084", 1.5, _HOME, ("整栋楼停电，电梯也停了", "电表箱跳闸，合不上")),
    Complaint("C01085", 0.5, _HOME, ("停气了，做不了饭",)),
    Complaint("C01086", 5, _HOME, ("家里只有14度，暖气不热", "暖气片一半凉的"), _WINTER),
    Complaint("C01087", 5, _HOME, ("下水道堵了，污水冒到院子里", "一楼厕所返水")),
    Complaint("C01088", 1.5, _STREET, ("健身器材的踏板断了", "广场上的单杠松动")),
    Complaint("C02080", 2, _STREET, ("路面有个大坑，雨天看不见", "人行道砖翘起来绊人")),
    Complaint("C05080", 1.5, _HOME, ("充电桩扫码没有反应", "车棚充电插座坏了一排")),
    Complaint("E05081", 7, _STREET, ("车停在盲道上", "门口两边停满车，出不来")),
    Complaint("C05099", 1, _STREET, ("公交站牌歪了", "候车亭玻璃碎了")),
    Complaint("PL01", 2.5, _HOME, ("和楼上因为晾衣服滴水吵起来了", "邻居把鞋柜放在门口不肯搬")),
    Complaint("PL02", 5, _HOME, ("楼上半夜拖椅子", "隔壁练琴到很晚", "广场舞音响太大")),
    Complaint("PL03", 3, _HOME, ("楼上漏水把我家顶棚泡了", "卫生间漏水，楼上不承认")),
    Complaint("PL04", 2, _HOME, ("车位被别人占了，联系不上车主", "因为停车位两家吵架")),
    Complaint("PL05", 0.8, _HOME, ("隔壁经常吵架，孩子在哭",)),
    Complaint("PL06", 0.6, _HOME, ("三居室隔成八间出租",)),
    Complaint("PL99", 0.5, _HOME, ("门口的地算谁的，两家说不清",)),
    Complaint("EM01", 3, _STREET, ("消防通道停满了车", "消防车道被摊位占了")),
    Complaint("EM02", 4, _HOME, ("有人从窗户拉线给电动车充电", "电动车推进楼道里充电")),
    Complaint("EM03", 0.5, _HOME, ("楼道里有煤气味，很浓",)),
    Complaint("EM04", 1.2, _HOME, ("消火栓里没有水带", "灭火器过期了")),
    Complaint("EM05", 1, _HOME, ("楼上往下扔烟头", "高空掉下来一个花盆，差点砸到人")),
    Complaint("EM06", 0.6, _HOME, ("外墙皮掉下来一大块",)),
    Complaint("EM07", 0.4, _HOME, ("电梯里困了两个人",)),
    Complaint("EM08", 2, _STREET, ("下雨后路口积水过膝", "地下车库进水了"), _SUMMER),
    Complaint("EM09", 0.5, _STREET, ("脚手架上没有防护网",)),
    Complaint("EM99", 0.5, _STREET, ("电线垂到人行道上",)),
    Complaint("PL08", 0.4, _STREET, ("有人晚上挨个看车门",)),
    Complaint("PL10", 0.2, _HOME, ("听到求救声，请来人看看",)),
    Complaint("E06080", 3, _HOME, ("楼道一个月没人打扫", "院里落叶没人扫")),
    Complaint("E06081", 3, _HOME, ("单元门锁坏了，谁都能进", "对讲机不响")),
    Complaint("E06082", 2.5, _HOME, ("电梯停了两天，老人下不了楼", "电梯运行时有异响")),
    Complaint("E06084", 1.2, _HOME, ("物业费涨价没有公示",)),
    Complaint("E06085", 0.5, _HOME, ("维修资金怎么用的，想看看账",)),
    Complaint("E06086", 0.4, _HOME, ("什么时候成立业委会",)),
    Complaint("E06087", 0.6, _HOME, ("没有物业，门口的灯没人管",)),
    Complaint("E06099", 1, _HOME, ("打物业电话没人接",)),
    Complaint("CI01", 1.5, _HOME, ("对门独居老人两天没出门了", "想给独居的母亲装个呼叫器")),
    Complaint("CI02", 1, _HOME, ("想申请送餐",)),
    Complaint("CI03", 0.8, _HOME, ("残疾证年审能不能上门",)),
    Complaint("CI04", 0.3, _HOME, ("两个孩子没人管，老师也很着急",)),
    Complaint("CI05", 1.2, _HOME, ("低保材料怎么交", "家里着火了，想申请临时救助")),
    Complaint("CI07", 1.5, _HOME, ("想开居住证明", "老人出不了门，能代办吗")),
    Complaint("PA01", 0.4, _HOME, ("党组织关系想转到社区",)),
    Complaint("PA02", 0.6, _HOME, ("单位报到的志愿服务怎么登记",)),
    Complaint("PA03", 0.4, _HOME, ("活动室周末开不开",)),
    Complaint("PA04", 0.7, _STREET, ("驿站的充电柜坏了", "骑手能不能进小区送餐")),
    Complaint("CI99", 0.8, _HOME, ("老年卡在哪里办",)),
    Complaint("PE01", 1.2, _HOME, ("加装电梯有没有补贴", "老旧小区改造什么时候轮到我们")),
    Complaint("PE02", 1.2, _STREET, ("建议在路口装个红绿灯", "建议公园多放几把椅子")),
    Complaint("PE04", 0.3, _HOME, ("拆迁补偿一直没有到账",)),
    Complaint("PE05", 0.5, _STREET, ("工地三个月没有发工资",)),
    Complaint("PE06", 0.4, _HOME, ("下水道反映过三次了，还是堵",)),
    Complaint("PA05", 0.1, _HOME, ("窗口人员态度不好",)),
    Complaint("PE99", 0.6, _HOME, ("反映一个问题，请回电话",)),
)  # fmt: skip

URGENT: Final = ("请尽快处理。", "麻烦来看看。", "已经好几天了。", "谢谢。", "")
"""How people end a report."""

DONE: Final[Mapping[bool, tuple[str, ...]]] = {
    True: (
        "已到现场处理完毕。",
        "已修好，并请诉求人看过。",
        "已联系责任方当天处理。",
        "已清理干净。",
    ),
    False: ("现场看过，需要上级单位施工，已说明情况。", "双方暂时没有谈拢，继续做工作。"),
}
"""What a handler writes: solved, or not."""

CHECKED: Final = ("现场核实，已处理。", "看过照片，与反馈一致。", "")
REJECTED: Final = ("现场看还没有弄好，请重新处理。", "照片看不出结果，请补拍并处理。")
RETURNED: Final = ("不在本岗位职责内，请改派。", "地点说不清，请核实后再派。")
SENT_UP: Final = ("超出本级处置能力，请上级协调。", "需要部门施工队伍。")
SUSPENDED: Final = ("列入改造计划，完工后复查。", "等待资金批复。")
UNREACHED: Final = ("电话无人接听。", "号码是空号。")
SUPERVISED: Final = ("请抓紧办理，三天内回复。", "群众反映强烈，重点督办。")
REMARKS: Final = ("处理得很快，谢谢", "已经好了", "")
COMPLAINED: Final = ("还是老样子", "只来看了一眼，没有解决", "没人联系过我")

HOURS: Final = (1, 1, 0.5, 0.5, 0.5, 1, 4, 9, 13, 13, 11, 8, 7, 7, 9, 10, 9, 9, 10, 11, 10, 7, 4, 2)
"""How many reports come in each hour of a day."""
WEEKDAYS: Final = (1.1, 1.05, 1, 1, 1.05, 0.95, 0.85)
"""How many reports come on each day of the week, Monday first."""
