"""What the figures decide, in at most ten lines with the counts of the tables."""

import pandas as pd
import pytest

from smecluster.calibration.conditions.ten_lines import read_knowledge, sum_up

CONSTANTS = pd.DataFrame(
    {
        "name": ["a", "b", "c"],
        "verdict": ["identified", "partly identified", "repeats its prior"],
        "contraction": [0.9, 0.4, 0.0],
        "beyond": [0.05, 0.6, 0.05],
        "shift": [0.1, -1.7, 0.0],
    }
)
TABLES = {
    "constants": CONSTANTS,
    "directions": pd.DataFrame({"contraction": [0.9, 0.8, 0.3]}),
    "pairs": pd.DataFrame({"first": ["a"], "second": ["b"], "correlation": [0.9]}),
    "structures": pd.DataFrame(
        {
            "switch": ["moved", "moved", "still", "still"],
            "state": ["1", "0", "1", "0"],
            "prior": [0.5, 0.5, 0.7, 0.3],
            "posterior": [0.9, 0.1, 0.72, 0.28],
            "error": [0.02] * 4,
        }
    ),
    "published": pd.DataFrame(
        {"study": ["used", "used", "left out"], "within": [True, False, False]}
    ),
    "likelihoods": pd.DataFrame(
        {"name": ["a", "b"], "shift, one": [0.0, 0.0], "shift, two": [0.6, 0.1]}
    ),
}


def test_the_counts_are_those_of_the_tables():
    lines = sum_up(TABLES)
    assert len(lines) <= 10
    text = "\n".join(lines)
    assert "Of 3 constants" in text
    assert "settle 1 and narrow 1; of the other 1 they say nothing" in text
    assert "press 1 constant, most of all b (below)" in text
    assert "3 combinations are informed, 2 of them strongly" in text
    assert "prefer: moved (1: 50% before, 90% after)" in text
    assert "do not decide: still (1: 70% before, 72% after)" in text
    assert "1 of 2 come out within range" in text
    assert "left out for testing, 0 of 1" in text
    assert "1 constant would move" in text


@pytest.mark.parametrize("missing", ["directions", "pairs", "structures", "published"])
def test_what_is_missing_has_no_line(missing):
    fewer = sum_up({name: table for name, table in TABLES.items() if name != missing})
    assert 3 <= len(fewer) < len(sum_up(TABLES))


def test_a_calibration_of_some_constants_has_no_such_tables(tmp_path):
    assert read_knowledge(tmp_path) == {}
