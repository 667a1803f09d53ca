"""``--model FILE``: an edited equation is used everywhere, a model of one's own by some."""

import json

import pandas as pd
import pytest

from smecluster import model
from smecluster import sensitivity as run_study
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.workspace import has_stand_in
from smecluster.scripts import main

TANK = """{UTF-8}
kind: oil, water ~~|
growth = 0.03 ~ 1/Year [0, 1] ~ Rate.|
start = 2 ~ litre [0, 100] ~ Start.|
level = INTEG(level * growth, start) ~ litre ~ Level.|
content[kind] = level * share[kind] ~ litre ~ Content.|
share[kind] = 0.25, 0.75 ~ Dmnl ~ Shares.|
INITIAL TIME = 0 ~ Year ~|
FINAL TIME = 10 ~ Year ~|
TIME STEP = 1 ~ Year ~|
SAVEPER = 1 ~ Year ~|
"""
STUDY = """title = "Which matters"
[method]
name = "morris"
size = 8
[[factor]]
input = "growth"
low = 0.01
high = 0.05
[[factor]]
input = "start"
low = 1
high = 5
[[output]]
variable = "level"
year = 10
[[output]]
variable = "content"
place = "water"
year = 10
"""


@pytest.fixture
def tank(tmp_path, monkeypatch):
    """A model without regions, levers or outcomes, in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tank.mdl").write_text(TANK, encoding="utf-8")
    return tmp_path / "tank.mdl"


def run(capsys, *words):
    with pytest.raises(SystemExit) as caught:
        main.main(list(map(str, words)))
    printed = capsys.readouterr()
    return caught.value.code, printed.out, printed.err


@pytest.mark.filterwarnings("ignore::smecluster.calibration.store.mismatches.CalibrationWarning")
def test_an_equation_that_was_changed_in_vensim_is_used(tmp_path, capsys):
    text = SHIPPED.read_text(encoding="utf-8")
    before = "cluster mass[Region] = total firms[Region] / critical mass[Region]"
    assert before in text
    edited = tmp_path / "edited.mdl"
    edited.write_text(text.replace(before, f"{before} * 2"), encoding="utf-8")
    found = []
    for words in ((), ("--model", edited)):
        status, out, _ = run(capsys, "run", "as-now", "--region", "Wenzhou", "--json", *words)
        assert status == 0
        rows = pd.DataFrame(json.loads(out)["outcomes"])
        found.append(rows.query("outcome == 'value added' and time == 2020")["value"].iloc[0])
    assert found[1] > 1.001 * found[0]
    assert not has_stand_in(SHIPPED)  # the next command runs the shipped model again


def test_any_model_runs_a_batch(tank, capsys):
    (tank.parent / "runs.csv").write_text("growth,start\n0,3\n0.1,2\n", encoding="utf-8")
    words = ("--output", "level", "--output", "content", "--year", 10, "--out", "o.csv")
    status, _, _ = run(capsys, "batch", "runs.csv", "--model", tank, *words)
    assert status == 0
    table = pd.read_csv("o.csv", comment="#").set_index(["run", "kind"])
    assert table.loc[(0, "oil"), "content"] == pytest.approx(0.75)
    assert table.loc[(1, "oil"), "level"] == pytest.approx(2 * 1.1**10)


def test_any_model_is_studied(tank, capsys):
    (tank.parent / "mine.toml").write_text(STUDY, encoding="utf-8")
    for action in ("run", "analyse"):
        words = ("mine.toml", "--model", tank, "--out", "runs", "--json")
        status, out, _ = run(capsys, "study", action, *words)
        assert status == 0
    ranks = pd.DataFrame(json.loads(out)["tables"]["indices"])
    assert {*ranks["output"]} == {"level, total, 10", "content, water, 10"}
    wide = ranks.pivot_table("value", "output", ["index", "factor"])
    moved = wide.xs("start", axis=1, level="factor").iloc[:, 0]
    assert moved["content, water, 10"] == pytest.approx(0.75 * moved["level, total, 10"])


def test_any_model_is_studied_from_python(tank):
    (tank.parent / "mine.toml").write_text(STUDY, encoding="utf-8")
    found = run_study("mine.toml", model=model.load(tank), out="runs")
    assert {*found.table()["factor"]} == {"growth", "start"}


def test_an_element_that_a_variable_lacks_is_named(tank, capsys):
    study = STUDY.replace('"water"', '"wafer"')
    (tank.parent / "mine.toml").write_text(study, encoding="utf-8")
    status, _, err = run(capsys, "study", "run", "mine.toml", "--model", tank)
    assert (status, "did you mean 'water'" in err) == (2, True)


@pytest.mark.parametrize("command", ["run as-now", "compare central local", "calibrate --quick"])
def test_what_a_command_needs_and_the_model_lacks_is_said_in_a_line(tank, capsys, command):
    status, _, err = run(capsys, *command.split(), "--model", tank)
    assert status == 2
    assert err.count("\n") == 1
    assert "tank.mdl lacks the range 'Region', the range 'Lever', 'value added'" in err


def test_a_strategy_for_a_model_without_levers_is_refused(tank, capsys):
    (tank.parent / "runs.csv").write_text("growth\n0\n", encoding="utf-8")
    words = ("--strategy", "central", "--output", "level", "--out", "o.csv")
    status, _, err = run(capsys, "batch", "runs.csv", "--model", tank, *words)
    assert (status, "has no 'history switch'" in err) == (2, True)


def test_every_command_that_runs_the_model_has_the_option():
    for words in main.COMMANDS:
        given = {each.name for each in main.load_command(*words).params}
        assert bool({"model", "model_file"} & given) == (main.find_part(*words).model != "none")
