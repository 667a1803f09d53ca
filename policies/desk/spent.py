"""What each lever has cost and brought so far, under policy as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.engine.read.values import read_values
from smecluster.model.engine.run.runs import simulate
from smecluster.policies.menu import LEVER, Menu, read_menu

if TYPE_CHECKING:
    from smecluster.model import Model

_GOAL = "value added"


def measure_levers(model: Model, until: float) -> dict[str, dict[str, float]]:
    """Run the past again without each lever.

    Parameters
    ----------
    model : Model
        The model; its own values are run.
    until : float
        First year that does not count.

    Returns
    -------
    dict
        By lever ``cost``, what both levels of government have spent on it, and ``gain``, the value
        added of the regions that would be missing if they had spent nothing on it and all else
        alike; Myuan, sums over the years from the model's first, not discounted.
    """
    menu = read_menu(model)
    years = [float(year) for year in np.arange(np.ceil(model.time.initial), until)]
    now = simulate(model, {}, outputs=[_GOAL, *Menu.spending.values()], years=years)
    money = menu.sum_spending(now).sum([one for one in now.dims if one != Menu.dimension])
    values = read_values(model.text)
    found = {}
    for lever in menu.levers:
        without = {
            f"{table}[{', '.join(cell)}]": [(year, 0.0) for year, _ in points]
            for table in Menu.efforts.values()
            for cell, points in values.get(table, {}).items()
            if lever in cell and not isinstance(points, float | int)
        }
        run = simulate(model, without, outputs=[_GOAL], years=years)
        found[lever] = {
            "cost": float(money.sel({LEVER: lever})),
            "gain": float((now[_GOAL] - run[_GOAL]).sum()),
        }
    return found
