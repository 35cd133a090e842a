"""Whose rows a workbook may change; templates; what is on record; how many statements it takes."""

import openpyxl
import pytest
from openpyxl.styles import numbers
from sqlalchemy import func, select

from geodata.registers import layout, making, service
from gridmap.errors import NotAllowed
from gridmap.ledger.posts import Person, Post
from gridmap.registers.catalogue import REGISTERS, register_named
from gridmap.registers.changes import RefusedChanges
from gridmap.store.audit import AuditEntry
from tests.geodata.registers.books import (
    HELPER,
    SINCE,
    book,
    counts,
    exported,
    preview,
    read,
    refused,
    take,
)
from tests.registers.keeping import DAY, NOW, THERE, begin, listed, put


def test_whoever_keeps_no_register_takes_no_workbook(session, county, path):
    book(path, "part-time-workers", HELPER)
    with pytest.raises(NotAllowed):
        preview(session, county.keeper("worker"), path, "part-time-workers")
    book(path, "agencies", {"name": "新局"})
    with pytest.raises(NotAllowed):
        preview(session, county.keeper("community"), path, "agencies")


def test_another_communitys_rows_are_refused(session, county, path):
    book(path, "police", {"target": THERE, "person_name": "他示", "begins": SINCE})
    assert "范围" in refused(session, county.keeper("community"), path, "police")[2, "target"]


def test_phones_of_other_areas_are_blank_and_stay_as_they_are(session, county, path):
    values = {"target": THERE, "person_name": "他示", "phone": "13800000001", "begins": SINCE}
    put(session, county.keeper("county"), "police", begin(**values))
    exported(session, county.keeper("community"), path, "police")
    assert "13800000001" not in str([row.values for row in read(path, "police").rows])
    assert counts(preview(session, county.keeper("community"), path, "police")) == {"same": 1}
    assert counts(preview(session, county.keeper("county"), path, "police"))["changed"] == 1


def test_that_a_register_left_is_on_record(session, keeper):
    register = register_named("persons")
    service.export(session, keeper, register, DAY, "zh", NOW)
    query = select(AuditEntry.object_key).where(AuditEntry.action == "register_exported")
    assert list(session.scalars(query)) == ["persons"]


# the layout


@pytest.mark.parametrize("register", REGISTERS.values(), ids=str)
def test_a_template_explains_itself(register, path):
    for language in layout.LANGUAGES:
        path.write_bytes(making.template(register, language))
        made = openpyxl.load_workbook(path)
        sheet, notes = made.worksheets
        labels = [column.label(language) for column in register.columns]
        assert [cell.value for cell in sheet[1]] == labels
        assert sheet.freeze_panes == "A3"
        lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
        offered = [column for column in register.columns if layout.choices(column, language)]
        days = [column for column in register.columns if column.type == "day"]
        assert len(lists) == len(offered) + len(days)
        assert {row[0].value for row in notes.iter_rows(min_row=3)} >= set(labels)
        assert read(path, register.key).rows == []


def test_codes_are_written_into_text_cells(path):
    path.write_bytes(making.template(register_named("part-time-workers"), "zh"))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.column_dimensions["A"].number_format == numbers.FORMAT_TEXT


def test_nothing_of_a_preview_stays(session, keeper, path):
    book(path, "part-time-workers", HELPER)
    before = session.scalar(select(func.count()).select_from(Post))
    preview(session, keeper, path, "part-time-workers")
    assert session.scalar(select(func.count()).select_from(Post)) == before
    assert session.scalar(select(func.count()).where(Person.name == HELPER["person_name"])) == 0


def test_981_rows_take_a_fixed_number_of_statements(session, keeper, path, statements):
    sizes = []
    for count in (10, 981):
        rows = [HELPER | {"person_name": f"周{n}", "phone": None} for n in range(count)]
        book(path, "part-time-workers", *rows)
        statements.clear()
        found = preview(session, keeper, path, "part-time-workers")
        assert counts(found) == {"new": count}
        sizes.append(len(statements))
    assert sizes[1] <= sizes[0] + 3


def test_a_refusal_of_the_trial_leaves_the_session_usable(session, keeper, path):
    book(path, "part-time-workers", HELPER | {"target": "999"})
    assert preview(session, keeper, path, "part-time-workers").faults
    with pytest.raises(RefusedChanges):
        take(session, keeper, path, "part-time-workers")
    assert listed(session, keeper, "part-time-workers") == ()
