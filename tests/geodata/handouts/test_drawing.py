"""The drawn map: neighbours still fit, names are only text, the sheet holds every community."""

import math
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

from geodata.handouts.county import Area, DaySheet
from geodata.handouts.drawing import Drawing, draw
from geodata.handouts.outlines import plane_of, simplified
from geodata.handouts.print_sheet import HEIGHT_MM, TITLE_MM, WIDTH_MM, print_sheet
from geodata.handouts.raster import png
from geodata.handouts.shades import COLORS
from geodata.handouts.svg import svg
from gridmap.coverage.checks import CHECKS, Audit, CommunityAudit, Level

HOSTILE = '</text><script>alert(1)</script>"&'
REQUIRED = frozenset(check.key for check in CHECKS if check.level == Level.REQUIRED)
FIRST = CHECKS[0]


def wavy(start, end, count=60):
    """A line of many points with small waves, the same from whichever side it is walked."""
    (x0, y0), (x1, y1) = sorted((start, end))
    steps = np.linspace(0, 1, count)
    wave = 0.00001 * np.sin(steps * 40 * math.pi)
    across = (y1 - y0, x0 - x1)
    size = math.hypot(*across)
    points = [
        (x0 + t * (x1 - x0) + w * across[0] / size, y0 + t * (y1 - y0) + w * across[1] / size)
        for t, w in zip(steps, wave, strict=True)
    ]
    return points if start <= end else points[::-1]


def cell(column, row, side=0.01):
    corners = [
        (113 + side * (column + x), 34 + side * (row + y))
        for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    ring = []
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        ring += wavy(start, end)[:-1]
    return shapely.Polygon(ring)


def county(names, holds=lambda _place: True, more=()):
    """Communities side by side, each with its first check held or not; `more` holds nowhere."""
    areas, audits = [], []
    for place, name in enumerate(names):
        code = f"{place:03}"
        areas.append(Area(code, name, cell(place % 4, place // 4)))
        held = {FIRST.key: holds(place), **{check.key: False for check in more}}
        audits.append(CommunityAudit(code, name, "城关镇", held, (), REQUIRED))
    return DaySheet(
        "测试县", date(2023, 1, 1), Audit(date(2026, 6, 30), tuple(audits)), tuple(areas)
    )


def test_simplified_neighbours_still_fit():
    sheet = county([f"{n}社区" for n in range(8)])
    plane = plane_of(sheet.areas)
    before = plane.flat(np.array([area.shape for area in sheet.areas]))
    after = simplified(sheet.areas, plane)
    assert shapely.coverage_is_valid(before)
    assert shapely.coverage_is_valid(after)
    assert shapely.get_num_coordinates(after).sum() < shapely.get_num_coordinates(before).sum() / 4
    assert shapely.area(after).sum() == pytest.approx(shapely.area(before).sum(), rel=0.01)


def test_every_community_lies_on_the_sheet_in_its_colour():
    sheet = county([f"{n}社区" for n in range(8)], holds=lambda place: place != 3)
    drawing = draw(sheet, (120, 90), "zh", FIRST)
    assert [patch.color for patch in drawing.patches] == [
        COLORS["5" if place == 3 else "held"] for place in range(8)
    ]
    points = np.array(
        [point for patch in drawing.patches for ring in patch.rings for point in ring]
    )
    assert points.min() >= 0
    assert (points.max(axis=0) <= (120, 90)).all()
    assert [label.text for label in drawing.labels] == [str(n) for n in range(8)]


def test_north_is_up_and_the_scale_bar_is_true():
    sheet = county(["甲社区", "乙社区", "丙社区", "丁社区", "戊社区"])
    drawing: Drawing = draw(sheet, (120, 90), "zh")
    spots = {label.text: (label.x, label.y) for label in drawing.labels}
    assert spots["戊"][1] < spots["甲"][1], "the second row lies north of the first"
    number, unit = drawing.bar_words.split()
    metres = float(number) * {"米": 1, "公里": 1000}[unit]
    east = math.dist(spots["甲"], spots["乙"])
    true = 0.01 * 111320 * math.cos(math.radians(34.01))
    assert drawing.bar[2] / metres == pytest.approx(east / true, rel=0.03)


def test_a_hostile_name_is_text_in_svg():
    text = svg(draw(county([HOSTILE, "乙"]), (100, 80), "zh"), HOSTILE)
    root = ElementTree.fromstring(text)  # noqa: S314 - made here
    assert {one.tag.split("}")[1] for one in root.iter()} == {"svg", "path", "text"}
    assert HOSTILE in {one.text for one in root.iter()}
    assert root.get("aria-label") == HOSTILE


def test_a_picture_without_a_chinese_font_is_still_made():
    picture = png(draw(county(["A", "B"]), (60, 40), "en"), None)
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("count", [1, 22, 60])
def test_the_table_fits_its_sheet_and_says_what_it_leaves_out(count, language):
    sheet = county([f"{n}社区" for n in range(count)], holds=lambda place: place % 7 != 0)
    laid = print_sheet(sheet, None, "a4", language)
    used = laid.head + laid.row * (len(laid.rows) + 1)
    assert used <= HEIGHT_MM - TITLE_MM
    assert laid.missing == -(-count // 7) == laid.sums[0]
    left = count - len(laid.rows)
    assert (str(left) in laid.note) == (left > 0)
    assert laid.rows[0].states == ("missing",)


def test_what_is_advised_is_a_number_beside_the_map_or_the_column_that_is_coloured_by():
    advised = [one for one in CHECKS if one.level == Level.ADVISED]
    sheet = county(["甲", "乙"], more=advised)
    required = [one.label.zh for one in sheet.checks if one.level == Level.REQUIRED]
    assert len(advised) > 20
    laid = print_sheet(sheet, None, "a4", "zh")
    assert list(laid.checks) == required
    assert laid.map_width > WIDTH_MM / 3
    assert [row.warnings for row in laid.rows] == [len(advised)] * 2
    assert laid.warnings == 2 * len(advised)
    chosen = print_sheet(sheet, advised[0], "a4", "zh")
    assert list(chosen.checks) == [*required, advised[0].label.zh]
    assert chosen.chosen == len(required)
