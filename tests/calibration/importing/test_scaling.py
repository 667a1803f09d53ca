"""What counts things scales with a region's size; shares and rates do not."""

import pytest

from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.data.constants import BY_NAME, is_extensive
from smecluster.calibration.importing.scaling import (
    bound_factor,
    scale_constants,
    scale_parameters,
    scale_points,
)
from smecluster.calibration.problem.parameters import FILE, read_parameters
from smecluster.model.errors import InputError


@pytest.fixture(scope="module")
def wenzhou():
    return load_case("wenzhou")


@pytest.mark.parametrize(
    ("unit", "scales"),
    [
        ("firm", True),
        ("firm/Year", True),
        ("person", True),
        ("Myuan", True),
        ("Myuan/Year", True),
        ("km2", True),
        ("Dmnl", False),
        ("1/Year", False),
        ("Year", False),
        ("Myuan/person", False),
        ("yuan/(Year*person)", False),
        ("firm/km2", False),
    ],
)
def test_the_unit_decides(unit, scales):
    assert is_extensive("some value", unit) is scales


@pytest.mark.parametrize("unit", ["1/person", "firm*person", "degree", "degree/metre"])
def test_a_unit_that_does_not_tell_is_refused(unit):
    with pytest.raises(InputError, match="does not tell whether it scales"):
        is_extensive("some value", unit)


@pytest.mark.parametrize("case", list_cases())
def test_every_value_of_every_shipped_region_can_be_decided(case):
    loaded = load_case(case)
    for value in (*loaded.constants, *loaded.points):
        is_extensive(value.variable, value.unit)


def test_names_that_are_decided_by_hand_are_constants_of_the_cases_with_a_reason(wenzhou):
    names = {value.variable for value in wenzhou.constants}
    assert set(BY_NAME) <= names
    assert all(reason for _, reason in BY_NAME.values())


def test_twice_the_size_doubles_what_counts_things_and_leaves_the_rest(wenzhou):
    scaled, done = scale_constants(wenzhou.constants, 2.0, "Wenzhou")
    doubled = {"firm", "firm/Year", "person", "Myuan", "Myuan/Year", "km2"}
    assert len(scaled) == len(wenzhou.constants) == len(done)
    for old, new, what in zip(wenzhou.constants, scaled, done, strict=True):
        by_name = BY_NAME.get(old.variable, (False, ""))[0]
        times = 2 if old.unit in doubled or by_name else 1
        assert new.value == pytest.approx(times * old.value, rel=1e-8)
        assert what.done == ("times 2" if times == 2 else "kept")
        assert new.status == "scaled from Wenzhou"
        assert new.source.startswith(f"{what.done}; Wenzhou has ")


def test_tables_of_shares_over_time_are_kept_and_left_to_the_user(wenzhou):
    scaled, done = scale_points(wenzhou.points, 2.0, "Wenzhou")
    assert [(p.x, p.y) for p in scaled] == [(p.x, p.y) for p in wenzhou.points]
    assert all(point.status == "scaled from Wenzhou" for point in scaled)
    assert all("dated history of Wenzhou" in each.left for each in done)


def test_priors_and_bounds_move_with_what_they_are_about(wenzhou):
    offered = read_parameters(wenzhou.path / FILE)
    rows = {r["name"]: r for r in scale_parameters(offered, wenzhou.constants, 2.0, "Wenzhou")}
    given = {each.name: each for each in offered}
    for name in ("initial employment", "initial capital[imitative]"):
        own, row = given[name], rows[name]
        twice = [2 * own.lower, 2 * own.mean, 2 * own.upper]
        assert [float(row[end]) for end in ("lower", "prior mean", "upper")] == twice
        assert float(row["prior sd"]) == own.sd  # of a logarithm
    assert float(rows["initial wage premium"]["prior mean"]) == given["initial wage premium"].mean
    # No bound leaves the range of the model.
    larger = scale_parameters(offered, wenzhou.constants, 30.0, "Wenzhou")
    mass = next(row for row in larger if row["name"] == "critical mass")
    high = next(each.high for each in wenzhou.constants if each.variable == "critical mass")
    assert float(mass["upper"]) <= high


def test_a_size_that_takes_a_value_out_of_its_range_is_refused(wenzhou):
    _, high = bound_factor(wenzhou.constants)
    scale_constants(wenzhou.constants, high * 0.999, "Wenzhou")
    with pytest.raises(InputError, match=r"'.*' would be .* outside its range"):
        scale_constants(wenzhou.constants, high * 1.01, "Wenzhou")
