"""Any model is shown by its constants with a range, or, without any, by all within a factor."""

import pytest

from smecluster.model import load
from smecluster.model.errors import InputError
from smecluster.policies.desk.anymodel import collect_model

TANK = """{UTF-8}
water = INTEG(inflow - water / delay, 5)
  ~ l ~~|
inflow = %s
  ~ l/s ~~|
delay = 4
  ~ s %s ~~|
INITIAL TIME = 0 ~~~|
FINAL TIME = 20 ~~~|
TIME STEP = 0.25 ~~~|
SAVEPER = 1 ~~~|
"""


def write(folder, inflow, limits):
    path = folder / "tank.mdl"
    path.write_text(TANK % (inflow, limits), encoding="utf-8")
    return load(path)


def list_ends(content):
    return {one["name"]: (one["low"], one["high"]) for one in content["constants"]}


def test_only_constants_with_a_range_are_offered_where_there_are_any(tmp_path):
    content = collect_model(write(tmp_path, "3", "[1, 9]"), {})
    assert not content["assumed"]
    assert list_ends(content) == {"delay": (1, 9)}
    assert content["chosen"] == "water"


def test_without_ranges_all_go_from_half_to_twice_their_value(tmp_path):
    content = collect_model(write(tmp_path, "3", ""), {})
    assert content["assumed"]
    assert list_ends(content) == {"inflow": (1.5, 6), "delay": (2, 8)}


def test_a_constant_of_0_stays_where_it_is(tmp_path):
    assert "inflow" not in list_ends(collect_model(write(tmp_path, "0", ""), {}))


def test_a_model_without_constants_is_refused(tmp_path):
    path = tmp_path / "clock.mdl"
    clock = TANK.replace("delay = 4", "delay = Time + 1") % ("Time", "")
    path.write_text(clock, encoding="utf-8")
    with pytest.raises(InputError, match=r"clock\.mdl has no constant"):
        collect_model(load(path), {})


def test_what_a_run_may_fail_by_is_listed_where_one_step_can_be_computed_alone(tmp_path):
    content = collect_model(write(tmp_path, "3", ""), {})
    assert "water" in content["failures"]["names"]
    path = tmp_path / "late.mdl"
    late = TANK.replace("inflow = %s", "inflow = DELAY FIXED(water, 2, %s)") % ("3", "[1, 9]")
    path.write_text(late, encoding="utf-8")
    assert collect_model(load(path), {})["failures"] is None
