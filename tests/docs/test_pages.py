"""Pages lead somewhere, and the glossary defines every term once."""

import re
from pathlib import Path

import pytest

from smecluster.policies.levers import read_levers

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
GLOSSARY = ROOT / "docs" / "glossary.md"
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def headings(path: Path) -> set[str]:
    """Anchors of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def terms() -> list[list[str]]:
    """Rows of the glossary's tables of three columns: term, Chinese, meaning."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    return [row for row in rows if len(row) == 3 and row[0] != "term" and _CHINESE.search(row[1])]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path):
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        path = page if not target else page.parent / target
        assert path.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in headings(path), f"{page.name} links to {target}#{anchor}"


def test_every_term_is_defined_once():
    names = [name.strip() for row in terms() for name in row[0].split(", ")]
    assert len(names) > 100
    assert sorted(names) == sorted(set(names))


def test_every_meaning_is_a_sentence():
    for term, _, meaning in terms():
        assert meaning.endswith("."), term


@pytest.mark.parametrize("lever", read_levers(), ids=lambda lever: lever.name)
def test_every_lever_has_a_chinese_name(lever):
    text = GLOSSARY.read_text(encoding="utf-8")
    match = re.search(rf"\| {re.escape(lever.name)} \| ([^|]+) \|", text)
    assert match, lever.name
    assert _CHINESE.search(match[1])
