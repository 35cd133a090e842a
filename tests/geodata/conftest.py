"""Fixtures of the imports: a made-up town, and what must be taken or refused."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pyogrio
import pytest

from geodata import book_reading, books, confined, loading, reading
from geodata.batches import open_batch
from geodata.loading.prepared import Options
from geodata.quality import Severity
from geodata.sources import Layer
from tests.geodata.mapfiles import DAY, NOW, TOWN, counts, write


def read_in_process(patch):
    """Let files be read by the same program in this process: a process for each takes half a second.

    What is confined, and that it is, is tested in processes of their own: in `test_vector_files` and
    `test_books`, and by the commands.
    """

    def run(words, **_options):
        request = Path(words[-1], "request.json")
        if words[-2] == str(books.READING):
            book_reading.reading.serve(request.parent, book_reading.read)
            return
        asked = json.loads(request.read_text(encoding="ascii"))
        request.write_text(json.dumps(asked | {"drivers": [*pyogrio.list_drivers()]}), "ascii")
        reading.serve(request.parent, reading.read_map)

    here = SimpleNamespace(
        run=run, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
    )
    patch.setattr(confined, "subprocess", here)
    for module in (reading, book_reading.reading):
        patch.setattr(module, "confine", lambda _limits: None)


@pytest.fixture
def read_here(monkeypatch):
    read_in_process(monkeypatch)


@pytest.fixture
def bring(session, tmp_path, read_here):
    """Import features as a layer; the file is a GeoPackage unless `path` is given."""

    def bring(layer, features=(), day=DAY, *, path=None, crs=None, overrides=None, **options):
        path = path or write(tmp_path / f"{layer}.gpkg", features)
        batch = open_batch(Layer(layer), path, crs=crs, overrides=overrides)
        return loading.load(session, batch, day, NOW, Options(**options))

    return bring


@pytest.fixture(scope="module")
def town_batches(tmp_path_factory):
    """The made-up town's files, read once."""
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch:
        read_in_process(patch)
        return [
            open_batch(Layer(layer), write(folder / f"{layer}.gpkg", features))
            for layer, features in TOWN.items()
        ]


@pytest.fixture
def town(session, town_batches):
    """The made-up town, whole."""
    return {batch.layer: loading.load(session, batch, DAY, NOW) for batch in town_batches}


@pytest.fixture
def refused(session, bring):
    """Import what must be refused: nothing changes, and the errors come back as (row, code)."""

    def refused(*args, **options):
        before = counts(session)
        outcome = bring(*args, **options)
        assert outcome.result == loading.REFUSED
        assert counts(session) == before
        return [(p.row, p.code) for p in outcome.problems if p.severity is Severity.ERROR]

    return refused
