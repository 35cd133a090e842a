"""Kept tiles of what is counted: coverage and reports by grid, anew when one of them counts otherwise."""

from __future__ import annotations

import gzip
import time

import pytest
from sqlalchemy import text

from gridmap.dispatch import service as dispatch
from gridmap.dispatch.reports import Filing
from gridmap.geolocation.rules import Place
from gridmap.publishing import tiles as making
from gridmap.publishing.collections import BY_NAME
from gridmap.store import revision
from gridmap.store.session import transaction
from tests.publishing.tile_marks import decoded, tile_at
from tests.web import signed
from tests.web.kept_tiles.asking import GZIP, all_of, serving
from web import params
from web.params import today
from web.tiles import Asked


def far(engine, names, zoom=12):
    """Addresses of tiles of a few zooms away, with all that lies around the houses."""
    with transaction(engine) as session:
        spots = session.execute(text("SELECT ST_X(spot), ST_Y(spot) FROM building_version")).all()
    found = {tile_at(*spot, zoom) for spot in spots}
    return sorted(f"/tiles/{name}/{at.z}/{at.x}/{at.y}.mvt" for name in names for at in found)


def changed_within(client, path, before):
    """What is served instead of something, which must be so within a second."""
    begin = time.monotonic()
    while (found := client.get(path, headers=GZIP).data) == before:
        assert time.monotonic() - begin < 1.2
        time.sleep(0.02)
    return found


def run(engine, sql, **values):
    with transaction(engine) as session:
        return session.execute(text(sql), values).scalar()


@pytest.fixture(scope="module")
def reports(county):
    """Ids of reports that are filed in the county, all of them open."""
    with transaction(county[1]) as session:
        code = session.scalar(
            text("SELECT code FROM category WHERE valid @> current_date ORDER BY id LIMIT 1")
        )
        spots = session.execute(
            text(
                "SELECT ST_X(v.spot), ST_Y(v.spot) FROM building_version v JOIN grid_building g USING (building_id)"
                " WHERE v.valid @> current_date AND g.valid @> current_date ORDER BY v.id LIMIT 4"
            )
        ).all()
        for number, (lon, lat) in enumerate(spots):
            place = Place(lon, lat, "wgs84")
            filed = Filing(f"kept-{number}", "0" * 64, code, "路灯不亮", place)
            dispatch.file(session, filed, params.now())
        return session.scalars(
            text("SELECT id FROM report WHERE grid_id IS NOT NULL ORDER BY id")
        ).all()


EARLIER = "UPDATE report SET filed_at = filed_at - interval '1 minute' WHERE id = :id RETURNING id"


def test_coverage_is_kept_until_the_ledger_moves(county, reports, tmp_path, counted):
    paths = far(county[1], ["coverage"])
    with serving(county[0], tmp_path) as one:
        first = all_of(one, paths)
        assert set(counted) == set(paths)
    counted.clear()
    with serving(county[0], tmp_path) as app:
        assert all_of(app, paths)[paths[0]].data == first[paths[0]].data
        run(county[1], EARLIER, id=reports[0])
        time.sleep(1)
        all_of(app, paths)
        assert counted == []
        ended = "UPDATE post SET valid = daterange(lower(valid), current_date) WHERE id = (SELECT min(id) FROM post"
        run(county[1], f"{ended} WHERE kind = 'first_secretary' AND upper_inf(valid)) RETURNING id")
        path = next(path for path in paths if first[path].status_code == 200)
        changed_within(app.test_client(), path, first[path].data)
        counted.clear()
        all_of(app, paths)
        all_of(app, paths)
        assert len(counted) == len(set(counted))


@pytest.fixture(scope="module")
def reader(county):
    """Signs a client in as somebody who reads reports by grid."""
    with transaction(county[1]) as session:
        person = session.scalar(text("SELECT min(person_id) FROM post WHERE kind = 'grid_worker'"))
        signed.account(session, person, "kept")

    def sign_in(app):
        client = app.test_client()
        signed.sign_in(client, "kept")
        return client

    return sign_in


def around(engine, report):
    """The address of a tile of reports by grid with the grid of one."""
    with transaction(engine) as session:
        spot = session.execute(
            text("SELECT ST_X(spot), ST_Y(spot) FROM report WHERE id = :id"), {"id": report}
        ).one()
    at = tile_at(*spot, 13)
    return f"/tiles/reports/{at.z}/{at.x}/{at.y}.mvt"


def test_reports_by_grid_are_kept_for_the_signed_in_only(
    county, reports, tmp_path, counted, reader
):
    path = around(county[1], reports[0])
    with serving(county[0], tmp_path) as one:
        first = reader(one).get(path, headers=GZIP)
        assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
        assert counted == [path]
    with serving(county[0], tmp_path) as app:
        assert reader(app).get(path, headers=GZIP).data == first.data
        assert counted == [path]  # the other process has made it
        for headers in (GZIP, GZIP | {"If-None-Match": first.headers["ETag"]}):
            asked = headers | {"Accept": "application/json"}
            assert app.test_client().get(path, headers=asked).status_code == 401


def test_reports_by_grid_are_counted_anew_when_one_counts_otherwise(
    app, county, reports, counted, reader
):
    client, report = reader(app), reports[0]
    path = around(county[1], report)
    first = client.get(path, headers=GZIP).data
    counted.clear()
    hurried = "UPDATE report SET due_at = now(), version = version + 1 WHERE id = :id RETURNING id"
    run(county[1], hurried, id=report)
    time.sleep(1)
    assert client.get(path, headers=GZIP).data == first
    assert counted == []
    close = "UPDATE report SET stage = 'closed', closed_at = now() WHERE id = :id RETURNING grid_id"
    grid = run(county[1], close, id=report)
    code = run(county[1], "SELECT code FROM grid WHERE id = :id", id=grid)
    after = changed_within(client, path, first)
    at = making.Tile(*map(int, path.removesuffix(".mvt").split("/")[3:]))
    before, now = (decoded(gzip.decompress(one), at)[code][1] for one in (first, after))
    assert (now["open"], now["closed"]) == (before["open"] - 1, before["closed"] + 1)


def test_what_others_may_not_read_has_no_name_of_what_they_may():
    at = making.Tile(12, 3, 4)
    keys = {Asked(BY_NAME[name], at, today()).key for name in ("reports", "grids")}
    assert {key.split("/")[0] for key in keys} == {"signed_in:reports", "grids"}


def test_officers_who_move_reports_do_not_wait_for_each_other(county, reports):
    engine = county[1]
    number = "SELECT number FROM revision WHERE layer = 'reports'"
    before = run(engine, number)
    with engine.connect() as one, engine.connect() as other:
        for hand in (one, other):
            hand.execute(text("SET LOCAL lock_timeout = '2s'"))
        for hand, report in zip((one, other, one, other), reports, strict=True):
            hand.execute(text(EARLIER), {"id": report})
        assert one.scalar(text(number)) == before
        one.commit()
        other.commit()
    assert run(engine, number) == before + 2  # once each, of two rows


def test_a_transaction_sees_what_it_has_filed_itself(county, reports):
    with transaction(county[1]) as session:
        seen = [revision.version(session, "reports")]
        for report in reports[:2]:
            session.execute(text(EARLIER), {"id": report})
            seen.append(revision.version(session, "reports"))
        session.execute(text("UPDATE report SET due_at = now()"))
        assert revision.version(session, "reports") == seen[-1]
    assert len(set(seen)) == 3
