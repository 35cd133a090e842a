"""Aliases that stood as lists in versions become rows of days, and lists again."""

from sqlalchemy import text

from gridmap.store import schema
from gridmap.store.session import make_engine

VERSION = """
INSERT INTO compound_version (compound_id, name, aliases, boundary, valid)
SELECT id, :name, :aliases, ST_Multi(ST_MakeEnvelope(113.9, 34.7, 113.91, 34.71, 4326)), CAST(:valid AS daterange)
FROM compound WHERE code = 'c1'
"""
NAMES = "SELECT text, kind, state, lower(valid)::text, upper(valid)::text FROM place_name ORDER BY text, valid"


def test_equal_aliases_of_days_that_meet_are_one_row(make_database):
    engine = make_engine(make_database(), statement_timeout_s=0)
    schema.upgrade(engine, "0010")
    versions = [
        ("旧名", ["甲院", " 乙院 ", ""], "[2024-01-01,2025-01-01)"),
        ("新名", ["甲院", "旧名"], "[2025-01-01,2026-01-01)"),
        ("新名", ["乙院"], "[2026-01-01,)"),
    ]
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO compound (code) VALUES ('c1')"))
        for name, aliases, valid in versions:
            values = {"name": name, "aliases": aliases, "valid": valid}
            connection.execute(text(VERSION), values)
    schema.upgrade(engine)
    with engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(text(NAMES))] == [
            ("乙院", "alias", "confirmed", "2024-01-01", "2025-01-01"),
            ("乙院", "alias", "confirmed", "2026-01-01", None),
            ("旧名", "alias", "confirmed", "2025-01-01", "2026-01-01"),
            ("甲院", "alias", "confirmed", "2024-01-01", "2026-01-01"),
        ]
    schema.downgrade(engine, "0010")
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT aliases FROM compound_version ORDER BY valid"))
        assert [sorted(row.aliases) for row in rows] == [
            ["乙院", "甲院"],
            ["旧名", "甲院"],
            ["乙院"],
        ]
    engine.dispose()
