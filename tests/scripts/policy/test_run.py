"""``smecluster run`` runs one strategy and writes what it says."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr

from smecluster import model
from smecluster.model.errors import InputError
from smecluster.model.presentation.exports import read_csv, read_stamp
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import Plan, Spending
from smecluster.policies.triggers import settle_triggers
from smecluster.scripts.main import main
from smecluster.scripts.policy import run as run_file
from smecluster.scripts.shared import printing


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["run", *arguments])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_a_run_prints_a_line_for_each_outcome_and_place(capsys):
    status, out, err = call(capsys, "as-now")
    assert (status, err) == (0, "")
    heading, *lines = out.splitlines()
    assert heading.split("\t")[:3] == ["outcome", "place", "unit"]
    assert {line.split("\t")[1] for line in lines} >= {"Wenzhou", "Pearl River Delta", "total"}


def test_a_run_writes_labelled_files_that_say_where_they_came_from(capsys, tmp_path: Path):
    status, _, _ = call(capsys, "central", "--out", str(tmp_path))
    assert status == 0
    table = read_csv(tmp_path / "outcomes.csv")
    assert {"outcome", "unit", "place", "time", "value"} == set(table.columns)
    with xr.open_dataset(tmp_path / "run.nc") as run:
        assert run["value added"].attrs["unit"] == "Myuan/Year"
        stamp = json.loads(run.attrs["stamp"])
    assert stamp["strategy"].startswith("central ")
    assert read_stamp(tmp_path / "outcomes.csv")["model hash"] == stamp["model hash"]


def test_a_person_hears_of_what_is_not_shown_and_of_regions_left_out(capsys, monkeypatch):
    heard: list[str] = []
    for place in (run_file, printing):
        monkeypatch.setattr(place, "note", heard.append)
    call(capsys, "local", "--region", "Wenzhou")
    assert heard[0].startswith("Pearl River Delta and Zhongguancun left out: the rest of China")
    assert re.match(r"\d+ outcomes shown; --json or --out has \d+ more", heard[1])


def test_one_region_can_be_run_alone(capsys):
    _, out, _ = call(capsys, "local", "--region", "Wenzhou")
    assert {line.split("\t")[1] for line in out.splitlines()[1:]} == {"Wenzhou", "total"}


def test_a_setting_changes_the_run(capsys):
    plain = call(capsys, "local", "--json")[1]
    changed = call(capsys, "local", "--json", "--set", "social discount rate=0.08")[1]
    assert json.loads(plain)["outcomes"] != json.loads(changed)["outcomes"]


WAITING = """
title = "Waiting"
description = "Local programmes from the critical mass on."
[local]
share = 0.005
trigger = {trigger}
[local.allocation]
"talent training" = 1.0
"""


def read_costs(out: str) -> dict[int, float]:
    """Local programme cost of all regions, Myuan/Year, by year."""
    return {
        int(row["time"]): row["value"]
        for row in json.loads(out)["outcomes"]
        if (row["outcome"], row["place"]) == ("local programme cost", "total")
    }


def test_a_trigger_that_was_passed_in_the_past_starts_the_programme_in_2025(capsys, tmp_path: Path):
    path = tmp_path / "waiting.toml"
    path.write_text(WAITING.format(trigger=1.0))
    plain = read_costs(call(capsys, "as-now", "--json")[1])
    waiting = read_costs(call(capsys, str(path), "--json")[1])
    assert all(waiting[year] == pytest.approx(plain[year]) for year in range(1978, 2026))
    assert waiting[2030] > 1.1 * plain[2030]


def test_a_trigger_that_was_passed_and_lost_needs_a_start_year(monkeypatch):
    shipped = model.load()
    run = model.simulate(shipped, outputs=["Perceived cluster mass", "mean perceived mass"])
    mass = run["Perceived cluster mass"]
    falling = run.assign({"Perceived cluster mass": (0 * mass + 20).where(mass["time"] < 2000, 5)})
    monkeypatch.setattr("smecluster.policies.triggers.simulate", lambda *_, **__: falling)
    waits = Spending("Wenzhou", 0.01, 0.0, {"talent training": 1.0}, None, 10.0, 2.0, 2041.0)
    plan = Plan("waiting", read_menu(shipped), (waits,))
    with pytest.raises(InputError, match="was passed before 2025 and is no longer"):
        settle_triggers(shipped, plan)


def test_the_centre_waits_for_the_mean_of_all_regions():
    shipped = model.load()
    masses = ["Perceived cluster mass", "mean perceived mass", "programme budget"]
    now = model.simulate(shipped, outputs=masses, years=[2025])
    own, mean = (now[name].squeeze("time") for name in masses[:2])
    assert float(own.min()) < float(mean) < float(own.max())
    waits = Spending(None, 0.01, 0.0, {"talent training": 1.0}, None, 0.0, 2.0, 2041.0)
    for share, started in ((0.99, True), (1.5, False)):
        one = replace(waits, trigger=share * float(mean))
        plan = settle_triggers(shipped, Plan("waiting", read_menu(shipped), (one,)))
        assert (plan.spending[0].start == 2025.0) == started
        run = model.simulate(shipped, plan.inputs, outputs=masses, years=[2030])
        spent = run["programme budget"].sel(Level="central").squeeze("time")
        assert bool((spent > 0).all()) == started


def test_a_share_beyond_its_span_is_a_warning(capsys, tmp_path: Path):
    path = tmp_path / "much.toml"
    path.write_text(WAITING.format(trigger=1.0).replace("0.005", "0.05"))
    status, out, err = call(capsys, str(path), "--json")
    assert status == 0
    assert "plausible span of 0 to 1 %" in err
    assert len(json.loads(out)["warnings"]) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["centrl"], "unknown strategy 'centrl': did you mean 'central'?"),
        (["nowhere.toml"], "no such file: nowhere.toml"),
        (["central", "--region", "Wenzou"], "unknown region 'Wenzou': did you mean 'Wenzhou'?"),
        (["central", "--set", "social discount rate"], "is not NAME=VALUE"),
        (["central", "--set", "social discount rate=high"], "is not NAME=VALUE"),
        (["central", "--set", "social discount rate=7"], "social discount rate = 7 is outside"),
        (["central", "--set", "social discount rat=0.03"], "did you mean 'social discount rate'"),
        (["central", "--from", "no-such-folder"], "no-such-folder"),
        (["central", "--engine", "kernl"], "did you mean 'kernel'?"),
    ],
)
def test_bad_input_ends_in_one_line_and_status_2(capsys, arguments, says):
    status, out, err = call(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert says in err


def test_a_folder_that_is_a_file_is_refused_and_left_alone(capsys, tmp_path: Path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    status, _, err = call(capsys, "central", "--out", str(taken))
    assert status == 2
    assert "cannot write" in err
    assert taken.read_text() == "mine"
