"""What the parity table counts: right only what lies within the tolerance, and nothing unseen."""

import dataclasses
import os
import signal
import time
from pathlib import Path

import pytest

from tests.parity import engines
from tests.parity.engines import ENGINES, Answer, identify, run_apart, run_interpreter
from tests.parity.judging import compare
from tests.parity.published import Case, Key, Series, find_cases, list_own, read_results
from tests.parity.table import Row, count_models, judge, read_doubted, write_page

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
    page = write_page({"suite": rows}, ["kernel", "PySD"], {"suite": "Of 3 model files"})
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


def test_a_process_that_dies_says_so_at_once(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (case,) = find_cases(suite)
    monkeypatch.setitem(ENGINES, "kernel", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    answer = run_apart("kernel", case, patience=20)
    assert (answer.outcome, answer.text) == ("traceback", "its process was killed by SIGKILL")


def test_a_process_that_waits_is_given_up(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (case,) = find_cases(suite)
    monkeypatch.setitem(ENGINES, "kernel", lambda _: signal.pause())
    answer = run_apart("kernel", case, patience=0.2)
    assert answer.outcome == "no end"
    assert "none in the last 0.2 s" in answer.text


def test_a_process_that_gets_some_of_the_processor_is_not_given_up(
    suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(_: Case) -> dict[Key, Series]:
        time.sleep(0.5)
        return {}

    (case,) = find_cases(suite)
    monkeypatch.setitem(ENGINES, "kernel", wait)
    monkeypatch.setattr(engines, "_read_processor_seconds", lambda _: time.monotonic())
    assert run_apart("kernel", case, patience=0.1).outcome == "ran"


def test_a_process_without_end_is_ended_by_its_own_time(
    suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case,) = find_cases(suite)
    # What the system sends to a process that has used up the time it was given.
    monkeypatch.setitem(ENGINES, "kernel", lambda _: os.kill(os.getpid(), signal.SIGXCPU))
    answer = run_apart("kernel", case, seconds=7)
    assert answer == Answer("no end", "no result in 7 s of the processor", {})


def test_verdicts_are_kept_for_the_same_comparison_only() -> None:
    names = {identify(engine) for engine in ENGINES}
    assert len(names) == len(ENGINES)
    assert identify("PySD").startswith("PySD 3.")


def test_what_is_left_out_is_said(suite: Path) -> None:
    (case,) = find_cases(suite)
    drawn = dataclasses.replace(case, random=True)
    assert count_models(3, [case]) == "Of 3 model files, 1 have published results."
    assert "draw random numbers: `tests/growth/growth.mdl`" in count_models(3, [drawn])


def test_the_processor_time_of_a_process_is_read_from_the_system() -> None:
    before = time.process_time()
    assert before - 0.1 <= engines._read_processor_seconds(os.getpid()) <= time.process_time() + 0.1
    assert engines._read_processor_seconds(None) == 0
