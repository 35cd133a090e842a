"""Everything at once, and back into an empty database: every row of every ledger is there again, no secret is."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from contextlib import closing

import pyogrio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geodata import calendar
from geodata.exports import table_queries
from geodata.exports.whole import PREFIX, export_all, import_all
from gridmap.errors import InvalidInput, NotEmpty, UnreadableFile
from gridmap.publishing.collections import COLLECTIONS
from gridmap.store import audit
from gridmap.store.session import make_engine, transaction
from web.params import now, today


@pytest.fixture(scope="module")
def county(make_demo, tmp_path_factory):
    """A demo county with an account, and the file of everything."""
    engine = make_engine(make_demo())
    target = tmp_path_factory.mktemp("whole") / "county.gpkg"
    with transaction(engine) as session:
        session.execute(
            text(
                "INSERT INTO account (login, password_hash, person_id) SELECT 'jia', '$argon2id$secret', min(id)"
                " FROM person"
            )
        )
        session.execute(
            text(
                "UPDATE meeting_item SET proposal_id = (SELECT max(id) FROM meeting_proposal)"
                " WHERE id = (SELECT min(id) FROM meeting_item)"
            )
        )
    with transaction(engine) as session:
        written = export_all(session, target, today(), now())
    yield engine, target, written
    engine.dispose()


@pytest.fixture
def empty(make_migrated):
    engine = make_engine(make_migrated())
    yield engine
    engine.dispose()


def digests(engine):
    """A hash of every row of every ledger, as PostgreSQL writes it; geometries as their bytes."""
    found = {}
    with transaction(engine) as session:
        for table in table_queries.ledgers(session):
            names = [
                one.name
                for one in table.columns
                if (table.name, one.name) not in table_queries.SECRETS
            ]
            columns = ", ".join(f'CAST("{name}" AS text)' for name in names)
            rows = session.execute(
                text(f'SELECT {columns} FROM "{table.name}" ORDER BY 1, 2')
            ).all()
            found[table.name] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return found


def test_everything_comes_back_without_loss(county, empty):
    engine, target, written = county
    with transaction(empty) as session:
        read = import_all(session, target)
    assert read == written
    assert digests(empty) == digests(engine)
    assert sum(written.values()) > 10_000
    with transaction(empty) as session:
        # the next row of a table gets the next id
        session.execute(text("INSERT INTO person (code, name) VALUES ('neu', '新人')"))
        ids = session.execute(text("SELECT max(id), count(*) FROM person")).one()
    assert ids[0] >= ids[1]


def test_secrets_and_sessions_stay(county, empty):
    _, target, _ = county
    data = target.read_bytes()
    assert b"argon2id" not in data
    layers = set(pyogrio.list_layers(target)[:, 0])
    assert not layers & {f"{PREFIX}{name}" for name in table_queries.LEFT_OUT}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with transaction(empty) as session:
        import_all(session, target)
        assert session.scalar(text("SELECT password_hash FROM account WHERE login = 'jia'")) == "!"


def test_gis_programs_see_the_layers_and_the_ledgers(county):
    _, target, written = county
    layers = dict(pyogrio.list_layers(target))
    assert {one.name for one in COLLECTIONS} <= layers.keys()
    assert layers[f"{PREFIX}person"] is None
    info = pyogrio.read_info(target, layer=f"{PREFIX}building_version")
    assert (info["features"], info["crs"]) == (written["building_version"], "EPSG:4326")
    read = pyogrio.read_dataframe(target, layer=f"{PREFIX}grid_version", max_features=3)
    assert read.geometry.is_valid.all()
    assert "网格" in read["name"][0]


def test_it_goes_into_an_empty_database_only(county):
    engine, target, _ = county
    with pytest.raises(NotEmpty), transaction(engine) as session:
        import_all(session, target)


def test_a_database_that_was_only_founded_is_empty(county, empty):
    _, target, written = county
    with transaction(empty) as session:
        # as `gridmap db upgrade` does it: the calendar is on record in the audit log
        assert calendar.load_where_missing(session, now()) > 0
        assert session.scalar(text("SELECT count(*) FROM audit_entry")) == 1
    with transaction(empty) as session:
        assert import_all(session, target) == written
        found = session.scalar(text("SELECT count(*) FROM audit_entry"))
        assert found == written["audit_entry"]
    with pytest.raises(DBAPIError), transaction(empty) as session:
        session.execute(text("DELETE FROM audit_entry"))  # still nobody may


@pytest.mark.parametrize("action", ["api_key_made", "calendar_changed"])
def test_a_database_in_which_something_was_done_is_not(county, empty, action):
    with transaction(empty) as session:
        account = None
        if action == "calendar_changed":
            session.execute(text("INSERT INTO person (code, name) VALUES ('p', '甲')"))
            account = session.scalar(
                text(
                    "INSERT INTO account (login, password_hash, person_id) SELECT 'a', '!', id FROM person"
                    " RETURNING id"
                )
            )
        audit.record(session, action, "x", "1", now=now(), account_id=account)
    with pytest.raises(NotEmpty) as refused, transaction(empty) as session:
        import_all(session, county[1])
    assert "演示县" not in refused.value.message("zh")
    with transaction(empty) as session:
        assert session.scalar(text("SELECT count(*) FROM audit_entry")) == 1


def test_another_schema_is_refused_with_both_revisions(county, empty, tmp_path):
    other = tmp_path / "other.gpkg"
    other.write_bytes(county[1].read_bytes())
    with sqlite3.connect(other) as file:
        file.execute("UPDATE gridmap_export SET value = '0001' WHERE key = 'schema'")
    file.close()
    with pytest.raises(InvalidInput) as refused, transaction(empty) as session:
        import_all(session, other)
    assert "0001" in refused.value.message("zh")


@pytest.mark.parametrize(
    "content", [b"", b"not a database", b"SQLite format 3\x00" + b"\x00" * 200]
)
def test_what_is_no_such_file_is_refused(empty, tmp_path, content):
    file = tmp_path / "x.gpkg"
    file.write_bytes(content)
    with pytest.raises(UnreadableFile), transaction(empty) as session:
        import_all(session, file)


HOSTILE = {
    "a view without end": (
        "CREATE VIEW gridmap_export AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
        "不是 gridmap export all",
    ),
    "a virtual table": ("CREATE VIRTUAL TABLE gridmap_export USING fts5(key, value)", "虚拟表"),
    "a view that loads": (
        "CREATE VIEW gridmap_export AS SELECT load_extension('x') AS key, 1 AS value",
        "虚拟表",
    ),
}


@pytest.mark.parametrize(("statement", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_schema_that_is_a_program_is_refused(empty, tmp_path, statement, words):
    with closing(sqlite3.connect(tmp_path / "x.gpkg")) as file:
        file.execute(statement)
        file.commit()
    with pytest.raises(UnreadableFile, match=words), transaction(empty) as session:
        import_all(session, tmp_path / "x.gpkg")


def test_a_cell_that_no_ledger_has_is_refused_and_nothing_is_kept(county, empty, tmp_path):
    other = tmp_path / "other.gpkg"
    other.write_bytes(county[1].read_bytes())
    with closing(sqlite3.connect(other)) as file:
        file.execute("UPDATE ledger_post SET person_id = 'x'")
        file.commit()
    with (
        pytest.raises(UnreadableFile, match="“post”"),
        transaction(empty) as session,
    ):
        import_all(session, other)
    with transaction(empty) as session:
        assert session.scalar(text("SELECT count(*) FROM person")) == 0


def test_a_failure_leaves_no_half_file(county, tmp_path, monkeypatch):
    engine, *_ = county
    monkeypatch.setattr(
        table_queries, "rows", lambda *_args: (_ for _ in ()).throw(OSError("disk full"))
    )
    with pytest.raises(OSError, match="disk full"), transaction(engine) as session:
        export_all(session, tmp_path / "out.gpkg", today(), now())
    assert list(tmp_path.iterdir()) == []
