"""A case made from a like region has its value added, says whose values it has, and is accepted."""

import itertools
import re

import pytest

from smecluster.calibration.authoring.case_check import check_case
from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.data.constants import is_extensive
from smecluster.calibration.data.measuring import deflate
from smecluster.calibration.importing.scaling import TOLERANCE
from smecluster.calibration.importing.sized_case import new_sized_case
from smecluster.calibration.loading import load_calibrated
from smecluster.calibration.store.mismatches import CalibrationWarning
from smecluster.model import simulate
from smecluster.model.errors import InputError

GDP, YEAR = 4312, 1990
HEADER = "region,series,year,value,qualifier,unit,price_basis,status,source,note\n"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return new_sized_case(tmp_path_factory.mktemp("cases") / "town", "wenzhou", GDP, YEAR)


def test_its_value_added_in_the_year_is_the_one_given_in_prices_of_2010(town):
    with pytest.warns(CalibrationWarning, match="scaled from those of Wenzhou"):
        model = load_calibrated([], [town.folder])
    run = simulate(model, outputs=["value added"], years=[YEAR, 2020])["value added"]
    assert town.real == pytest.approx(deflate(GDP, YEAR))
    assert float(run.sel(Region="town", time=YEAR)) == pytest.approx(town.real, rel=TOLERANCE)
    assert float(run.sel(Region="town", time=2020)) > town.real


def test_the_rest_of_china_is_smaller_by_the_region(town):
    share = "share elsewhere at reference"
    with pytest.warns(CalibrationWarning, match="scaled from those of Wenzhou"):
        model = load_calibrated([], [town.folder])
    beside, alone = (
        simulate(each, outputs=[share, "market share at reference"], years=[YEAR])
        for each in (model, load_calibrated([], []))
    )
    own = beside["market share at reference"].sel(Region="town")
    assert (own > 0).all()
    assert (beside[share] + own).values == pytest.approx(alone[share].values)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "like"), list(itertools.permutations(list_cases(), 2)))
def test_a_shipped_region_is_made_from_every_other_or_refused_as_too_large(tmp_path, name, like):
    year = 2000
    region = load_case(name).place.name
    run = simulate(load_calibrated([], []), outputs=["value added"], years=[year])["value added"]
    real = float(run.sel(Region=region, time=year))
    # Prices of the year, as its user has them.
    given = tmp_path / "copy", like, real / deflate(1.0, year), year
    if (name, like) == ("pearl_river_delta", "zhongguancun"):
        # A park cannot be made as large as nine cities within the ranges of the model.
        with pytest.raises(InputError, match="choose a like region that is closer in size"):
            new_sized_case(*given)
        return
    made = new_sized_case(*given)
    assert check_case(made.folder).problems == ()
    with pytest.warns(CalibrationWarning, match="scaled from those of"):
        model = load_calibrated([], [made.folder])
    found = simulate(model, outputs=["value added"], years=[year])["value added"]
    assert float(found.sel(Region="copy", time=year)) == pytest.approx(real, rel=TOLERANCE)


def test_every_value_says_that_it_is_scaled_from_the_like_region(town):
    case = load_case(town.folder)
    values = (*case.constants, *case.points)
    assert len(values) > 100
    assert {value.status for value in values} == {"scaled from Wenzhou"}
    assert all(re.match(r"(times|kept)\b.*; Wenzhou has ", value.source) for value in values)


def test_the_check_accepts_it_and_warns_of_what_is_not_its_own(town):
    checked = check_case(town.folder)
    assert checked.problems == ()
    notes = "\n".join(checked.notes)
    assert re.search(
        r"(\d+) of \1 values of the model are still scaled from those of Wenzhou", notes
    )
    # A value that nobody cited is no evidence.
    assert "every figure of 'value added' is remembered" in notes


def test_twice_the_value_added_is_one_factor_on_what_counts_and_none_on_shares(town, tmp_path):
    double = load_case(new_sized_case(tmp_path / "city", "wenzhou", 2 * GDP, YEAR).folder)
    ratios = {True: set(), False: set()}
    for old, new in zip(load_case(town.folder).constants, double.constants, strict=True):
        if old.value:
            ratios[is_extensive(old.variable, old.unit)].add(round(new.value / old.value, 6))
    assert ratios[False] == {1}
    (factor,) = ratios[True]
    # Not two exactly: a larger region draws more than its part of the nation's investors.
    assert factor == pytest.approx(2, rel=0.02)


def test_its_folder_tells_what_was_kept_scaled_and_left(town):
    text = (town.folder / "README.md").read_text(encoding="utf-8")
    assert "| initial employment | person | times 0." in text
    assert (
        "| income elasticity of demand | Dmnl | kept | a share or a rate: no size | check" in text
    )
    assert "| initial capital[imitative] | Myuan | times 0." in text
    assert "dated history of Wenzhou: write the region's own" in text
    assert "4,312 million yuan in prices of 1990" in text


def test_published_figures_become_its_measurements(tmp_path):
    table = tmp_path / "figures.csv"
    rows = [
        f"town,va,{y},{4312 + y - 1990},exact,million yuan,current prices,read,X1,\n"
        for y in (1990, 1995, 2000)
    ]
    other = "village,va,1990,7,exact,million yuan,current prices,read,X1,\n"
    table.write_text(HEADER + "".join(rows) + other, encoding="utf-8")
    (tmp_path / "sources.csv").write_text(
        "source,citation,where\nX1,Made up for a test,nowhere\nX2,Not cited,nowhere\n"
    )
    made = new_sized_case(tmp_path / "town", "wenzhou", GDP, YEAR, table, ["va"])
    case = load_case(made.folder)
    assert list(case.measurements()["year"]) == [1990, 1995, 2000]
    assert list(case.sources) == ["X1"]
    assert check_case(made.folder).problems == ()


def test_figures_that_contradict_the_value_are_refused(tmp_path):
    table = tmp_path / "figures.csv"
    table.write_text(
        HEADER + "town,va,1990,9000,exact,million yuan,current prices,read,S101,\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="give 9,000 million yuan for 1990"):
        new_sized_case(tmp_path / "town", "wenzhou", GDP, YEAR, table, ["va"])
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("read", "doubtful"), encoding="utf-8")
    with pytest.raises(InputError, match="town/va has doubtful figures only"):
        new_sized_case(tmp_path / "town", "wenzhou", GDP, YEAR, table, ["va"])
    with pytest.raises(InputError, match="unknown series 'vb'"):
        new_sized_case(tmp_path / "town", "wenzhou", GDP, YEAR, table, ["vb"])
    assert not (tmp_path / "town").exists()


def test_a_parameter_that_value_added_says_nothing_about_is_left_out(tmp_path):
    park = new_sized_case(tmp_path / "park", "zhongguancun", 13370, YEAR)
    left = {each.name for each in park.treatments if each.done == "left out"}
    assert left == {"estimate of outsourcing tendency", "estimate of reference value added rate"}
    text = (park.folder / "parameters.csv").read_text(encoding="utf-8")
    assert "\noutsourcing tendency," not in text
    assert "\nmarket share at reference[national]," in text


@pytest.mark.parametrize(
    ("like", "gdp", "year", "expected"),
    [
        ("wenzou", GDP, YEAR, "did you mean 'wenzhou'?"),
        ("wenzhou", -5, YEAR, "--gdp -5: value added must be above 0"),
        ("wenzhou", 0, YEAR, "must be above 0"),
        ("wenzhou", float("nan"), YEAR, "must be above 0"),
        ("wenzhou", float("inf"), YEAR, "must be above 0"),
        ("wenzhou", GDP, 1970, "no deflator for 1970: it covers 1978 to 2023"),
        ("wenzhou", GDP, 2030, "no deflator for 2030"),
        ("wenzhou", 1e9, YEAR, "choose a like region that is closer in size"),
        ("wenzhou", 0.1, YEAR, "choose a like region that is closer in size"),
    ],
)
def test_bad_input_ends_in_one_line_and_leaves_nothing(tmp_path, like, gdp, year, expected):
    with pytest.raises(InputError) as caught:
        new_sized_case(tmp_path / "town", like, gdp, year)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
