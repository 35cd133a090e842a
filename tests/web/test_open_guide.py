"""The guide's own examples against a served demo county, and a client that others have written."""

import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import requests
from georeport import GeoReport

from gridmap.store.session import make_engine, transaction
from tests import serving
from tests.platform import givers
from web.params import now

GUIDES = Path(__file__).parents[2] / "docs/guides"
EXAMPLES = [
    line
    for guide in ("对接开放接口", "导出数据")
    for block in re.findall(
        r"```sh\n(.*?)```", (GUIDES / f"{guide}.md").read_text(encoding="utf-8"), re.DOTALL
    )
    for line in block.splitlines()
    if line.startswith("curl ")
]


@pytest.fixture(scope="module")
def served(make_demo):
    """A server on a demo county of its own, and a key with every scope."""
    url = make_demo()
    engine = make_engine(url)
    with transaction(engine) as session:
        key = givers.key(session, now=now())
    engine.dispose()
    with serving.served(url, rate_limits=True) as address:
        yield address, key


def run(example, **values):
    """What an example prints; it must be answered 2xx."""
    command = example.replace("curl ", "curl -sS --noproxy '*' --fail-with-body ", 1)
    done = subprocess.run(
        ["bash", "-c", command],
        env=os.environ | values,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (example, done.stdout, done.stderr)
    return done.stdout


def test_every_example_of_the_guide_works(served):
    grid, key = served
    assert len(EXAMPLES) >= 12
    values = {
        "GRID": grid,
        "KEY": key,
        "SINCE": (now() - timedelta(days=1)).isoformat("T", "seconds"),
    }
    said = {}
    for example in EXAMPLES:
        said[example] = run(example, **values)
        number = re.search(r'"service_request_id":"([0-9-]+)"', said[example])
        if number and "NUMBER" not in values:
            values["NUMBER"] = number[1]
    by_token = next(text for example, text in said.items() if "/tokens/" in example)
    by_number = next(text for example, text in said.items() if "$NUMBER" in example)
    assert values["NUMBER"] in by_token
    assert "门口垃圾没人收" in by_number
    listed = next(text for example, text in said.items() if "requests.xml" in example)
    found = ET.fromstring(listed).findall("request/service_request_id")  # noqa: S314
    assert values["NUMBER"] in {one.text for one in found}


def file_some(grid, key, count):
    """File reports as another system does."""
    for n in range(count):
        form = {"api_key": key, "service_code": "E01002", "lat": "34.047553", "long": "114.631935"}
        answer = requests.post(
            f"{grid}/open311/v2/requests.json", form | {"description": f"第{n}处垃圾"}, timeout=30
        )
        assert answer.ok, answer.text


@pytest.mark.parametrize("spelling", ["json", "xml"])
def test_a_client_of_others_reads_us(served, spelling, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    file_some(*served, count=4)
    root = f"{served[0]}/open311/v2"
    client = GeoReport(root, jurisdiction="419901000000", output_format=spelling)
    services = client.get_service_list()
    assert len(services) > 10
    code = services[0]["service_code"]
    assert client.get_service_definition(code)["service_code"] == code
    found = client.get_service_requests(status="open")
    assert len(found) >= 4
    one = client.get_service_request(found[0]["service_request_id"])
    assert one == found[0]
    newest = client.get_service_requests(start_date=found[1]["requested_datetime"])
    assert [row["service_request_id"] for row in newest][:2] == [
        row["service_request_id"] for row in found[:2]
    ]
