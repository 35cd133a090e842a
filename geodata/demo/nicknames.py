"""Reports of the demo county that call an estate by a name the county does not know, put right by their holders."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from geodata.demo import crowd_queries as queries
from geodata.demo.crowd import Crowd
from geodata.demo.crowd_queries import Lot
from gridmap.dispatch import moving, service
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Filing, Instruction
from gridmap.errors import GridmapError
from gridmap.geolocation.rules import Place
from gridmap.terms import PlaceSource
from gridmap.timespan import local_day

TOLD: Final = (
    ("E01002", "老针织厂宿舍门口堆了一大袋垃圾，几天没人收"),
    ("E01002", "我家住在老针织厂宿舍2号楼，楼下垃圾没人清"),
    ("E01002", "运输队大院3号楼旁边有人扔建筑垃圾"),
)
"""Category and words; equal names mean the same estate."""
ASTRAY: Final = 0.0012
"""Degrees by which the reporter's phone was off: some 110 m."""


def tell(session: Session, now: datetime) -> int:
    """File and put right a few reports; returns how many.

    Args:
        session: the caller's transaction, in a county with people in post.
        now: this moment.
    """
    day = local_day(now)
    crowd = Crowd(session, day)
    homes = sorted(queries.homes(session, day), key=lambda lot: -lot.weight)
    lots = (homes[0], homes[0], homes[len(homes) // 9])
    at = now - timedelta(hours=2)
    return sum(_told(session, crowd, lot, told, at) for lot, told in zip(lots, TOLD, strict=True))


def _told(session: Session, crowd: Crowd, lot: Lot, told: tuple[str, str], at: datetime) -> bool:
    code, words = told
    digest = sha256(words.encode()).hexdigest()
    near = Place(lot.lon + ASTRAY, lot.lat, "wgs84", 40.0, PlaceSource.GPS)
    filing = Filing(f"demo-name-{digest[:16]}", digest, code, words, near)
    try:
        with session.begin_nested():
            number = service.file(session, filing, at).number
            (stand,) = queries.stands(session, numbers=[number])
            holder = crowd.worker(stand.holder_post_id, local_day(at))
            if holder is None:
                return False
            place = Place(lot.lon, lot.lat, "wgs84", None, PlaceSource.PIN)
            said = Instruction(Action.RELOCATED, stand.version, place=place)
            moving.act(session, number, holder, said, at + timedelta(hours=1))
    except GridmapError:
        return False
    return True
