"""What the pages say exists, exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = r"(?:docs|scripts|deploy|tests|contracts|ledger|api)"
PATH = re.compile(rf"(?<![\w./:-]){FOLDERS}/(?:[\w.-]+/)*[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = set(PATH.findall(page.read_text()))
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = set(LINK.findall(page.read_text()))
    assert sorted(link for link in links if not (page.parent / link).exists()) == []


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        word for page in PAGES for word in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(), re.MULTILINE)
    }
    assert named >= {"demo", "test"}
    assert named - targets == set()


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) - {"help"}
    assert set(re.findall(r"^# make (\w+) ", makefile, re.MULTILINE)) == targets


def test_every_decision_has_its_parts() -> None:
    for page in (ROOT / "docs" / "adr").glob("*.md"):
        text = page.read_text()
        absent = [part for part in ("Status:", "Context:", "Decision:", "Consequences:") if part not in text]
        assert not absent, f"{name_of(page)} lacks {absent}"
