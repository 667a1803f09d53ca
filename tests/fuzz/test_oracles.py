"""The judges of the attack, judged: each sees what it is there for, and nothing else."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import domains, mutate
from tests.fuzz.attempt import Attempt, folder
from tests.fuzz.edition import Edition, ranges
from tests.fuzz.oracles import Expectation, Outcome, judge, snapshot


def oracles(
    outcome: Outcome, expected: Expectation | None = None, *, after: dict[str, str] | None = None
) -> list[str]:
    before = {"notes.txt": "1"}
    found = judge("kind", outcome, before, after or before, expected or Expectation())
    return [failure.oracle for failure in found]


def refusal(message: str = "error: no such file: x", **more: float) -> Outcome:
    return Outcome(["run"], 2, err=message + "\n", **more)  # type: ignore[arg-type]


def test_one_line_and_status_2_are_right() -> None:
    assert oracles(refusal()) == []
    assert oracles(Outcome(["run"], 0)) == []


def test_an_exception_is_a_traceback() -> None:
    assert oracles(Outcome(["run"], None, raised="KeyError (a/b.py:f)\nx")) == ["traceback"]


def test_status_2_needs_a_line() -> None:
    assert oracles(refusal("")) == ["status"]
    assert oracles(refusal("error: ")) == ["status"]


def test_an_unknown_status_is_a_failure() -> None:
    assert oracles(Outcome(["run"], 3)) == ["status"]


def test_success_where_refusal_is_due_is_silence() -> None:
    assert oracles(Outcome(["run"], 0), Expectation(refuse="year inf")) == ["silent"]
    warned = Outcome(["run"], 0, err="warning: the case was edited\n")
    assert oracles(warned, Expectation(refuse="edited", warn="(?m)^warning")) == []


def test_a_changed_file_of_others_is_seen() -> None:
    assert oracles(Outcome(["run"], 0), after={"notes.txt": "2"}) == ["foreign file"]
    assert oracles(Outcome(["run"], 0), after={"other": "1"}) == ["foreign file"]
    assert oracles(Outcome(["run"], 0), Expectation(own=("notes",)), after={"other": "1"}) == []


def test_what_an_error_leaves_is_seen() -> None:
    left = {"notes.txt": "1", "o/table.csv": "1"}
    assert oracles(refusal(), after=left) == ["left-over"]
    assert oracles(refusal(), after={"notes.txt": "1", "o/work/start.npz": "1"}) == []
    hidden = {"notes.txt": "1", "o/.table-ab12cd34.csv": "1"}
    assert oracles(Outcome(["run"], 0), after=hidden) == ["left-over"]


def test_the_list_of_written_files_is_the_editions_own_but_an_error_leaves_none() -> None:
    listed = {"notes.txt": "1", "o/.smecluster-files.json": "1"}
    assert oracles(Outcome(["run"], 0), after=listed) == []
    assert oracles(refusal(), after=listed) == ["left-over"]
    locked = {"notes.txt": "1", "o/.smecluster-files.lock": "1"}
    assert oracles(Outcome(["run"], 0), after=locked) == ["left-over"]


def test_a_value_is_not_repeated_beyond_200_characters() -> None:
    assert oracles(refusal(f"error: {'9' * 150} is no year")) == []
    assert oracles(refusal(f"error: {'9' * 250} is no year")) == ["echo"]


def test_a_refusal_is_quick_and_small() -> None:
    assert oracles(refusal(megabytes=600.0)) == ["memory"]
    assert oracles(refusal(seconds=9.0), Expectation(bomb=True)) == ["slow refusal"]


@pytest.mark.parametrize("name", mutate.TABLE)
def test_a_mutator_repeats_itself_and_takes_any_bytes(name: str) -> None:
    for data in (b"", b"\n", b"a,b\n1,2\n", bytes(range(256)), b'x = "y" # 3\n' * 9):
        made = [mutate.TABLE[name](data, Random("seed")) for _ in range(2)]
        assert made[0] == made[1]


def test_ranges_are_read_from_the_model_file() -> None:
    text = "rate = 0.1\n\t~ 1/Year [0, 0.5]\n\t~ A rate. |\nsum = rate * 2 ~ 1/Year [0, 1] ~ |\n"
    assert ranges(text) == {"rate": (0.0, 0.5)}
    assert len(Edition().ranges) > 100


@pytest.mark.parametrize(
    ("value", "inside"),
    [(0, True), (1, True), (0.5, True), (-0.1, False), (float("nan"), False), ("0.5", False),
     (True, False), (None, False), (10**400, False)],
)  # fmt: skip
def test_a_domain_holds_what_it_says(value: object, inside: bool) -> None:
    assert domains.allows({"type": "number", "low": 0, "high": 1}, value) is inside


def test_a_harmed_toml_file_is_held_against_its_domain() -> None:
    sound = b'title = "t"\n[local]\nshare = 0.5\n'
    table = domains.table()["strategy"]
    assert domains.outside("strategy", "f.toml", sound, sound) == ""
    for harmed in (b"share = 3", b"share = nan", b'share = "0.5"', b"share = 1979-05-27"):
        told = domains.outside("strategy", "f.toml", sound, sound.replace(b"share = 0.5", harmed))
        assert told == "local.share outside of its domain"
    assert "local.share" in table
    unknown = domains.outside("strategy", "f.toml", sound, sound + b"shore = 1\n")
    assert unknown == "an unknown key in local"
    empty = domains.outside("study", "f.toml", b'title = "a"\n', b'title = "a"\n[failures]\n')
    assert empty == ""
    wrong = domains.outside("study", "f.toml", b'title = "a"\n', b'title = "a"\n[failure]\n')
    assert wrong == "an unknown key in the file"


def test_a_harmed_table_of_inputs_is_held_against_the_model() -> None:
    sound = b"history switch\n1\n"
    assert domains.outside("batch", "t.csv", sound, b"history switch\n0\n") == ""
    told = domains.outside("batch", "t.csv", sound, b"history switch\n3000\n")
    assert told == "an input outside of its domain"
    assert domains.outside("batch", "t.csv", sound, b"a,a\n1,2\n") == "a column twice"


def test_a_command_that_deletes_is_caught(tmp_path: Path) -> None:
    attempt = Attempt("kind/case/0", Edition(), tmp_path / "w", tmp_path / "shop")
    with folder(attempt.base):

        def deletes() -> None:
            os.remove("notes.txt")
            raise SystemExit(0)

        attempt.watch(["run"], deletes, None)
    assert [failure.oracle for failure in attempt.failures] == ["foreign file"]


def test_files_are_told_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = snapshot(tmp_path)
    (tmp_path / "a").write_text("2")
    assert snapshot(tmp_path) != before


def test_every_option_of_every_command_has_a_domain() -> None:
    """An option that is new must join the table."""
    from tests.fuzz.options import listed, offered

    missing = {
        command: sorted(options - listed(command))
        for command, options in offered(Edition()).items()
    }
    assert not {command: options for command, options in missing.items() if options}


def test_a_process_that_hangs_or_dies_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fuzz import pool as watch
    from tests.fuzz.pool import Pool, Result

    monkeypatch.setitem(watch._PATIENCE, "@wait", 1.0)
    results: list[Result] = []
    pool = Pool(Edition(), 1)
    names = iter(["@die/x/0", "@wait/x/0", "@fine/x/0"])
    began = time.monotonic()
    pool.run(names, lambda: time.monotonic() - began > 200, results.append)
    assert [[f.oracle for f in result.failures] for result in results] == [["crash"], ["hang"], []]
    assert signal.SIGSEGV.name in results[0].failures[0].detail
