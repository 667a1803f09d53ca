"""Data are read at other times than the model's as Vensim reads them."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.errors import InputError

NONE = -(2.0**109)


def compute(
    tmp_path: Path, equation: str, step: float = 1, data: str = "", **inputs: float
) -> np.ndarray:
    path = tmp_path / "m.mdl"
    path.write_text(
        f"{{UTF-8}}\nTown: a, b ~~|\nseen[Town] ~~|\nmode = 1 ~~|\n{equation} ~~|\n"
        f"INITIAL TIME = 0 ~~|\nFINAL TIME = 3 ~~|\nTIME STEP = {step} ~~|\nSAVEPER = {step} ~~|\n"
    )
    (tmp_path / "m_data.dat").write_text(data or "seen[a]\n0\t5\n1\t6\n3\t10\n")
    return np.asarray(model.simulate(model.load(path), inputs)["y"].values)


@pytest.mark.parametrize(
    ("time", "mode", "values"),
    [
        ("Time", "0", [5, 6, 8, 10]),
        ("Time / 2", "0", [5, 5.5, 6, 7]),
        ("Time", "1", [5, 6, 10, 10]),
        # At a time with data too, the one before it is given, as the published results show.
        ("Time", "-1", [5, 5, 6, 6]),
        # Times are cut to whole ones.
        ("Time / 2", "1", [5, 5, 6, 6]),
        ("Time / 2", "mode", [5, 5, 6, 6]),
        # Before the first and after the last there are no data.
        ("Time + 1", "0", [6, 8, 10, NONE]),
        ("Time - 1", "-1", [NONE, 5, 5, 6]),
    ],
)
def test_data_are_read_at_another_time(
    tmp_path: Path, time: str, mode: str, values: list[float]
) -> None:
    found = compute(tmp_path, f"y = GET DATA BETWEEN TIMES(seen[a], {time}, {mode})")
    np.testing.assert_allclose(found, values, 1e-14)


def test_an_element_without_data_has_no_value(tmp_path: Path) -> None:
    assert compute(tmp_path, "y = GET DATA BETWEEN TIMES(seen[b], Time, 0)")[0] == NONE


def test_data_are_read_at_times_between_steps_only_where_their_meaning_is_sure(
    tmp_path: Path,
) -> None:
    equation = "y = GET DATA BETWEEN TIMES(seen[a], Time, mode)"
    found = compute(tmp_path, equation, step=0.5, mode=0)
    np.testing.assert_allclose(found, [5, 5.5, 6, 7, 8, 9, 10], 1e-14)
    with pytest.raises(InputError, match="from between whole times"):
        compute(tmp_path, equation, step=0.5, mode=1)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("y = GET DATA BETWEEN TIMES(seen[a], Time, 2)", "GET DATA BETWEEN TIMES of an unknown"),
        ("y = GET DATA BETWEEN TIMES(mode, Time, 0)", "something other than a data variable"),
        ("y = GET DATA BETWEEN TIMES(1, Time, 0)", "something other than a data variable"),
        ("y = GET DATA BETWEEN TIMES(seen[a], Time)", "2 arguments; it takes 3"),
    ],
)
def test_what_is_no_data_is_refused(tmp_path: Path, equation: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compute(tmp_path, equation)


def test_points_of_a_table_that_is_read_in_several_ways_are_not_set(tmp_path: Path) -> None:
    path = tmp_path / "m.mdl"
    path.write_text(
        "{UTF-8}\nt((0,1),(2,3)) ~~|\ny = LOOKUP FORWARD(t, Time) ~~|\nz = t(Time) ~~|\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 3 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    )
    m = model.load(path)
    with pytest.raises(InputError, match="reads 't' in several ways"):
        model.simulate(m, {"t": [(0, 5), (2, 7)]})
    np.testing.assert_array_equal(model.simulate(m, {"t": model.Scale(2)})["y"], [2, 6, 6, 6])
