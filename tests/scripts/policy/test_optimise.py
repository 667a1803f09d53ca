"""``smecluster optimise`` finds a strategy, writes it as a file, and resumes after a stop."""

import json

import numpy as np
import pandas as pd
import pytest

from smecluster.model.presentation.exports import read_csv
from smecluster.policies import load
from smecluster.policies.comparison import study_inputs
from smecluster.policies.optimisation import compute
from smecluster.policies.optimisation.search import SearchResult
from smecluster.scripts.main import main

pytestmark = pytest.mark.usefixtures("short_climb")

SMALL = ["--draws", "2", "--unseen", "3", "--generations", "1", "--population", "8", "--single"]
SMALL += ["--set", "TIME STEP=0.125"]


def smecluster(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


@pytest.fixture
def draws(monkeypatch):
    """Draws of one input, in the place of a calibration's."""

    def select(study, *_args, **_options):
        values = np.random.default_rng(study.seed).lognormal(np.log(0.4), 0.1, study.draws)
        return pd.DataFrame({"preference for variety": values})

    monkeypatch.setattr(study_inputs, "select_draws", select)


def test_the_best_use_is_a_strategy_file_and_the_verdict_is_printed(draws, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["optimise", "central", "local", *SMALL, "--calibration", "none"]
    assert smecluster(*arguments, "--out", str(out)) == 0
    printed = capsys.readouterr().out
    assert "strategy by hand on 3 draws that were not used to choose" in printed
    assert f"smecluster run {out / 'best-use.toml'}" in printed
    assert load(out / "best-use.toml").title == "Best use of the budget"
    assert (out / "best-use.toml").read_text().startswith("# The ")
    table = read_csv(out / "comparison.csv")
    assert set(table["strategy"]) == {"best-use", "central", "local"}
    assert "The best use of a budget" in (out / "optimise.html").read_text()

    # What was judged is kept: the same search is read, not run, and ends the same.
    first = (out / "allocations.csv").read_text()
    assert smecluster(*arguments, "--out", str(out), "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["best use"]["title"] == "Best use of the budget"
    assert (out / "allocations.csv").read_text() == first
    assert record["stamp"]["budget"].endswith("(0.5 % of the regions' value added)")


@pytest.mark.usefixtures("blank_figures")
def test_a_kept_search_is_not_mixed_with_another(draws, tmp_path, capsys):
    arguments = ["optimise", "local", *SMALL, "--calibration", "none", "--out", str(tmp_path)]
    assert smecluster(*arguments, "--budget", "800000") == 0
    assert smecluster(*arguments, "--budget", "700000") == 2
    assert "a different budget" in capsys.readouterr().err
    assert smecluster(*arguments, "--budget", "700000", "--restart") == 0


def test_a_front_as_large_as_the_population_is_written_whole(draws, tmp_path, monkeypatch):
    def search_front(objective, size, criteria, settings, *_rest):
        points = np.random.default_rng(1).random((settings.population, size))
        return SearchResult(points, objective(points), np.zeros((1, criteria)))

    monkeypatch.setattr(compute, "search_front", search_front)
    several = [word for word in SMALL if word != "--single"]
    arguments = ["optimise", "local", *several, "--calibration", "none", "--out", str(tmp_path)]
    assert smecluster(*arguments) == 0
    assert len(list((tmp_path / "front").glob("*.toml"))) == 8


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--shock", "demnad"], "unknown future 'demnad': did you mean 'demand'?"),
        (["--population", "3"], "population must be at least 8, not 3"),
        (["--population", "100000000000"], "population must be at most 100,000, not 100000000000"),
        (["--seed", "4294967296"], "seed must be in 0..2,147,483,647, not 4294967296"),
        (["--quantile", "2"], "quantile must lie between 0 and 1, not 2"),
        (["--last", "2010"], "must lie in 2025..2039, not 2010"),
    ],
)
def test_wrong_options_are_one_line(draws, tmp_path, capsys, given, told):
    arguments = ["optimise", "local", *SMALL, "--calibration", "none", "--out", str(tmp_path)]
    assert smecluster(*arguments, *given) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
