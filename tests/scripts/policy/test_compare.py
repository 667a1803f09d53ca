"""``smecluster compare`` sets strategies of equal cost against each other."""

import json
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from smecluster.model.support.exports import read_csv, read_stamp
from smecluster.policies.comparison.text import number
from smecluster.scripts.main import main

FIGURES = {"paths", "differences", "outcomes", "spillovers", "who-pays", "recovery"}


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


def test_tables_arrays_and_figures_are_written(written: Path):
    names = {path.name for path in written.iterdir()}
    tables = ("outcomes", "paths", "spillovers", "money", "recovery")
    expected = {f"{name}.{kind}" for name in tables for kind in ("csv", "parquet", "json")}
    expected |= {f"{figure}.png" for figure in FIGURES}
    assert names == expected | {"paths.nc", "brief.html"}


def test_the_page_says_what_the_tables_say_and_that_it_is_one_set_of_values(written: Path):
    page = (written / "brief.html").read_text()
    money = read_csv(written / "money.csv").set_index("strategy")
    best = money["gained [bn yuan]"].idxmax()
    assert f"{best.capitalize()} brings most value added" in page
    assert number(money.loc[best, "gained [bn yuan]"]) in page
    assert "the figures carry no uncertainty" in page
    assert page.count("<img") == len(FIGURES)


def test_strategies_cost_the_same_within_a_thousandth(written: Path):
    money = read_csv(written / "money.csv")["money [bn yuan]"]
    assert money.max() / money.min() - 1 < 1e-3
    assert money.min() > 0


def test_who_pays_adds_up_to_the_money(written: Path):
    money = read_csv(written / "money.csv")
    payers = money.filter(like="paid by")
    assert payers.sum(axis=1).values == pytest.approx(money["money [bn yuan]"].values, rel=1e-9)


def test_the_effect_on_the_other_regions_is_a_line_of_its_own(written: Path):
    table = read_csv(written / "outcomes.csv")
    others = table[(table["place"] == "on the other regions") & (table["outcome"] == "value added")]
    effect = others.set_index("strategy")["change"]
    assert effect.notna()["local"]
    assert effect.isna()["central"]


def test_the_effects_by_origin_add_up_to_the_change(written: Path):
    table = read_csv(written / "outcomes.csv")
    spill = read_csv(written / "spillovers.csv")
    where = (spill["outcome"] == "Employment") & (spill["place"] == "Wenzhou")
    by_origin = spill[where].groupby("strategy")["value"].sum()
    change = table[(table["outcome"] == "Employment") & (table["place"] == "Wenzhou")]
    for _, row in change.iterrows():
        assert by_origin[row["strategy"]] == pytest.approx(row["change"], rel=1e-6)


def test_strategies_agree_before_they_start(written: Path):
    with xr.open_dataset(written / "paths.nc") as paths:
        before = paths["value added"].sel(time=slice(1978, 2025))
        assert bool((before == before.isel(strategy=0)).all())


def test_every_file_says_where_it_came_from(written: Path):
    with xr.open_dataset(written / "paths.nc") as paths:
        model_hash = json.loads(paths.attrs["stamp"])["model hash"]
    for path in written.glob("*.csv"):
        assert read_stamp(path)["model hash"] == model_hash
    for path in written.glob("*.png"):
        assert model_hash.encode() in path.read_bytes()


def test_the_printed_table_can_be_read_by_a_program(capsys, tmp_path: Path):
    status, out, err = call(capsys, "central", "local", "--out", str(tmp_path))
    assert (status, err) == (0, "")
    assert any(line.startswith("value added\ttotal\t") for line in out.splitlines())
    assert any("\ton the other regions\t" in line for line in out.splitlines())


def test_json_holds_money_outcomes_and_spillovers(capsys, tmp_path: Path):
    _, out, _ = call(capsys, "central", "local", "--json", "--out", str(tmp_path))
    record = json.loads(out)
    assert record["start"] == 2025
    assert {"money", "outcomes", "spillovers", "recovery", "stamp", "files"} <= set(record)


def test_kinds_of_intervention_are_compared_from_the_beginning(capsys, tmp_path: Path):
    kinds = ["self-development", "cultivation", "combination"]
    status, out, _ = call(capsys, *kinds, "--json", "--out", str(tmp_path))
    assert status == 0
    assert json.loads(out)["start"] == 1978


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
        (["central", "local", "--budget", "-5"], "cannot be brought to -5 Myuan"),
        (["central", "local", "--budget", "1e12"], "cannot be brought to"),
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
