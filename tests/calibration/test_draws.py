"""Draws come from the calibration that is chosen for them, and give way to what is set."""

from pathlib import Path

import pandas as pd
import pytest

from smecluster.calibration.choosing import describe_origin, find_drawn
from smecluster.calibration.data.case import find_folders
from smecluster.calibration.drawing import draw_values
from smecluster.calibration.store import named
from smecluster.calibration.store.mismatches import CalibrationWarning
from smecluster.calibration.store.named import DRAWN, open_calibration
from smecluster.model.file.beliefs import CONVENTIONS
from smecluster.policies.comparison.study_inputs import hold_settings


@pytest.fixture
def opened(monkeypatch):
    """Say which calibration is opened, in a workspace that holds given ones."""

    def find(name, known):
        monkeypatch.setattr(named, "list_calibrations", lambda: known)
        monkeypatch.setattr(named, "open_calibration", lambda found: found)
        monkeypatch.setattr("smecluster.calibration.choosing.refuse_stale", lambda found: None)
        return find_drawn(name)

    return find


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        (None, (DRAWN, "mine"), DRAWN),
        (None, ("mine",), None),
        ("mine", (DRAWN, "mine"), "mine"),
        ("none", (DRAWN, "mine"), None),
    ],
)
def test_draws_come_from_the_calibration_that_is_chosen_for_them(opened, name, known, found):
    assert opened(name, known) == found


def test_no_draw_varies_how_years_are_weighed():
    """Present values of two draws can only be compared if both are discounted alike."""
    assert set(CONVENTIONS) & {*open_calibration(DRAWN).draws.columns}
    assert not set(CONVENTIONS) & {*draw_values(None, 5, 1).columns}


def test_a_stamp_names_the_source_of_the_draws_where_there_are_any():
    assert "every-constant" not in describe_origin([])
    assert "draws of every-constant" in describe_origin([], drawn=True)
    assert "draws of" not in describe_origin([], DRAWN, drawn=True)


def test_what_is_set_is_the_same_in_every_draw():
    draws = pd.DataFrame({"a": [1.0, 2.0], "b[x]": [3.0, 4.0], "b[y]": [5.0, 6.0]})
    assert [*hold_settings(draws, {"a": 1.5}).columns] == ["b[x]", "b[y]"]
    assert [*hold_settings(draws, {"b": 1.0}).columns] == ["a"]
    assert [*hold_settings(draws, {"b[y]": 1.0}).columns] == ["a", "b[x]"]
    assert hold_settings(None, {"a": 1.5}) is None


def test_a_quick_fit_keeps_its_own_values_in_every_draw_and_says_so():
    (folder,) = find_folders([Path("suzhou")])
    with pytest.warns(CalibrationWarning, match="suzhou was calibrated with --quick and has no"):
        draws = draw_values(None, 3, 1, None, [folder])
    assert not [name for name in draws.columns if "suzhou" in name]
    assert draws.equals(draw_values(None, 3, 1))
