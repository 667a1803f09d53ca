"""A calibration that is stopped at any moment and goes on ends with the same bytes."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration import load_case, pipeline
from smecluster.calibration.interface import choose_effort
from smecluster.calibration.pipeline import Effort, run_pipeline
from smecluster.calibration.problem.assembly import assemble_problem
from smecluster.calibration.problem.objective import Objective
from smecluster.calibration.saving import save_calibration
from smecluster.calibration.store.findings import MANIFEST
from smecluster.calibration.store.mismatches import CalibrationWarning
from smecluster.calibration.store.named import open_calibration
from smecluster.model import load as load_model
from smecluster.model.errors import InputError

ROOT = Path(__file__).parents[2]
PLAN = Effort(starts=3, search=2, bootstrap=10, draws=0)
#: The same with a posterior, which takes longer.
LONG = Effort(starts=3, search=2, bootstrap=10, draws=200)


def short():
    """Give a problem small enough to be solved many times."""
    found = assemble_problem(
        load_model(), [load_case("wenzhou")], shared=False, base={"TIME STEP": 0.5}
    )
    return found.with_parameters(found.names[:3])


def fit(folder, plan=PLAN):
    """Calibrate it and write the result, telling each step on a line."""
    outcome = run_pipeline(short(), folder / "work", plan, lambda *step: print(step, flush=True))
    save_calibration(outcome, folder, "short", {}, {})


def contents(folder):
    """Read what a calibration wrote, less the effort, which interruptions add to."""
    files = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    changing = ("runs", "seconds", "sha256")
    return files, {name: manifest[name] for name in manifest if name not in changing}


def begin(folder, plan):
    """Start the calibration in a process of its own."""
    code = (
        "import runpy, sys; from pathlib import Path; m = runpy.run_path(sys.argv[1]); "
        "m['fit'](Path(sys.argv[2]), m[sys.argv[3]])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, __file__, str(folder), plan],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def interrupted(folder, plan, times):
    """Kill the calibration at random moments of its work, then let it end; say how often.

    The moments are counted in steps that it tells of, so that they fall into the work however
    quick the machine is, and a little later, so that they fall into the midst of a step.
    """
    moments = random.Random(times)
    killed = 0
    while killed < times:
        process = begin(folder, plan)
        for _ in range(moments.randint(1, 10)):
            process.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.05))
        process.kill()
        process.communicate()
        if process.returncode != -signal.SIGKILL:  # it had ended before
            break
        killed += 1
    process = begin(folder, plan)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return killed


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    fit(folder)
    return folder


def test_stopped_and_continued_it_gives_the_same_bytes(whole, tmp_path):
    assert interrupted(tmp_path, "PLAN", 2) == 2
    assert contents(tmp_path) == contents(whole)


@pytest.mark.slow
def test_stopped_ten_times_it_gives_the_same_bytes(tmp_path):
    fit(tmp_path / "whole", LONG)
    killed, attempts = 0, 0
    while killed < 10:
        attempts += 1
        folder = tmp_path / str(attempts)
        killed += interrupted(folder, "LONG", 10 - killed)
        assert contents(folder) == contents(tmp_path / "whole")


def test_what_is_done_is_not_done_again(whole):
    told = []
    outcome = run_pipeline(short(), whole / "work", PLAN, lambda *given: told.append(given))
    assert {stage for stage, _, _ in told} <= {"starts", "profiles", "replicates"}
    assert outcome.seconds > 0


def test_the_result_is_a_named_calibration(whole):
    found = open_calibration(whole)
    assert found.name == "short"
    assert set(found.values) == set(short().names)
    assert (found.parameters["low"] <= found.parameters["estimate"]).all()
    assert (found.parameters["estimate"] <= found.parameters["high"]).all()


def test_the_tables_are_those_that_the_report_reads(whole):
    names = {path.stem for path in whole.glob("*.csv")}
    assert {"starts", "parameters", "profiles", "figures", "fits", "paths"} <= names
    assert {"bootstrap", "holdout", "scores", "unscored"} <= names
    starts = pd.read_csv(whole / "starts.csv")
    assert list(starts["method"]) == ["multi-start"] * 3


def test_work_of_another_calibration_is_not_gone_on_with(whole):
    with pytest.raises(InputError, match="was created with a different seed"):
        run_pipeline(
            short(),
            whole / "work",
            Effort(seed=2, starts=3, search=2, bootstrap=10, draws=0),
            lambda *_: None,
        )


def test_a_hold_out_year_without_figures_is_refused_before_any_work(tmp_path):
    with pytest.raises(InputError, match="cannot hold out the years after 2030"):
        run_pipeline(short(), tmp_path / "work", Effort(starts=3, until=2030), lambda *_: None)
    assert not (tmp_path / "work").exists()
    with pytest.raises(InputError, match="cannot hold out the years after 1066"):
        choose_effort(short(), until=1066, quick=True)
    assert choose_effort(short(), until=2010, quick=True).until is None


def test_threads_are_counted_from_one():
    with pytest.raises(InputError, match="workers must be at least 1, not -1"):
        Objective(short(), workers=-1)


def test_draws_moved_to_the_models_own_step_are_told_and_recorded(tmp_path, monkeypatch):
    def scatter(objective, optimum, *_):
        """Give draws of which half lie beyond a bound as soon as they are moved at all."""
        points = np.tile(optimum.x, (40, 1))
        points[:10, 0], points[10:20, 0] = objective.lower[0], objective.upper[0]
        return points, {"R-hat": 1.0, "effective draws": 40.0}

    monkeypatch.setattr(pipeline, "_draw_posterior", scatter)
    plan = Effort(starts=1, until=None, search=0, profiles=False, bootstrap=0, draws=40)
    with pytest.warns(CalibrationWarning, match="All 40 draws were shifted") as told:
        outcome = run_pipeline(short(), tmp_path / "work", plan, lambda *_: None)
    messages = [str(each.message) for each in told if each.category is CalibrationWarning]
    assert len(messages) == 1
    assert "were then clipped at a bound" in messages[0]
    save_calibration(outcome, tmp_path, "short", {}, {})
    manifest = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))
    first = short().names[0]
    assert manifest["draws shifted"]["draws"] == 40
    assert manifest["draws shifted"]["parameters clipped"] == {first: 10}
    table = pd.read_csv(tmp_path / "shift.csv", encoding="utf-8-sig").set_index("name")
    assert table.loc[first, "draws clipped"] == 10
    assert table.loc[first, "estimate after"] == pytest.approx(
        outcome.tables["parameters"].set_index("name").loc[first, "estimate"], rel=1e-5
    )
