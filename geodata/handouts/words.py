"""The words of the handed-out files in Chinese and English; those of the checks stand with the checks."""

from __future__ import annotations

from typing import Final

from gridmap.coverage.words import Value, Words

WORDS: Final[dict[str, Words]] = {
    "title": Words("{county}社区网格覆盖情况", "Coverage of communities and grids, {county}"),
    "as_of": Words("截至{day}", "As of {day}"),
    "all": Words("全部核查项", "All checks"),
    "all_held": Words("全部落实", "All hold"),
    "missing_n": Words("缺{n}项", "{n} missing"),
    "missing_more": Words("缺{n}项及以上", "{n} or more missing"),
    "held": Words("落实", "Holds"),
    "missing": Words("缺", "Missing"),
    "warned": Words("提示", "Advised"),
    "warnings": Words("提示项", "Advised"),
    "not_asked": Words("不涉及", "Not asked"),
    "community": Words("社区", "Community"),
    "code": Words("编码", "Code"),
    "township": Words("乡镇（街道）", "Township"),
    "gaps": Words("缺项", "Missing"),
    "north": Words("北", "N"),
    "metres": Words("{n} 米", "{n} m"),
    "kilometres": Words("{n} 公里", "{n} km"),
    "totals": Words(
        "{communities}个社区，{complete}个全部落实，共缺{missing}项",
        "{communities} communities, {complete} with everything in place, {missing} items missing",
    ),
    "others_held": Words(
        "其余{n}个社区各项均已落实。", "In {n} other communities everything holds."
    ),
    "others_more": Words(
        "另有{n}个社区未列出，见问题清单。", "{n} more communities are not shown: see the workbook."
    ),
    "advised_note": Words(
        "提示项：建议落实而没有落实的（△），不计入缺项。",
        "Advised: what is advised and not there (△); it does not count as missing.",
    ),
    "summary": Words("汇总", "Summary"),
    "findings": Words("问题清单", "Findings"),
    "rules": Words("规则", "Rules"),
    "check": Words("核查项", "Check"),
    "kind": Words("对象类别", "Kind"),
    "subject": Words("对象", "Subject"),
    "since": Words("自何日起", "Since"),
    "days": Words("已历天数", "Days"),
    "reason": Words("原因", "Reason"),
    "mend": Words("整改办法", "How to mend"),
    "total": Words("合计", "Total"),
    "day": Words("日期", "Day"),
    "key": Words("代码", "Key"),
    "version": Words("版本", "Version"),
    "level": Words("要求", "Level"),
    "asks": Words("核查内容", "What is asked"),
    "held_in": Words("落实社区数", "Communities where it holds"),
    "asked_in": Words("核查社区数", "Communities asked"),
    "quarter_end": Words("{quarter}末", "End of {quarter}"),
    "play": Words("播放", "Play"),
    "stop": Words("停止", "Stop"),
    "choose_day": Words("选择日期", "Choose the day"),
    "choose_check": Words("选择核查项", "Choose the check"),
    "click_hint": Words(
        "点社区看缺什么、为什么。", "Click a community to see what is missing and why."
    ),
    "close": Words("关闭", "Close"),
    "nothing_missing": Words("这个社区各项都已落实。", "Everything holds in this community."),
    "more_n": Words("另有{n}处同类问题", "{n} more of the same kind"),
    "zoom_in": Words("放大", "Zoom in"),
    "zoom_out": Words("缩小", "Zoom out"),
    "whole": Words("看全县", "Whole county"),
    "not_there": Words("这一天还没有这个社区。", "This community did not exist on that day."),
    "needs_script": Words(
        "请用浏览器打开，并允许运行脚本。", "Open this file in a browser that runs scripts."
    ),
    "map": Words("地图", "Map"),
    "since_days": Words("自{day}起，{n}天", "Since {day}, {n} days"),
    "file_json": Words("覆盖情况-{iso}", "coverage-{iso}"),
    "file_html": Words("覆盖情况-地图-{iso}", "coverage-map-{iso}"),
    "file_xlsx": Words("覆盖情况-问题清单-{iso}", "coverage-findings-{iso}"),
    "file_pdf": Words("社区网格体系建设情况报告-{quarter}-截至{iso}", "coverage-report-{iso}"),
    "file_docx": Words("社区网格体系建设情况报告-{quarter}-截至{iso}", "coverage-report-{iso}"),
}
"""Key to words with `{name}` places."""


def said(key: str, language: str, **places: Value) -> str:
    """Return words in ``zh`` or ``en`` with their places filled.

    >>> said("missing_n", "zh", n="3"), said("missing_n", "en", n="3")
    ('缺3项', '3 missing')
    """
    return WORDS[key].fill(language, places)
