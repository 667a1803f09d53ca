"""Who comes first over paired draws: by majority, so that order and odds never disagree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def order_by_majority(values: Mapping[str, Floats]) -> list[str]:
    """Order options by how many others each is ahead of in more than half of the draws.

    Parameters
    ----------
    values : mapping of str to array of float
        Value of each option in each draw, the draws the same for all; NaN where there is none.

    Returns
    -------
    list of str
        Those that have a result, the first ahead of the second in at least as many draws as
        behind it wherever there are two of them. Of options with as many wins the larger median
        comes first, then the one that is named first.
    """
    known = {name: one for name, one in values.items() if np.isfinite(one).any()}
    wins = dict.fromkeys(known, 0.0)
    for name, one in known.items():
        for other, against in known.items():
            if other == name:
                continue
            lead = one - against
            ahead, behind = int((lead > 0).sum()), int((lead < 0).sum())
            wins[name] += 1.0 if ahead > behind else 0.5 if ahead == behind else 0.0
    names = list(known)
    medians = {name: float(np.nanmedian(one)) for name, one in known.items()}
    return sorted(names, key=lambda name: (-wins[name], -medians[name], names.index(name)))
