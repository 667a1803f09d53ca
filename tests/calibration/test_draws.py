"""Draws come from the calibration that is chosen for them, and give way to what is set."""

import pandas as pd
import pytest

from smecluster.calibration.loading import find_drawn
from smecluster.calibration.store import named
from smecluster.calibration.store.named import DRAWN, DRAWS, SHIPPED
from smecluster.policies.comparison.study_inputs import hold_settings


@pytest.fixture
def opened(monkeypatch):
    """Say which calibration is opened, in a workspace that holds given ones."""

    def find(name, known, chosen=DRAWS):
        monkeypatch.setattr(named, "list_calibrations", lambda: known)
        monkeypatch.setattr(named, "DRAWS", chosen)
        monkeypatch.setattr(named, "open_calibration", lambda found: found)
        monkeypatch.setattr("smecluster.calibration.loading.refuse_stale", lambda found: None)
        return find_drawn(name)

    return find


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        (None, (DRAWN, SHIPPED), DRAWN),
        (None, (SHIPPED,), SHIPPED),
        (None, (), None),
        (SHIPPED, (DRAWN, SHIPPED), SHIPPED),
        ("none", (DRAWN, SHIPPED), None),
    ],
)
def test_draws_come_from_the_calibration_that_is_chosen_for_them(opened, name, known, found):
    assert opened(name, known, DRAWN) == found


def test_a_calibration_that_is_there_does_not_become_the_source_of_draws_by_itself(opened):
    assert opened(None, (DRAWN, SHIPPED)) == SHIPPED
    assert opened(DRAWN, (DRAWN, SHIPPED)) == DRAWN


def test_what_is_set_is_the_same_in_every_draw():
    draws = pd.DataFrame({"a": [1.0, 2.0], "b[x]": [3.0, 4.0], "b[y]": [5.0, 6.0]})
    assert [*hold_settings(draws, {"a": 1.5}).columns] == ["b[x]", "b[y]"]
    assert [*hold_settings(draws, {"b": 1.0}).columns] == ["a"]
    assert [*hold_settings(draws, {"b[y]": 1.0}).columns] == ["a", "b[x]"]
    assert hold_settings(None, {"a": 1.5}) is None
