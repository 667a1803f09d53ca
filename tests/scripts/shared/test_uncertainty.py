"""``compare``, ``futures`` and ``robust`` on draws and futures: tables, figures and a page."""

import json
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.data.series import CASES
from smecluster.model import Region, load
from smecluster.model.errors import InputError
from smecluster.model.presentation.exports import read_csv, read_stamp
from smecluster.policies.comparison import study_inputs
from smecluster.policies.study import Study, combine_study
from smecluster.scripts.main import main
from smecluster.scripts.shared.uncertainty import add_step, split_names

FAST = ("--set", "TIME STEP=0.125")


def drawn(study: Study, calibration: object, model: object, folders: object, *, needed: bool):
    """Draw three inputs as a calibration would."""
    if not study.draws:
        return None
    generator = np.random.default_rng(study.seed)
    centre = {"preference for variety": 0.36, "spin off rate": 0.13, "knowledge elasticity": 0.08}
    return pd.DataFrame(
        {
            name: at * np.exp(0.1 * generator.standard_normal(study.draws))
            for name, at in centre.items()
        }
    )


@pytest.fixture
def draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_inputs, "select_draws", drawn)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_compare_writes_tables_figures_and_a_page(capsys, draws, tmp_path: Path):
    arguments = ["central", "local", "--draws", "12", "--futures", "demand", *FAST]
    status, out, err = call(capsys, "compare", *arguments, "--out", str(tmp_path))
    assert (status, err) == (0, "")
    assert out.startswith("What gains most for the same money?\n")
    tables = ("outcomes", "probabilities", "money", "paths", "spillovers", "timing", "recovery")
    names = {path.name for path in tmp_path.iterdir()}
    assert {f"{table}.{kind}" for table in tables for kind in ("csv", "parquet", "json")} <= names
    assert {"brief.html", "changes.png", "gained-per-yuan.png"} <= names
    assert not [name for name in names if name.startswith(".runs")]
    money = read_csv(tmp_path / "money.csv")
    spent = money[money["outcome"] == "additional programme money"]
    assert spent["low"].min() == pytest.approx(spent["high"].max(), rel=1e-6)
    assert read_stamp(tmp_path / "outcomes.csv")["draws"].startswith("12 ")


@pytest.mark.usefixtures("blank_figures")
def test_compare_in_json_holds_answer_and_tables(capsys, draws, tmp_path: Path):
    arguments = ["local", "--draws", "3", *FAST, "--json", "--out", str(tmp_path)]
    status, out, _ = call(capsys, "compare", *arguments)
    record = json.loads(out)
    assert status == 0
    assert {"answer", "outcomes", "probabilities", "money", "stamp", "files"} <= set(record)
    assert record["stamp"]["seed"] == "1"


@pytest.mark.usefixtures("blank_figures")
def test_the_same_seed_gives_the_same_tables(capsys, draws, tmp_path: Path):
    for place in ("one", "other"):
        arguments = ["local", "--draws", "5", "--seed", "4", *FAST, "--out", str(tmp_path / place)]
        call(capsys, "compare", *arguments)
    tables = [read_csv(tmp_path / place / "outcomes.csv") for place in ("one", "other")]
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_a_study_file_says_it_all(capsys, draws, tmp_path: Path):
    study = tmp_path / "mine.toml"
    study.write_text(
        'title = "Roads or talent"\nstrategies = ["central", "local"]\nfutures = ["wages"]\n'
        "draws = 60\n[[need]]\noutcome = 'Employment'\nmeasure = 'change in percent'\n"
        "at_least = 3.0\n"
    )
    arguments = ["--study", str(study), *FAST, "--out", str(tmp_path / "out")]
    status, out, _ = call(capsys, "stress", "robust", *arguments)
    assert status == 0
    assert "is good enough in" in out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"regret.csv", "good-enough.parquet", "limits.json", "brief.html", "regret.png"} <= names
    assert "Roads or talent" in (tmp_path / "out" / "brief.html").read_text()


def test_futures_are_listed(capsys):
    status, out, _ = call(capsys, "list", "futures")
    assert status == 0
    assert out.splitlines()[1].startswith("base\t")
    assert "Credit crunch as in Wenzhou 2011" in out
    _, out, _ = call(capsys, "list", "futures", "--futures", "demand", "--json")
    assert [future["name"] for future in json.loads(out)] == ["base", "demand"]


def test_futures_are_tried_on_strategies(capsys, tmp_path: Path):
    arguments = ["local", "--futures", "demand,scandal", "--calibration", "none", *FAST]
    status, out, _ = call(capsys, "stress", "futures", *arguments, "--out", str(tmp_path))
    assert status == 0
    assert "World demand falls as in 2008-09: policy as now loses" in out
    names = {path.name for path in tmp_path.iterdir()}
    assert {"recovery.csv", "futures.png", "brief.html"} <= names


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["compare", "local", "--futures", "demnd"], "did you mean 'demand'"),
        (["compare", "--study", "centre-or-plce"], "did you mean 'centre-or-place'"),
        (["compare"], "name strategies to compare, or a study"),
        (["stress", "robust"], "name strategies to compare, or a study"),
        (["stress", "robust", "local", "--outcome", "Employmnt"], "did you mean 'Employment'"),
        (["compare", "local", "--budget", "1%", "--as-written"], "either --budget or --as-written"),
        (["compare", "local", "--draws", "5", "--calibration", "none"], "draws need a calibration"),
        (
            ["stress", "futures", "local", "--futures", "base"],
            "the base future alone has nothing to compare",
        ),
    ],
)
def test_bad_input_ends_in_one_line_and_status_2(capsys, tmp_path: Path, arguments, says):
    status, out, err = call(capsys, *arguments, "--out", str(tmp_path / "out"))
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert says in err
    assert not list(tmp_path.glob("out/*.csv"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["stress", "robust", "local", "--place", "Wenzou"], "did you mean 'Wenzhou'"),
        (["stress", "robust", "local", "--outcome", "total firms"], "neither better nor worse"),
        (["stress", "robust", "--study", "study.toml"], "unknown place of a need 'Wenzou'"),
        (
            ["stress", "robust", "--study", "few.toml"],
            "unknown outcome of the comparison 'average quality'",
        ),
        (
            ["stress", "futures", "local", "--futures", "base"],
            "the base future alone has nothing to compare",
        ),
        (["compare", "local", "--draws", "3", "--out", "study.toml"], "is a file, not a folder"),
        (["explain", "contributions", "local", "--out", "study.toml/x"], "is a file, not a folder"),
        (["optimise", "local", "--out", "study.toml"], "is a file, not a folder"),
        (["explain", "timing", "--out", "study.toml"], "is a file, not a folder"),
        (["explain", "statistics", "--out", "study.toml"], "is a file, not a folder"),
        (["explain", "dominance", "--out", "study.toml"], "is a file, not a folder"),
    ],
)
def test_what_cannot_be_told_is_refused_before_anything_is_run(
    capsys, draws, tmp_path: Path, monkeypatch, arguments, says
):
    def nothing(*_, **__):
        raise AssertionError("a run was begun")

    study = 'title = "S"\nstrategies = ["local"]\ndraws = 3\n'
    need = "[[need]]\noutcome = 'average quality'\nplace = '{}'\nat_least = 0.5\n"
    (tmp_path / "study.toml").write_text(study + need.format("Wenzou"))
    (tmp_path / "few.toml").write_text(study + "outcomes = ['Employment']\n" + need.format("total"))
    monkeypatch.chdir(tmp_path)
    for place in ("batches", "evaluator"):
        monkeypatch.setattr(f"smecluster.model.engine.run.{place}.load_kernel", nothing)
    status, out, err = call(capsys, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err
    assert {path.name for path in tmp_path.iterdir()} == {"study.toml", "few.toml"}


def test_strategies_that_no_world_can_pay_for_leave_nothing_behind(capsys, draws, tmp_path: Path):
    arguments = ["central", "--draws", "3", "--budget", "1e9", *FAST]
    status, out, err = call(capsys, "compare", *arguments, "--out", str(tmp_path / "out"))
    assert (status, out) == (2, "")
    assert "'central' has no result in any world: the budget is beyond what the model" in err
    assert not list(tmp_path.iterdir())


def test_draws_for_regions_that_the_model_lacks_are_left_out(monkeypatch):
    table = pd.DataFrame({"spin off rate": [0.1], "critical mass[Wenzhou]": [5e4]})

    class Found:
        name = "mine"
        has_draws = True
        findings = MappingProxyType({"draws": table})
        regions = load().regions

        def sample(self, count: int, seed: int) -> pd.DataFrame:
            return table.iloc[:count]

    monkeypatch.setattr(study_inputs, "find_drawn", lambda name: Found())
    study = Study(name="x", title="x", strategies=("local",), draws=1)
    whole = study_inputs.select_draws(study, None, load())
    assert list(whole.columns) == ["spin off rate", "critical mass[Wenzhou]"]
    alone = load(regions=[Region("Zhongguancun", {}, {})])
    assert list(study_inputs.select_draws(study, None, alone).columns) == ["spin off rate"]


def test_the_values_of_a_folder_are_not_drawn_over(monkeypatch):
    table = pd.DataFrame({"spin off rate": [0.1], "critical mass[Wenzhou]": [5e4]})
    found = SimpleNamespace(
        name="mine",
        has_draws=True,
        findings={"draws": table},
        regions=load().regions,
        sample=lambda count, seed: table.iloc[:count],
    )
    monkeypatch.setattr(study_inputs, "find_drawn", lambda name: found)
    study = Study(name="x", title="x", strategies=("local",), draws=1)
    drawn = study_inputs.select_draws(study, None, load(), [CASES / "wenzhou"])
    assert list(drawn.columns) == ["spin off rate"]


def test_a_study_without_strategies_is_refused():
    with pytest.raises(InputError, match="name strategies"):
        combine_study(None, None)


def test_names_come_with_commas_between_and_there_is_at_least_one():
    assert split_names(None) is None
    assert split_names(["base, credit", "demand"]) == ("base", "credit", "demand")
    for empty in ("", " ,"):
        with pytest.raises(InputError, match="names nothing: give names with commas between"):
            split_names([empty])


@pytest.mark.parametrize("step", [1977.99, 0.3, 0.0])
def test_a_time_step_that_years_do_not_begin_at_is_refused_before_any_run(step):
    with pytest.raises(InputError, match="1 over a whole number"):
        add_step({}, step)
