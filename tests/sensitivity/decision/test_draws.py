"""Draws set every uncertain constant: what is calibrated by its posterior, else as believed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.choosing import find_drawn
from smecluster.calibration.data.case import find_folders
from smecluster.calibration.drawing import draw_values, sample_gross
from smecluster.calibration.loading import load_model
from smecluster.calibration.priors.table import build_priors
from smecluster.calibration.store.findings import MANIFEST
from smecluster.calibration.store.mismatches import NONE
from smecluster.calibration.store.named import DRAWN, RESULTS, open_calibration, write_manifest
from smecluster.model.engine.read.values import find_element
from smecluster.sensitivity.decision.draws import draw_everything
from smecluster.sensitivity.tipping.compute import LEFT_OUT

MODEL = load_model()
PRIORS = build_priors(MODEL)


def test_every_constant_and_switch_is_drawn_but_for_what_weighs_years():
    drawn = draw_everything(MODEL, NONE, 50, 1)
    every = {*PRIORS.names, *(one.name for one in PRIORS.switches)}
    left_out = {name for name in every if name.partition("[")[0] in LEFT_OUT}
    assert set(drawn.table.columns) == every - left_out
    assert left_out == {"social discount rate"}
    assert (drawn.table.nunique() > 1).all()
    assert drawn.calibrated == ()
    assert "not held against" in drawn.source


@pytest.fixture
def partial(tmp_path):
    """A calibration that has draws of some constants."""
    folder = shutil.copytree(RESULTS / DRAWN, tmp_path / "some")
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    held = open_calibration(folder).draws.iloc[:, :25]
    held.to_csv(folder / "draws.csv", index=False)
    write_manifest(folder, content, content["files"])
    return folder


def test_draws_of_a_calibration_are_used_in_turn_and_keep_their_labels(partial):
    held = open_calibration(partial)
    count = len(held.draws) + 7
    drawn = draw_everything(MODEL, str(partial), count, 3)
    assert len(drawn.table) == count
    names = [name for name in held.draws.columns if name in drawn.calibrated]
    again = np.flatnonzero(drawn.labels == drawn.labels[0])
    assert len(again) == 2
    first, second = (drawn.table.iloc[at] for at in again)
    assert (first[names] == second[names]).all()
    others = [name for name in drawn.table if name not in drawn.calibrated]
    assert (first[others] != second[others]).mean() > 0.9
    assert f"its {len(held.draws):,} draws used in turn" in drawn.source


def test_medians_of_what_is_believed_are_those_of_the_file():
    table = draw_everything(MODEL, NONE, 4000, 2).table
    for prior in PRIORS.priors[::40]:
        if prior.name in table:
            below = float((table[prior.name] < prior.law.at(0.0)).mean())
            assert below == pytest.approx(0.5, abs=0.04)


def test_regions_that_are_believed_to_be_alike_move_together():
    table = draw_everything(MODEL, NONE, 4000, 2).table
    alike = [prior for prior in PRIORS.priors if prior.share > 0]
    one = alike[0]
    other = next(each for each in alike[1:] if each.likes == one.likes)
    scores = [each.law.find_scores(table[each.name].to_numpy()) for each in (one, other)]
    assert np.corrcoef(scores)[0, 1] == pytest.approx(np.sqrt(one.share * other.share), abs=0.06)


def test_the_same_seed_gives_the_same_draws():
    one, other = (draw_everything(MODEL, None, 30, 5).table for _ in range(2))
    assert one.equals(other)
    assert not one.equals(draw_everything(MODEL, None, 30, 6).table)


def test_draws_are_those_of_every_other_command():
    """Contested structure too comes from the posterior, where the calibration has drawn it."""
    drawn = draw_everything(MODEL, None, 60, 1).table
    others = draw_values(None, 60, 1, MODEL.regions)
    pd.testing.assert_frame_equal(drawn[sorted(others)], others[sorted(others)])
    assert {one.name for one in PRIORS.switches} <= {*others}


@pytest.mark.filterwarnings("ignore::smecluster.calibration.store.mismatches.CalibrationWarning")
def test_a_region_of_ones_own_is_drawn_as_it_is_believed():
    (folder,) = find_folders([Path("suzhou")])
    model = load_model(cases=[folder])
    drawn = draw_everything(model, None, 20, 1, [folder])
    own = [name for name in drawn.table if find_element(name, ["suzhou"])]
    alike = [name for name in drawn.table if find_element(name, ["Wenzhou"])]
    assert len(own) == len(alike)
    assert (drawn.table[own].nunique() > 1).all()
    assert not set(own) & set(drawn.calibrated)  # a quick fit has no draws


@pytest.mark.filterwarnings("ignore::smecluster.calibration.store.mismatches.CalibrationWarning")
def test_a_part_is_taken_out_of_its_whole_in_every_draw(tmp_path):
    (city,) = find_folders([Path("suzhou")])
    folder = tmp_path / "a-city"
    shutil.copytree(city, folder, ignore=shutil.ignore_patterns("calibration"))
    text = (folder / "case.toml").read_text("utf-8")
    text = text.replace('name = "suzhou"', 'name = "a city"\npart_of = "Pearl River Delta"')
    (folder / "case.toml").write_text(text, "utf-8")
    model = load_model(cases=[folder])
    table = draw_everything(model, None, 20, 1, [folder]).table
    gross = sample_gross(find_drawn(), 20, 1, [])
    name = "market share at reference[{}, national]"
    rest, city = (table[name.format(each)] for each in ("Pearl River Delta", "a city"))
    assert (rest + city).tolist() == pytest.approx(gross[name.format("Pearl River Delta")].tolist())
