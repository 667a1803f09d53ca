"""A rival without feedback: the model with the loops of the paper frozen at their first value.

What is left is what any growth model has: national drivers, demand, capital that follows desired
capital, workers who follow wages, firms that are founded by workers and fail at a constant rate.
Growth and level of each region's demand are fitted again, two constants a region, since a model
that loses its loops must not be blamed for a level that was fitted with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from smecluster.calibration.data.series import SERIES
from smecluster.model import Model, simulate
from smecluster.model.engine.run.runs import RunError
from smecluster.model.file.knocking import END, START, Knock, is_regional, with_knocks
from smecluster.model.file.regions import REGION

Floats = NDArray[np.float64]

VALUE_ADDED = "value added"
#: Links that are frozen, each with the readers that it is frozen for (all where empty).
LINKS: Mapping[str, tuple[str, ...]] = {
    "SMEs": ("wanted entry",),
    "effect of earnings on entry": (),
    "effect of earnings on exit": (),
    "start up finance": (),
    "land price ratio": (),
    "site availability": (),
    "cluster mass": ("appeal without brand",),
    "division of labour": (),
    "transaction cost share": (),
    "infrastructure ratio": (),
    "Service quality": (),
    "Rule of law": (),
    "Business trust": (),
    "Network density": (),
    "Statistical capacity": (),
    "Market order": (),
    "credit access": (),
    "usable knowledge ratio": (),
    "innovation capacity": (),
    "common technology ratio": (),
    "exit mechanism effect": (),
    "effect of quality premium on upgrading": (),
    "free riding on brand": (),
    "Log reputation": ("log quality appeal",),
    "Collective reputation": ("brand effect",),
    "Regional brand": ("brand effect",),
    "Specialisation": ("appeal without brand",),
    "Embeddedness": (),
    "share of kind[Region, external]": ("market access",),
}
_POWER = "power of the loops"
#: What is fitted again for each region: growth of demand, and a factor on its shares of markets.
GROWTH, LEVEL = "income elasticity of demand", "market share at reference"
_FACTORS = (0.3, 3.0)


def cut_loops(model: Model) -> tuple[Model, dict[str, float]]:
    """Freeze the loops of a model from its first year on.

    Parameters
    ----------
    model : Model
        A Vensim model with regions.

    Returns
    -------
    Model
        The model with its loops under a switch.
    dict of str to float
        The inputs that cut them.
    """
    knocks = [
        Knock(name, "freeze", "difference", _POWER, readers) for name, readers in LINKS.items()
    ]
    text = with_knocks(model.text, knocks)
    inputs = {START: model.time.initial, END: 9999.0}
    if any(is_regional(model.text, knock) for knock in knocks):
        inputs |= {f"{_POWER}[{region}]": 0.0 for region in model.regions}
    if not all(is_regional(model.text, knock) for knock in knocks):
        inputs[f"{_POWER} everywhere"] = 0.0
    return Model(text, model.path), inputs


def fit_without_loops(
    model: Model, figures: pd.DataFrame, regions: Sequence[str]
) -> tuple[Model, dict[str, float]]:
    """Cut the loops, and fit growth and level of each region's demand again.

    Parameters
    ----------
    model : Model
        A Vensim model with regions.
    figures : pandas.DataFrame
        See `calibration.Case.measurements`; value added is fitted, by its logarithm.
    regions : sequence of str
        Regions that have figures of value added.

    Returns
    -------
    Model
        The model with its loops under a switch.
    dict of str to float
        The inputs that cut them, and the fitted constants.
    """
    cut, inputs = cut_loops(model)
    wanted = figures[figures["variable"] == VALUE_ADDED].reset_index(drop=True)
    own = {
        f"{parameter.name}[{', '.join(parameter.cell)}]": parameter.value
        for parameter in model.program.parameters
        if parameter.name in (GROWTH, LEVEL)
    }
    low, high = (getattr(model.variables[GROWTH], end) for end in ("low", "high"))

    def spell(x: Floats) -> dict[str, float]:
        values = {}
        for at, region in enumerate(regions):
            values[f"{GROWTH}[{region}]"] = float(x[2 * at])
            factor = float(np.exp(x[2 * at + 1]))
            values |= {
                name: factor * value
                for name, value in own.items()
                if name.startswith(f"{LEVEL}[{region},")
            }
        return values

    def miss(x: Floats) -> Floats:
        try:
            run = simulate(cut, {**inputs, **spell(x)}, outputs=[VALUE_ADDED], within_ranges=False)[
                VALUE_ADDED
            ]
        except RunError:
            return np.full(len(wanted), 10.0)
        model_values = np.array(
            [run.sel({REGION: row.region, "time": row.year}) for row in wanted.itertuples()]
        )
        errors = pd.Series(np.log(wanted["value"].to_numpy(float) / model_values))
        means = errors.groupby([wanted[name].fillna("") for name in SERIES]).transform("mean")
        return np.asarray(errors - means.where(wanted["compare"] == "scale", 0.0), dtype=float)

    start = np.array([each for region in regions for each in (own[f"{GROWTH}[{region}]"], 0.0)])
    ends = (
        np.array([low, np.log(_FACTORS[0])] * len(regions)),
        np.array([high, np.log(_FACTORS[1])] * len(regions)),
    )
    fitted = least_squares(miss, start, bounds=ends, diff_step=1e-3, x_scale=0.1)
    return cut, {**inputs, **spell(fitted.x)}
