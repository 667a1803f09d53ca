"""Counts in the README and in the limitations are those of the pages that commands make."""

import re
from pathlib import Path

import pandas as pd

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


def test_the_answer_of_the_readme_is_that_of_the_shipped_tables():
    shelf = ROOT / "policies" / "brief" / "shelf"
    options = pd.read_csv(shelf / "decision" / "options.csv").set_index("option")
    made = options[["median", "low", "high"]].map(lambda value: round(value / 1000))
    for page in (README, LIMITATIONS):
        text = read(page)
        for name in ("local", "central"):
            middle, low, high = made.loc[name]
            # Of a loss the README gives the size.
            assert re.search(rf"{abs(middle)} .{{0,60}}\((90 %: )?{low} to {high}\)", text)
    text = read(README)
    of = options["draws"].iloc[0]
    ahead = round(100 * options.loc["local", "ahead of the other strategies"] / of)
    assert re.findall(r"nation gains they are ahead in (\d+) of 100", text) == [str(ahead)]
    nothing = round(100 * options.loc["neither", "best"] / of)
    assert re.findall(r"nothing is best in (\d+) of 100", text) == [str(nothing)]
    cells = pd.read_csv(shelf / "map" / "map.csv")
    (cell,) = (
        row
        for row in cells.to_dict("records")
        if row["judged by"] == "net national benefit"
        and row["horizon"] == 2060
        and row["share of value added [%]"] == 0.5
    )
    share = round(100 * cell["draws ahead"] / cell["draws"])
    assert cell["ahead"] == "central"
    assert re.findall(r"the centre is ahead by a little, in (\d+) of 100", text) == [str(share)]
