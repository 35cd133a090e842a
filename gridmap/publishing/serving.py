"""Collections of those who help: service centres with their times, activities of volunteers, needs that wait.

What is published of them is what their public pages tell. Nobody's name is in it: not who calls people together,
not who has signed up or taken something up, not the words of a need or the report that it grew out of; a need
lies somewhere inside its community, never at an address.
"""

from __future__ import annotations

from typing import Final

from gridmap.publishing.fields import COMMUNITY, NAME, Collection, Field, FieldType, Shape
from gridmap.terms import Weekdays

_DAY, _INTEGER = FieldType.DAY, FieldType.INTEGER


def _words(language: str) -> str:
    """Return SQL for the days of a line of opening times."""
    cases = " ".join(f"WHEN '{one.value}' THEN '{one.label(language)}'" for one in Weekdays)
    return f"CASE o.weekdays {cases} END"


_PLACES: Final = " ".join(f"WHEN '{one.value}' THEN {at}" for at, one in enumerate(Weekdays))
_SPAN: Final = "CASE WHEN o.opens = '00:00' AND o.closes = '24:00' THEN '{whole}' ELSE o.opens || '-' || o.closes END"

CENTRES: Final = Collection(
    "centres",
    "党群服务中心",
    "Party-mass service centres",
    Shape.POINT,
    (
        NAME,
        Field("address", "地址", "Address", on_map=True),
        Field("phone", "电话", "Phone", on_map=True),
        Field("hours", "开放时间", "Opening hours", on_map=True),
        Field("hours_en", "开放时间（英文）", "Opening hours in English", on_map=True),
        Field("closed", "当天不开放的原因", "Why it is closed on the day", on_map=True),
    ),
    ("property",),
    f"""
    SELECT c.code, c.name, c.address, c.phone, t.hours, t.hours_en, x.reason AS closed, c.valid, c.spot AS geom
    FROM service_centre c
    LEFT JOIN LATERAL (
        SELECT string_agg(d.zh || ' ' || d.spans, '；' ORDER BY d.place) AS hours,
               string_agg(d.en || ' ' || d.spans_en, '; ' ORDER BY d.place) AS hours_en
        FROM (
            SELECT {_words("zh")} AS zh, {_words("en")} AS en, CASE o.weekdays {_PLACES} END AS place,
                   string_agg({_SPAN.format(whole="全天")}, '、' ORDER BY o.opens, o.closes) AS spans,
                   string_agg({_SPAN.format(whole="all day")}, ', ' ORDER BY o.opens, o.closes) AS spans_en
            FROM centre_opening o WHERE o.centre = c.code AND o.valid @> CAST(:day AS date)
            GROUP BY o.weekdays
        ) AS d
    ) AS t ON true
    LEFT JOIN centre_closure x ON x.centre = c.code AND x.valid @> CAST(:day AS date)
    """,  # noqa: S608 - constants
)

ACTIVITIES: Final = Collection(
    "activities",
    "志愿活动",
    "Volunteers' activities",
    Shape.POINT,
    (
        NAME,
        *COMMUNITY,
        Field("place", "地点", "Place", on_map=True),
        Field("day", "日期", "Day", _DAY, on_map=True),
        Field("hours", "时间", "Hours", on_map=True),
        Field("places", "名额", "Places", _INTEGER, on_map=True),
        Field("taken", "已报名人数", "Places taken", _INTEGER, on_map=True),
    ),
    ("areas", "sign_ups", "volunteering"),
    """
    SELECT 'HD' || to_char(v.id, 'FM000000000') AS code, v.title AS name, a.code AS community_code,
           c.name AS community, v.place, CAST(v.starts_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day,
           to_char(v.starts_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') || '-'
               || to_char(v.ends_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') AS hours,
           v.places, n.taken, d.valid, v.spot AS geom
    FROM activity v
    JOIN area a ON a.id = v.community_id
    LEFT JOIN area_version c ON c.area_id = a.id AND c.valid @> CAST(:day AS date)
    CROSS JOIN LATERAL (
        SELECT CAST(least(v.made_at, v.starts_at) AT TIME ZONE 'Asia/Shanghai' AS date) AS first,
               CAST(v.ends_at AT TIME ZONE 'Asia/Shanghai' AS date) + 1 AS after,
               CAST(v.cancelled_at AT TIME ZONE 'Asia/Shanghai' AS date) AS cancelled
    ) AS w
    CROSS JOIN LATERAL (SELECT daterange(w.first, greatest(w.first, least(w.after, w.cancelled))) AS valid) AS d
    CROSS JOIN LATERAL (
        SELECT count(*) AS taken FROM sign_up s
        WHERE s.activity_id = v.id AND CAST(s.at AT TIME ZONE 'Asia/Shanghai' AS date) <= CAST(:day AS date)
          AND (s.cancelled_at IS NULL OR CAST(s.cancelled_at AT TIME ZONE 'Asia/Shanghai' AS date) > CAST(:day AS date))
    ) AS n
    """,
)
"""From the day on which it was called until the day on which it ends, or until it is called off. The places
taken are those at the end of the day, a number without anybody's name; no number of places: as many as come.
"""

NEEDS: Final = Collection(
    "needs",
    "社区需求",
    "Help wanted",
    Shape.POINT,
    (
        NAME,
        *COMMUNITY,
        Field("wanted", "需要人数", "People wanted", _INTEGER, on_map=True),
        Field("until", "最晚", "By", _DAY, on_map=True),
        Field("filled", "现在人已够", "Enough people by now", FieldType.FLAG, on_map=True),
    ),
    ("areas", "volunteering"),
    """
    SELECT 'XQ' || to_char(n.id, 'FM000000000') AS code, n.title AS name, a.code AS community_code,
           c.name AS community, n.wanted, n.until_day AS until,
           CASE n.state WHEN 'open' THEN false WHEN 'taken' THEN true END AS filled,
           d.valid, ST_PointOnSurface(c.boundary) AS geom
    FROM need n
    JOIN area a ON a.id = n.community_id
    JOIN area_version c ON c.area_id = a.id AND c.valid @> CAST(:day AS date) AND c.boundary IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT CAST(n.made_at AT TIME ZONE 'Asia/Shanghai' AS date) AS first,
               least(CAST(n.ended_at AT TIME ZONE 'Asia/Shanghai' AS date), n.until_day + 1) AS after
    ) AS w
    CROSS JOIN LATERAL (
        SELECT daterange(w.first, CASE WHEN w.after IS NOT NULL THEN greatest(w.first, w.after) END) AS valid
    ) AS d
    """,
)
"""From the day on which it was posted until it is done, withdrawn or too late."""
