"""The files to hand out, read again: workbook, Word, PDF; figures are those of the audit."""

import io
import re
import zipfile
from datetime import date
from xml.etree import ElementTree

import docx
import openpyxl
import pytest

from geodata.handouts import county, files, fonts, pdf, quarterly
from geodata.handouts.fonts import chinese_fonts
from geodata.handouts.moments import moments
from geodata.handouts.word import word
from gridmap.coverage.checks import Level
from gridmap.errors import FontMissing, NotFound
from tests.coverage.sound import DAY, sound

NEXT_QUARTER = date(2026, 7, 20)


@pytest.fixture
def world(session):
    return sound(session)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine without any font."""
    missing = tmp_path / "fonts"
    monkeypatch.setattr(fonts, "chinese_fonts", lambda own: chinese_fonts(own, ()))
    return missing


def read(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def records(page):
    heads, *rows = page.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_the_workbook_has_summary_findings_and_rules(session, world):
    world.end(world.posts["worker B"], date(2026, 5, 10))
    book = read(files.workbook(session, DAY, "zh"))
    assert book.sheetnames == ["汇总", "问题清单", "规则"]
    community, total = records(book["汇总"])
    assert community["社区"] == "书香苑社区"
    assert community["网格员"] == "缺"
    assert community["县领导"] == "落实"
    assert community["缺项"] == total["缺项"] == total["网格员"] == 1
    (finding,) = [row for row in records(book["问题清单"]) if row["核查项"] == "网格员"]
    assert finding["对象"] == "B网格"
    assert finding["自何日起"].date() == date(2026, 5, 10)
    assert finding["已历天数"] == 10
    assert finding["原因"] == "专职网格员网己离岗，自2026年5月10日起空缺。"
    assert finding["整改办法"] == "配备一名专职网格员并登记。"
    rules = records(book["规则"])
    put = county.on_day(session, DAY).checks
    assert [row["代码"] for row in rules] == [check.key for check in put]
    assert next(row for row in rules if row["代码"] == "grid_worker")["落实社区数"] == 0


def test_the_workbook_in_english(session, world):
    book = read(files.workbook(session, DAY, "en"))
    assert book.sheetnames == ["Summary", "Findings", "Rules"]
    assert records(book["Summary"])[0]["County leader"] == "Holds"


def test_a_name_that_looks_like_a_formula_stays_text(session, world):
    world.end(world.posts["worker B"], date(2026, 5, 10))
    world.posts["worker B"].person.name = "=1+1"
    session.flush()
    book = read(files.workbook(session, DAY, "zh"))
    cells = [cell for row in book["问题清单"].iter_rows() for cell in row]
    assert any("=1+1" in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def told(session, day, before):
    now = county.on_day(session, day)
    earlier = county.on_day(session, before) if before else None
    return quarterly.report(now, earlier, county.grids_on(session, day))


def words_of(section):
    return "".join(one.lead + one.text for one in section.paragraphs)


def test_the_report_counts_and_compares_with_the_last_quarter(session, world):
    world.end(world.posts["worker B"], date(2026, 6, 10))  # lacks at both quarter ends
    world.end(world.posts["township"], date(2026, 7, 5))  # new
    report = told(session, NEXT_QUARTER, date(2026, 6, 30))
    assert [one.heading for one in report.sections] == [
        "一、总体情况",
        "二、各项工作落实情况",
        "三、存在的问题",
        "四、整改进展",
        "五、下一步工作",
    ]
    overview, kinds, problems, progress, steps = map(words_of, report.sections)
    assert "1个社区、2个网格" in overview
    assert "缺项由1项变为3项，增加2项" in overview  # the quarter's visit is due anew
    assert "网格员：核查1个社区，均未落实，涉及网格1个。" in kinds
    assert "乡镇联系领导乡乙自2026年7月5日起不再联系" in problems
    assert "上季度末的1处问题中，已整改0处，仍未解决1处；本季新出现2处。" in progress
    assert "乡镇领导。涉及书香苑社区。" in steps
    assert report.signed == "2026年7月20日"


def test_what_was_mended_is_told(session, world):
    end = world.posts["worker B"]
    world.end(end, date(2026, 6, 10))
    world.world.post(end.kind, world.world.grids["B"], "网新", since=date(2026, 7, 2))
    progress = words_of(told(session, NEXT_QUARTER, date(2026, 6, 30)).sections[3])
    assert "已整改1处" in progress
    assert "已整改的问题：书香苑社区：网格员（B网格）。" in progress


def test_a_report_without_an_earlier_quarter_says_so(session, world):
    overview = words_of(told(session, DAY, None).sections[0])
    assert "作为今后比较的起点" in overview


def test_nothing_is_listed_by_hand(session, world):
    kinds = words_of(told(session, DAY, None).sections[1])
    asked = county.on_day(session, DAY).checks
    for check in asked:
        if check.level == Level.REQUIRED:
            assert f"{check.label.zh}：" in kinds


@pytest.mark.parametrize("with_font", [True, False])
def test_the_word_file_opens_and_says_the_report(session, world, tmp_path, with_font):
    now = county.on_day(session, DAY)
    report = told(session, DAY, None)
    known = chinese_fonts(tmp_path) if with_font else None
    content = word(report, now, known.hei if known else None)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(package.read(name))  # noqa: S314 - made here
    document = docx.Document(io.BytesIO(content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for section in report.sections:
        assert section.heading in text
        for paragraph in section.paragraphs:
            assert paragraph.lead + paragraph.text in text
    assert len(document.inline_shapes) == 1
    (grid,) = document.tables
    put = [check.label.zh for check in now.checks if check.level == Level.REQUIRED]
    assert [cell.text for cell in grid.rows[0].cells] == ["序号", "社区", *put, "缺项"]
    assert [cell.text for cell in grid.rows[1].cells][:3] == ["1", "书香苑社区", "√"]
    sizes = [(round(one.page_width.mm), round(one.page_height.mm)) for one in document.sections]
    assert sizes == [(210, 297), (297, 210)]


def test_the_pdf_embeds_its_fonts(session, world, tmp_path):
    if chinese_fonts(tmp_path) is None:
        pytest.skip("no Chinese font on this machine")
    content = files.report_pdf(session, DAY, tmp_path)
    assert content.startswith(b"%PDF")
    named = len(re.findall(rb"/FontDescriptor\b", content))
    embedded = len(re.findall(rb"/FontFile[23]?\b", content))
    assert embedded >= 1
    assert named
    assert len(re.findall(rb"/Type /Page\b(?!s)", content)) >= 3


def test_without_a_font_the_pdf_is_refused_and_word_is_not(session, world, nowhere):
    with pytest.raises(FontMissing) as refused:
        files.report_pdf(session, DAY, nowhere)
    assert str(nowhere) in refused.value.hint("zh")
    assert files.report_docx(session, DAY, nowhere).startswith(b"PK")


def test_a_font_of_the_servers_own_is_taken(tmp_path):
    system = chinese_fonts(tmp_path / "none")
    if system is None:
        pytest.skip("no Chinese font on this machine")
    own = tmp_path / "own"
    own.mkdir()
    (own / f"county{system.hei.path.suffix}").symlink_to(system.hei.path)
    found = chinese_fonts(own, ())
    assert found is not None
    assert found.song.path.parent == found.hei.path.parent == own


def test_days_of_the_slider_are_the_quarters_ends(session, world):
    sheets = county.through_quarters(session, DAY)
    days = [sheet.day for sheet in sheets]
    assert days[-1] == DAY
    assert days[-2] == date(2026, 3, 31)
    assert all(sheets[0].first_day <= day for day in days)
    data = moments(sheets, "zh")
    assert data["days"][-2]["label"] == "2026年一季度末"
    assert len(data["shapes"]) == 1, "a shape that does not change is kept once"
    assert [one["missing"] for day in data["days"][-1:] for one in day["communities"]] == [0]


def test_before_the_ledger_there_is_no_file(session, world):
    with pytest.raises(NotFound):
        files.workbook(session, date(1990, 1, 1), "zh")


def test_pdf_lines_keep_within_the_margins(session, world, tmp_path):
    known = chinese_fonts(tmp_path)
    if known is None:
        pytest.skip("no Chinese font on this machine")
    long = "缺" * 4000
    report = quarterly.Report(
        ("题",), long, (quarterly.Section("一、甲", (quarterly.Paragraph(long),)),), "日"
    )
    content = pdf.pdf(report, county.on_day(session, DAY), known)
    pages = len(re.findall(rb"/Type /Page\b(?!s)", content))
    assert 8000 / (28 * 22) <= pages - 2 <= 8000 / (24 * 20)
