"""A reason is a source, or what the believed range says after its numbers."""

from dataclasses import replace

import pytest

from smecluster import model
from smecluster.sensitivity.tipping.reasons import find_reason

ANY = model.load().variables["brand premium"]


@pytest.mark.parametrize(
    ("definition", "source", "reason"),
    [
        ("A. Believed 90 %: 0.1 to 0.4.", "judgement.", ""),
        ("A. Believed 90 %: 0.1 to 0.4, so it goes.", "judgement.", "so it goes"),
        ("A. Believed 90 %: 0.5 to 2 times the value.", "Li 2020.", "Li 2020"),
        ("A. Believed 90 %: 0.1 to 0.4, median 0.2, why.", "Li 2020.", "why; Li 2020"),
        ("A. Believed 90 %: 0.1 to 0.4 for upgraded, 1 to 2 for external.", "judgement.", ""),
        ("A. Believed 90 %: 0 with probability 0.5, 0.3 to 0.7 otherwise.", "judgement.", ""),
        ("A. Believed 90 %: exact, a convention.", "judgement.", "a convention"),
    ],
)
def test_numbers_and_the_bare_word_judgement_are_no_reason(definition, source, reason):
    assert find_reason(replace(ANY, definition=definition, source=source)) == reason
