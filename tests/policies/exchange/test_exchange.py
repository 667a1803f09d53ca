"""Runs, inputs and sources in the formats of other programs hold what the model says."""

import re

import pandas as pd
import pytest

import smecluster as sc
from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.reporting.bibliography import _find_place, write_bibliography
from smecluster.calibration.store.named import open_calibration
from smecluster.policies import load
from smecluster.policies.exchange.long_table import COLUMNS, make_long_table
from smecluster.policies.exchange.vensim_files import (
    make_tab_table,
    write_changes,
    write_search,
)
from smecluster.scripts.main import main


@pytest.fixture(scope="module")
def run():
    names = ["value added", "Firms", "value added elsewhere"]
    return sc.simulate({"TIME STEP": 0.125}, outputs=names, years=[2025, 2040]).data


def test_a_long_table_has_a_row_for_every_number(run):
    table = make_long_table({"as-now": run})
    assert tuple(table.columns) == COLUMNS
    assert len(table) == sum(values.size for values in run.data_vars.values())
    assert not table.duplicated(["scenario", "region", "variable", "year"]).any()


def test_its_numbers_and_units_are_those_of_the_run(run):
    table = make_long_table({"as-now": run}).set_index(["region", "variable", "year"])
    row = table.loc[("Wenzhou", "Firms|imitative", 2040)]
    assert row["unit"] == "firm"
    assert row["value"] == run["Firms"].sel(time=2040, Region="Wenzhou", Kind="imitative").item()
    assert ("China", "value added elsewhere", 2025) in table.index


def test_years_that_are_not_whole_are_left_out(run):
    halves = run.assign_coords(time=[2025.5, 2040.0])
    assert set(make_long_table({"x": halves})["year"]) == {2040}


def test_a_run_laid_out_as_vensim_does_keeps_every_path(run):
    table = make_tab_table(run).set_index("Time")
    assert list(table.columns) == ["2025", "2040"]
    path = run["Firms"].sel(Region="Wenzhou", Kind="upgraded").values
    assert list(table.loc["Firms[Wenzhou,upgraded]"]) == list(path)


def test_changes_say_every_input_of_a_strategy():
    inputs = load("local").plan(sc.load()).inputs
    lines = write_changes(inputs).splitlines()
    assert len(lines) == len(inputs)
    assert "programme share[local, Wenzhou] = 0.005" in lines


def test_a_search_starts_at_the_estimate_and_stays_within_the_bounds():
    parameters = open_calibration("every-constant").parameters
    lines = write_search(parameters).splitlines()[3:]
    assert len(lines) == len(parameters)
    for line in lines:
        low, start, high = re.fullmatch(r"(\S+) <= .+ = (\S+) <= (\S+)", line).groups()
        assert float(low) <= float(start) <= float(high)


def test_every_study_of_a_published_effect_and_every_source_is_in_the_bibliography():
    text = write_bibliography()
    keys = re.findall(r"(?m)^@\w+\{([^,]+),$", text)
    assert len(keys) == len(set(keys))
    assert text.count("{") == text.count("}")
    for reform in read_reforms():
        if reform.study.doi:
            assert reform.study.doi in text, reform.name


@pytest.mark.parametrize(
    ("journal", "kind", "place"),
    [
        (
            "Journal of Public Economics 94(9-10), 578-590",
            "article",
            {
                "journal": "Journal of Public Economics",
                "volume": "94",
                "number": "9-10",
                "pages": "578--590",
            },
        ),
        (
            "Journal of Banking & Finance 96, 73-86",
            "article",
            {"journal": r"Journal of Banking \& Finance", "volume": "96", "pages": "73--86"},
        ),
        ("Land 11(9), 1485", "article", {"volume": "11", "pages": "1485"}),
        ("Review of Economic Studies", "article", {"journal": "Review of Economic Studies"}),
        (
            "World Bank Policy Research Working Paper 5788",
            "techreport",
            {
                "institution": "World Bank",
                "type": "Policy Research Working Paper",
                "number": "5788",
            },
        ),
        ("EIF Working Paper 2019/56", "techreport", {"institution": "EIF", "number": "2019/56"}),
        ("docs/evidence.md", "misc", {"note": "As recorded in docs/evidence.md of smecluster"}),
    ],
)
def test_where_a_study_appeared_stands_in_the_fields_of_its_kind(journal, kind, place):
    found = _find_place(journal)
    assert found[0] == kind
    assert place.items() <= found[1].items()


def test_no_file_of_the_project_passes_for_a_journal():
    assert not re.findall(r"journal *= \{[^}]*/", write_bibliography())


def test_the_command_writes_each_kind_and_refuses_others(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.bib").write_text("mine", encoding="utf-8")  # others' files may lie there
    for name in ("runs.csv", "runs.xlsx", "run.tab", "run.cin", "fit.voc", "s.bib"):
        with pytest.raises(SystemExit) as ended:
            main(["exchange", name, "--set", "TIME STEP=0.125"])
        assert ended.value.code == 0
    table = pd.read_csv("runs.csv")
    assert tuple(table.columns) == COLUMNS
    assert len(pd.read_excel("runs.xlsx", sheet_name="data", engine="openpyxl")) == len(table)
    with pytest.raises(SystemExit):
        main(["exchange", "runs.cvs"])
    assert "did you mean .csv?" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["exchange", "r.cin", "--strategy", "local", "--strategy", "central"])
    assert "holds one strategy, not 2" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["exchange", "notes.bib"])
    assert (tmp_path / "notes.bib").read_text(encoding="utf-8") == "mine"
    with pytest.raises(SystemExit):
        main(["exchange", "other.voc", "--calibration", "none"])
    assert "what a calibration estimated" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::smecluster.calibration.store.mismatches.CalibrationWarning")
def test_inputs_hold_a_region_of_ones_own_and_what_holds_no_run_says_so(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["exchange", "r.cin", "--strategy", "local", "--from", "suzhou"])
    assert ended.value.code == 0
    assert "programme share[local, suzhou] = 0.005" in (tmp_path / "r.cin").read_text("utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["exchange", "fit.voc", "--from", "suzhou"])
    assert ended.value.code == 2
    assert "a .voc file holds no runs" in capsys.readouterr().err
