"""SQL: compounds, companies, joint posts of a day, and the past of one company or compound."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

Found = Row[*tuple[Any, ...]]

_COMPOUNDS: Final = text("""
SELECT c.code, v.name, a.code AS community_code, n.name AS community, f.code AS company_code,
       f.name AS company, lower(k.valid) AS served_since, p.party_form AS company_form, p.name AS company_party,
       o.name AS committee, o.party_form AS committee_form, u.self_management, lower(u.valid) AS unserved_since,
       coalesce(h.households, 0) AS households, coalesce(h.buildings, 0) AS buildings, w.works
FROM compound c
JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
LEFT JOIN area a ON a.id = v.community_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
LEFT JOIN property_contract k ON k.compound_id = c.id AND k.valid @> CAST(:day AS date)
LEFT JOIN property_company f ON f.id = k.company_id
LEFT JOIN company_party p ON p.company_id = f.id AND p.valid @> CAST(:day AS date)
LEFT JOIN owners_committee o ON o.compound_id = c.id AND o.valid @> CAST(:day AS date)
LEFT JOIN unserved_compound u ON u.compound_id = c.id AND u.valid @> CAST(:day AS date)
LEFT JOIN (
    SELECT b.compound_id, sum(b.households) AS households, count(*) AS buildings
    FROM building_version b WHERE b.valid @> CAST(:day AS date) GROUP BY b.compound_id
) h ON h.compound_id = c.id
LEFT JOIN (
    SELECT s.compound_id, json_agg(json_build_array(s.work, s.manager, s.phone) ORDER BY s.id) AS works
    FROM self_management s WHERE s.valid @> CAST(:day AS date) GROUP BY s.compound_id
) w ON w.compound_id = c.id
WHERE CAST(:compound AS text) IS NULL OR c.code = :compound
ORDER BY a.code, v.name, c.code
""")

_OUTLINES: Final = text("""
SELECT c.code, ST_AsGeoJSON(v.boundary, 6) AS shape
FROM compound c JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE v.boundary IS NOT NULL
""")

_COMPANIES: Final = text("""
SELECT f.code, f.name, f.phone, p.party_form, p.name AS party, lower(p.valid) AS party_since
FROM property_company f
LEFT JOIN company_party p ON p.company_id = f.id AND p.valid @> CAST(:day AS date)
ORDER BY f.code
""")

_PAST_OF_COMPANY: Final = text("""
SELECT 'party' AS kind, NULL AS code, p.name, p.party_form AS form, p.valid, p.id
FROM company_party p JOIN property_company f ON f.id = p.company_id WHERE f.code = :code
UNION ALL
SELECT 'contract', c.code,
       (SELECT v.name FROM compound_version v WHERE v.compound_id = c.id ORDER BY v.valid DESC LIMIT 1),
       NULL, k.valid, k.id
FROM property_contract k JOIN property_company f ON f.id = k.company_id JOIN compound c ON c.id = k.compound_id
WHERE f.code = :code
ORDER BY 1, 5 DESC, 2
""")

_PAST_OF_COMPOUND: Final = text("""
SELECT 'contract' AS kind, f.code, f.name, NULL AS form, k.valid, k.id
FROM property_contract k JOIN property_company f ON f.id = k.company_id JOIN compound c ON c.id = k.compound_id
WHERE c.code = :code
UNION ALL
SELECT 'ledger', NULL, u.self_management, NULL, u.valid, u.id
FROM unserved_compound u JOIN compound c ON c.id = u.compound_id WHERE c.code = :code
UNION ALL
SELECT 'committee', NULL, o.name, o.party_form, o.valid, o.id
FROM owners_committee o JOIN compound c ON c.id = o.compound_id WHERE c.code = :code
UNION ALL
SELECT 'self', s.work, s.manager, NULL, s.valid, s.id
FROM self_management s JOIN compound c ON c.id = s.compound_id WHERE c.code = :code
ORDER BY 5 DESC, 1, 2
""")

_JOINT: Final = text("""
SELECT j.id, j.duty, j.valid, h.name AS person, a.code AS community_code, n.name AS community,
       f.code AS company_code, f.name AS company, c.code AS compound_code, v.name AS compound
FROM joint_post j
JOIN person h ON h.id = j.person_id
JOIN area a ON a.id = j.community_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
LEFT JOIN property_company f ON f.id = j.company_id
LEFT JOIN compound c ON c.id = j.compound_id
LEFT JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE (CAST(:company AS text) IS NULL OR f.code = :company)
  AND (CAST(:community AS text) IS NULL OR a.code = :community)
ORDER BY upper(j.valid) DESC NULLS FIRST, a.code, lower(j.valid) DESC, j.id
""")

_PEOPLE: Final = text("""
SELECT p.kind, h.name AS person, p.duty_phone, c.code AS compound_code, lower(p.valid) AS since
FROM post p
JOIN person h ON h.id = p.person_id
JOIN compound c ON c.id = p.compound_id
WHERE p.valid @> CAST(:day AS date) AND c.code = ANY(:compounds)
ORDER BY c.code, p.kind, p.id
""")


def compounds(session: Session, day: date, compound: str | None = None) -> Sequence[Found]:
    """Return the compounds of a day, or one of them, each with company, committee, ledger entry, self-management."""
    return session.execute(_COMPOUNDS, {"day": day, "compound": compound}).all()


def outlines(session: Session, day: date) -> Sequence[Found]:
    """Return the outline of every compound of a day, to a decimetre."""
    return session.execute(_OUTLINES, {"day": day}).all()


def companies(session: Session, day: date) -> Sequence[Found]:
    """Return all companies with the party organisation of the day."""
    return session.execute(_COMPANIES, {"day": day}).all()


def past_of_company(session: Session, code: str) -> Sequence[Found]:
    """Return the party organisations and contracts of a company, the latest first."""
    return session.execute(_PAST_OF_COMPANY, {"code": code}).all()


def past_of_compound(session: Session, code: str) -> Sequence[Found]:
    """Return contracts, ledger entries, committees and self-management of a compound, the latest first."""
    return session.execute(_PAST_OF_COMPOUND, {"code": code}).all()


def joint_posts(
    session: Session, day: date, *, company: str | None = None, community: str | None = None
) -> Sequence[Found]:
    """Return joint posts of all days, those that last first, with names as of a day."""
    asked = {"day": day, "company": company, "community": community}
    return session.execute(_JOINT, asked).all()


def people(session: Session, day: date, compounds_: Sequence[str]) -> Sequence[Found]:
    """Return property managers and sent advisers of compounds on a day; of phones the public one alone."""
    return session.execute(_PEOPLE, {"day": day, "compounds": list(compounds_)}).all()
