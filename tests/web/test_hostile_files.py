"""The hostile corpus through the page and the command: refused in clear words, nothing read, nobody called."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from geodata import confined
from geodata.loading import CHECKED
from geodata.loading.prepared import Options
from geodata.sources import Layer
from gridmap.store.session import make_engine
from gridmap.terms import Role
from tests.dispatch.filings import town
from tests.geodata.hostile.corpus import SECRET, canaries, corpus
from tests.web import signed
from web.commands.imports import Wanted, run
from web.pages import imports

PAGE = {"Accept": "text/html"}
DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The corpus; at the end nobody has called."""
    with canaries(tmp_path_factory.mktemp("canary")) as (canary, called):
        yield corpus(canary)
        assert called == []


@pytest.fixture(scope="module", autouse=True)
def each_is_read_once():
    """What a process of its own has answered for the same files, it is not asked again."""
    answers: dict[str, dict[str, bytes]] = {}
    run_process = subprocess.run

    def run(words, **options):
        folder = Path(words[-1])
        given = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        asked = given.pop("request.json").replace(str(folder).encode(), b"")
        key = hashlib.sha256(repr((asked, sorted(given.items()))).encode()).hexdigest()
        if key in answers:
            for name, content in answers[key].items():
                (folder / name).write_bytes(content)
            return
        run_process(words, **options)
        made = {path for path in folder.iterdir() if path.is_file()} - {
            folder / name for name in given
        }
        answers[key] = {
            path.name: path.read_bytes() for path in made if path.name != "request.json"
        }

    once = SimpleNamespace(
        run=run, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confined, "subprocess", once)
        yield


@pytest.fixture
def desk(session, client, tmp_path):
    """Somebody who may import files."""
    client.application.extensions[imports.FOLDER] = tmp_path / "imports"
    yield signed_in(session, client)
    del client.application.extensions[imports.FOLDER]


def signed_in(session, client):
    world = town(session)
    post = world.post("part_time_worker", world.grids["A"], "管理员")
    signed.account(session, post.person_id, "admin", roles=[Role.ADMINISTRATOR])
    signed.sign_in(client, "admin")
    return client


def through_the_page(client, token, case):
    """Send a file, and where it is taken on go on to its check; returns what is wrong with the answers."""
    sent = [FileStorage(io.BytesIO(content), name) for name, content in case.files.items()]
    data = {"csrf_token": token, "layer": case.layer, "file": sent}
    boundary, body = encode_multipart(data)  # in memory: the client's own way leaves files open
    kind = f"multipart/form-data; boundary={boundary}"
    answer = client.post("/imports", data=body, content_type=kind, headers=PAGE)
    answers = [answer]
    taken_on = answer.status_code == 303
    if taken_on:
        address = answer.location
        answers.append(client.get(address, headers=PAGE))
        fields = dict(
            re.findall(
                r'<select[^>]* name="(field-[^"]+)"[^>]*>.*?<option value="([^"]*)" selected',
                answers[1].text,
                re.DOTALL,
            )
        )
        form = {"csrf_token": token, "step": "check", "day": DAY.isoformat()}
        checked = client.post(address, data=form | fields, headers=PAGE)
        answers.append(checked)
        if checked.status_code == 303:
            answers += [
                client.get(checked.location, headers=PAGE),
                client.get(f"{address}/shapes.json"),
            ]
    return fault_of(case, answers)


def fault_of(case, answers):
    first, last = answers[0], answers[-1]
    codes = [answer.status_code for answer in answers]
    if max(codes) >= 500 or (case.status and codes[0] != case.status):
        return codes
    if any(SECRET in answer.text for answer in answers):
        return "the canary was read"
    if first.status_code != 303 and not re.search(
        r'role="alert"[^>]*>[^<]*[\u4e00-\u9fff]{2}', first.text
    ):
        return "no words"
    checked = codes[-2:] == [200, 200] and len(codes) == 5
    if not case.harmless and checked and "imports-take" in answers[-2].text:
        return f"taken: {last.text[:200]}"
    return None


def wanted(case, path):
    return Wanted(
        layer=Layer(case.layer),
        file=path,
        day=DAY,
        crs=None,
        fields={},
        encoding=None,
        table=None,
        repair=False,
        check=True,
        options=Options(),
        language="zh",
    )


def is_clear(case, outcome):
    told = " ".join(f"{one.zh} {one.en}" for one in outcome.problems)
    words = all(one.zh and one.en and "Traceback" not in one.en for one in outcome.problems)
    refused = outcome.counts["errors"] > 0
    alone = len(case.files) > 1 and case.status == 422
    sound = outcome.result == CHECKED and not refused
    return words and SECRET not in told and (refused or case.harmless or alone or not sound)


def test_the_command_refuses_each_in_two_languages(hostile, make_migrated, tmp_path):
    engine = make_engine(make_migrated())

    def through_the_command(numbered):
        number, case = numbered
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, content in case.files.items():
            (folder / name[-60:].replace("/", "_")).write_bytes(content)
        main = next((path for path in folder.iterdir() if path.suffix == ".shp"), None)
        return case, run(engine, wanted(case, main or min(folder.iterdir())))

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(through_the_command, enumerate(hostile)))
    engine.dispose()
    wrong = {case.name: outcome for case, outcome in outcomes if not is_clear(case, outcome)}
    assert wrong == {}


def test_the_page_refuses_each_in_clear_words(desk, hostile):
    token = signed.token(desk.get("/imports", headers=PAGE))
    wrong = {}
    for case in hostile:
        fault = through_the_page(desk, token, case)
        if fault:
            wrong[case.name] = fault
    assert wrong == {}
