"""Units as yearbooks write them, English or Chinese; prices of any year become those of 2010."""

import pytest

from smecluster.calibration.data.case_file import Measure, Place
from smecluster.calibration.data.measuring import check_measure, deflate, derive_measurements
from smecluster.calibration.data.series import COLUMNS, Row, read_series
from smecluster.calibration.data.units import PUBLISHED, find_unit
from smecluster.model.errors import InputError

PLACE = Place(name="Town", table="town", title="Town", description="d", boundary="b")


@pytest.mark.parametrize(
    ("words", "quantity", "size"),
    [
        ("元", "yuan", 1),
        ("万元", "yuan", 1e4),
        ("亿元", "yuan", 1e8),
        ("万亿元", "yuan", 1e12),
        ("RMB 100 million", "yuan", 1e8),
        ("10 thousand yuan", "yuan", 1e4),
        ("US$ billion", "US dollar", 1e9),
        ("billion US dollars", "US dollar", 1e9),
        ("亿美元", "US dollar", 1e8),
        ("万人", "person", 1e4),
        ("人", "person", 1),
        ("thousand people", "person", 1e3),
        ("家", "count", 1),
        ("万户", "count", 1e4),
        ("平方公里", "area", 1),
        ("hectares", "area", 0.01),
        ("公顷", "area", 0.01),
        ("mu", "area", 1 / 1500),
        ("万亩", "area", 1e4 / 1500),
        ("%", "share", 0.01),
        ("‰", "share", 0.001),
    ],
)
def test_a_unit_is_read_in_words(words, quantity, size):
    found = find_unit(words)
    assert found.quantity == quantity
    assert found.factor == pytest.approx(size)
    assert found.prices == ""


@pytest.mark.parametrize(
    ("words", "prices"),
    [
        ("亿元（2000年不变价）", "constant 2000 prices"),
        ("100 million yuan (2005 prices)", "constant 2005 prices"),
        ("亿元(当年价)", "current prices"),
        ("billion yuan at current prices", "current prices"),
    ],
)
def test_the_price_base_is_part_of_a_unit(words, prices):
    assert find_unit(words).prices == prices


def test_a_dollar_is_never_taken_for_a_yuan():
    with pytest.raises(InputError, match="'zillion' is no number") as caught:
        find_unit("US$ zillion")
    assert "yuan" not in str(caught.value)
    assert "RMB" not in str(caught.value)


@pytest.mark.parametrize("words", ["persons km2", "yuan USD", "万", "parsecs", "元/人", ""])
def test_what_is_no_unit_is_refused(words):
    with pytest.raises(InputError, match="unknown unit"):
        find_unit(words)


def test_the_shipped_units_mean_what_their_words_say():
    for name, unit in PUBLISHED.items():
        if name.split()[0].isascii() and unit.quantity in ("yuan", "US dollar"):
            assert unit.factor == pytest.approx(_read_again(name).factor), name


def _read_again(name):
    from smecluster.calibration.data.units import read_words

    return read_words(name)


# Prices ---------------------------------------------------------------------------------------


def row(year, value, unit="million yuan", basis="current prices", series="va"):
    words = ("exact", unit, basis, "read", "S101", "", 1)
    return Row("town", series, year, value, str(value), *words)


def convert(rows, **fields):
    measure = Measure(
        variable="value added",
        unit="Myuan/Year",
        series=["va"],
        years=[1980, 2023],
        definition="of the town",
        **fields,
    )
    by_name = {}
    for each in rows:
        check_measure(measure, each, PLACE)
        by_name.setdefault(each.name, []).append(each)
    return {record[2]: record[3] for record in derive_measurements(measure, PLACE, by_name, ())}


def test_constant_prices_of_any_year_become_those_of_2010():
    """82,114 million yuan in prices of 2000 are not that in prices of 2010."""
    found = convert([row(2005, 82_114, basis="constant 2000 prices")])
    assert found[2005] == pytest.approx(deflate(82_114, 2000))
    assert found[2005] > 1.3 * 82_114
    assert convert([row(2005, 82_114, basis="constant 2010 prices")])[2005] == 82_114


def test_a_series_may_change_its_price_basis():
    rows = [row(2000, 100, basis="constant 1990 prices"), row(2012, 900)]
    found = convert(rows, prices="published")
    assert found[2000] == pytest.approx(deflate(100, 1990))
    assert found[2012] == pytest.approx(deflate(900, 2012))


def test_a_region_may_have_its_own_deflator():
    """Prices of the region doubled from 2000 to 2010, whatever the nation's did."""
    index = [row(2000, 50, "index 2000=100", "price index", "p") for _ in (0,)]
    index += [row(2010, 100, "index 2000=100", "price index", "p")]
    found = convert([row(2000, 70), *index], prices="current", deflator="p")
    assert found[2000] == pytest.approx(140)


def test_an_index_of_changes_is_chained():
    index = [row(y, 110, "previous year=100", "price index", "p") for y in range(2009, 2012)]
    figures = [row(2008, 100), row(2010, 100), row(2011, 100)]
    found = convert([*figures, *index], prices="current", deflator="p")
    assert found[2008] == pytest.approx(121)
    assert found[2010] == pytest.approx(100)
    assert found[2011] == pytest.approx(100 / 1.1)


def test_an_index_without_the_base_year_cannot_deflate():
    index = row(2000, 100, "index 2000=100", "price index", "p")
    with pytest.raises(InputError, match="an index of one kind that covers 2010 is needed"):
        convert([row(2000, 70), index], prices="current", deflator="p")


def test_constant_prices_of_no_year_are_refused():
    with pytest.raises(InputError, match="write the year"):
        convert([row(2005, 100, basis="constant prices")])


def write(path, unit, basis):
    cells = ("town", "va", 2000, 5, "exact", unit, basis, "read", "S1", "")
    path.write_text(f"{','.join(COLUMNS)}\n{','.join(map(str, cells))}\n", encoding="utf-8")
    return path


def test_a_unit_fills_an_empty_price_basis_and_contradicts_another(tmp_path):
    unit = "亿元（2000年不变价）"
    rows = read_series(write(tmp_path / "a.csv", unit, ""), {"S1": "a source"})
    assert rows[0].price_basis == "constant 2000 prices"
    with pytest.raises(InputError, match=r"the unit .* says constant 2000 prices, the column"):
        read_series(write(tmp_path / "b.csv", unit, "current prices"), {"S1": "a source"})
