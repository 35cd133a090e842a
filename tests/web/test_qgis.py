"""Our layers in QGIS itself, where it is installed (apt: python3-qgis)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

CLIENT = Path(__file__).with_name("qgis_client.py")
SYSTEM_PYTHON = "/usr/bin/python3"
KINDS = {
    "communities": "MultiPolygon",
    "grids": "MultiPolygon",
    "buildings": "MultiPolygon",
    "roads": "MultiLineString",
    "centres": "Point",
}


def has_qgis() -> bool:
    """Does the system's Python know QGIS?"""
    if not Path(SYSTEM_PYTHON).exists() or sys.platform != "linux":
        return False
    asked = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import qgis.core"], check=False, capture_output=True
    )
    return asked.returncode == 0


@pytest.fixture(scope="module")
def seen(live_server):
    """What QGIS sees of each collection."""
    if not has_qgis():
        pytest.skip("QGIS is not installed; apt install python3-qgis qgis-providers")
    command = [SYSTEM_PYTHON, str(CLIENT), live_server, *KINDS]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", KINDS)
def test_a_layer_opens_whole_with_its_geometry_and_chinese_names(seen, live_server, name):
    layer = seen[name]
    assert "error" not in layer
    items = f"{live_server}/ogc/collections/{name}/items"
    answer = requests.get(items, params={"limit": 10_000}, timeout=30).json()
    assert sorted(layer["ids"]) == sorted(one["id"] for one in answer["features"])
    assert len(layer["ids"]) == answer["numberMatched"] > 0
    assert set(layer["names"]) == {one["properties"]["name"] or "" for one in answer["features"]}
    assert any(ord(letter) > 0x4E00 for letter in "".join(layer["names"]))
    assert layer["invalid"] == 0
    assert layer["kind"] == KINDS[name]
    assert layer["crs"] == "EPSG:4326"
    assert layer["tiles"]


def test_a_rectangle_is_answered_by_the_server(seen, live_server):
    layer = seen["buildings"]
    box = ",".join(str(edge) for edge in layer["rectangle"])
    items = f"{live_server}/ogc/collections/buildings/items"
    answer = requests.get(items, params={"bbox": box, "limit": 10_000}, timeout=30).json()
    assert sorted(layer["around"]) == sorted(one["id"] for one in answer["features"])
    assert 0 < len(layer["around"]) < len(layer["ids"])
