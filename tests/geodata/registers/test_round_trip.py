"""Every register of the demo county out as a workbook and in again: no difference, whoever opened it between."""

import csv
import shutil
import subprocess
from datetime import date, datetime

import openpyxl
import pytest
from sqlalchemy import func, select

from geodata.registers import making, service
from geodata.registers.comparing import Fate
from geodata.registers.service import Wanted
from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.ledger.posts import Person, Post
from gridmap.registers import service as registers
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Action, Change
from gridmap.store.audit import AuditEntry
from gridmap.terms import PostKind
from web.params import now, today

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
"""Commas, UTF-8, cells as they are shown, the first sheet."""

COUNTY = SignedIn(
    0, 0, "county", "county", scope_of((HeldPost(0, PostKind.COUNTY_DESK, 0, ""),), ())
)


def same(session, path, register, *, keeper=COUNTY, complete=False):
    """How many lines are the same, after making sure that all are."""
    found = service.preview(session, keeper, path, Wanted(register, today(), complete), now())
    assert found.faults == ()
    assert found.unknown == ()
    assert [line for line in found.lines if line.fate is not Fate.SAME] == []
    return found.counts[Fate.SAME]


def meeting(session):
    """The demo county has held no joint meeting yet: one, with a text that wants to be a formula."""
    place = registers.areas(session, today())[-1]
    register = REGISTERS["joint-meetings"]
    change = Change(
        Action.BEGIN,
        {
            "community": place.code,
            "day": today(),
            "topic": "=SUM(A1:A9)",
            "attended": "物业、\n业委会",
            "decisions": "+1",
        },
    )
    keeper = SignedIn(None, 0, "county", "county", COUNTY.scope)
    registers.write(session, keeper, register, [change], now())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", REGISTERS)
def test_an_export_that_comes_back_changes_nothing(demo_session, tmp_path, key, language):
    meeting(demo_session)
    register, path = REGISTERS[key], tmp_path / f"{key}.xlsx"
    path.write_bytes(making.export(demo_session, COUNTY, register, today(), language))
    standing = len(registers.rows(demo_session, COUNTY, register, today()).records)
    assert standing
    assert same(demo_session, path, register, complete=register.dated) == standing


def test_taking_what_comes_back_writes_nothing(demo_session, tmp_path):
    register, path = REGISTERS["part-time-workers"], tmp_path / "book.xlsx"
    path.write_bytes(making.export(demo_session, COUNTY, register, today(), "zh"))

    def rows():
        tables = (Person, Post, AuditEntry)
        return [demo_session.scalar(select(func.count()).select_from(one)) for one in tables]

    before = rows()
    _, written = service.take(demo_session, COUNTY, path, Wanted(register, today()), None, now())
    assert (written.ids, rows()) == ((), before)


def test_one_workbook_of_all_registers_comes_back_into_each(demo_session, tmp_path):
    path = tmp_path / "all.xlsx"
    few = [REGISTERS[key] for key in ("police", "agencies", "visits", "secretaries")]
    path.write_bytes(making.export_all(demo_session, COUNTY, few, today(), "zh"))
    assert all(same(demo_session, path, register) for register in few)


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_every_cell_as_it_is(demo_session, tmp_path):
    meeting(demo_session)
    books = []
    for number, register in enumerate(REGISTERS.values(), 10):
        books.append(tmp_path / f"{number}.xlsx")
        books[-1].write_bytes(making.export(demo_session, COUNTY, register, today(), "zh"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    ran = subprocess.run(
        [OFFICE, "--headless", profile, "--convert-to", CSV, "--outdir", tmp_path / "csv", *books],
        capture_output=True,
        timeout=180,
        check=True,
    )
    if not list((tmp_path / "csv").glob("*.csv")):
        pytest.skip(f"LibreOffice has no Calc: {ran.stderr[-200:]!r}")
    differing = [cell for book in books for cell in lost(book, tmp_path / "csv")]
    assert differing == []


def lost(book, folder):
    """The cells of a workbook that LibreOffice shows otherwise."""
    (table,) = folder.glob(f"{book.stem}-*.csv")
    with table.open(encoding="utf-8", newline="") as file:
        shown = list(csv.reader(file))
    for number, row in enumerate(openpyxl.load_workbook(book).worksheets[0].iter_rows()):
        for cell, text in zip(row, shown[number], strict=True):
            if not alike(cell.value, text):
                yield book.name, cell.coordinate, cell.value, text


def alike(value, text):
    if isinstance(value, datetime | date):
        return text == value.strftime("%Y-%m-%d")
    if isinstance(value, int | float):
        return float(text) == pytest.approx(value, abs=1e-9)
    return (value or "") == text
