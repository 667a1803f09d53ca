"""Strategies differ from the year in which the first money can flow, or histories part."""

from smecluster.policies import load
from smecluster.policies.timing import first_year


def test_money_begins_with_the_first_programme():
    assert first_year(load("central"), load("local")) == 2025


def test_a_programme_that_waits_for_a_trigger_may_begin_in_2025():
    assert first_year(load("combination")) == 2025


def test_histories_that_part_count():
    assert first_year(load("central"), load("combination")) == 1978
    assert first_year(load("end-all-policy")) == 1978


def test_where_nothing_is_spent_the_year_is_what_is_asked_for():
    assert first_year(load("end-all-policy"), otherwise=2025) == 2025
    assert first_year(load("end-all-policy"), load("central"), otherwise=1990) == 2025
