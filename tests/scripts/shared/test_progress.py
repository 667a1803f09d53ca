"""Long work tells how far it is, how fast it goes and how long it will take."""

import pytest

from smecluster.scripts.shared import progress as told


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(told.time, "monotonic", lambda: now[0])
    return now


def test_a_line_now_and_then_tells_rate_and_time_left(clock, capsys):
    with told.progress("runs") as tell:
        tell(0, 1000)
        clock[0] += 10
        tell(100, 1000)
        assert capsys.readouterr().err == ""
        clock[0] += 30
        tell(400, 1000)
    assert capsys.readouterr().err == "400 of 1,000 runs, 10 a second, 60 s left\n"


def test_work_that_goes_on_counts_its_rate_from_where_it_went_on(clock, capsys):
    with told.progress("runs") as tell:
        tell(900_000, 1_000_000)
        clock[0] += 50
        tell(910_000, 1_000_000)
    assert "200 a second, 8 min left" in capsys.readouterr().err


def test_work_that_may_end_early_tells_no_time_left(clock, capsys):
    with told.progress("steps", open_ended=True) as tell:
        tell(0, 100_000)
        clock[0] += 40
        tell(800, 100_000)
    assert capsys.readouterr().err == "800 of at most 100,000 steps, 20 a second\n"
