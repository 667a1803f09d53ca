"""Money of any year is turned into money of 2010."""

import pytest

from smecluster.calibration.data.measuring import deflate, find_exchange_rate, read_deflator
from smecluster.model.errors import InputError


def test_the_deflator_is_one_in_2010_and_covers_1978_to_2023():
    index = read_deflator()
    assert index[2010] == 1
    assert (min(index), max(index)) == (1978, 2023)
    assert len(index) == 46


def test_money_of_2010_keeps_its_value_and_earlier_money_was_worth_more():
    assert deflate(100.0, 2010) == 100.0
    # 2000 to 2010: the chained index rises from 358.586 to 540.401.
    assert deflate(100.0, 2000) == pytest.approx(100 * 540.401 / 358.586, rel=1e-12)


def test_the_exchange_rate_carries_its_status():
    assert find_exchange_rate(2010).value == pytest.approx(6.77, abs=0.01)
    assert find_exchange_rate(2010).status == "read"
    assert find_exchange_rate(1979).status == "remembered"


def test_a_year_without_a_deflator_or_rate_is_refused_with_the_years_that_have_one():
    with pytest.raises(InputError, match="no deflator for 2024: it covers 1978 to 2023"):
        deflate(1.0, 2024)
    with pytest.raises(InputError, match="no exchange rate for 1977"):
        find_exchange_rate(1977)
