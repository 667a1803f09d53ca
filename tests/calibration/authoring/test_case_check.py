"""A check of a case folder lists every mistake with its line, and tells what it understood."""

import re
import shutil
from pathlib import Path

import pytest

from smecluster.calibration.authoring.case_check import check_case
from smecluster.calibration.authoring.template import new_case
from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.data.case_file import Lines
from smecluster.calibration.data.series import CASES
from smecluster.model.errors import InputError

FIGURE = "wenzhou,va_tertiary,2010,"


@pytest.fixture
def folder(tmp_path):
    """Return a copy of Wenzhou as a user's own folder."""
    return Path(shutil.copytree(CASES / "wenzhou", tmp_path / "town"))


def edit(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def line_of(path, part):
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


@pytest.mark.parametrize("name", list_cases())
def test_the_shipped_cases_have_no_problem(name):
    checked = check_case(CASES / name)
    assert checked.problems == ()
    assert (checked.understood["measures"] == "value added").any()


def test_what_was_understood_names_series_years_figures_variable_and_segment():
    understood = check_case(CASES / "wenzhou").understood
    row = understood[understood["segment"] == "tax sharing"].iloc[0]
    assert row["series"] == "fiscal_revenue_local_general_budget"
    assert (row["measures"], row["years"], row["figures"]) == ("tax revenue", "1999-2023", 24)
    kept = understood[understood["series"] == "wenzhou/gdp_per_capita"].iloc[0]
    assert kept["compared"] == "not compared"


@pytest.mark.parametrize("name", ["total", "Centre", "ALL", "national"])
def test_a_reserved_name_of_a_region_is_refused_with_its_line_beside_other_mistakes(folder, name):
    toml = folder / "case.toml"
    edit(toml, 'name = "Wenzhou"', f'name = "{name}"')
    edit(toml, 'unit = "Myuan/Year"', 'unit = "Myuan"')
    problems = check_case(folder).problems
    line = line_of(toml, f'name = "{name}"')
    assert problems[0].startswith(f"{toml}:{line}: region name {name!r} cannot be used: it stands")
    assert len(problems) == 2
    with pytest.raises(InputError, match=f"region name {name!r} cannot be used"):
        load_case(folder)


def test_all_mistakes_of_all_files_are_listed_in_the_order_of_their_lines(folder):
    series, toml, constants = (
        folder / name for name in ("series.csv", "case.toml", "constants.csv")
    )
    edit(toml, 'variable = "annual wage"', 'variable = "anual wage"')
    edit(toml, 'unit = "Myuan/Year"', 'unit = "Myuan"')
    edit(series, "S101,[A]", "S9999,[A]")
    edit(series, "100 million yuan,current prices,read", "100 million yuan,current price,read")
    edit(constants, "initial talent,,12000,person", "initial talents,,12000,person")
    problems = check_case(folder).problems
    where = [problem.split(": ")[0].removeprefix(f"{folder}/") for problem in problems]
    wrong = (
        (toml, 'unit = "Myuan"'),
        (toml, "anual wage"),
        (series, "S9999"),
        (series, "current price,"),
        (constants, "initial talents"),
    )
    assert where == [f"{path.name}:{line_of(path, part)}" for path, part in wrong]
    text = "\n".join(problems)
    for expected in (
        "did you mean 'annual wage'?",
        "'value added' is measured in 'Myuan', but the model has it in 'Myuan/Year'",
        "did you mean 'initial talent'?",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("case.toml", 'unit = "Myuan/Year"\n', "", "measure 1 unit is missing: unit of the model"),
        ("case.toml", 'title = "Wenzhou"', 'title = ""', "region title is empty: how reports"),
        ("case.toml", '"va_tertiary"]', '"va_tertary"]', "did you mean 'wenzhou/va_tertiary'?"),
        ("case.toml", "years = [1990, 2023]", "years = [2023, 1990]", "run backwards"),
        ("case.toml", "years = [1978, 1992]", "years = [1950, 1960]", "has no figure from 1950"),
        ("case.toml", "[region]", "[region", "not valid TOML"),
        ("series.csv", "100 million yuan", "", "has no unit: write the one it is published in"),
        ("series.csv", "wenzhou,gdp,", "wenzhou,gpd,", "did you mean 'wenzhou/gdp'?"),
        ("constants.csv", "firm,10,1000000", "firm,1000000,10", "is crossed: low 1e+06 is above"),
        (
            "constants.csv",
            "initial talent,,12000,person,10,",
            "initial talent,,1,person,10,",
            "its range is 10 to 10000000",
        ),
        ("constants.csv", ",firm,10,1", ",person,10,1", "is in 'person', the model has 'firm'"),
        ("constants.csv", "initial talent,,", "initial talent,a,", "has no elements"),
        ("constants.csv", "initial talent,", "migration rate,", "is the same for all regions"),
        (
            "parameters.csv",
            ",log,0.644,1.55,",
            ",log,1.55,0.644,",
            "bounds are crossed: lower 1.55, upper 0.644",
        ),
        (
            "parameters.csv",
            ",0.644,1.55,1,",
            ",0.644,1.55,12,",
            "prior mean 12 is outside the bounds",
        ),
        ("parameters.csv", "demand,log,", "demand,lgo,", "unknown scale 'lgo'"),
        (
            "parameters.csv",
            "reference earnings,",
            "reference earings,",
            "did you mean 'reference ear",
        ),
        ("parameters.csv", "reference earnings,", "migration rate,", "it belongs in parameters"),
        (
            "parameters.csv",
            ",log,0.644,1.55,",
            ",log,0.5,30,",
            "outside the model's range 0.5 to 3 Dmnl",
        ),
        ("parameters.csv", "capital[imitative]", "capital[imitatve]", "did you mean 'imitative'?"),
        ("parameters.csv", "capital[imitative]", "capital", "each element of 'Kind': write one of"),
        ("constants.csv", "initial firms,imitative", "initial firms,imitatve", "mean 'imitative'?"),
        (
            "constants.csv",
            "initial firms,imitative",
            "initial firms,",
            "unknown element of 'initial f",
        ),
        ("targets.csv", "exit rate,", "exit rat,", "did you mean 'exit rate'?"),
        ("targets.csv", "exit rate,2010,0.068,1/Year", "exit rate,2010,0.068,Dmnl", "is in 'Dmnl'"),
        ("targets.csv", ",2010,0.068,", ",1910,0.068,", "year must be 1978 to 2060, not 1910"),
        ("targets.csv", ",0.068,", ",-1,", "value must be above 0, not -1"),
        ("targets.csv", ",derived,", ",derivd,", "did you mean 'derived'?"),
        ("targets.csv", "pass rate,2016", "pass rate,2009", "is already given in line 3"),
        ("tables.csv", "scandal table,,1978", "scandle table,,1978", "did you mean 'scandal table"),
        ("tables.csv", "infrastructure investment", "infrastructure", "did you mean 'infrastructu"),
    ],
)
def test_each_mistake_is_one_line_with_its_place(folder, file, old, new, expected):
    path = folder / file
    edit(path, old, new)
    problems = check_case(folder).problems
    found = [problem for problem in problems if expected in problem]
    assert len(found) == 1
    assert "\n" not in found[0]
    assert found[0].startswith(f"{path}")


def test_a_year_given_twice_names_the_line_of_the_first(folder):
    path = folder / "series.csv"
    line = next(each for each in path.read_text().splitlines() if each.startswith(FIGURE))
    edit(path, line, f"{line}\n{line}")
    first = line_of(path, FIGURE)
    assert check_case(folder).problems == (
        f"{path}:{first + 1}: S124 already gives 'va_tertiary' for 2010 in line {first}: "
        "each source may give one figure a year",
    )


def test_a_series_without_any_value_is_one_line_not_one_a_row(folder):
    path = folder / "series.csv"
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split(",")
        if cells[1] == "urban_construction_land_city_proper":
            cells[3] = ""
        lines.append(",".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (problem,) = check_case(folder).problems
    assert "has no value: write the figure, or leave the row out (21 lines, to line" in problem


def test_a_value_that_the_model_needs_and_nobody_gives_is_named(folder):
    edit(folder / "case.toml", 'name = "Wenzhou"', 'name = "Town"')
    path = folder / "constants.csv"
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in text if "critical mass" not in line))
    (problem,) = check_case(folder).problems
    assert "no value for critical mass of Town" in problem


def test_a_region_whose_run_fails_is_a_problem(folder):
    path = folder / "constants.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(reference output,,)[^,]*(,Myuan/Year,)10,", r"\g<1>0\g<2>0,", text))
    (problem,) = check_case(folder).problems
    assert "the run fails in 1978" in problem


def test_a_parameter_that_moves_no_figure_is_named(tmp_path):
    """What happens after 1978 moves no figure of 1978."""
    town = new_case(tmp_path / "town", "wenzhou")
    toml = town / "case.toml"
    text = re.sub(r"<[^<>]*>", "the town", toml.read_text(encoding="utf-8"))
    measure = 'variable = "value added"\nunit = "Myuan/Year"\nseries = ["va"]\nprices = "current"\n'
    measure += 'years = [1978, 1978]\ndefinition = "of the town"\n'
    toml.write_text(f"{text}\n[[measure]]\n{measure}", encoding="utf-8")
    with (town / "series.csv").open("a", encoding="utf-8") as file:
        file.write("town,va,1978,3000,exact,million yuan,current prices,read,S101,\n")
    problems = check_case(town).problems
    path = town / "parameters.csv"
    where = f"{path}:{line_of(path, 'proximity to external capital')}: "
    (problem,) = [each for each in problems if each.startswith(where)]
    assert "'proximity to external capital[town]' has no effect on any of the 1 figures" in problem
    assert all("has no effect" in each for each in problems)


def test_prices_of_another_year_are_named_with_what_they_are_multiplied_by(tmp_path):
    """National accounts at 2000 prices pass into a fit, but not without a word."""
    town = new_case(tmp_path / "town", "wenzhou")
    toml = town / "case.toml"
    text = re.sub(r"<[^<>]*>", "the town", toml.read_text(encoding="utf-8"))
    measure = 'variable = "value added"\nunit = "Myuan/Year"\nseries = ["va"]\nprices = "none"\n'
    measure += 'years = [1990, 2010]\ndefinition = "of the town"\n'
    toml.write_text(f"{text}\n[[measure]]\n{measure}", encoding="utf-8")
    series = town / "series.csv"
    kept = series.read_text(encoding="utf-8")
    for base, told in ((2000, ["multiplied by 1.5"]), (2010, [])):
        rows = f"town,va,1990,3000,exact,million yuan,constant {base} prices,read,S101,\n"
        series.write_text(kept + rows, encoding="utf-8")
        notes = [note for note in check_case(town).notes if "in constant" in note]
        assert len(notes) == len(told)
        assert all(word in note for word, note in zip(told, notes, strict=True))


def test_a_message_repeats_at_most_200_characters_of_a_value(folder):
    edit(folder / "tables.csv", ",1/Year,", f",{'-' * 2000}1,")
    (problem,) = check_case(folder).problems
    assert "'liquidity shock table' is in" in problem
    assert 100 < problem.count("-") <= 200


def test_comments_in_tables_are_read_over(folder):
    path = folder / "constants.csv"
    path.write_text("# What I changed, and why\n" + path.read_text(encoding="utf-8"))
    assert check_case(folder).problems == ()


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such case folder"):
        check_case(tmp_path / "nowhere")


def test_lines_are_those_of_the_table_and_field():
    lines = Lines('a = 1\n[b]\nc = 2  # [d]\n[[e]]\nf = [\n  "[e]",\n]\n[[e]]\ng = 1\n')
    assert lines.find_line(("b", "c")) == 3
    assert lines.find_line(("e", 0, "f", 0)) == 5
    assert lines.find_line(("e", 1)) == 8
    assert lines.find_line(("e", 1, "missing")) == 8
    assert lines.find_line(("nowhere",)) == 1
