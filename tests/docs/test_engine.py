"""The page on the engine says what the code does."""

import re
from pathlib import Path

from smecluster.model.support import limits

PAGE = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
# Those of the model reader; other files have limits of their own.
STATED = (
    "MOST_DEFINITIONS",
    "MOST_ELEMENTS",
    "MOST_CELLS",
    "MOST_TERMS",
    "MOST_STATES",
    "MOST_CHAINED",
    "MOST_NESTED",
)


def test_the_limits_of_models_are_those_of_the_code():
    table = PAGE[PAGE.index("| most |") :]
    numbers = [int(cell.replace(",", "")) for cell in re.findall(r"\| ([\d,]+) \|", table)]
    assert numbers == [getattr(limits, name) for name in STATED]
