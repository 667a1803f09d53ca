"""Which values of a region grow with its size: what is counted in firms, people, money or land.

The unit decides. A stock or flow of such things (``Myuan``, ``firm/Year``) is extensive: twice the
region has twice as much, and two regions together have the sum. A share, a rate or an amount per
head (``Dmnl``, ``1/Year``, ``Myuan/person``) is intensive. `BY_NAME` decides where the unit does
not tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smecluster.model.support.errors import InputError

#: What a larger region has more of.
SIZES = ("firm", "person", "Myuan", "yuan", "km2", "patent")
_RATES = ("Dmnl", "1", "Year")
#: Where the unit does not tell, whether a value scales, and why.
BY_NAME: Mapping[str, tuple[bool, str]] = {
    "critical mass": (
        True,
        "a number of firms; the shipped ones rise with the region, and a small region would "
        "otherwise be below it for its size alone",
    ),
    "market share at reference": (
        True,
        "a share of the whole market: twice the region sells twice as much",
    ),
    "proximity to external capital": (
        False,
        "per unit of local output; size enters the choice of site by itself",
    ),
}


def is_extensive(name: str, unit: str) -> bool:
    """Decide whether a value scales with the size of its region.

    Parameters
    ----------
    name : str
        Name in the model, without its region.
    unit : str
        Unit of the model.

    Returns
    -------
    bool
        True if twice the region has twice the value.

    Raises
    ------
    InputError
        If the unit does not tell and `BY_NAME` does not either.
    """
    if name in BY_NAME:
        return BY_NAME[name][0]
    above, _, below = unit.partition("/")
    counted, per = _count_sizes(above), _count_sizes(below)
    power = None if counted is None or per is None else counted - per
    if power not in (0, 1):
        raise InputError(
            f"{name!r} in {unit!r}: the unit does not tell whether it scales with size"
        )
    return power == 1


def _count_sizes(text: str) -> int | None:
    """Count the things in a product of units that a larger region has more of.

    None if it holds a word that is neither such a thing nor a rate: then the name must tell.
    """
    words = [word for word in re.split(r"[()*\s]+", text) if word]
    if any(word not in SIZES and word not in _RATES for word in words):
        return None
    return sum(word in SIZES for word in words)
