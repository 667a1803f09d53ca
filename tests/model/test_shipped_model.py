"""The shipped model runs and balances, engines agree, a broken copy fails the right check."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.checking.runner import run_checks
from smecluster.model.support.files import write_atomic

MODEL = Path(model.__file__).parent / "sme_cluster.mdl"
CHECKS = MODEL.with_name("checks")


@pytest.fixture(scope="module")
def shipped():
    return model.load()


@pytest.fixture(scope="module")
def balances(tmp_path_factory):
    """The balance checks alone, so that "every" scenario is the model as it is."""
    folder = tmp_path_factory.mktemp("balances")
    shutil.copy(CHECKS / "balances.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def path(shipped):
    names = ["value added", "value added elsewhere", "expenditure", "total firms", "Employment"]
    return model.simulate(shipped, outputs=names)


def failed(file, folder):
    return {f.statement for f in run_checks(file, folder) if f.status == "failed"}


def test_the_three_regions_grow_from_1978_to_2040(path):
    growth = path["value added"].sel(time=2020) / path["value added"].sel(time=1978)
    assert (growth > 40).all()
    assert np.isfinite(path["value added"]).all()


def test_no_equation_names_a_region(shipped):
    for variable in shipped.variables.values():
        if variable.kind not in ("table", "constant"):
            assert not any(region in variable.equation for region in shipped.regions), variable.name


def test_it_steps_by_a_sixteenth_of_a_year(shipped):
    assert shipped.time.step >= 1 / 16


#: A year of money of the centre on every lever, with every switch on.
CENTRAL = {
    "programme share[central, Region]": 0.01,
    "programme start[central, Region]": 1978,
    "region share of central programme": 0.1,
    "slope of reaction to neighbours": 0.5,
    "FINAL TIME": 1979,
    "SAVEPER": 0.5,
}


@pytest.mark.parametrize("engine", ["pysd", "simlin"])
def test_engines_agree_on_a_strategy_of_the_centre(shipped, engine):
    if engine == "simlin":
        pytest.importorskip("simlin")
    levers = shipped.subscripts["Lever"]
    allocation = {f"central allocation[{lever}]": 1 / len(levers) for lever in levers}
    inputs = CENTRAL | allocation
    found, expected = (model.simulate(shipped, inputs, engine=e) for e in ("kernel", engine))
    spent = found["central programme spending"].sel(time=1979)
    assert (spent > 0).all()
    for name in expected.data_vars:
        np.testing.assert_allclose(found[name], expected[name], 1e-9, 1e-9, err_msg=str(name))


def test_shares_of_demand_are_conserved(path):
    sold = path["value added"].sum("Region") + path["value added elsewhere"]
    np.testing.assert_allclose(sold, path["expenditure"].sum("Market"), 1e-9)


def test_it_passes_its_balances(balances):
    assert failed(MODEL, balances) == set()


@pytest.mark.parametrize(
    ("old", "new", "statement"),
    [
        pytest.param(
            "Labour force[Region] = INTEG(growing up[Region]",
            "Labour force[Region] = INTEG(training completions[Region] + growing up[Region]",
            "people come by birth and go by death alone",
            id="people from nothing",
        ),
        pytest.param(
            "revenue[Region, Market] = expenditure[Market]",
            # Sellers earn 8 % more; with much more the regions outgrow their rival too.
            "revenue[Region, Market] = (1 + depreciation rate) * expenditure[Market]",
            "sellers earn what buyers spend, in the regions and in the rest of China",
            id="demand from nothing",
        ),
        pytest.param(
            # A rival at little more than half its size.
            "appeal elsewhere = national market index",
            "appeal elsewhere = (1 - labour share) * national market index",
            "the rest of China is a rival of its actual size",
            id="a rival mis-scaled",
        ),
        pytest.param(
            "further general services[Region] = budget income[Region]",
            "further general services[Region] = bail outs[Region] + budget income[Region]",
            "a local government's debt is what it has spent beyond its income",
            id="public money twice",
        ),
        pytest.param(
            "funds before limits[Region] = retention rate * profit[Region]",
            "funds before limits[Region] = profit[Region]",
            "firms invest kept profit, loans, informal loans and what owners put in",
            id="profit both eaten and invested",
        ),
        pytest.param(
            "Reserved land[Region] = INTEG(reservation[Region] - servicing[Region]",
            "Reserved land[Region] = INTEG(MAX(0, reservation[Region] - servicing[Region])",
            "land is neither made nor lost",
            id="a clipped stock",
        ),
        pytest.param(
            "Infrastructure capital[Region] = INTEG(infrastructure completions[Region]",
            "Infrastructure capital[Region] = INTEG(infrastructure starts[Region]",
            "works that are begun become infrastructure",
            id="works that nobody builds",
        ),
    ],
)
def test_a_broken_copy_fails_exactly_its_balance(tmp_path, balances, old, new, statement):
    text = MODEL.read_text(encoding="utf-8")
    assert text.count(old) == 1
    broken = write_atomic(tmp_path / "broken.mdl", text.replace(old, new))
    assert failed(broken, balances) == {statement}
