"""Futures bend the model's dated tables from a year on, alike for every strategy."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.errors import InputError
from smecluster.policies.futures import BASE, Bend, Future, load, load_futures, names

STEP = {"TIME STEP": 0.125}
WANTED = {
    "base",
    "closed-technology",
    "credit",
    "demand",
    "relocation",
    "scandal",
    "wages",
}


@pytest.fixture(scope="module")
def shipped() -> model.Model:
    return model.load()


def written(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


def test_the_futures_of_the_project_begin_with_the_base():
    assert set(names()) == WANTED
    assert [future.name for future in load_futures()] == list(names())
    assert names()[0] == BASE


def test_the_base_future_changes_nothing(shipped):
    assert load(BASE).inputs(shipped) == {}


def test_every_future_says_where_its_size_comes_from():
    assert all(future.source and future.description for future in load_futures())


@pytest.mark.parametrize("name", sorted(WANTED - {BASE}))
def test_a_future_leaves_the_past_alone_and_costs_value_added(shipped, name):
    future = load(name)
    plain, hit = (
        model.simulate(shipped, inputs | STEP, outputs=["total value added"])["total value added"]
        for inputs in ({}, future.inputs(shipped))
    )
    # Tables are read in the middle of a step: the first step of the future's year is its own.
    before = slice(None, future.year - 1)
    np.testing.assert_allclose(hit.sel(time=before), plain.sel(time=before), rtol=1e-12)
    assert float(hit.sel(time=slice(future.year, None)).sum()) < float(
        plain.sel(time=slice(future.year, None)).sum()
    )


def test_a_course_is_added_or_multiplied_between_the_points_of_the_table():
    points = [(2000.0, 1.0), (2040.0, 5.0)]
    doubled = Bend(table="t", effect="multiply", course=((0, 1), (10, 2)))
    assert doubled.bend_points(points, 2020) == [(2000, 1), (2020, 3), (2030, 8), (2040, 10)]
    raised = Bend(table="t", effect="add", course=((0, 0), (10, 2), (20, 0)))
    assert raised.bend_points(points, 2020) == [(2000, 1), (2020, 3), (2030, 6), (2040, 5)]


def test_what_is_added_stays_within_reach_of_the_table():
    huge = Bend(table="t", effect="add", course=((0, 0), (10, 1e9)))
    with pytest.raises(InputError, match=r"adds 1e\+09: -5000 to 5000 is allowed"):
        huge.bend_points([(2000.0, 1.0), (2040.0, 5.0)], 2020)


def test_bends_of_one_table_follow_one_another(shipped):
    twice = load("demand")
    twice = twice.model_copy(update={"bend": twice.bend * 2})
    once = dict(load("demand").inputs(shipped)["world demand table"])
    for year, value in twice.inputs(shipped)["world demand table"]:
        if year == 2031:
            assert value == pytest.approx(once[2031] * 0.82)


def test_a_future_may_stay_in_one_region(shipped):
    bend = load("scandal").bend[0].model_copy(update={"regions": ("Wenzhou",)})
    local = load("scandal").model_copy(update={"bend": (bend,)})
    assert list(local.inputs(shipped)) == ["scandal table[Wenzhou]"]


def test_futures_are_read_once_each_and_the_base_always():
    assert [future.name for future in load_futures(["wages", "wages"])] == [BASE, "wages"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"table": "world demnd table"}, "did you mean 'world demand table'"),
        ({"table": "preference for variety"}, "unknown table bent by future 'demand'"),
        ({"regions": ("Wenzou",)}, "did you mean 'Wenzhou'"),
        ({"regions": ("Wenzhou",)}, "is national, leave out 'regions'"),
    ],
)
def test_a_bend_that_the_model_does_not_allow_is_refused(shipped, change, says):
    demand = load("demand")
    wrong = demand.model_copy(update={"bend": (demand.bend[0].model_copy(update=change),)})
    with pytest.raises(InputError, match=says):
        wrong.inputs(shipped)


BENT = """
title = "Mine"
description = "What I fear."
source = "judgement"
[[bend]]
table = "world demand table"
effect = "multiply"
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BENT + "course = [[0, 1.1], [1, 1]]", r"begins with \[0.0, 1.1\]: \[0, 1\] is needed"),
        (BENT + "course = [[0, 1], [2, 0.9], [1, 1]]", "do not ascend"),
        (BENT + "course = [[0, 1], [1001, 0.9]]", "takes 1001 years: at most 1,000 are allowed"),
        (BENT + "course = [[0, 1], [2, -0.1]]", "multiplies by -0.1: 0 to 1,000 is allowed"),
        (BENT + "course = [[0, 1], [2, 1e9]]", r"multiplies by 1e\+09: 0 to 1,000 is allowed"),
        (BENT + "course = [[0, 1], [2, 0.9]]\ncorse = 1", "did you mean 'course'"),
        ("title = 'Mine'", "is missing"),
    ],
)
def test_a_broken_file_ends_in_one_line(tmp_path: Path, text, says):
    with pytest.raises(InputError, match=says) as refused:
        load(written(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_an_unknown_future_is_named_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'demand'"):
        load("demnd")


def test_two_futures_of_one_name_are_refused(tmp_path: Path):
    course = "course = [[0, 1], [2, 0.9]]"
    with pytest.raises(InputError, match="two futures are called 'demand'"):
        load_futures(["demand", written(tmp_path, BENT + course, "demand")])


def test_a_future_has_a_fingerprint_of_what_it_says(tmp_path: Path):
    one = load(written(tmp_path, BENT + "course = [[0, 1], [2, 0.9]]"))
    other = load(written(tmp_path, "# a comment\n" + BENT + "course = [[0, 1], [2, 0.90]]"))
    third = load(written(tmp_path, BENT + "course = [[0, 1], [2, 0.8]]"))
    assert one.hash == other.hash != third.hash
    assert isinstance(one, Future)
