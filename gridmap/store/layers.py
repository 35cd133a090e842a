"""The layers of the data, each with a number that grows with its changes; see `gridmap.store.revision`."""

from __future__ import annotations

from typing import Final

LAYERS: Final[dict[str, tuple[str, ...]]] = {
    "areas": ("area", "area_version"),
    "grids": ("grid", "grid_version", "road_grid"),
    "compounds": ("compound", "compound_version"),
    "buildings": ("building", "building_version", "grid_building"),
    "geography": ("road", "water", "place"),
    "names": ("place_name", "address"),
    "party": ("party_organisation", "party_version"),
    "party_life": ("party_membership", "party_meeting", "party_duty"),
    "posts": (
        "person",
        "post",
        "stand_in",
        "visit",
        "agency",
        "responsible_unit",
        "joint_meeting",
    ),
    "property": (
        "property_company",
        "property_contract",
        "owners_committee",
        "unserved_compound",
        "service_centre",
        "service_centre_area",
        "centre_opening",
        "centre_closure",
    ),
    "red_property": (
        "company_party",
        "joint_post",
        "self_management",
        "meeting_item",
        "meeting_party",
        "meeting_agency",
        "meeting_task",
        "unit_deed",
    ),
    "settings": ("setting", "coverage_rule"),
    "calendar": ("calendar_day",),
    "rounds": ("household", "visit_rule", "door_visit"),
    "sign_ups": ("sign_up",),
    "volunteering": ("unit_checkin", "need", "activity"),
    "reports": ("report",),
}
"""Layers and the tables whose changes raise their number."""
REPORTS: Final = "reports"
SIGN_UPS: Final = "sign_ups"
LEDGER: Final = tuple(sorted(LAYERS.keys() - {REPORTS, SIGN_UPS}))
"""All layers that people keep; without the reports and the places taken in activities."""
