"""The page of a register's workbook: download, upload, what would change, take; and the commands."""

import io
import re
from datetime import date
from urllib.parse import unquote

import openpyxl
import pytest
from click.testing import CliRunner

from gridmap.errors import GridmapError
from gridmap.registers import service as registers
from gridmap.registers.catalogue import REGISTERS
from gridmap.registers.changes import Filters
from gridmap.store.session import make_engine, transaction
from tests.geodata.registers.books import book
from tests.geodata.registers.test_round_trip import COUNTY
from tests.registers.keeping import GRID, listed, town
from tests.web.signed import sign_in, token
from web import commands
from web.params import today

PATH = "/registers/part-time-workers/workbook"
HELPER = {
    "target": GRID,
    "person_name": "周示一",
    "phone": "13800000001",
    "begins": date(2026, 1, 1),
}
PAGE = {"Accept": "text/html"}


@pytest.fixture
def county(session, client):
    made = town(session)
    sign_in(client, "community")
    return made


def send(client, content, name="花名册.xlsx", **fields):
    data = {
        "csrf_token": token(client.get(PATH, headers=PAGE)),
        "day": "2026-06-01",
        "file": (io.BytesIO(content), name),
    }
    return client.post(PATH, data=data | fields, headers=PAGE)


def confirm(client, shown, **changed):
    """Send back what the page of the preview holds."""
    form = shown.text[shown.text.index("workbook-confirm") :]
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    kind = "multipart/form-data"
    return client.post(f"{PATH}/take", data=fields | changed, headers=PAGE, content_type=kind)


def workers(session, county):
    return [
        record.values["person_name"]
        for record in listed(session, county.keeper("county"), "part-time-workers", today())
    ]


def test_sent_looked_at_and_taken(session, client, county, tmp_path):
    content = book(tmp_path / "a.xlsx", "part-time-workers", HELPER).read_bytes()
    shown = send(client, content)
    assert shown.status_code == 200
    assert "周示一" in shown.text
    assert "花名册.xlsx" in shown.text
    assert workers(session, county) == []
    taken = confirm(client, shown)
    assert taken.status_code == 303
    assert "已导入：新增 1 条" in client.get(taken.location, headers=PAGE).text
    assert workers(session, county) == ["周示一"]
    again = send(client, content)
    assert "没有要保存的变化" in again.text
    assert "workbook-confirm" not in again.text


def test_what_was_not_shown_is_not_done(session, client, county, tmp_path):
    content = book(tmp_path / "a.xlsx", "part-time-workers", HELPER).read_bytes()
    shown = send(client, content)
    other = confirm(client, shown, day="2026-06-02")
    assert other.status_code == 409
    assert "还没有导入" in other.text
    assert workers(session, county) == []
    assert confirm(client, other).status_code == 303


def test_faults_stand_beside_their_rows(session, client, county, tmp_path):
    rows = (HELPER, HELPER | {"person_name": "周示二", "begins": "昨天"})
    shown = send(client, book(tmp_path / "a.xlsx", "part-time-workers", *rows).read_bytes())
    assert shown.status_code == 422
    assert re.search(r"第 3 行</th><td>开始日</td>.*不是日期", shown.text)
    assert "workbook-confirm" not in shown.text
    assert workers(session, county) == []


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.xlsx", "请选择文件"),
        (b"a,b\n", "a.csv", "xlsx"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "a.xls", "另存为"),
        (b"PK\x03\x04", "../../a.xlsx", "读不出来"),
    ],
)
def test_what_is_no_workbook_is_told_beside_the_file(client, county, content, name, said):
    answer = send(client, content, name)
    assert answer.status_code == 422
    assert said in answer.text[answer.text.index('id="file-fault"') :]


def test_a_preview_that_was_tampered_with_is_no_file(client, county, tmp_path):
    content = book(tmp_path / "a.xlsx", "part-time-workers", HELPER).read_bytes()
    assert confirm(client, send(client, content), part0="%%%").status_code == 422


def test_a_large_workbook_comes_back_in_parts(session, client, county, tmp_path, monkeypatch):
    monkeypatch.setattr("web.pages.register_workbooks.PART", 1000)
    content = book(tmp_path / "a.xlsx", "part-time-workers", HELPER).read_bytes()
    shown = send(client, content)
    assert 'name="part3"' in shown.text
    assert confirm(client, shown).status_code == 303


def test_the_downloads(client, county):
    names = {
        "template.xlsx": "兼职网格员-模板.xlsx",
        "export.xlsx?day=2026-06-01": "兼职网格员-2026-06-01.xlsx",
    }
    for address, name in names.items():
        answer = client.get(f"{PATH}/{address}")
        named = answer.headers["Content-Disposition"]
        assert named.isascii()
        assert name in unquote(named)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
        assert sheet["A1"].value == "网格编码"


def test_whoever_only_reads_gets_no_form(session, client):
    town(session)
    sign_in(client, "worker")
    page = client.get(PATH, headers=PAGE)
    assert 'name="file"' not in page.text
    assert "导出 Excel" in page.text
    assert client.get(f"{PATH}/export.xlsx").status_code == 200


# commands


def run(*words):
    try:
        return CliRunner().invoke(commands.cli, ["register", *words], catch_exceptions=False)
    except GridmapError as refusal:
        return refusal


@pytest.fixture
def demo(make_demo, monkeypatch):
    url = make_demo()
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def test_out_and_in_by_command(demo, tmp_path):
    path = str(tmp_path / "police.xlsx")
    assert "已写入" in run("export", "police", "-o", path).output
    assert "相同 22" in run("import", "police", path, "--check").output
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[0]
    headers = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(3, headers["值班电话"], "0000-5599999")
    sheet.delete_rows(4)
    made.save(path)
    day = today().isoformat()
    checked = run("import", "police", path, "--from", day, "--complete", "--check")
    assert "变更 1  结束 1  相同 20" in checked.output
    assert "已导入" in run("import", "police", path, "--from", day, "--complete").output
    engine = make_engine(demo)
    with transaction(engine) as session:
        found = registers.rows(session, COUNTY, REGISTERS["police"], today(), Filters()).records
    engine.dispose()
    assert len(found) == 21
    assert "0000-5599999" in {record.values["duty_phone"] for record in found}
    sheet.cell(5, headers["开始日"], "昨天")
    made.save(path)
    failed = run("import", "police", path)
    assert failed.exit_code == 1
    assert "第 5 行 开始日" in failed.output
    assert run("export", "all", "-o", path).exit_code == 0
    assert len(openpyxl.load_workbook(path, read_only=True).sheetnames) == len(REGISTERS)
    template = str(tmp_path / "template.xlsx")
    assert run("export", "visits", "--template", "-o", template).exit_code == 0
