"""Counts in the README and in the limitations are those of the pages that commands make."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
LIMITATIONS = ROOT / "docs" / "limitations.md"


def read(path: Path) -> str:
    """A page as one line, since Markdown breaks lines anywhere."""
    return " ".join(path.read_text(encoding="utf-8").split())


def find(pattern: str, path: Path) -> list[int]:
    """The numbers of the one place that a pattern matches."""
    (numbers,) = re.findall(pattern, read(path))
    return [int(number) for number in numbers]


def test_counts_of_mechanisms_are_quoted_as_they_were_made():
    page = ROOT / "docs" / "mechanisms.md"
    met, of, weightless, mechanisms = find(
        r"(\d+) of (\d+) expectations are met\. (\d+) of (\d+) mechanisms", page
    )
    assert find(
        r"(\d+) of (\d+) expectations are met and (\d+) of (\d+) mechanisms carry no weight", README
    ) == [met, of, weightless, mechanisms]
    assert find(r"Of (\d+) expectations (\d+) are met", LIMITATIONS) == [of, met]
    assert find(r"are (\d+) of (\d+) mechanisms\.", LIMITATIONS) == [weightless, mechanisms]


def test_every_mechanism_without_weight_is_named():
    page = (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| [\d., ]+ \| ([^|]+) \|.*\| weightless \|$", page, re.MULTILINE)
    text = LIMITATIONS.read_text(encoding="utf-8")
    assert [name for name in named if f"| {name} |" not in text] == []


def test_counts_of_histories_are_quoted_as_they_were_made():
    pattern = r"(\d+) series are explained, (\d+) come out a little better, (\d+) are not"
    made = find(pattern, ROOT / "docs" / "histories.md")
    assert find(pattern, README) == made
    assert find(pattern, LIMITATIONS) == made


def test_the_count_of_comparisons_is_quoted_as_it_was_made():
    page = (ROOT / "docs" / "knife-edge.md").read_text(encoding="utf-8")
    ahead = re.findall(
        r"^\| [\d.]+% \| \d{4} \| [^|]+ \| [+-][\d.]+ \| (\w+) \|", page, re.MULTILINE
    )
    quoted = find(
        r"the centre is ahead in (\d+) of the (\d+) comparisons .*?, local programmes in (\d+)\.",
        LIMITATIONS,
    )
    assert quoted == [ahead.count("central"), len(ahead), ahead.count("local")]
