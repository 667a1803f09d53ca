"""Tables of figures in every layout, with the habits of spreadsheets, English and Chinese."""

import pandas as pd
import pytest

from smecluster.calibration.data.case_file import Heading
from smecluster.calibration.importing.headings import choose_measures, understand
from smecluster.calibration.importing.spreadsheet import (
    SheetFigure,
    parse_figure,
    parse_year,
    read_cells,
    read_figures,
)
from smecluster.model.errors import InputError

DOWN = [
    ["年份", "GDP(亿元)", "就业人员(万人)"],
    ["2000年", "1,540.7", "…"],
    ["2001", "1760", "430"],
]
ACROSS = [["指标", "单位", "2000", "2001"], ["地区生产总值", "亿元", "1540.7", "1760"]]
LONG = [
    ["地区", "年份", "指标", "数值", "单位"],
    ["苏州", "2000", "地区生产总值", "1540.7", "亿元"],
    ["无锡", "2000", "地区生产总值", "1200", "亿元"],
]


def test_a_column_a_series():
    layout, figures = read_figures(DOWN)
    assert layout == "a column a series"
    assert [(f.heading, f.year, f.value) for f in figures] == [
        ("GDP(亿元)", 2000, "1540.7"),
        ("GDP(亿元)", 2001, "1760"),
        ("就业人员(万人)", 2001, "430"),
    ]


def test_a_figure_that_looks_like_a_year_is_none():
    cells = [["年份", "平均工资(元)"], ["1990", "1985"], ["1991", "2010"], ["1992", "2400"]]
    layout, figures = read_figures(cells)
    assert layout == "a column a series"
    assert [f.value for f in figures] == ["1985", "2010", "2400"]


def test_units_may_stand_in_a_row_below_the_headings():
    cells = [["Year", "GDP"], ["", "billion yuan"], ["2000", "154"], ["2001", "176"]]
    assert {f.unit for f in read_figures(cells)[1]} == {"billion yuan"}


def test_a_row_a_series():
    layout, figures = read_figures(ACROSS)
    assert layout == "a row a series"
    assert figures[0] == SheetFigure("地区生产总值", 2000, "1540.7", "亿元")


def test_a_row_a_figure_of_several_regions():
    assert read_figures(LONG, "苏州")[1] == [SheetFigure("地区生产总值", 2000, "1540.7", "亿元")]
    with pytest.raises(InputError, match="has 2 regions, 苏州, 无锡: name one with"):
        read_figures(LONG)
    with pytest.raises(InputError, match=r"did you mean '苏州'|region of the table"):
        read_figures(LONG, "苏洲")


@pytest.mark.parametrize(
    "cells", [[["a", "b"], ["1", "2"]], [["2000", "5"], ["2001", "6"]]], ids=["no year", "no head"]
)
def test_what_is_no_table_of_figures_is_refused(cells):
    with pytest.raises(InputError, match=r"no years found|no headings found"):
        read_figures(cells)


def test_a_cell_that_is_no_figure_is_named():
    with pytest.raises(InputError, match=r"row 2, 'GDP\(亿元\)': 'about 5' is no figure"):
        read_figures([["年份", "GDP(亿元)"], ["2000", "about 5"], ["2001", "6"]])


def test_years_and_figures_as_spreadsheets_write_them():
    assert [parse_year(x) for x in ("2005", "2005年", "2005.0", "05", "2005-06", "1066")] == [
        *[2005] * 3,
        *[None] * 3,
    ]
    assert parse_figure("1,234.50") == "1234.50"
    assert parse_figure("\uff0d3") == "-3"
    assert [parse_figure(x) for x in ("", "—", "n/a", "...")] == [None] * 4
    for wrong in ("12,34", "5 %", "1_000", "inf", "."):
        with pytest.raises(InputError, match="is no figure"):
            parse_figure(wrong)


def test_trailing_commas_and_tabs_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Year,GDP (亿元),,,\n2000,5,,,\n,,,,\n2001,6,,,\n", encoding="utf-8-sig")
    assert read_cells(path) == [["Year", "GDP (亿元)"], ["2000", "5"], ["2001", "6"]]
    path.write_text("Year\tGDP (亿元)\n2000\t5\n", encoding="utf-8")
    assert read_cells(path) == [["Year", "GDP (亿元)"], ["2000", "5"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_are_read_as_offices_save_them(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_text("年份,地区生产总值(亿元)\n2000,5\n2001,6\n", encoding=encoding)
    assert read_cells(path)[0] == ["年份", "地区生产总值(亿元)"]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        ("2035", "row 3: years from 1949 to 2030 are read, not 2035"),
        ("2010（快报）", "row 3: '2010（快报）' is no year: write its four digits alone"),
    ],
)
def test_no_year_with_figures_is_left_out_without_a_word(year, expected):
    with pytest.raises(InputError) as error:
        read_figures([["年份", "GDP(亿元)"], ["2000", "5"], [year, "6"], ["注：来源", ""]])
    assert str(error.value) == expected


def test_a_sheet_is_chosen_by_name(tmp_path):
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": ["see 数据"]}).to_excel(book, sheet_name="说明", index=False)
        table = pd.DataFrame({"年份": [2000, 2001], "GDP(亿元)": [5.5, None]})
        table.to_excel(book, sheet_name="数据", index=False)
    assert read_cells(path, "数据") == [["年份", "GDP(亿元)"], ["2000", "5.5"], ["2001", ""]]
    with pytest.raises(InputError, match=r"did you mean '数据'|sheet"):
        read_cells(path, "数")
    with pytest.raises(InputError, match=r"holds no table.*--sheet names another sheet: 数据"):
        read_cells(path)


# Headings -------------------------------------------------------------------------------------


def read(heading, unit="", given=None):
    mapping = {} if given is None else {heading: given}
    return understand([SheetFigure(heading, 2000, "1", unit)], mapping)[0]


@pytest.mark.parametrize(
    ("heading", "series", "unit"),
    [
        ("第二产业增加值(亿元)", "va_secondary", "亿元"),
        ("Tertiary industry (100 million yuan)", "va_tertiary", "100 million yuan"),
        ("地区生产总值（万元）", "gdp", "万元"),
        ("在岗职工平均工资(元)", "average_wage", "元"),
        ("年末各项贷款余额, 亿元", "loans", "亿元"),
        ("实际使用外资(亿美元)", "foreign_investment", "亿美元"),
        ("Employed persons (10 thousand persons)", "employment", "10 thousand persons"),
        ("企业单位数(家)", "firms", "家"),
    ],
)
def test_a_heading_is_understood(heading, series, unit):
    found = read(heading)
    assert (found.series, found.unit) == (series, unit)


def test_money_without_a_price_base_is_taken_for_current_and_that_is_said():
    found = read("GDP(亿元)")
    assert (found.prices, found.reason) == ("current prices", "taken for current prices")
    constant = read("GDP(亿元, 2000年不变价)")
    assert (constant.prices, constant.reason) == ("constant 2000 prices", "")


def test_a_heading_without_a_unit_is_left_out_and_one_that_is_unknown_is_kept_for_the_reader():
    assert read("GDP").series == ""
    assert "no unit" in read("GDP").reason
    kept = read("户籍人口(万人)")
    assert kept.series == "户籍人口"
    assert "kept for the reader" in kept.reason


@pytest.mark.parametrize(
    "heading",
    [
        "人均地区生产总值(元)",
        "GDP per capita (yuan)",
        "第二产业固定资产投资(亿元)",
        "第二产业从业人员(万人)",
        "地区生产总值指数(上年=100)",
    ],
)
def test_what_is_something_else_is_not_taken_for_the_series_in_its_name(heading):
    found = read(heading)
    assert "kept for the reader" in found.reason
    assert found.series not in ("gdp", "va_secondary", "employment")


def test_a_number_alone_is_no_unit():
    assert read("GDP（亿）").reason.startswith("unknown unit '亿': a number alone is none; write")


def test_a_unit_that_does_not_fit_is_not_taken_for_the_series():
    assert read("GDP growth (%)").series != "gdp"


def test_case_toml_goes_before_what_is_guessed():
    own = Heading(series="output", unit="万元", prices="constant 2005 prices")
    found = read("GDP(亿元)", given=own)
    assert (found.series, found.unit, found.prices) == ("output", "万元", "constant 2005 prices")
    assert read("GDP(亿元)", given=Heading(leave_out=True)).series == ""


def test_sectors_measure_value_added_before_gross_product_does():
    both = choose_measures({"va_secondary", "va_tertiary", "gdp"})
    assert both[0]["series"] == ["va_secondary", "va_tertiary"]
    assert choose_measures({"va_secondary", "gdp"})[0]["series"] == ["gdp"]
