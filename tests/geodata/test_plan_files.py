"""Plans as map files: a name or code belongs to its own shape, however often it comes."""

from geodata import plan_files
from tests.geodata.mapfiles import GRIDS, write


def test_shapes_that_share_a_name_keep_it_and_their_codes(tmp_path):
    shared = [(own | {"name": "同名网格"}, shape) for own, shape in GRIDS]
    read = plan_files.read(write(tmp_path / "a.gpkg", [*shared, *shared]))
    assert [one.name for one in read.shapes] == ["同名网格"] * 4
    assert [one.code for one in read.shapes] == [own["code"] for own, _ in (*GRIDS, *GRIDS)]
