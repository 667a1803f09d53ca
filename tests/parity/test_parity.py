"""What the parity table counts: right only what lies within the tolerance, and nothing unseen."""

from pathlib import Path

import pytest

from tests.parity.engines import Answer, run_interpreter
from tests.parity.judging import compare
from tests.parity.published import Case, Series, find_cases, list_own, read_results
from tests.parity.table import Row, judge, read_doubted, write_page

MODEL = (
    "{UTF-8}\nTown: a, b ~~|\nx[Town] = INTEG(Time, 1) ~~|\ny = x[a] / 3 ~~|\n"
    "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
)
TABLE = "Time\tX[a]\tx[b]\ty\tSAVEPER\n0\t1\t1\t0.33333\t1\n1\t1\t1\t0.33333\n2\t2\t2\t0.66667\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "tests" / "growth"
    folder.mkdir(parents=True)
    (folder / "growth.mdl").write_text(MODEL)
    (folder / "output.tab").write_text(TABLE)
    return tmp_path


def verdict(suite: Path, table: str) -> str:
    (suite / "tests" / "growth" / "output.tab").write_text(table)
    (case,) = find_cases(suite)
    return judge(case, Answer("ran", "", run_interpreter(case)))[0]


def test_a_model_is_right_if_every_published_value_is_its_own(suite: Path) -> None:
    assert verdict(suite, TABLE) == "right"
    assert verdict(suite, TABLE.replace("0.66667", "0.667")) == "rounded"
    assert verdict(suite, TABLE.replace("0.66667", "0.668")) == "wrong"
    assert verdict(suite, TABLE.replace("\t2\t2", "\t2\t2.001")) == "wrong"
    assert verdict(suite, TABLE.replace("\ty", "\tz")) == "short"
    assert verdict(suite, "Time\tz\n0\t1\n") == "empty"


def test_what_did_not_run_is_what_became_of_it(suite: Path) -> None:
    (case,) = find_cases(suite)
    assert judge(case, Answer("traceback", "KeyError: 1", {})) == ("traceback", "KeyError: 1")


def test_a_value_that_is_no_number_is_like_nothing() -> None:
    published = {("x",): Series((0.0,), (1.0,), (0.5,))}
    assert compare(published, {("x",): Series((0.0,), (float("nan"),))}).gaps


def test_published_lists_and_tables_are_read(tmp_path: Path) -> None:
    (tmp_path / "m.dat").write_text("X[a]\n0\t1.50\n1\t2\n#inside>z#\n0\t9\nFINAL TIME\n0\t1\n")
    found = list_own(read_results(tmp_path / "m.dat"))
    assert found == {("x", "a"): Series((0.0, 1.0), (1.5, 2.0), (0.005, 0.0))}


def test_the_page_lists_what_is_not_plainly_right() -> None:
    rows = [
        Row("a.mdl", {"kernel": ("right", "3 series"), "PySD": ("wrong", "1 of 3")}),
        Row("b.mdl", {"kernel": ("refused", "line 2: 'x' uses Y"), "PySD": ("right", "1 series")}),
    ]
    page = write_page({"suite": rows}, ["kernel", "PySD"])
    assert "| kernel | 1 | 0 | 0 | 0 | 0 | 1 | 0 | 0 | 0 |" in page
    assert "- `b.mdl`: line 2: 'x' uses Y (PySD: right)" in page
    assert "a.mdl" not in page


def test_every_doubt_has_a_reason() -> None:
    for name, doubt in read_doubted().items():
        assert ("others" in doubt) != ("loss" in doubt and bool(doubt.get("why"))), name


def test_models_that_draw_random_numbers_are_known(suite: Path) -> None:
    path = suite / "tests" / "growth" / "growth.mdl"
    path.write_text(MODEL.replace("INTEG(Time", "INTEG(RANDOM UNIFORM(0, 1, 2)"))
    (case,) = find_cases(suite)
    assert isinstance(case, Case)
    assert case.random
