"""What slow work writes leaves no English on a Chinese page either; doubles stand in for the work.

Shipped tables are read where there are some: those of the calibration, and of the conditions.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster.model.checking import gains_page, knockouts_page
from smecluster.model.checking.knockouts import AFTER, OUTCOMES, YEARS, Knockouts, load_mechanisms
from smecluster.model.checking.loop_gains import BRAKES, CUTS, Gain, Gains
from smecluster.model.checking.path_gains import YEARS as PUSHED
from smecluster.model.checking.path_gains import PathGain
from smecluster.model.presentation.language.spoken import speaking
from smecluster.scripts.fitting import answer, evaluate
from smecluster.scripts.main import main
from smecluster.scripts.structure import gains, knockouts
from tests.calibration.forecasts.test_summary import make_evaluation
from tests.scripts.test_chinese import find_english, read_page

REGIONS = ("Wenzhou", "Pearl River Delta", "Zhongguancun")
HOUSE = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh"):
        yield


def read(capsys, page):
    printed = capsys.readouterr().out
    assert page.count("\n") > 10
    return [*printed.splitlines(), *page.splitlines()]


def test_the_evaluation(capsys):
    from smecluster.calibration.forecasts.page import write_page

    found = make_evaluation()
    evaluate._print(found)
    texts = read(capsys, write_page(found, "evaluation.csv"))
    assert find_english(text.replace("town", "") for text in texts) == []


def test_the_knock_outs(capsys):
    mechanisms = load_mechanisms()
    shape = (len(mechanisms), 2, len(YEARS), len(REGIONS), len(OUTCOMES), len(AFTER))
    values = np.random.default_rng(1).normal(-0.1, 0.2, shape)
    values[0] = 0.0  # carries no weight
    labels = {
        "mechanism": [each.mechanism for each in mechanisms],
        "act": ["cut", "double"],
        "start": list(YEARS),
        "Region": list(REGIONS),
        "outcome": list(OUTCOMES),
        "after": list(AFTER),
    }
    regional = tuple(bool(at % 5) for at, _ in enumerate(mechanisms))
    found = Knockouts(mechanisms, xr.DataArray(values, labels, list(labels)), regional)
    knockouts._print_summary(found)
    knockouts._print_all(found)
    texts = read(capsys, knockouts_page.write_page(found, "abc" * 8, "none"))
    assert find_english(texts) == []


@pytest.mark.parametrize("total", [0.5, 1.5])
def test_the_gains(capsys, total):
    single = tuple(Gain(cut, place, 0.125, total / 2) for cut in CUTS for place in REGIONS)
    by_region = dict.fromkeys((*REGIONS, "all regions"), total)
    found = Gains(2020, single, dict.fromkeys(BRAKES, by_region))
    path = tuple(PathGain(CUTS[0], place, (0.1,) * len(PUSHED)) for place in REGIONS)
    tables = (
        gains._table_loops(found, REGIONS),
        gains._table_together(found),
        gains._table_path(path),
    )
    texts = read(capsys, gains_page.write_page(found, path, tables, "abc" * 8, ""))
    assert find_english(texts) == []


def test_what_the_answer_is_conditional_on(capsys):
    from smecluster.sensitivity.decision.conditions_page import write_page

    table = pd.read_csv(HOUSE / "docs" / "conditions.csv", comment="#")
    answer._print(table, "local", "central")
    page = write_page(
        table,
        ("local", "central"),
        ("0.5%", 2040),
        "smecluster calibrate answer --page docs/conditions.md",
        "abc" * 8,
        "none",
        "conditions.csv",
    )
    assert find_english(read(capsys, page)) == []


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments), "--lang", "zh"])
    assert ended.value.code == 0
    return capsys.readouterr()


def test_a_calibration_s_page_tables_and_pictures(capsys, tmp_path):
    said = call(capsys, "calibrate", "report", "--out", tmp_path / "page")
    texts = read_page(tmp_path / "page" / "calibration.html")
    assert any("已公布的数字" in text for text in texts)
    assert find_english([*said.out.splitlines(), *texts]) == []


def test_the_check_of_a_region_s_folder(capsys):
    said = call(capsys, "case", "check", HOUSE / "calibration" / "cities" / "suzhou")
    # The last column names series, as the folder's file does.
    lines = [line.rpartition("\t")[0] or line for line in said.out.splitlines()]
    assert find_english(lines) == []
    assert "没有问题" in said.out
    assert find_english(said.err.replace(str(HOUSE), "").splitlines()) == []


@pytest.mark.slow
def test_a_region_s_folder_that_is_made(capsys, tmp_path):
    sheet = HOUSE / "calibration" / "cities" / "suzhou-yearbook.csv"
    made = call(capsys, "case", "import", sheet, "--into", tmp_path / "a")
    sized = call(capsys, "case", "new", tmp_path / "b", "--gdp", "4312", "--year", "1990")
    said = (made.out + sized.out).replace(str(tmp_path), "")
    texts = re.sub(r"\b[a-z]+_[a-z_]+|\tloans\t|parameters\.csv", "", said).splitlines()
    assert find_english(texts) == []


@pytest.mark.slow
def test_reforms_a_batch_and_files_for_other_programs(capsys, tmp_path):
    table = tmp_path / "inputs.csv"
    table.write_text("brand premium\n0.2\n0.3\n")
    runs = ("--output", "value added", "--year", "2040", "--out", tmp_path / "runs.csv")
    calls = (
        ("batch", table, *runs),
        ("exchange", tmp_path / "a.bib"),
        ("export", tmp_path / "a.mdl"),
        ("reforms", "registration", "labels", "--calibration", "none", "--out", tmp_path / "b"),
    )
    said = "".join(call(capsys, *arguments).out for arguments in calls)
    said = re.sub(r"[\w-]+\.(?:bib|mdl)", "", said.replace(str(tmp_path), ""))
    assert find_english(said.splitlines()) == []
