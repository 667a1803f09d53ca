"""Names and sums of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.file.regions import REGION
from smecluster.policies.accounting.lines import FOREIGNERS, ITEM, ITEMS

if TYPE_CHECKING:
    from smecluster.policies.accounting.result import Account

ACCOUNT, LINES_PAID, ITEMS_PAID = "net national benefit", "lines", "items"
YEAR = "year"
SUPPLY, WORKERS, WAGE, DEBT = "value added", "Employment", "annual wage", "Local public debt"
#: What is shown beside the account and is no part of it; wages are the mean of all who work.
BESIDE = (SUPPLY, WORKERS, WAGE, DEBT)
PARTY = "party"
PARTIES = tuple(dict.fromkeys(item.party for item in ITEMS))


def sum_parties(account: Account) -> xr.DataArray:
    """Add up what each party whose gains count gains.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    xarray.DataArray
        Myuan, along (strategy, draw, party).
    """
    paid = account.changes[ITEMS_PAID].sum(REGION, skipna=False)
    names = [party for party in PARTIES if party != FOREIGNERS]
    parts = [
        paid.sel({ITEM: [item.name for item in ITEMS if item.party == party]}).sum(
            ITEM, skipna=False
        )
        for party in names
    ]
    joined = xr.concat(parts, PARTY, coords="minimal", compat="override")
    return joined.assign_coords({PARTY: np.array(names, dtype=object)})
