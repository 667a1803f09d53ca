"""A study file says what it means, and is refused in one line where it does not."""

import pytest

from smecluster.model.errors import InputError
from smecluster.sensitivity.design.study import Study, list_studies, load_study


def test_shipped_studies_can_be_read():
    assert {"quick", "levers"} <= set(list_studies())
    for name in list_studies():
        assert load_study(name).name == name


def test_a_study_survives_being_written_down(study):
    assert Study.from_record(study.record(), "here") == study


def test_a_series_has_a_year_every_so_often(made, small):
    text = small.replace("year = 2040", "series = [2000, 2011, 5]")
    assert made(text).output[0].years == (2000.0, 2005.0, 2010.0)


def test_a_series_of_a_billion_years_is_refused(made, small):
    text = small.replace("year = 2040", "series = [1978, 2040, 0.00000006]")
    with pytest.raises(InputError, match="at most 100,000 years"):
        made(text)


def test_another_size_changes_nothing_else(study):
    larger = study.resized(64)
    assert larger.method.size == 64
    assert larger.resized(32) == study


POSTERIOR = '\n[[factor]]\nfrom = "calibration"\n'


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('title = "Small"', "", "'title' is missing"),
        ("seed = 3", "seed = 0", "greater than or equal to 1"),
        ("seed = 3", "sead = 3", "did you mean 'seed'"),
        ('name = "sobol"', 'name = "sobl"', "did you mean 'sobol'"),
        ("size = 32", "size = 4", "at least 8"),
        ("size = 32", "size = 32\nsecond_oder = true", "did you mean 'second_order'"),
        ("size = 32", "size = 32\ngroups = true", "'spin off rate' has no group"),
        ('name = "sobol"', 'name = "delta"\ngroups = true', "groups = true is for morris"),
        ('name = "sobol"', 'name = "delta"\nsecond_order = true', "is for sobol"),
        ("within = 0.5", "within = 0.5\nlow = 1", "either within or low"),
        ("within = 0.5", "low = 2\nhigh = 1", "low = 2 is not below high = 1"),
        ("within = 0.5", "mean = 2", "uniform does not take mean"),
        ("within = 0.5", 'distribution = "normal"\nmean = 0.1', "normal needs sd"),
        ("within = 0.5", 'distribution = "choice"\nvalues = [1]', "two different values"),
        ("within = 0.5", 'distribution = "loguniform"\nlow = 0\nhigh = 1', "low above 0"),
        ("within = 0.5", 'lever = "talent training"', "give either input, lever"),
        ("within = 0.5", 'only = ["a"]', "only belongs to from"),
        ("year = 2040", "", "give either year or series"),
        ("year = 2040", "series = [2040, 2000, 1]", "first year, last year, step"),
        ("year = 2040", "yaer = 2040", "did you mean 'year'"),
        ('"value added"', '"value aded"', "did you mean 'value added'"),
        ("seed = 3", 'strategies = ["local", "local"]', "'local' is named twice"),
        ("year = 2040", "year = 2040" + POSTERIOR, "sobol needs independent factors"),
        ("size = 32", "size = 32\n[enough]\nlargest = 16", "largest = 16 is below"),
    ],
)
def test_a_mistake_is_told_in_one_line(before, after, said, made, small):
    with pytest.raises(InputError) as caught:
        made(small.replace(before, after, 1))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_any_other_sample_may_hold_draws_of_a_calibration(made, small):
    for name in ("delta", "pawn", "rbd-fast", "hdmr", "regional", "given-data"):
        assert made(small.replace('"sobol"', f'"{name}"') + POSTERIOR).dependent


def test_an_unknown_study_brings_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'quick'"):
        load_study("quik")
