"""A new region's folder can be run at once, holds no figure, and says what is to be written."""

import re

import pytest

from smecluster.calibration.authoring.case_check import check_case
from smecluster.calibration.authoring.template import COPIED, FOLDER, new_case
from smecluster.calibration.data.case import list_cases, load_case, make_region
from smecluster.model import Region, simulate
from smecluster.model import load as load_model
from smecluster.model.errors import InputError


@pytest.fixture
def folder(tmp_path):
    return new_case(tmp_path / "new_town", "wenzhou")


def test_it_loads_and_runs_beside_the_shipped_regions(folder):
    case = load_case(folder)
    assert case.place.name == "new town"
    m = load_model()
    beside = load_model(regions=[*map(Region, m.regions), make_region(case)])
    run = simulate(beside, {"TIME STEP": 0.125}, outputs=["value added"], years=[2020])
    assert float(run["value added"].sel(Region="new town").item()) > 0


def test_it_holds_no_figure(folder):
    assert load_case(folder).rows == ()
    assert load_case(folder).measurements().empty


@pytest.mark.parametrize("like", list_cases())
def test_every_value_is_a_judgement_copied_from_the_shipped_region(tmp_path, like):
    case, shipped = load_case(new_case(tmp_path / "town", like)), load_case(like)
    values = (*case.constants, *case.points)
    assert values
    assert all(value.status == "judgement" for value in values)
    assert all(value.source.startswith(COPIED + shipped.place.name) for value in values)
    assert [value.value for value in case.constants] == [v.value for v in shipped.constants]


def test_the_check_names_only_what_is_still_to_be_written(folder):
    checked = check_case(folder)
    lines = (folder / "case.toml").read_text(encoding="utf-8").splitlines()
    named = [int(re.search(r"case\.toml:(\d+): ", text)[1]) for text in checked.problems]
    assert [lines[number - 1].partition(" =")[0] for number in named] == [
        "description",
        "boundary",
        "# [[measure]]",
    ]
    assert "128 of 128 values of the model are still copies of those of Wenzhou" in checked.notes[0]


def test_once_filled_in_it_passes(folder):
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<[^<>]*>", "the town", text)
    example = re.search(r"# \[\[measure\]\].*?# definition = [^\n]*\n", text, re.S)[0]
    text = text.replace(example, re.sub(r"^# ", "", example, flags=re.M))
    path.write_text(text, encoding="utf-8")
    with (folder / "series.csv").open("a", encoding="utf-8") as file:
        for series, value in (("va_secondary", 120), ("va_tertiary", 80)):
            for year in (2000, 2001, 2002):
                file.write(
                    f"new_town,{series},{year},{value},exact,million yuan,current prices,read,X1,\n"
                )
    with (folder / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("X1,Yearbook of the town,page 3\n")
    checked = check_case(folder)
    assert checked.problems == ()
    row = checked.understood.iloc[0]
    assert (row["series"], row["measures"]) == ("va_secondary + va_tertiary", "value added")
    assert (row["years"], row["figures"]) == ("2000-2002", 3)


def test_the_template_has_no_figure_and_no_unfilled_word(folder):
    for path in folder.iterdir():
        assert "@" not in path.read_text(encoding="utf-8")
    header = (FOLDER / "series.csv").read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("#") for line in header[:-1])
    assert header[-1].startswith("region,series")


def test_nothing_is_overwritten(folder):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError, match="exists already: nothing was written"):
        new_case(folder, "wenzhou")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "like", "expected"),
    [
        ("2 towns", "wenzhou", "letters, digits and blanks, starting with a letter"),
        ("Wenzhou", "wenzhou", "is a shipped region"),
        ("critical-mass", "wenzhou", "the model has a variable or range of that name"),
        ("total", "wenzhou", "it stands for the sum over the regions"),
        ("town", "wenzou", "did you mean 'wenzhou'?"),
        ("town", "national", "unknown shipped case"),
    ],
)
def test_what_cannot_be_a_region_leaves_nothing_behind(tmp_path, name, like, expected):
    with pytest.raises(InputError, match=re.escape(expected)):
        new_case(tmp_path / name, like)
    assert list(tmp_path.iterdir()) == []
