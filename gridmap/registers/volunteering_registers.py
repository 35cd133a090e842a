"""The register of agencies that have reported to a community (单位报到)."""

from __future__ import annotations

from typing import Final

from gridmap.registers.columns import (
    BEGINS,
    ENDS,
    Column,
    ColumnType,
    Group,
    Refers,
    Register,
    ScopeLevel,
)

VOLUNTEERING_REGISTERS: Final[tuple[Register, ...]] = (
    Register(
        "unit-checkins", "单位报到", "Agencies checked in", Group.MEETINGS,
        "哪个单位到哪个社区报到服务，找谁；个人报到在“志愿服务”里。",
        "Which agency has reported to a community for service, and whom to call; people report on their own pages.",
        (
            Column(
                "community", "社区编码", "Community's code", ColumnType.CODE, required=True,
                refers=(Refers.COMMUNITY,), longest=64, example="419901001001",
            ),
            Column("community_name", "社区", "Community", derived=True),
            Column(
                "agency", "单位编码", "Agency's code", ColumnType.CODE, required=True,
                refers=(Refers.AGENCY,), longest=64, example="BM01",
            ),
            Column("agency_name", "单位", "Agency", derived=True),
            Column("contact", "联系人", "Contact"),
            Column("contact_phone", "联系电话", "Contact's phone", ColumnType.PHONE, longest=32),
            BEGINS, ENDS,
        ),
        ("community", "agency", "begins"), ("community", "agency"), ScopeLevel.COMMUNITY,
        ("unit_checkin",),
    ),
)  # fmt: skip
