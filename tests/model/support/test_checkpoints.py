import os
import subprocess
import sys

import numpy as np
import pytest

from smecluster.model.support.checkpoints import Checkpoints, drop
from smecluster.model.support.errors import InputError
from smecluster.model.support.locks import lock_folder


def test_a_part_comes_back_as_it_was_saved(tmp_path):
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        checkpoints.save("start 1", {"x": np.arange(3.0), "message": "converged"})
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        found = checkpoints.load("start 1")
    np.testing.assert_array_equal(found["x"], [0, 1, 2])
    assert str(found["message"]) == "converged"


def test_checkpoints_of_other_work_are_refused_by_the_name_of_what_differs(tmp_path):
    with Checkpoints(tmp_path, {"seed": "1", "model": "a"}):
        pass
    with (
        pytest.raises(InputError, match="a different seed"),
        Checkpoints(tmp_path, {"seed": "2", "model": "a"}),
    ):
        pass


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_a_part_cut_short_counts_as_missing(tmp_path, kept):
    with Checkpoints(tmp_path, {}) as checkpoints:
        checkpoints.save("a", {"x": np.arange(1000.0)})
        whole = checkpoints.path("a").read_bytes()
        size = int(kept * len(whole)) if kept < 1 else kept
        checkpoints.path("a").write_bytes(whole[:size])
        assert "a" not in checkpoints
        with pytest.raises(KeyError):
            checkpoints.load("a")


def test_a_damaged_byte_counts_as_missing(tmp_path):
    with Checkpoints(tmp_path, {}) as checkpoints:
        checkpoints.save("a", {"x": np.arange(1000.0)})
        whole = bytearray(checkpoints.path("a").read_bytes())
        whole[len(whole) // 2] ^= 255
        checkpoints.path("a").write_bytes(whole)
        assert "a" not in checkpoints


def test_a_second_process_is_refused_and_told_which_one_works_there(tmp_path):
    code = (
        "from smecluster.model.support.locks import lock_folder\n"
        f"with lock_folder({str(tmp_path)!r}): pass"
    )
    with lock_folder(tmp_path):
        second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert f"in use by process {os.getpid()}" in second.stderr
    third = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert third.returncode == 0, third.stderr


def test_an_error_inside_frees_the_folder(tmp_path):
    with pytest.raises(ZeroDivisionError), lock_folder(tmp_path):
        raise ZeroDivisionError
    with lock_folder(tmp_path):
        pass


def test_dropped_work_begins_anew_and_nothing_else_is_removed(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for part in ("one", "two"):
        with Checkpoints(tmp_path / part, {"seed": "1"}) as checkpoints:
            checkpoints.save("a", {"x": 1.0})
    drop(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    drop(tmp_path / "never made")
    assert not (tmp_path / "never made").exists()


def test_work_in_progress_is_not_dropped(tmp_path):
    code = f"from smecluster.model.support.checkpoints import drop\ndrop({str(tmp_path)!r})"
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        checkpoints.save("a", {"x": 1.0})
        second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert "in use by process" in second.stderr
        assert "a" in checkpoints
