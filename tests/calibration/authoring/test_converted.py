"""What ``case check`` shows of converted figures, and what it finds odd in them."""

import pandas as pd
import pytest

from smecluster.calibration.authoring.case_check import find_oddities, tabulate_converted
from smecluster.calibration.data.case import load_case
from smecluster.calibration.data.measuring import COLUMNS
from smecluster.model import load


def figures(variable, unit, values, segment=""):
    rows = [
        (variable, "Town", year, value, unit, "read", "S1", "", "exact", "level", segment)
        for year, value in values.items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_money_stands_beside_what_it_would_be_if_it_grew_like_the_nation():
    table = figures("value added", "Myuan/Year", {1990: 100.0, 2000: 300.0, 2010: 900.0})
    found = tabulate_converted(table, load()).set_index("year")
    assert found["value"].to_dict() == {1990: 100, 2000: 300, 2010: 900}
    assert found["nation"][1990] == pytest.approx(100)
    assert found["nation"][2010] == pytest.approx(100 * 20.68 / 2.817)  # the nation's output


def test_a_wage_stands_beside_the_national_wage_and_firms_beside_nothing():
    wage = figures("annual wage", "yuan/(Year*person)", {2010: 40_000.0})
    firms = figures("total firms", "firm", {2010: 900.0})
    assert tabulate_converted(wage, load())["nation"].tolist() == [36_539]
    assert tabulate_converted(firms, load())["nation"].isna().all()


def oddities(*tables, constants=()):
    return list(find_oddities(pd.concat(tables), constants))


def test_a_jump_beyond_tenfold_is_odd_and_growth_is_not():
    odd = figures("value added", "Myuan/Year", {1990: 100.0, 1991: 1100.0})
    assert "jumps 11-fold, from 100 in 1990" in oddities(odd)[0]
    assert oddities(figures("value added", "Myuan/Year", {1990: 100.0, 1991: 900.0})) == []


def test_a_share_above_one_is_odd():
    share = figures("credit access", "Dmnl", {2013: 46.0})
    assert oddities(share)[0].endswith("46 in 2013: percent or per thousand?")


def test_more_people_at_work_than_there_are_is_odd():
    jobs = figures("Employment", "person", {2000: 500.0, 2010: 900.0})
    people = figures("Labour force", "person", {2000: 600.0, 2010: 800.0})
    assert oddities(jobs, people) == [
        "'Employment' of 2010 is 900 person, above the labour force of 800"
    ]


def test_no_shipped_case_is_odd():
    for name in ("wenzhou", "pearl_river_delta", "zhongguancun"):
        case = load_case(name)
        assert oddities(case.measurements(), constants=case.constants) == []
