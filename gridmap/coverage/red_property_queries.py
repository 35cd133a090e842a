"""SQL: what joint meetings want done, and the days on which responsible units did something; one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.coverage.facts import Deed, FollowUp

# What a unit did counts for the days on which it answers for the community.
_FOLLOWED: Final = text("""
SELECT 'follow_up' AS kind, m.community_id, t.id, m.day, t.due, t.done_on, t.title
FROM meeting_task t
JOIN joint_meeting m ON m.id = t.meeting_id
WHERE m.day <= :last
UNION ALL
SELECT DISTINCT 'deeds', u.community_id, u.id, did.day, NULL::date, NULL::date, NULL
FROM responsible_unit u
CROSS JOIN LATERAL (
    SELECT d.day FROM unit_deed d
    WHERE d.agency_id = u.agency_id AND d.community_id = u.community_id
    UNION ALL
    SELECT m.day FROM meeting_agency a JOIN joint_meeting m ON m.id = a.meeting_id
    WHERE a.agency_id = u.agency_id AND m.community_id = u.community_id
    UNION ALL
    SELECT v.day FROM visit v JOIN post p ON p.id = v.post_id JOIN person h ON h.id = p.person_id
    WHERE h.agency_id = u.agency_id AND p.area_id = u.community_id
    UNION ALL
    SELECT (c.starts_at AT TIME ZONE 'Asia/Shanghai')::date FROM activity c
    WHERE c.agency_id = u.agency_id AND c.community_id = u.community_id AND c.cancelled_at IS NULL
) did
WHERE u.valid @> did.day AND did.day <= :last
ORDER BY 1, 3, 4
""")


def followed(session: Session, last: date) -> Mapping[str, Mapping[int, Sequence[Any]]]:
    """Return `follow_up` and `deeds` up to a day, each by id of the community."""
    tasks: dict[int, list[FollowUp]] = defaultdict(list)
    deeds: dict[int, list[Deed]] = defaultdict(list)
    for row in session.execute(_FOLLOWED, {"last": last}):
        if row.kind == "deeds":
            deeds[row.community_id].append(Deed(row.id, row.day))
        else:
            task = FollowUp(row.id, row.title, row.day, row.due, row.done_on)
            tasks[row.community_id].append(task)
    return {"follow_up": tasks, "deeds": deeds}
