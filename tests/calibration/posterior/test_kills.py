"""A posterior that is killed ten times is the same as one that is not."""

import multiprocessing
import time

import numpy as np
import pytest

from smecluster.calibration.posterior.run import Effort
from tests.calibration.posterior.test_run import find

SHORT = Effort(starts=2, draws=50, steps=2000)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process")
def test_ten_kills_change_no_digit(logistic, tmp_path):
    whole, _ = find(logistic, tmp_path / "whole", effort=SHORT)
    begun = time.monotonic()
    find(logistic, tmp_path / "timed", effort=SHORT)
    taken = time.monotonic() - begun
    context = multiprocessing.get_context("fork")
    rng = np.random.default_rng(7)
    killed = 0
    for _ in range(60):
        work = context.Process(
            target=find, args=(logistic, tmp_path / "killed"), kwargs={"effort": SHORT}
        )
        work.start()
        # Short enough that ten of them do not finish the work.
        work.join(float(rng.uniform(0.02, 0.12)) * taken)
        if work.is_alive():
            work.kill()
            killed += 1
        work.join()
        if killed == 10:
            break
    assert killed == 10
    again, _ = find(logistic, tmp_path / "killed", effort=SHORT)
    assert (again.points == whole.points).all()
    for name, table in whole.tables.items():
        assert again.tables[name].equals(table), name
