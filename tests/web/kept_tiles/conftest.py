"""A county whose tiles are kept, and what is made of them."""

import pytest

from gridmap.publishing import tiles as making
from gridmap.store.session import make_engine
from tests.web.kept_tiles.asking import serving


@pytest.fixture(scope="module")
def county(make_demo):
    """A demo county of its own: url and engine."""
    url = make_demo()
    engine = make_engine(url)
    yield url, engine
    engine.dispose()


@pytest.fixture
def app(county, tmp_path):
    with serving(county[0], tmp_path / "tiles") as app:
        yield app


@pytest.fixture
def counted(monkeypatch):
    """Tiles that are made, one by one."""
    made, real = [], making.made

    def count(session, collection, block, day):
        made.extend(f"/tiles/{collection.name}/{at.z}/{at.x}/{at.y}.mvt" for at in block)
        return real(session, collection, block, day)

    monkeypatch.setattr(making, "made", count)
    return made
