"""What a stage found is made once, kept, and read back as it was."""

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.stages import Stages
from smecluster.model.errors import InputError

TABLE = pd.DataFrame(
    {
        "name": ["a", "b"],
        "cost above the best": [0.0, np.nan],
        "year": [1990, 2020],
        "agrees": [True, False],
        "segment": ["", "revised"],
    }
)


def never():
    raise AssertionError("made again")


def test_a_table_is_made_once_and_read_back_with_its_types(tmp_path):
    told = []
    with Stages(tmp_path, {"seed": "1"}, lambda *step: told.append(step)) as stages:
        first = stages.compute_table("partial", lambda: TABLE)
    with Stages(tmp_path, {"seed": "1"}, lambda *step: told.append(step)) as stages:
        again = stages.compute_table("partial", never)
    pd.testing.assert_frame_equal(first, again)
    assert first.to_csv() == TABLE.to_csv()
    assert [first[name].dtype.kind for name in ("cost above the best", "year", "agrees")] == [
        *"fib"
    ]
    assert told == [("partial", 0, 1), ("partial", 1, 1)]


def test_a_stage_may_find_nothing(tmp_path):
    with Stages(tmp_path, {}, lambda *_: None) as stages:
        stages.compute_tables("reforms", dict)
        assert stages.compute_tables("reforms", never) == {}
        stages.compute_table("partial", pd.DataFrame)
        assert stages.compute_table("partial", never).empty


def test_the_effort_of_earlier_processes_counts(tmp_path):
    for _ in range(2):
        with Stages(tmp_path, {}, lambda *_: None) as stages:
            before = stages.seconds
            stages.compute_arrays("one", lambda: {"x": np.zeros(1)})
            stages.track("starts")(1, 2)
            after = stages.seconds
    assert after > before > 0


def test_a_second_process_and_other_work_are_refused(tmp_path):
    with (
        Stages(tmp_path, {"seed": "1"}, lambda *_: None),
        pytest.raises(InputError),
        Stages(tmp_path, {"seed": "1"}, lambda *_: None),
    ):
        pass
    with (
        pytest.raises(InputError, match="a different seed"),
        Stages(tmp_path, {"seed": "2"}, print),
    ):
        pass


def test_an_interruption_says_what_is_kept(tmp_path):
    def work():
        with Stages(tmp_path, {"seed": "1"}, lambda *_: None) as stages:
            stages.compute_arrays("optimum", lambda: {"x": np.zeros(3)})
            stages.inner("starts").save("start 0", {"x": 1.0})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        work()
    (note,) = caught.value.__notes__
    assert note == f"2 finished parts are kept in {tmp_path}: the same command resumes there"
