"""Vensim's functions of vectors give what Vensim's published results show, or the run fails."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.errors import InputError

BEGIN = (
    "{UTF-8}\nTown: a, b, c -> Place ~~|\nPlace: first, second, third -> Town ~~|\n"
    "Year: y1, y2 ~~|\nx[Town] = 30, 10, 20 ~~|\nw[Town] = 0, 2, -1 ~~|\n"
    "z[Town, Year] = 1, 2; 4, 3; 5, 5; ~~|\nlate = 0 ~~|\n"
)
CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"


def compute(tmp_path: Path, equation: str, **inputs: float) -> np.ndarray:
    path = tmp_path / "m.mdl"
    path.write_text(f"{BEGIN}{equation} ~~|\n{CLOCK}")
    return np.asarray(model.simulate(model.load(path), inputs)["y"].isel(time=0).values)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        *((0, 0.0), (1, -400.0), (2, -20.0), (3, 20.0), (4, 0.0), (5, 5.0)),
        *((6, 30.0), (7, 200.0), (8, 10.0), (9, 20.0), (10, 15.0)),
    ],
)
def test_what_is_selected_is_gathered_by_the_action(
    tmp_path: Path, action: int, value: float
) -> None:
    text = f"y = VECTOR SELECT(w[Town!], x[Town!], -9, {action}, 0)"
    assert compute(tmp_path, text) == pytest.approx(value, abs=1e-12)
    varying = f"y = VECTOR SELECT(w[Town!], x[Town!], -9, {action} + Time, 0)"
    if action < 9:
        assert compute(tmp_path, varying) == pytest.approx(value, abs=1e-12)


def test_where_nothing_is_selected_the_missing_value_stands(tmp_path: Path) -> None:
    assert compute(tmp_path, "y = VECTOR SELECT(0 * w[Town!], x[Town!], -9, 3, 0)") == -9


@pytest.mark.parametrize(
    ("weight", "error"), [("0 * w[Town!]", 1), ("w[Town!]", 2), ("w[Town!]", 3)]
)
def test_a_selection_that_its_error_action_forbids_is_refused(
    tmp_path: Path, weight: str, error: int
) -> None:
    with pytest.raises(InputError, match="a VECTOR SELECT that selects"):
        compute(tmp_path, f"y = VECTOR SELECT({weight}, x[Town!], -9, 0, {error})")


@pytest.mark.parametrize(
    ("equation", "values"),
    [
        ("y[Place] = VECTOR SORT ORDER(x[Town], 1)", [1, 2, 0]),
        ("y[Place] = VECTOR SORT ORDER(x[Town], 0)", [0, 2, 1]),
        ("y[Town] = VECTOR RANK(x[Town], 1)", [3, 1, 2]),
        ("y[Town] = VECTOR RANK(x[Town], 0)", [1, 3, 2]),
        ("y[Town, Year] = VECTOR SORT ORDER(z[Town, Year], 1)", [[0, 1], [1, 0], [0, 1]]),
        (
            "o[Place] = VECTOR SORT ORDER(x[Town], 1) ~~|\ny[Place] = VECTOR REORDER(x[Town], "
            "o[Place])",
            [10, 20, 30],
        ),
        ("y[Town] = VECTOR ELM MAP(x[a], Town - 1)", [30, 10, 20]),
        ("y[Town] = VECTOR ELM MAP(z[Town, y1], 1)", [2, 3, 5]),
    ],
)
def test_elements_are_sorted_ranked_and_counted(
    tmp_path: Path, equation: str, values: list[float]
) -> None:
    np.testing.assert_array_equal(compute(tmp_path, equation), values)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("y = VECTOR ELM MAP(x[b], 2)", "a VECTOR ELM MAP that counts beyond the list"),
        ("y[Town, Year] = VECTOR SORT ORDER(z[Town, Year], 0)", "SORT ORDER of equal elements"),
        ("y[Town, Year] = VECTOR RANK(z[Town, Year], 1)", "a VECTOR RANK of equal elements"),
        ("y = VECTOR SELECT(w[Town!], x[Town!], 0, 11, 0)", "the numerical action 11"),
        ("y = VECTOR SELECT(w[a], x[a], 0, 0, 0)", "VECTOR SELECT without a range marked"),
        ("y[Town] = VECTOR RANK(2 * x[Town], 1)", "VECTOR RANK something other than a list"),
        ("y[Town] = VECTOR ELM MAP(x[Town], 1)", "its last subscript is an element"),
        ("y = A FUNCTION OF(late)", "'y' is only sketched"),
    ],
)
def test_what_no_published_result_shows_is_refused(
    tmp_path: Path, equation: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        compute(tmp_path, equation)


def test_a_run_that_counts_beyond_the_list_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.mdl"
    path.write_text(f"{BEGIN}y = VECTOR ELM MAP(x[b], late) ~~|\n{CLOCK}")
    with pytest.raises(InputError, match="VECTOR ELM MAP that counts beyond the list"):
        model.simulate(model.load(path), {"late": 2})
    assert model.simulate(model.load(path), {"late": 1})["y"][0] == 20
