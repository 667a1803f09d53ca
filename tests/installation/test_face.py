"""``import smecluster as sc``: each verb is one line, and nothing is imported before it is used."""

import doctest
import importlib
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from openpyxl import load_workbook

import smecluster as sc
from smecluster.policies.optimisation.search import Search
from smecluster.scripts.main import main
from smecluster.sensitivity.interface import run_sensitivity

FAST = {"TIME STEP": 0.125}
VERBS = [name for name in sc.__all__ if name.islower() and not name.startswith("_")]


def python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_importing_it_imports_no_library():
    found = python(
        "import sys, smecluster; "
        "print({'numpy', 'pandas', 'xarray', 'scipy', 'matplotlib', 'typer', 'pydantic'} "
        "& set(sys.modules), [n for n in sys.modules if n.startswith('smecluster.')])"
    )
    assert found == "set() []\n"


def test_every_name_can_be_used_and_is_listed():
    for name in sc.__all__:
        assert getattr(sc, name) is not None
        assert name in dir(sc)
    assert sc.__version__ == importlib.metadata.version("smecluster")


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_is_documented_and_stands_in_the_table(name):
    assert callable(getattr(sc, name))
    assert f"``sc.{name}(" in sc.__doc__
    function = run_sensitivity if name == "sensitivity" else getattr(sc, name)
    assert "Returns\n" in function.__doc__


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'comapre'"):
        sc.comapre  # noqa: B018


def test_the_example_of_its_docstring_runs():
    assert doctest.testmod(sc).failed == 0


@pytest.mark.parametrize(
    "module", ["smecluster.policies.simulation", "smecluster.calibration.loading"]
)
def test_the_examples_of_the_verbs_run(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def check_result(found, tmp_path: Path):
    """Ask for what every result offers."""
    table = found.table()
    assert isinstance(table, pd.DataFrame)
    assert len(table)
    assert all(isinstance(name, str) for name in table.columns)
    assert isinstance(found.figure(), Figure)
    book = load_workbook(found.to_excel(tmp_path / "result.xlsx"))
    assert "notes" in book.sheetnames
    assert len(book.sheetnames) >= 2


def test_a_run_of_a_strategy(tmp_path: Path):
    runs = sc.simulate(FAST, strategy="local")
    check_result(sc.simulate(FAST, strategy="local", outputs=["value added"]), tmp_path)
    as_now = sc.simulate(FAST)
    last = {"years": [2040], "variables": ["Employment[Wenzhou]"]}
    assert runs.table(**last)["value"].item() > as_now.table(**last)["value"].item()


def test_the_run_is_that_of_the_command(capsys):
    with pytest.raises(SystemExit):
        main(["run", "local", "--json"])
    record = json.loads(capsys.readouterr().out)
    (row,) = [
        row
        for row in record["outcomes"]
        if (row["outcome"], row["place"], row["time"]) == ("Employment", "Wenzhou", 2040)
    ]
    run = sc.simulate(strategy="local", outputs=["Employment"])
    value = run.data["Employment"].sel(time=2040, Region="Wenzhou").item()
    assert value == pytest.approx(row["value"], rel=1e-12)


def test_many_runs(tmp_path: Path):
    table = {
        "preference for variety": [0.4, 0.5],
        "programme share[local, Wenzhou]": [0.001, 0.002],
    }
    many = sc.simulate_many(table, ["value added"], strategy="local", base=FAST)
    check_result(many, tmp_path)
    assert sorted(set(many.table()["run"])) == [0, 1]


def test_a_comparison(tmp_path: Path):
    check_result(sc.compare(["central", "local"], draws=2, settings=FAST), tmp_path)


def test_contributions(tmp_path: Path):
    check_result(sc.contributions("central", settings=FAST), tmp_path)


def test_the_best_use(tmp_path: Path):
    search = Search(population=8, generations=1, climb=0)
    found = sc.optimise(
        "central", draws=2, unseen=2, search=search, shock=None, several=False, settings=FAST
    )
    check_result(found, tmp_path)


def test_the_account_of_a_strategy(tmp_path: Path):
    found = sc.account(["central", "local"], draws=2, settings=FAST)
    check_result(found, tmp_path)
    assert {"median [bn yuan]", "per yuan"} <= set(found.table("parties"))


def test_who_should_run_a_lever(tmp_path: Path):
    check_result(sc.assign("legal framework", draws=0, settings=FAST), tmp_path)


def test_the_map_of_money_and_horizon(tmp_path: Path):
    found = sc.money_map(budgets=["0.1%", "0.5%"], horizons=[2040], draws=0, settings=FAST)
    check_result(found, tmp_path)
    assert set(found.table("worth")["horizon"]) == {2040}


def test_why_a_lever_does_what_it_does(tmp_path: Path):
    check_result(sc.why("legal framework", settings=FAST), tmp_path)


def test_what_turns_the_answer(tmp_path: Path):
    found = sc.tipping(budgets="0.5%", horizons=2040, constants="common technology elasticity")
    check_result(found, tmp_path)
    assert "money [bn yuan]" in found.table("comparisons")


def test_a_decision(tmp_path: Path):
    check_result(sc.decide(draws=40, calibration="none", horizon=2028), tmp_path)


def test_the_game_of_governments(tmp_path: Path):
    found = sc.game(
        "local",
        draws=0,
        aims=("growth",),
        information="none",
        starts=1,
        settings=FAST,
    )
    check_result(found, tmp_path)


def test_a_sensitivity_study(tmp_path: Path):
    check_result(sc.sensitivity("quick", size=4, out=tmp_path / "study"), tmp_path)


def test_a_calibration(tmp_path: Path):
    # The shipped one, read back: fitting has tests of its own, and takes longer.
    from smecluster.calibration.findings_page import describe_calibration
    from smecluster.calibration.store.named import DRAWN, RESULTS

    assert sc.calibrate is importlib.import_module("smecluster.calibration").calibrate
    check_result(describe_calibration(RESULTS / DRAWN), tmp_path)


def test_a_model_of_ones_own_keeps_its_values(tmp_path: Path):
    own = tmp_path / "mine.mdl"
    own.write_bytes(sc.load().path.read_bytes())
    assert sc.load(own).path == own
    with pytest.raises(sc.InputError, match="is used as it is"):
        sc.load(own, regions=["Wenzhou"])


def test_a_mistake_is_one_line_with_the_nearest_name():
    with pytest.raises(sc.InputError, match="unknown strategy 'locla': did you mean 'local'"):
        sc.simulate(strategy="locla")
