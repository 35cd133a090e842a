"""Party-mass service centres (党群服务中心): where, when, for whom."""

from __future__ import annotations

from dataclasses import replace

from geodata.demo.almanac import Almanac
from geodata.demo.blocks import communities
from geodata.demo.county import BuildingVersion, ServiceCentre
from geodata.demo.districts import Codes
from geodata.demo.plan import COMMUNITY_NAMES, COUNTY_NAME
from geodata.demo.register import Entry, Register
from gridmap.timespan import Span

SHARED = {"F": "G", "L": "M"}
"""Communities that use the centre of another one."""
LATE = {"O": 11, "R": 6}
"""Centres that opened later than the ledger, and how many months ago."""
KIND = "service_centre"


def hosts(register: Register, seed: int) -> dict[str, Entry]:
    """Return the house of each centre by the letter of its community: the shop nearest to the middle.

    A community without a shop has its centre in the nearest one beyond its edge.
    """
    found: dict[str, Entry] = {}
    rooms = [entry for entry in register.entries if entry.kind in {"shop", "office"}]
    for letter, area in communities(seed).items():
        if letter in SHARED:
            continue
        middle, used = area.centroid, {entry.code for entry in found.values()}
        free = [room for room in rooms if room.code not in used]
        found[letter] = min(
            free,
            key=lambda e: (
                e.block.community != letter,
                e.structure.outline.distance(middle),
                e.code,
            ),
        )
    return found


def renamed(buildings: list[BuildingVersion], homes: dict[str, Entry]) -> list[BuildingVersion]:
    """Return the buildings, those of the centres under their names."""
    names = {entry.code: centre_name(letter) for letter, entry in homes.items()}
    return [
        replace(b, kind=KIND, name=names[b.code], address=f"{b.road}{b.house_number}号")
        if b.code in names
        else b
        for b in buildings
    ]


def centre_name(letter: str) -> str:
    """Return the name of a community's centre."""
    return f"{COMMUNITY_NAMES[letter]}社区党群服务中心"


def centres(
    buildings: list[BuildingVersion], homes: dict[str, Entry], almanac: Almanac, code: Codes
) -> list[ServiceCentre]:
    """Return the centres of the communities and that of the county."""
    last = {building.code: building for building in buildings}
    found = []
    for number, (letter, entry) in enumerate(sorted(homes.items()), start=1):
        building = last[entry.code]
        served = [letter, *(other for other, host in SHARED.items() if host == letter)]
        start = almanac.months_ago(LATE[letter]) if letter in LATE else almanac.opening
        found.append(
            ServiceCentre(
                f"FW{number:02d}", centre_name(letter), building.address, f"0000-66{number:05d}", building.spot,
                tuple(code.communities[one] for one in served), Span(start),
            )
        )  # fmt: skip
    rooms = [building for building in buildings if building.kind == "government"]
    county = min(rooms, key=lambda b: (not (b.name or "").endswith("政务服务中心"), b.code))
    name = f"{COUNTY_NAME}党群服务中心（新就业群体之家）"
    found.append(
        ServiceCentre(
            "FW00", name, county.address, "0000-6600000", county.spot,
            tuple(sorted(code.communities.values())), almanac.always,
        )
    )  # fmt: skip
    return found
