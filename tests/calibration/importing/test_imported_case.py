"""A case made from a spreadsheet is ready, and reads the file again as its case.toml says."""

import pytest

from smecluster.calibration.authoring.case_check import check_case
from smecluster.calibration.data.case import load_case
from smecluster.calibration.importing.imported_case import import_case
from smecluster.model.errors import InputError

TABLE = """年份,第二产业增加值(亿元),第三产业增加值(亿元),户籍人口(万人),平均工资(元),备注
1952年,3,1,400,300,
1990年,30,13,600,,
2000年,"1,200",800,650,,
2010年,3000,2500,,,见注
2024年,9000,8000,,,
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "town.csv"
    path.write_text(TABLE.replace("见注", ""), encoding="utf-8")
    return path


@pytest.fixture
def made(table, tmp_path):
    return import_case(table, tmp_path / "my-town", source="A yearbook")


def test_the_case_is_sound_and_measures_what_the_table_has(made, tmp_path):
    assert (made.like, made.year, made.measures) == ("Wenzhou", 1990, ("value added",))
    assert made.gdp == pytest.approx(4300)
    # Before the model begins, and beyond the deflator: kept, not compared, and named.
    assert made.beyond == (1952, 2024)
    checked = check_case(made.folder)
    assert checked.problems == ()
    case = load_case(made.folder)
    assert len(case.measurements()) == 3
    assert case.context == ("average_wage", "户籍人口")
    assert case.sources == {"X1": "A yearbook; town.csv"}

    # The file is read again as [import] says; rows from other sources stay.
    toml = made.folder / "case.toml"
    text = toml.read_text(encoding="utf-8")
    assert '"第二产业增加值(亿元)" = { series = "va_secondary", unit = "亿元"' in text
    series = made.folder / "series.csv"
    with series.open("a", encoding="utf-8") as file:
        file.write("my_town,va_tertiary,2015,4000,exact,亿元,current prices,read,S101,\n")
    toml.write_text(text.replace('"va_secondary", unit = "亿元"', '"va_secondary", unit = "万元"'))
    again = import_case(tmp_path / "town.csv", made.folder)
    assert again.like == ""
    rows = {(row.series, row.year): row for row in load_case(made.folder).rows}
    assert rows["va_secondary", 2000].unit == "万元"
    assert rows["va_tertiary", 2015].source == "S101"


def test_a_table_without_value_added_says_what_it_was_taken_for(tmp_path):
    path = tmp_path / "town.csv"
    path.write_text("年份,户籍人口(万人)\n2000,5\n2001,6\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"nothing was taken for value added.*'户籍人口"):
        import_case(path, tmp_path / "town")
    assert not (tmp_path / "town").exists()


def test_a_folder_that_was_not_made_from_a_spreadsheet_is_left_alone(table, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="exists already: nothing was written"):
        import_case(table, folder)


def test_a_mistake_in_a_table_names_the_file(tmp_path):
    path = tmp_path / "town.csv"
    path.write_text("年份,地区生产总值(亿元)\n1990,43*\n2000,90\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"town\.csv: row 2, .*'43\*' is no figure"):
        import_case(path, tmp_path / "town")
