"""Opening hours that stood as words become data, what cannot be read goes on record, and words again."""

from sqlalchemy import text

from gridmap.store import schema
from gridmap.store.session import make_engine

CENTRE = """
INSERT INTO service_centre (code, name, hours, spot, valid)
VALUES (:code, '中心', :hours, ST_SetSRID(ST_MakePoint(113.9, 34.7), 4326), '[2025-01-01,)')
"""
TIMES = "SELECT centre, weekdays, opens, closes, lower(valid)::text FROM centre_opening ORDER BY 1, 2, 3"
HOURS = {
    "A": "周一至周五 8:30-12:00、14：00—18:00；周末 9:00至11:30",
    "B": "请打电话",
    "C": "全天",
    "D": None,
    "E": "8:30-18:00",
}


def test_words_become_times_and_words_again(make_database):
    engine = make_engine(make_database(), statement_timeout_s=0)
    schema.upgrade(engine, "0021")
    with engine.begin() as connection:
        for code, hours in HOURS.items():
            connection.execute(text(CENTRE), {"code": code, "hours": hours})
        connection.execute(
            text(
                "INSERT INTO centre_opening (centre, weekdays, opens, closes, valid)"
                " VALUES ('E', 'sunday', '10:00', '11:00', '[2025-01-01,)')"
            )
        )
    schema.upgrade(engine, "0022")
    with engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(text(TIMES))] == [
            ("A", "weekend", "09:00", "11:30", "2025-01-01"),
            ("A", "workdays", "08:30", "12:00", "2025-01-01"),
            ("A", "workdays", "14:00", "18:00", "2025-01-01"),
            ("C", "daily", "00:00", "24:00", "2025-01-01"),
            ("E", "sunday", "10:00", "11:00", "2025-01-01"),
        ]
        unread = connection.execute(
            text(
                "SELECT object_key, details ->> 'hours' FROM audit_entry WHERE object_kind = 'centre'"
            )
        )
        assert [tuple(row) for row in unread] == [("B", "请打电话")]
    schema.downgrade(engine, "0021")
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT code, hours FROM service_centre"))
        words = {row.code: row.hours for row in rows}
    assert words == {
        "A": "周六、周日 09:00-11:30；周一至周五 08:30-12:00；周一至周五 14:00-18:00",
        "B": None,
        "C": "每天 00:00-24:00",
        "D": None,
        "E": "周日 10:00-11:00",
    }
    engine.dispose()
