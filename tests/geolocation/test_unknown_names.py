"""Which words of a text may be an unknown name: each condition of the rule with a text that shows it."""

from __future__ import annotations

import pytest

from gridmap.geolocation.unknown_names import unknown_name

KNOWN = {"人民路": True, "书香苑": False, "书香苑社区": True}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("老纺织宿舍3号楼", "老纺织宿舍"),
        ("老紡織宿舍３號樓", "老紡織宿舍"),
        ("我家住在老纺织宿舍3号楼2单元", "老纺织宿舍"),
        ("您好，反映老纺织宿舍12栋漏水", "老纺织宿舍"),
        ("人民路老纺织宿舍3号楼", "老纺织宿舍"),
        ("书香苑社区的老纺织宿舍3号楼", "老纺织宿舍"),
        ("老纺织宿舍门口路灯不亮", "老纺织宿舍"),
        ("机械厂二院3号楼", "机械厂二院"),
        ("书香苑3号楼", None),
        ("人民路3号", None),
        ("老宿舍旁边", None),
        ("书香苑纺织楼旁边", None),
        ("胜利街12号", None),
        ("小区3号楼", None),
        ("我们小区门口", None),
        ("3号楼漏水", None),
        ("水管坏了3号楼没水", None),
        ("院3号楼", None),
        ("甲乙丙丁戊己庚辛壬癸子丑寅院3号楼", None),
        ("没有写地点", None),
        ("", None),
    ],
)
def test_the_rule(text, name):
    assert unknown_name(text, KNOWN) == name
