"""Sections of the paper are cited in one spelling, and only those that it has."""

import re

from smecluster.model.checking.knockouts import load_mechanisms
from smecluster.model.checking.statements import read_statements
from smecluster.model.checking.stylised_facts import _FILE, FACTS
from smecluster.model.file.model import SHIPPED

# The paper has two sections numbered 4.2; the second is called 4.3 here.
SECTIONS = {
    "1", "2", "3", "4", "4.1", "4.2", "4.3", "5", "5.1", "5.2",
    "6", "6.1", "6.2", "6.3", "6.4", "7",
}  # fmt: skip
CITATION = re.compile(r"Li 2020, sections? ((?:\d(?:\.\d)?(?:, | and | to |\s*\([^)]*\))*)+)")


def list_sections(text: str) -> set[str]:
    return set(re.findall(r"(?<![\d.])\d(?:\.\d)?(?![\d.]\d)", re.sub(r"\([^)]*\)", "", text)))


def test_the_model_cites_the_paper_in_one_spelling():
    text = SHIPPED.read_text(encoding="utf-8")
    cited = CITATION.findall(text)
    assert len(cited) > 80
    assert "Li 2020 " not in text
    assert "Li (2020)" not in text
    for sections in cited:
        assert list_sections(sections) <= SECTIONS, sections


def test_mechanisms_and_facts_name_sections_that_the_paper_has():
    for mechanism in load_mechanisms():
        assert set(mechanism.paper) <= SECTIONS, mechanism.mechanism
    _, facts = read_statements(FACTS, _FILE, "facts")
    for path, fact in facts:
        if "section" in fact:
            assert list_sections(str(fact["section"])) <= SECTIONS, path.name
