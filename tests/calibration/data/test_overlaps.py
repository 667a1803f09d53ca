"""What a case's figures measure is counted once, and in the prices of the model."""

import re
import shutil

import pytest

from smecluster.calibration.authoring.case_check import check_case
from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.data.case_file import read_case_file
from smecluster.calibration.data.measuring import find_overlaps
from smecluster.calibration.data.series import CASES
from smecluster.model.errors import InputError

PAIR = '["va_secondary_industry_plus_construction", "va_tertiary"]'


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(CASES / "wenzhou", tmp_path / "town")


def edit(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def measure_by(folder, *series):
    """Let these series, summed, measure value added; others are kept for the reader."""
    toml = folder / "case.toml"
    sector = "va_secondary_industry_plus_construction"
    edit(toml, PAIR, str(list(series)).replace("'", '"'))
    edit(toml, "context = [", f'context = ["{sector}", "va_tertiary", ')


def rename(folder, old, new):
    """Give a series another name, which says nothing about what it contains."""
    for name in ("series.csv", "case.toml"):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(rf"(?<![\w]){old}(?![\w])", new, text), encoding="utf-8")


@pytest.mark.parametrize("name", list_cases())
def test_the_shipped_cases_count_nothing_twice(name):
    case = load_case(name)
    assert list(find_overlaps(read_case_file(case.path / "case.toml"), case.rows)) == []


def test_a_part_beside_its_whole_is_refused_with_its_line(folder):
    toml = folder / "case.toml"
    measure_by(folder, "gdp", "va_tertiary")
    text = toml.read_text(encoding="utf-8")
    line = 1 + text[: text.index('["gdp", "va_tertiary"]')].count("\n")
    expected = f"{toml}:{line}: 'value added' sums 'wenzhou/gdp' and its part 'wenzhou/va_tertiary'"
    assert check_case(folder).problems[0].startswith(expected)
    with pytest.raises(InputError, match=re.escape(expected)):
        load_case(folder)


@pytest.fixture
def renamed(folder):
    """The same, by names that say nothing: output is services, farming and a third series."""
    measure_by(folder, "va_tertiary", "gdp")
    for old, new in (("gdp", "output"), ("va_tertiary", "services"), ("va_primary", "farming")):
        rename(folder, old, new)
    return folder


def test_a_whole_is_known_by_its_figures_too(renamed):
    with pytest.raises(
        InputError, match=r"'wenzhou/output' and its part 'wenzhou/services', .*farming \+ "
    ):
        load_case(renamed)


def test_two_years_may_be_chance(renamed):
    path = renamed / "series.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    few = ("1978", "2010", "2011")  # services have no figure for 1978
    kept = [each for each in lines if ",output," not in each or each.split(",")[2] in few]
    path.write_text("".join(kept), encoding="utf-8")
    assert load_case(renamed).measures


def test_a_series_named_twice_in_a_sum_is_refused(folder):
    measure_by(folder, "va_tertiary", "va_tertiary")
    with pytest.raises(InputError, match="sums 'wenzhou/va_tertiary' and 'wenzhou/va_tertiary'"):
        load_case(folder)


def to_constant(folder, prices):
    """Let the measure of wages take constant prices, and its figures be in them."""
    path = folder / "series.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"(wenzhou,average_wage[^\n]*?),current prices,", rf"\1,{prices},", text),
        encoding="utf-8",
    )
    toml = folder / "case.toml"
    head, wages, rest = toml.read_text(encoding="utf-8").partition('variable = "annual wage"')
    toml.write_text(
        head + wages + rest.replace('prices = "current"', 'prices = "none"', 2), encoding="utf-8"
    )


@pytest.mark.parametrize("prices", ["constant prices", "comparable prices"])
def test_constant_prices_of_no_year_are_refused_where_levels_are_compared(folder, prices):
    to_constant(folder, prices)
    with pytest.raises(
        InputError,
        match=rf"has the price basis '{prices}', but 'annual wage' is in prices of 2010: "
        r"write the year .*, or compare the figures up to a factor",
    ):
        load_case(folder)


def test_prices_of_the_models_year_are_taken(folder):
    to_constant(folder, "constant 2010 prices")
    assert len(load_case(folder).measurements())


def test_up_to_a_factor_prices_of_any_one_year_are_taken(folder):
    to_constant(folder, "constant 2000 prices")
    toml = folder / "case.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(
        text.replace(
            'prices = "none"\nyears = [1998', 'prices = "none"\ncompare = "scale"\nyears = [1998'
        ),
        encoding="utf-8",
    )
    assert len(load_case(folder).measurements())
