"""INVERT MATRIX gives the inverse, whatever the order of its rows, or the run fails."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.errors import InputError

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
BEGIN = (
    "{UTF-8}\nRow: a, b, c ~~|\nColumn: a, b, c ~~|\nHalf: a, b ~~|\nOther: a, b ~~|\n"
    "Group: one, two ~~|\ncorner = 0 ~~|\n"
)


def load(tmp_path: Path, text: str) -> model.Model:
    path = tmp_path / "m.mdl"
    path.write_text(f"{BEGIN}{text}{CLOCK}")
    return model.load(path)


def test_an_inverse_is_that_of_each_group(tmp_path: Path) -> None:
    m = load(
        tmp_path,
        "x[one, Row, Column] = 0, 2, 1; 4, 1, 0; 3, 0, 5; ~~|\n"
        "x[two, Row, Column] = 1, 2, 3; 0, 1, 4; 5, 6, 0; ~~|\n"
        "y[Group, Row, Column] = INVERT MATRIX(x[Group, Row, Column], ELMCOUNT(Row)) ~~|\n",
    )
    run = model.simulate(m).isel(time=0)
    # By hand, with cofactors: a pivot that is 0 at first, and a determinant of 1.
    np.testing.assert_allclose(
        run["y"].sel(Group="one"),
        np.array([[5, -10, -1], [-20, -3, 4], [-3, 6, -8]]) / -43,
        rtol=1e-14,
    )
    np.testing.assert_allclose(
        run["y"].sel(Group="two"), [[-24, 18, 5], [20, -15, -4], [-5, 4, 1]], rtol=1e-12
    )


def test_a_matrix_that_becomes_singular_fails_there(tmp_path: Path) -> None:
    m = load(
        tmp_path,
        "x[Row, Column] = IF THEN ELSE(Row = Column, Time - 1 + 0 * corner, 0) ~~|\n"
        "y[Row, Column] = INVERT MATRIX(x[Row, Column], 3) ~~|\n",
    )
    with pytest.raises(model.RunError, match="fails in 1: matrix without an inverse in 'y"):
        model.simulate(m)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("y[Row, Column] = INVERT MATRIX(x[Row, Column], 2)", "has a matrix of 3 rows whose"),
        ("y[Row, Column] = INVERT MATRIX(x[Row, Column])", "1 arguments; it takes 2"),
        ("y[Row, Column] = INVERT MATRIX(2 * x[Row, Column], 3)", "other than a matrix"),
        ("y[Row, Column] = INVERT MATRIX(x[a, Column], 3)", "other than a matrix with two ranges"),
        ("y[Half, Other] = INVERT MATRIX(x[Half, Other], 2)", "or a part of it"),
        ("y[Row] = INVERT MATRIX(x[Row, Row], 3)", "the two ranges of the matrix as its last"),
    ],
)
def test_what_is_no_square_matrix_is_refused(tmp_path: Path, equation: str, message: str) -> None:
    text = f"x[Row, Column] = 0, 2, 1; 4, 1, 0; 3, 0, 5; ~~|\n{equation} ~~|\n"
    with pytest.raises(InputError, match=message):
        load(tmp_path, text).program  # noqa: B018


def test_a_singular_matrix_of_the_file_is_refused(tmp_path: Path) -> None:
    text = (
        "x[Row, Column] = 1, 2, 3; 2, 4, 6; 0, 0, 1; ~~|\n"
        "y[Row, Column] = INVERT MATRIX(x[Row, Column], 3) ~~|\n"
    )
    with pytest.raises(
        InputError, match="'y' has a matrix without an inverse: let its rows differ"
    ):
        load(tmp_path, text).program  # noqa: B018
