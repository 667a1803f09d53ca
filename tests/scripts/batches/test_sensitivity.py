"""``smecluster study``: from an empty folder to indices, and on after an interruption."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from smecluster import model
from smecluster.scripts.main import main
from smecluster.sensitivity.store import folder as store
from smecluster.sensitivity.store import parts

ROOT = Path(__file__).parents[3]
STUDY = """
title = "Two towns' worth of tests"
seed = 2
strategies = ["local", "central"]
futures = ["base", "demand"]

[settings]
"TIME STEP" = 0.125

[method]
name = "sobol"
size = 16

[[factor]]
input = "spin off rate"
within = 0.1

[[factor]]
input = "brand premium"
within = 0.5

[[output]]
outcome = "value added"
year = 2040
"""


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["study", *map(str, arguments)])
    return caught.value.code


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("mine.toml")
    path.write_text(STUDY)
    return path


def test_a_new_study_is_one_that_can_be_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("new", "first.toml") == 0
    assert run("run", "first.toml", "--size", 4) == 0
    assert "40 runs, 0 failed" in capsys.readouterr().out
    assert store.read_store("results/sensitivity/first").complete
    assert run("new", "first.toml") == 2
    assert "exists" in capsys.readouterr().err


def test_a_folder_that_has_but_the_name_of_a_study_is_not_in_its_way(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("quick").mkdir()
    assert run("run", "quick", "--size", 4) == 0
    assert store.read_store("results/sensitivity/quick").complete


def test_strategies_meet_futures_and_what_is_stored_is_told(study, capsys):
    assert run("run", study, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["runs"] == record["new"] == 4 * 16 * 4
    assert record["failed"] == 0
    assert record["peak memory MiB"] > 10
    assert run("status", study, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["complete"]
    assert told["changed"] == []
    assert not told["in use"]
    assert [row["scenario"] for row in told["scenarios"]] == [
        "local, base",
        "local, demand",
        "central, base",
        "central, demand",
    ]


def test_strategies_get_the_money_that_every_comparison_gives_them(study, capsys):
    from smecluster.calibration.loading import load_calibrated
    from smecluster.policies import load
    from smecluster.policies.comparison.compute import compare

    run("run", study)
    results = store.read_store("results/sensitivity/mine")
    written = results.scenarios
    compared = compare(
        load_calibrated([], []), [load("local"), load("central")], settings={"TIME STEP": 0.125}
    )
    factor = compared.factor.isel(future=0, draw=0)
    central = written[2].inputs["programme share[central, Wenzhou]"]
    assert central == pytest.approx(
        load("central").central.share * float(factor.sel(strategy="central")), rel=1e-6
    )
    local = written[0].inputs["programme share[local, Wenzhou]"]
    assert local == pytest.approx(
        load("local").local.share * float(factor.sel(strategy="local")), rel=1e-6
    )
    assert results.stamp()["budget"] == compared.budget.describe()
    capsys.readouterr()
    run("analyse", study)
    assert "on top of policy as now (0.5 % of the regions' value added)" in capsys.readouterr().out
    study.write_text("equal_cost = false\n" + STUDY)
    run("run", study, "--restart")
    written = store.read_store("results/sensitivity/mine").scenarios
    assert written[2].inputs["programme share[central, Wenzhou]"] == load("central").central.share


def test_a_study_goes_on_from_its_folder(study, capsys):
    run("run", study)
    folder = Path("results/sensitivity/mine")
    first = next(folder.glob("runs/*/002/*.parquet"))
    whole = first.read_bytes()
    first.write_bytes(whole[:200])
    capsys.readouterr()
    run("status", folder)
    told = capsys.readouterr().out
    assert "central, base\t0\t64\t0\t1" in told
    assert "resumes it" in told
    assert run("run", folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)["new"] == 64
    assert first.read_bytes() == whole


def test_a_larger_size_keeps_the_runs(study, capsys):
    run("run", study)
    capsys.readouterr()
    run("run", study, "--size", 32, "--json")
    record = json.loads(capsys.readouterr().out)
    assert (record["runs"], record["new"]) == (512, 256)


def test_a_changed_study_is_refused_until_it_is_asked_for(study, capsys):
    run("run", study)
    study.write_text(STUDY.replace("0.5", "0.4"))
    capsys.readouterr()
    run("status", study)
    assert "changed since these runs: study" in capsys.readouterr().out
    assert run("run", study) == 2
    assert "--restart" in capsys.readouterr().err
    assert run("run", study, "--restart") == 0


@pytest.mark.parametrize("action", ["analyse", "plot"])
def test_runs_are_not_shown_as_those_of_a_changed_study(action, study, capsys):
    run("run", study)
    study.write_text(STUDY.replace("0.5", "0.4"))
    capsys.readouterr()
    assert run(action, study) == 2
    said = capsys.readouterr().err
    assert "was created with a different study (factor): run mine.toml again" in said
    assert said.count("\n") == 1
    study.write_text(STUDY.replace("tests", "trials") + "\n[analysis]\nconfidence = 0.9\n")
    assert run("analyse", study) == 0
    study.write_text('calibration = "every-constant"\nregions = ["Wenzhou"]\n' + STUDY)
    assert run("analyse", study) == 2
    said = capsys.readouterr().err
    assert (
        "a different model and a different calibration and a different study (regions, calib"
        in said
    )
    assert run("analyse", "results/sensitivity/mine") == 0  # asked for as they are


def test_runs_of_another_size_are_those_of_the_same_study(study, capsys):
    text = STUDY.replace('"sobol"\nsize = 16', '"fast"\nsize = 65')
    study.write_text(text)
    assert run("run", study, "--size", 129) == 0
    capsys.readouterr()
    assert run("status", study) == 0
    assert "changed" not in capsys.readouterr().out
    assert run("analyse", study) == 0


def test_runs_are_not_shown_as_those_of_a_changed_strategy(study, tmp_path, capsys):
    strategy = tmp_path / "mine-own.toml"
    own = (ROOT / "policies" / "strategies" / "local.toml").read_text(encoding="utf-8")
    strategy.write_text(own, encoding="utf-8")
    study.write_text(STUDY.replace('"local"', '"mine-own.toml"'))
    assert run("run", study) == 0
    assert run("analyse", study) == 0
    changed = own.replace("ramp = 1 ", "ramp = 3 ")
    assert changed != own
    strategy.write_text(changed, encoding="utf-8")
    capsys.readouterr()
    assert run("analyse", study) == 2
    assert "with different strategies and futures" in capsys.readouterr().err


def test_the_size_is_doubled_until_the_intervals_are_narrow(study, capsys):
    one = STUDY.replace('["local", "central"]', '["local"]').replace('"base", "demand"', "")
    study.write_text(one + "\n[enough]\nwidth = 1e-9\nleading = 1\nlargest = 64\n")
    assert run("run", study, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["size"] == 64
    assert record["enough"] is False
    study.write_text(one + "\n[enough]\nwidth = 100\nlargest = 4096\n")
    assert run("run", study, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["enough"] is True


def test_stored_runs_are_analysed_and_drawn_without_running_the_model(study, capsys, monkeypatch):
    study.write_text(STUDY.replace(', "central"', "").replace('"base", "demand"', ""))
    run("run", study)
    monkeypatch.setattr("smecluster.sensitivity.running.stream", None)
    monkeypatch.setattr("smecluster.model.engine.run.runs.simulate", None)
    assert run("analyse", study) == 0
    assert "brand premium" in capsys.readouterr().out
    folder = Path("results/sensitivity/mine/analysis")
    table = pd.read_csv(folder / "indices.csv", comment="#")
    assert {"spin off rate", "brand premium"} <= set(table["factor"])
    assert run("plot", study, "--json") == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files
    assert all(Path(file).stat().st_size > 1000 for file in files)


def test_draws_of_regions_that_are_left_out_are_left_out(study, capsys, monkeypatch):
    draw = np.random.default_rng(1)
    named = SimpleNamespace(
        regions=model.load().regions,
        draws=pd.DataFrame(
            {
                "spin off rate": draw.uniform(0.11, 0.14, 40),
                "initial talent[Wenzhou]": draw.uniform(3e4, 5e4, 40),
                "initial talent[Zhongguancun]": draw.uniform(90, 110, 40),
            }
        ),
    )
    monkeypatch.setattr(
        "smecluster.sensitivity.design.scenarios.find_calibration", lambda name: named
    )
    head = STUDY.partition("[[factor]]")[0].replace('"sobol"', '"given-data"').replace("16", "32")
    output = "[[output]]" + STUDY.partition("[[output]]")[2]
    study.write_text(
        'regions = ["Wenzhou"]\n' + head + '[[factor]]\nfrom = "calibration"\n' + output
    )
    assert run("run", study) == 0
    results = store.read_store("results/sensitivity/mine")
    assert results.factors == ("spin off rate", "initial talent[Wenzhou]")
    drawn = results.design.values()
    rows = named.draws[list(results.factors)]
    assert len(drawn.merge(rows)) == len(drawn) == 32


def test_failed_runs_are_listed_in_a_file(study, capsys, monkeypatch):
    real = parts.add_part

    def failing(folder, begin, columns, failures, design):
        failures[parts.REASON][0] = "division by zero"
        return real(folder, begin, columns, failures, design)

    monkeypatch.setattr("smecluster.sensitivity.store.parts.add_part", failing)
    assert run("run", study) == 0
    assert "256 runs, 4 failed" in capsys.readouterr().out
    listed = pd.read_csv("results/sensitivity/mine/failed.csv", comment="#")
    assert list(listed["run"]) == [0, 0, 0, 0]
    assert listed["brand premium"].notna().all()


def test_ctrl_c_says_what_is_kept_and_how_to_resume(study, capsys, monkeypatch):
    real, added = parts.add_part, []

    def interrupted(*given):
        if len(added) == 2:
            raise KeyboardInterrupt
        added.append(real(*given))
        return added[-1]

    with monkeypatch.context() as patched:
        patched.setattr("smecluster.sensitivity.store.parts.add_part", interrupted)
        assert run("run", study) == 130
    assert capsys.readouterr().err == (
        "interrupted: 128 of 256 runs are kept in results/sensitivity/mine: "
        "the same command resumes there\n"
    )
    assert run("run", study) == 0
    assert "128 run now" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("local", "locl"), "did you mean 'local'"),
        (("demand", "demnd"), "did you mean 'demand'"),
        (("spin off rate", "spin of rate"), "did you mean 'spin off rate'"),
        (("size = 16", "size = 1"), "at least 8"),
    ],
)
def test_a_mistake_ends_in_one_line_and_writes_nothing(change, said, study, capsys):
    study.write_text(STUDY.replace(*change))
    assert run("run", study) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not Path("results").exists()


def test_effects_are_printed_in_the_unit_of_the_sentences(study, capsys):
    study.write_text(STUDY.replace('"sobol"', '"morris"'))
    run("run", study)
    capsys.readouterr()
    assert run("analyse", study) == 0
    told = capsys.readouterr().out
    row = next(line for line in told.splitlines() if line.startswith("local, base\t"))
    *_, value, _, _, unit = row.split("\t")
    assert unit == "bn yuan a year"
    assert f"{value} bn yuan a year" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rn", "quick"], "did you mean 'run'"),
        (["run", "quik"], "did you mean 'quick'"),
        (["run", "missing.toml"], "no such file"),
        (["status", "mine.toml"], "holds no runs"),
        (["analyse", "."], "holds no runs"),
        (["new", "x.txt"], "must end in .toml"),
        (["new", "x.toml", "--like", "quik"], "did you mean 'quick'"),
        (["run", "mine.toml", "--cluster", "nowhere"], "no Dask scheduler answers"),
    ],
)
def test_a_wrong_argument_ends_in_one_line_and_writes_nothing(arguments, said, study, capsys):
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not Path("results").exists()
