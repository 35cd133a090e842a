"""What README and the guides tell people to type exists, and their links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from web.commands import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = sorted(
    {
        line.strip()
        for page in PAGES
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        for line in block.splitlines()
        if re.match(r"\s*(\.venv/bin/)?gridmap ", line)
    }
)


def test_there_are_examples():
    assert len(COMMANDS) >= 6


@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_is_a_command_with_these_options(command):
    words = shlex.split(command)[1:]
    names = [words[0]]
    if words[0] in {"db", "demo", "plan", "user"}:
        names.append(words[1])
    usage = CliRunner().invoke(cli, [*names, "--help"])
    assert usage.exit_code == 0, usage.output
    for option in (word for word in words if word.startswith("-")):
        assert re.search(rf"(?<!\S){re.escape(option)}\b", usage.output), option


def test_readmes_two_commands_are_there_and_run():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for script in ("scripts/run", "scripts/test"):
        assert f"\n{script}\n" in readme
        assert (ROOT / script).stat().st_mode & 0o111


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
