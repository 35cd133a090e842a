"""Fixtures of the imports: a made-up town, and what must be taken or refused."""

import pytest

from geodata import loading
from geodata.batches import open_batch
from geodata.loading.prepared import Options
from geodata.quality import Severity
from geodata.sources import Layer
from tests.geodata.mapfiles import DAY, NOW, TOWN, counts, write


@pytest.fixture
def bring(session, tmp_path):
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
