"""SQL: drafts into the ledger, many at a time; what a rule of the schema refuses is found row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.ledger.party import PartyOrganisation
from gridmap.ledger.posts import Person, Post, StandIn, Visit
from gridmap.registers import centres, lookups, sentences, spans
from gridmap.registers.changes import Action
from gridmap.registers.drafting import Draft, Drafting
from gridmap.registers.spans import day_in
from gridmap.store.base import from_day

_ORDER: Final = (
    Action.WITHDRAW,
    Action.END,
    Action.CORRECT,
    Action.CHANGE,
    Action.RENEW,
    Action.BEGIN,
)
"""What makes room comes first."""
_BATCH_KEEPS: Final = frozenset({"phone", "person_name"})
"""Columns of a post's person: when nothing else differs, the post stays as it is."""


def write(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    """Write all drafts in few statements, or note by row why a rule of the schema refuses."""
    session = drafting.session
    try:
        with session.begin_nested():
            _all(drafting, drafts)
    except IntegrityError:
        with session.begin_nested() as undone:
            for action in _ORDER:
                for draft in drafts:
                    if draft.change.action is action:
                        _one(drafting, draft)
            undone.rollback()
        if not drafting.faults:
            raise


def _one(drafting: Drafting, draft: Draft) -> None:
    try:
        with drafting.session.begin_nested():
            _all(drafting, [draft])
    except IntegrityError as refused:
        name = getattr(getattr(refused.orig, "diag", None), "constraint_name", None) or ""
        usual = sentences.REFERRED if name.startswith("fk_") else sentences.ELSE_WRONG
        column, words = sentences.CONSTRAINTS.get(name, (None, usual))
        known = column if column and drafting.register.column(column) else None
        drafting.fault(draft.change, known, words)


def _all(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    _make_people(drafting, drafts)
    _make_identities(drafting, drafts)
    for action in _ORDER:
        chosen = [draft for draft in drafts if draft.change.action is action]
        if chosen:
            _WRITERS[action](drafting, chosen)
    if drafting.register.key == "service-centres":
        centres.serve(drafting.session, drafts)
    drafting.session.flush()


def _table(drafting: Drafting) -> Table:
    table = drafting.home.entity.__table__
    if not isinstance(table, Table):
        raise TypeError(table)
    return table


# who and what is new


def _make_people(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    session = drafting.session
    fresh = dict.fromkeys(draft.new_person for draft in drafts if draft.new_person)
    numbers = lookups.new_ids(session, "person", len(fresh))
    ids = dict(zip(fresh, numbers, strict=True))
    rows = [
        {"id": ids[one], "code": f"RYX{ids[one]:06d}", "name": one[0], "phone": one[1]}
        for one in fresh
        if one
    ]
    if rows:
        session.execute(insert(Person), rows)
    for draft in drafts:
        if draft.new_person:
            draft.person = ids[draft.new_person]
        if draft.person and "person_id" in _table(drafting).c:
            draft.attributes["person_id"] = draft.person
    _change_phones(session, drafts)


def _change_phones(session: Session, drafts: Sequence[Draft]) -> None:
    rows = [
        {"of": draft.person, "to": draft.new_phone or None}
        for draft in drafts
        if draft.person and draft.new_phone is not None
    ]
    if rows:
        session.connection().execute(
            update(Person).where(Person.id == bindparam("of")).values(phone=bindparam("to")), rows
        )


def _make_identities(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    """Give codes to records that have none; make the organisations that are not there yet."""
    begun = [draft for draft in drafts if draft.change.action is Action.BEGIN]
    if not drafting.register.column("code"):
        return
    without = [draft for draft in begun if not draft.values.get("code")]
    table = drafting.register.tables[-1 if drafting.home.identity else 0]
    for draft, number in zip(
        without, lookups.new_ids(drafting.session, table, len(without)), strict=True
    ):
        draft.values["code"] = f"{drafting.home.prefix}{number:06d}"
    if drafting.home.identity is None:
        for draft in begun:
            draft.attributes["code"] = draft.values["code"]
        return
    _make_organisations(drafting, drafts, begun)


def _make_organisations(
    drafting: Drafting, drafts: Sequence[Draft], begun: Sequence[Draft]
) -> None:
    session = drafting.session
    query = select(PartyOrganisation.code, PartyOrganisation.id)
    query = query.where(PartyOrganisation.code.in_([str(d.values["code"]) for d in drafts]))
    known = {row.code: row.id for row in session.execute(query)}
    fresh = [code for d in begun if (code := str(d.values["code"])) not in known]
    if fresh:
        made = insert(PartyOrganisation).returning(PartyOrganisation.code, PartyOrganisation.id)
        listed = [{"code": c} for c in dict.fromkeys(fresh)]
        known |= {row.code: row.id for row in session.execute(made, listed)}
    for draft in drafts:
        draft.attributes["organisation_id"] = known[str(draft.values["code"])]


# the six actions


def _begin(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    table = _table(drafting)
    ids = lookups.new_ids(drafting.session, table.name, len(drafts))
    for draft, number in zip(drafts, ids, strict=True):
        draft.record_id = number
    rows = [
        {"id": draft.record_id} | draft.attributes | _valid(drafting, draft) for draft in drafts
    ]
    drafting.session.execute(insert(drafting.home.entity), rows)


def _valid(drafting: Drafting, draft: Draft) -> dict[str, Any]:
    if not drafting.register.dated:
        return {}
    begins = day_in(draft.values, "begins") or date.min
    return {"valid": from_day(begins, day_in(draft.values, "ends"))}


def _span(draft: Draft) -> tuple[date, date | None]:
    """The days of the record as it stands."""
    return day_in(draft.before, "begins") or date.min, day_in(draft.before, "ends")


def _update(drafting: Drafting, rows: Iterable[Mapping[str, Any]]) -> None:
    """Update rows by id; all have the same keys."""
    listed = [dict(row) for row in rows]
    if not listed:
        return
    table = _table(drafting)
    keys = [key for key in listed[0] if key != "id"]
    statement = update(table).where(table.c.id == bindparam("of"))
    statement = statement.values(
        {key: bindparam(f"to_{key}", type_=table.c[key].type) for key in keys}
    )
    named = [{"of": row["id"]} | {f"to_{key}": row[key] for key in keys} for row in listed]
    drafting.session.connection().execute(statement, named)


def _end(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        draft.values["ends"] = draft.change.day
    _update(
        drafting,
        [{"id": d.record_id, "valid": from_day(_span(d)[0], d.change.day)} for d in drafts],
    )


def _correct(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    _update(drafting, [{"id": d.record_id} | d.attributes | _valid(drafting, d) for d in drafts])


def _renew(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        day = spans.renewal_day(draft.change, draft.before, drafting.today)
        draft.values["begins"] = day
    _split(drafting, drafts)


def _change(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    if not drafting.register.dated:
        _update(drafting, [{"id": d.record_id} | d.attributes for d in drafts])
        return
    differing = [draft for draft in drafts if _differs(draft)]
    for draft in differing:
        draft.values["begins"] = draft.change.day
    others = [draft for draft in differing if _of_another(draft)]
    _split(drafting, [draft for draft in differing if not _of_another(draft)])
    if others:
        _end_for(drafting, others)
        _begin(drafting, others)


def _differs(draft: Draft) -> bool:
    return any(
        draft.values.get(key) != value
        for key, value in draft.before.items()
        if key not in _BATCH_KEEPS and not key.endswith("_name")
    ) or bool(draft.new_person)


def _of_another(draft: Draft) -> bool:
    """A post of somebody else is another post: reports and visits stay with the one before."""
    return "person" in draft.before and (
        draft.new_person is not None or draft.values.get("person") != draft.before["person"]
    )


def _end_for(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    rows = [
        {"id": d.record_id, "valid": from_day(_span(d)[0], day_in(d.values, "begins"))}
        for d in drafts
    ]
    _update(drafting, rows)


def _split(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    """Part records at a day: the id stays with the part that holds today, the other is a new row."""
    if not drafts:
        return
    table = _table(drafting)
    ids = [draft.record_id for draft in drafts]
    query = select(table).where(table.c.id.in_(ids))
    stored = {
        row["id"]: dict(row) for row in drafting.session.connection().execute(query).mappings()
    }
    fresh = lookups.new_ids(drafting.session, table.name, len(drafts))
    kept, made = [], []
    for draft, number in zip(drafts, fresh, strict=True):
        day = day_in(draft.values, "begins") or date.min
        begins, ends = _span(draft)
        earlier = stored[draft.record_id] | {"valid": from_day(begins, day)}
        later = stored[draft.record_id] | draft.attributes | {"valid": from_day(day, ends)}
        goes_on = day <= drafting.today
        kept.append(later if goes_on else earlier)
        made.append((earlier if goes_on else later) | {"id": number})
        if goes_on:
            draft.ids["earlier"] = [number]
    generated = {column.name for column in table.c if column.computed is not None}
    _update(drafting, [_without(row, generated) for row in kept])
    drafting.session.execute(
        insert(drafting.home.entity), [_without(row, generated) for row in made]
    )
    if drafting.home.entity is Post:
        _move_past(drafting, drafts)


def _without(row: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}


def _move_past(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    """Visits and stand-ins of the days before stay with the part of the post that held then."""
    for draft in drafts:
        for number in draft.ids.get("earlier", []):
            day = day_in(draft.values, "begins") or date.min
            drafting.session.execute(
                update(Visit)
                .where(Visit.post_id == draft.record_id, Visit.day < day)
                .values(post_id=number)
            )
            drafting.session.execute(
                update(StandIn)
                .where(StandIn.post_id == draft.record_id, StandIn.valid.op("<<")(from_day(day)))
                .values(post_id=number)
            )


def _withdraw(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    table = _table(drafting)
    ids = [draft.record_id for draft in drafts]
    drafting.session.connection().execute(delete(table).where(table.c.id.in_(ids)))


_WRITERS: Final[Mapping[Action, Callable[[Drafting, Sequence[Draft]], None]]] = {
    Action.BEGIN: _begin,
    Action.CHANGE: _change,
    Action.END: _end,
    Action.RENEW: _renew,
    Action.CORRECT: _correct,
    Action.WITHDRAW: _withdraw,
}


def check_visits(drafting: Drafting, drafts: Sequence[Draft]) -> None:
    """Note posts whose days no longer hold a visit that was made in them."""
    by_id = {draft.record_id: draft for draft in drafts}
    query = (
        select(Post.id, Visit.day)
        .join(Visit, Visit.post_id == Post.id)
        .where(Post.id.in_(by_id), ~Post.valid.contains(Visit.day))
        .order_by(Visit.day)
    )
    outside: dict[int, list[str]] = {}
    for post_id, day in drafting.session.execute(query):
        outside.setdefault(post_id, []).append(day.isoformat())
    for post_id, days in outside.items():
        action = by_id[post_id].change.action
        column = "from_day" if action is not Action.CORRECT else "begins"
        drafting.fault(
            by_id[post_id].change, column, sentences.VISIT_OUTSIDE, days="、".join(days[:5])
        )
