import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints, drop
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


TABLE = pd.DataFrame({"n": [1, 2], "x": [0.1, np.nan], "name": ["a", "b"], "sure": [True, False]})
DATASET = xr.Dataset(
    {
        "x": (("world", "draw"), np.array([[0.1, np.nan], [-0.0, np.inf]]), {"unit": "Myuan"}),
        "reason": (("world",), np.array(["", "division by zero"], dtype=object)),
    },
    {"draw": [3, 7]},
    {"runs": 4},
)


@pytest.mark.parametrize(
    "array",
    [
        np.float64(0.1),
        np.arange(6, dtype=np.uint32).reshape(2, 3),
        np.array([[np.nan, -0.0], [np.inf, 5e-324]]),
        np.array([True, False]),
        np.array(["Wenzhou", "", "温州"]),
        np.zeros((0, 3)),
    ],
)
def test_arrays_come_back_bit_by_bit(array, tmp_path):
    with Checkpoints(tmp_path, {}) as checkpoints:
        checkpoints.save("a", {"x": array})
        found = checkpoints.load("a")["x"]
    assert (found.shape, found.dtype.kind) == (np.shape(array), np.asarray(array).dtype.kind)
    assert found.tobytes() == np.asarray(array).astype(found.dtype).tobytes()


def test_objects_are_refused_rather_than_pickled(tmp_path):
    with Checkpoints(tmp_path, {}) as checkpoints, pytest.raises(TypeError, match="'x'"):
        checkpoints.save("a", {"x": [None, 1]})


def test_tables_and_labelled_arrays_come_back_as_they_were_saved(tmp_path):
    with Checkpoints(tmp_path, {}) as checkpoints:
        checkpoints.save("table", TABLE, design="abc")
        checkpoints.save("worlds", DATASET)
    read = Checkpoints(tmp_path, {})  # reading needs no lock
    pd.testing.assert_frame_equal(read.load_table("table"), TABLE, check_exact=True)
    pd.testing.assert_frame_equal(read.load_table("table", ["x"]), TABLE[["x"]], check_exact=True)
    xr.testing.assert_identical(read.load_dataset("worlds"), DATASET)
    assert read.facts("table") == {"design": "abc", "rows": "2"}
    assert read.finished() == ("table", "worlds")
    with pytest.raises(KeyError):
        read.load("table")


def test_what_is_saved_again_takes_the_place_of_the_first(tmp_path):
    with Checkpoints(tmp_path, {}) as checkpoints:
        checkpoints.save("a", {"x": 1.0})
        checkpoints.save("a", {"x": 2.0})
        assert checkpoints.load("a")["x"] == 2.0
    assert len(list(tmp_path.glob("*.parquet"))) == 1


@pytest.mark.parametrize("name", ["without a/b", "..", "50 %", "a.b", "温州", "x.0123456789abcdef"])
def test_any_name_is_a_file_in_the_folder(name, tmp_path):
    with Checkpoints(tmp_path, {}) as checkpoints:
        checkpoints.save(name, {"x": 1.0})
    assert Checkpoints(tmp_path, {}).finished() == (name,)
    assert len(list(tmp_path.glob("*.parquet"))) == 1


def test_an_inner_folder_shares_lock_and_identity(tmp_path):
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        checkpoints.inner("starts").save("start 0", {"x": 1.0})
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        assert "start 0" in checkpoints.inner("starts")
    with pytest.raises(RuntimeError, match="not reserved"):
        checkpoints.inner("starts").save("start 1", {"x": 1.0})


def test_parts_without_an_identity_are_dropped_not_trusted(tmp_path):
    """So that a process killed while it dropped old work leaves nothing to be mixed up."""
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        checkpoints.save("a", {"x": 1.0})
    (tmp_path / "identity.json").unlink()
    with Checkpoints(tmp_path, {"seed": "2"}) as checkpoints:
        assert "a" not in checkpoints


def test_a_restart_drops_what_is_different_and_keeps_what_is_not(tmp_path):
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        checkpoints.save("a", {"x": 1.0})
    with Checkpoints(tmp_path, {"seed": "1"}, restart=True) as checkpoints:
        assert "a" in checkpoints
    with Checkpoints(tmp_path, {"seed": "2"}, restart=True) as checkpoints:
        assert "a" not in checkpoints


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"seed": "1"}', '{"format": 9, "identity": {}}']
)
def test_an_identity_that_cannot_be_read_is_refused_in_one_line(content, tmp_path):
    (tmp_path / "identity.json").write_text(content)
    with pytest.raises(InputError, match="--restart") as caught, Checkpoints(tmp_path, {}):
        pass
    assert "\n" not in str(caught.value)


def test_an_interruption_carries_a_note_of_what_is_kept(tmp_path):
    def work():
        with Checkpoints(tmp_path, {}) as checkpoints:
            checkpoints.inner("starts").save("start 0", {"x": 1.0})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        work()
    (note,) = caught.value.__notes__
    assert note == f"1 finished part is kept in {tmp_path}: the same command resumes there"


KILLED = """
import sys
import numpy as np
from smecluster.model.support.checkpoints import Checkpoints
with Checkpoints(sys.argv[1], {}) as checkpoints:
    for number in range(1_000_000):
        checkpoints.save(f"part {number % 7}", {"number": number, "x": np.full(5000, number)})
        print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_kill_at_any_moment_leaves_only_whole_parts(tmp_path):
    for moment in (1, 5, 23):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(moment):
            process.stdout.readline()
        process.kill()
        process.communicate()
        with Checkpoints(tmp_path, {}) as checkpoints:
            assert not checkpoints.damaged()
            assert len(checkpoints.finished()) >= min(7, moment)
            for name in checkpoints.finished():
                found = checkpoints.load(name)
                assert (found["x"] == found["number"]).all()
            assert not list(tmp_path.glob(".*.parquet"))
