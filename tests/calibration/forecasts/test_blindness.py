"""What comes after an origin changes no forecast from it, and unfinished work resumes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.data.case import list_cases
from smecluster.calibration.data.constants import TARGET
from smecluster.calibration.forecasts import blind_fit
from smecluster.calibration.forecasts.blind_fit import fit_blindly, forget_estimates
from smecluster.calibration.forecasts.protocol import KNOWN, read_protocol
from smecluster.calibration.forecasts.rolling import Bench, make_task, roll_origins
from smecluster.calibration.forecasts.unseen import FOLDER, read_assignment
from smecluster.calibration.interface import assemble_together
from smecluster.calibration.priors.table import build_priors
from smecluster.calibration.stages import Stages
from smecluster.model import Model
from smecluster.model.engine.read.values import set_values
from smecluster.model.errors import InputError

ORIGIN = 2010
SCORES = ["crps", "log score", "level", "value"]


@pytest.fixture(scope="module")
def problem():
    return forget_estimates(assemble_together(list_cases(), (), {}))


def change_later(problem):
    """Change every figure after the origin."""
    figures = problem.measurements
    wrong = figures["value"] * np.where(figures["year"] > ORIGIN, 3.0, 1.0)
    return replace(problem, measurements=figures.assign(value=wrong))


def change_later_tables(problem):
    """Change every point of the dated tables after the origin."""
    model = problem.model
    changed = {
        table.name + (f"[{', '.join(table.cell)}]" if table.cell else ""): [
            (x, y if x <= ORIGIN else 0.7 * y) for x, y in zip(table.x, table.y, strict=True)
        ]
        for table in model.engine.equations.tables
        if table.x[0] > 1000
    }
    return replace(problem, model=Model(set_values(model.text, changed), model.path))


def test_what_the_calibration_estimated_is_forgotten_and_no_other_value_moves(problem):
    adopted = assemble_together(list_cases(), (), {})
    given = adopted.model
    moved = {
        parameter.name: parameter.mean * 1.01
        for parameter in adopted.parameters
        if parameter.lower < parameter.mean * 1.01 < parameter.upper
    }
    other = replace(adopted, model=Model(set_values(given.text, moved), given.path))
    assert other.model.hash != given.hash
    first, second = forget_estimates(other), problem
    assert first.model.hash == second.model.hash
    priors = build_priors(second.model, second.parameters)
    assert priors.hash == build_priors(first.model, first.parameters).hash


def test_a_fit_is_handed_no_later_figure(problem, monkeypatch):
    class Seen(Exception):
        pass

    def stop(seen, priors, workers):
        raise Seen(seen.hash, seen.measurements["year"].max(), seen.base)

    monkeypatch.setattr(blind_fit, "assemble_target", stop)
    kept = (problem.measurements["year"] <= ORIGIN).to_numpy()
    found = []
    for one in (problem, change_later(problem)):
        with pytest.raises(Seen) as seen:
            fit_blindly(one, kept, [], {"a table": ((1978.0, 1.0),)}, read_protocol().model, 4)
        found.append(seen.value.args)
    assert found[0] == found[1]
    assert found[0][1] <= ORIGIN
    assert "a table" in found[0][2]


def test_targets_are_no_forecast_and_short_series_none_either(problem):
    figures = problem.measurements
    kept = (figures["year"] <= ORIGIN).to_numpy()
    task = make_task(problem, kept, np.ones(len(figures), dtype=bool), 3)
    wanted = figures[task.wanted]
    assert len(wanted) > 50
    assert (wanted["year"] > ORIGIN).all()
    assert not (wanted["segment"] == TARGET).any()
    counts = figures[kept]["observable"].value_counts()
    assert wanted["observable"].map(counts).min() >= 3


def make_bench(problem, folder, tell=lambda *_: None):
    protocol = read_protocol()
    few = {"draws": 6, "most_steps": 1, "ensemble": 30, "time_step": 0.5}
    protocol = protocol.model_copy(
        update={
            "model": protocol.model.model_copy(update=few),
            "cut": protocol.cut.model_copy(update={"draws": 6}),
            "drivers": protocol.drivers.model_copy(update={"scenarios": 2}),
        }
    )
    priors = build_priors(problem.model, problem.parameters)
    return Bench(problem, priors, protocol, Stages(folder, {"test": "yes"}, tell))


@pytest.mark.slow
def test_later_figures_and_tables_change_no_forecast(problem, tmp_path):
    tables = {}
    for name, one in {
        "as it is": problem,
        "figures": change_later(problem),
        "tables": change_later_tables(problem),
    }.items():
        bench = make_bench(one, tmp_path / name)
        with bench.stages:
            tables[name] = roll_origins(bench, (ORIGIN,))
    base = tables["as it is"].drop(columns=SCORES)
    pd.testing.assert_frame_equal(base, tables["figures"].drop(columns=SCORES))
    # With known drivers everybody is handed the tables that came; without them nobody.
    blind = tables["as it is"]["drivers"] != KNOWN
    other = tables["tables"]
    pd.testing.assert_frame_equal(tables["as it is"][blind], other[blind])
    assert not np.allclose(base["median"][~blind], other["median"][~blind])


@pytest.mark.slow
def test_interrupted_work_resumes_to_the_same_tables(problem, tmp_path):
    whole = make_bench(problem, tmp_path / "whole")
    with whole.stages:
        expected = roll_origins(whole, (ORIGIN, ORIGIN + 1))

    def interrupt(stage, done, total):
        if stage == "origins" and done == 1:
            raise KeyboardInterrupt

    broken = make_bench(problem, tmp_path / "broken", interrupt)
    with pytest.raises(KeyboardInterrupt), broken.stages:
        roll_origins(broken, (ORIGIN, ORIGIN + 1))
    again = make_bench(problem, tmp_path / "broken")
    with again.stages:
        found = roll_origins(again, (ORIGIN, ORIGIN + 1))
    pd.testing.assert_frame_equal(found, expected)


def test_the_assignment_is_the_one_that_was_committed_beforehand():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assignment = read_assignment()
    assert [each.name for each in assignment.region] == ["suzhou", "quanzhou", "chengdu"]
    for each in assignment.region:
        title = each.like.replace("_", " ").title()
        assert f"| {each.name.title()} | {title} |" in page


def test_a_malformed_assignment_is_refused(tmp_path):
    path = tmp_path / "assignment.toml"
    path.write_text('figures = "a.csv"\nseries = ["x"]\n[[region]]\nname = "a"\n', encoding="utf-8")
    with pytest.raises(InputError, match="like"):
        read_assignment(path)
