"""Published reforms run on common inputs and are judged in words."""

import numpy as np
import pandas as pd
import pytest

from smecluster import model
from smecluster.calibration.experiments.reform import find_reforms, read_reform
from smecluster.calibration.experiments.run import (
    CANNOT_RUN,
    VERDICTS,
    judge_response,
    run_reforms,
)
from smecluster.model.errors import InputError

MINE = """
title = "Easier credit"
happened = "Loans got cheaper."
experiment = "The interest rate falls."
regions = ["Wenzhou"]
role = "fit"

[study]
authors = "Nobody and Friend"
year = 2001
title = "Easier credit"
journal = "Journal of Tests 1(1)"
counterfactual = "the same towns before"

[[change]]
input = "interest rate"
factor = [[2000, 1.0], [2001, 0.5]]

[[response]]
name = "loans"
of = "SME loans"
years = [2005, 2006]
horizon = "four years"
unit = "%"
kind = "sign"
low = 0
status = "read"
source = "none"
"""


@pytest.fixture(scope="module")
def base():
    return model.load()


#: Some of each kind of experiment: a step, a course, a table, a programme, a changed baseline.
SOME = ["registration", "scandal", "tax_sharing", "public_capital", "grants_britain", "zones"]


@pytest.fixture(scope="module")
def table(base):
    return run_reforms(base, find_reforms(SOME))


def write(folder, text=MINE, name="mine"):
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_reform_is_run_in_each_of_its_regions(table):
    assert set(table["reform"]) == set(SOME)
    counts = table[table["region"] != "-"].groupby("reform")["region"].nunique()
    assert counts["registration"] == 1
    assert counts["zones"] == 3


def test_every_response_has_a_number_a_source_and_a_verdict_or_what_the_model_lacks(table):
    can = table["verdict"] != CANNOT_RUN
    assert np.isfinite(table.loc[can, "model"]).all()
    assert (table.loc[can, "lacks"] == "").all()
    assert table.loc[~can, "model"].isna().all()
    assert (table.loc[~can, "lacks"].str.len() > 0).all()
    assert table["verdict"].isin(VERDICTS).all()
    assert (table["source"].str.len() > 0).all()


def test_easier_registration_raises_entry_and_exit(table):
    own = table[table["reform"] == "registration"].set_index("response")["model"]
    assert own["entry of local firms"] > own["exit of local firms"] > 0


def test_entry_rises_by_less_than_the_reform_itself(table):
    own = table[table["reform"] == "registration"].set_index("response")["model"]
    assert own["entry of local firms"] < 25


def test_a_response_is_what_two_runs_give(base, tmp_path):
    halved = MINE.replace("[[2000, 1.0], [2001, 0.5]]", "0.5")
    found = run_reforms(base, [read_reform(write(tmp_path, halved))])
    lower = model.simulate(base, {"interest rate": 0.03}, outputs=["SME loans"])
    as_is = model.simulate(base, outputs=["SME loans"])
    ratio = (lower / as_is)["SME loans"].sel(Region="Wenzhou", time=[2005, 2006])
    assert found["model"].item() == pytest.approx(100 * (float(ratio.mean()) - 1), rel=1e-3)


def test_an_effect_is_the_median_over_the_regions_of_its_reform(table):
    jobs = table[(table["reform"] == "grants_britain") & (table["response"] == "jobs")]
    assert len(jobs) == 3
    assert jobs["effect"].to_numpy() == pytest.approx(jobs["model"].median())


def test_a_response_that_the_model_cannot_give_is_told_and_never_agrees(base, tmp_path):
    lame = MINE.replace('of = "SME loans"', 'of = "past central spending on[trade fairs]"')
    lame = read_reform(write(tmp_path, lame, "lame"))
    found = run_reforms(base, [lame, read_reform(write(tmp_path))])
    row = found[found["reform"] == "lame"].squeeze()
    assert row["verdict"] == CANNOT_RUN
    assert not row["agrees"]
    assert row["lacks"] == "this model has nothing for 'past central spending on[trade fairs]'"


def test_an_experiment_whose_input_the_model_lacks_gives_only_rows_that_say_so(base, tmp_path):
    lame = read_reform(write(tmp_path, MINE.replace("interest rate", "intrest rate"), "lame"))
    found = run_reforms(base, [lame, read_reform(write(tmp_path))]).set_index("reform")
    assert found.loc["lame", "verdict"] == CANNOT_RUN
    assert "did you mean 'interest rate'" in found.loc["lame", "lacks"]
    assert found.loc["mine", "verdict"] not in (CANNOT_RUN, "")


def test_a_region_that_the_model_lacks_is_left_out(base):
    alone = model.load(regions=[model.Region("Wenzhou")])
    assert set(run_reforms(alone, find_reforms(["zones"]))["region"]) == {"Wenzhou"}
    with pytest.raises(InputError, match="Pearl River Delta"):
        run_reforms(alone, find_reforms(["registration"]))


def test_draws_give_an_interval_around_a_median_and_leave_the_model_as_it_is(base, table):
    draws = pd.DataFrame({"base exit rate": [0.05, 0.06, 0.07, 0.08]})
    found = run_reforms(base, find_reforms(["registration"]), draws)
    found = found[found["verdict"] != CANNOT_RUN]
    assert (found["model low"] <= found["model median"]).all()
    assert (found["model median"] <= found["model high"]).all()
    assert (found["draws"] == 4).all()
    alone = table[table["reform"] == "registration"]["model"].dropna().to_numpy()
    assert np.allclose(found["model"], alone, rtol=1e-12)


def test_a_draw_of_the_reformed_constant_still_counts(base):
    draws = pd.DataFrame({"registration ease": [0.5, 2.0]})
    found = run_reforms(base, find_reforms(["registration"]), draws).set_index("response")
    row = found.loc["entry of local firms"]
    assert row["model low"] < row["model high"]


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (5, 4, 6, "matches"),
        (-5, -6, -4, "matches"),
        (3, 4, 6, "too weak"),
        (-3, -6, -4, "too weak"),
        (7, 4, 6, "too strong"),
        (-7, -6, -4, "too strong"),
        (-5, 4, 6, "wrong sign"),
        (5, -6, -4, "wrong sign"),
        (5, 0, None, "matches"),
        (-5, 0, None, "wrong sign"),
        (-5, None, 0, "matches"),
        (0, 0, None, "no response"),
        (0, -3, 7, "matches"),
        (9, -3, 7, "too strong"),
        (-4, -3, 7, "too strong"),
        (float("nan"), 1, 2, "no response"),
    ],
)
def test_a_verdict_says_where_a_response_lies_beside_the_published_range(value, low, high, said):
    assert judge_response(value, low, high) == said


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("unit = ", "units = ", "did you mean 'unit'"),
        ("happened", "hapened", "did you mean 'happened'"),
        ("low = 0\n", "", "needs a published low, high or both"),
        ("low = 0", "low = 3\nhigh = 1", "do not rise"),
        ("[2005, 2006]", "[2006, 2005]", "run backwards"),
        ('"read"', '"red"', "status 'red'"),
        ("factor = ", "value = 1\nfactor = ", "not both"),
        ("low = 0", 'low = 0\nmeasure = "elasticity"', "take 'per'"),
        ("low = 0", "low = nan", "finite"),
        ("low = 0", "low = 1e305", "1e"),
        ("factor = [[2000, 1.0], [2001, 0.5]]", "factor = -1e305", "1e"),
    ],
)
def test_a_wrong_file_ends_in_one_line_that_names_it(tmp_path, old, new, message):
    assert old in MINE
    with pytest.raises(InputError, match=message) as error:
        read_reform(write(tmp_path, MINE.replace(old, new)))
    assert "mine.toml" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("interest rate", "intrest rate", "did you mean 'interest rate'"),
        ('of = "SME loans"', 'of = "SME lons"', "did you mean 'SME loans'"),
        ("factor = [[2000, 1.0], [2001, 0.5]]", "value = [[2000, 0.1]]", "give a factor"),
        ("[[2000, 1.0], [2001, 0.5]]", "[[2000, 1.0], [1999, 0.5]]", "must rise"),
        ('"interest rate"', '"total firms"', "computed by the model"),
    ],
)
def test_what_the_model_does_not_have_is_named_with_the_reform(base, tmp_path, old, new, message):
    assert old in MINE
    reform = read_reform(write(tmp_path, MINE.replace(old, new)))
    with pytest.raises(InputError, match=message) as error:
        run_reforms(base, [reform])
    assert "mine" in str(error.value)


def test_an_unknown_reform_ends_in_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'registration'"):
        find_reforms(["registratoin"])
