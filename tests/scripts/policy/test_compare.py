"""``smecluster compare`` compares strategies at equal additional money."""

import html
import json
from pathlib import Path

import pandas as pd
import pytest

from smecluster.model.presentation.exports import read_csv, read_stamp
from smecluster.model.support.ledger import NAME
from smecluster.policies.comparison.text import format_number
from smecluster.scripts.main import main

FIGURES = {
    "overview",
    "changes",
    "gained-per-yuan",
    "paths",
    "spillovers",
    "timing",
    "who-pays",
}
TABLES = ("outcomes", "probabilities", "money", "paths", "spillovers", "timing")


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["compare", *arguments])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    with pytest.raises(SystemExit) as ended:
        main(["compare", "central", "local", "--out", str(folder)])
    assert ended.value.code == 0
    return folder


def read(folder: Path, name: str) -> pd.DataFrame:
    return read_csv(folder / f"{name}.csv")


def test_tables_figures_and_the_page_are_written(written: Path):
    names = {path.name for path in written.iterdir()}
    expected = {f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet", "json")}
    brief = {"brief.html", "brief.docx", "brief.xlsx", "brief.png", "brief.svg"}
    figures = {f"{figure}.png" for figure in FIGURES}
    assert names == expected | figures | brief | {"details.html", NAME}


def test_the_brief_says_that_it_is_one_set_of_values_and_names_what_it_took_ready_made(
    written: Path,
):
    page = html.unescape((written / "brief.html").read_text())
    assert "runs with one set of values." in page
    assert "The page therefore carries no uncertainty" in page
    assert "with the same model and calibration (their hashes match): " in page
    assert "Who should do what" in page


def test_the_brief_is_written_in_the_language_that_is_asked_for(capsys, tmp_path: Path):
    status, _, _ = call(capsys, "central", "local", "--lang", "zh", "--out", str(tmp_path))
    assert status == 0
    page = (tmp_path / "brief.html").read_text()
    assert 'lang="zh-CN"' in page
    assert "谁该做什么" in page


def test_results_of_another_comparison_are_refused_in_one_line(written, capsys, tmp_path: Path):
    status, _, err = call(
        capsys, "central", "local", "--with", str(written), "--out", str(tmp_path / "a")
    )
    assert status == 2
    assert "holds no results that a brief uses" in err.splitlines()[-1]


def test_the_page_says_what_the_tables_say_and_that_it_is_one_set_of_values(written: Path):
    page = (written / "details.html").read_text()
    money = read(written, "money")
    gained = money[money["outcome"] == "gained"].set_index("strategy")["median"]
    best = gained.idxmax()
    assert f"{best.capitalize()} gains most value added" in page
    assert format_number(gained[best]) in page
    assert "One set of values was run" in page
    assert page.count("<img") == len(FIGURES)


def test_strategies_spend_the_same_additional_money(written: Path):
    money = read(written, "money")
    spent = money[money["outcome"] == "additional programme money"]["median"]
    assert spent.max() / spent.min() - 1 < 1e-5
    assert spent.min() > 0


def test_who_pays_adds_up_to_the_money(written: Path):
    money = read(written, "money")
    payers = money[money["outcome"].str.startswith("paid by")].groupby("strategy")["median"].sum()
    spent = money[money["outcome"] == "additional programme money"].set_index("strategy")["median"]
    pd.testing.assert_series_equal(payers, spent.sort_index(), check_names=False)


def test_every_file_says_where_it_came_from(written: Path):
    model_hash = json.loads((written / "money.json").read_text())["stamp"]["model hash"]
    for path in written.glob("*.csv"):
        assert read_stamp(path)["model hash"] == model_hash
    for path in written.glob("*.png"):
        assert model_hash.encode() in path.read_bytes()


@pytest.mark.usefixtures("blank_figures")
def test_every_output_names_the_budget(written: Path, capsys, tmp_path: Path):
    said = "on top of policy as now (0.5 % of the regions' value added)"
    assert said in json.loads((written / "outcomes.json").read_text())["stamp"]["budget"]
    _, out, _ = call(capsys, "local", "--out", str(tmp_path))
    assert said in out
    assert said in html.unescape((tmp_path / "details.html").read_text())


@pytest.mark.usefixtures("blank_figures")
def test_the_printed_table_can_be_read_by_a_program(capsys, tmp_path: Path):
    status, out, err = call(capsys, "central", "local", "--out", str(tmp_path))
    assert (status, err) == (0, "")
    assert any(line.startswith("Value added\tbn yuan a year\t") for line in out.splitlines())


@pytest.mark.usefixtures("blank_figures")
def test_json_holds_money_outcomes_and_spillovers(capsys, tmp_path: Path):
    _, out, _ = call(capsys, "central", "local", "--json", "--out", str(tmp_path))
    record = json.loads(out)
    assert {*TABLES, "answer", "warnings", "stamp", "files"} <= set(record)
    assert record["warnings"] == []


@pytest.mark.usefixtures("blank_figures")
def test_a_share_beyond_its_span_is_one_warning_line(capsys, tmp_path: Path):
    arguments = ["central", "--budget", "3%", "--out", str(tmp_path), "--json"]
    status, out, err = call(capsys, *arguments)
    assert status == 0
    (line,) = (line for line in err.splitlines() if "'common technology programme'" in line)
    assert line.startswith("warning: under central both levels together spend ")
    assert "plausible span of 0 to 1 %" in line
    assert any("'common technology programme'" in said for said in json.loads(out)["warnings"])


@pytest.mark.usefixtures("blank_figures")
def test_kinds_of_intervention_are_compared_from_the_beginning(capsys, tmp_path: Path):
    kinds = ["self-development", "cultivation", "combination"]
    arguments = [*kinds, "--start", "1978", "--budget", "0", "--json", "--out", str(tmp_path)]
    status, out, _ = call(capsys, *arguments)
    assert status == 0
    years = {row["year"] for row in json.loads(out)["paths"]}
    assert min(years) == 1978


@pytest.mark.usefixtures("blank_figures")
def test_two_runs_of_a_comparison_write_the_same_tables(written: Path, capsys, tmp_path: Path):
    call(capsys, "central", "local", "--out", str(tmp_path))
    for name in ("outcomes.csv", "spillovers.csv", "money.csv", "paths.csv"):
        tables = [read_csv(folder / name) for folder in (written, tmp_path)]
        pd.testing.assert_frame_equal(*tables, check_exact=True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["central", "locl"], "unknown strategy 'locl': did you mean 'local'?"),
        (["central", "central"], "strategy 'central' is named twice"),
        (["central", "local", "--baseline", "as-nov"], "did you mean 'as-now'?"),
        (["central", "local", "--start", "2050"], "start = 2050 is not a whole year in 1978..2039"),
        (["central", "local", "--budget", "-5"], "budget '-5' is no amount of money"),
        (["central", "local", "--budget", "1e12"], "the budget is beyond what the model allows"),
        (["cultivation"], "begins in 1978, before the comparison's start in 2025"),
        (["as-now", "local"], "'as-now' is what the others are compared with"),
        (["central", "--set", "history end=2000"], "is set by strategy 'central'"),
    ],
)
def test_bad_input_ends_in_one_line_and_status_2(capsys, tmp_path, arguments, says):
    status, out, err = call(capsys, *arguments, "--out", str(tmp_path / "out"))
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert says in err
    assert not (tmp_path / "out").exists()


def test_an_unwritable_folder_is_named(capsys, tmp_path: Path):
    (tmp_path / "taken").write_text("mine")
    status, _, err = call(capsys, "central", "local", "--out", str(tmp_path / "taken"))
    assert status == 2
    assert "cannot write" in err
