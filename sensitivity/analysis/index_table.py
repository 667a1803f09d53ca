"""Indices in long form: a row for each scenario, output, index and factor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.sensitivity.analysis.trust import find_constant, refuse_missing
from smecluster.sensitivity.methods import Method
from smecluster.sensitivity.methods.estimates import Array, Bootstrap, Estimate, Estimates, Sample

# What says which output a row is about.
OUTPUT = ("scenario", "output", "outcome", "place", "year", "unit")
COLUMNS = (
    *OUTPUT,
    "index",
    "factor",
    "other",
    "value",
    "low",
    "high",
    "floor",
    "effective",
    "trusted",
)
PAIRS = "second order"


def build_index_table(
    sample: Sample, outputs: pd.DataFrame, method: Method, bootstrap: Bootstrap
) -> pd.DataFrame:
    """Estimate the indices of all outputs; none is made up where an output does not vary.

    Parameters
    ----------
    sample : Sample
        The runs.
    outputs : pandas.DataFrame
        A row for each column of ``sample.y``, with the columns `OUTPUT`.
    method : Method
        The method.
    bootstrap : Bootstrap
        How intervals are drawn.

    Returns
    -------
    pandas.DataFrame
        The columns `COLUMNS`: `other` is the second factor of a pair, `floor` what a factor
        without influence stays below by chance. `effective` is the number of runs that the index
        rests on (`sensitivity.methods.effective`), `trusted` whether these are enough for its
        interval. Value, low and high are NaN for outputs that do not vary.

    Raises
    ------
    InputError
        If a value is not finite, or the runs do not fit the method.
    """
    refuse_missing(sample.y, list(outputs["output"]))
    varying = ~find_constant(sample.y)
    tried = Sample(
        sample.names,
        sample.x,
        # Something that varies in place of nothing: the shape of the result is the same.
        sample.y[:, varying] if varying.any() else np.arange(len(sample.y), dtype=float)[:, None],
        sample.groups,
        sample.second_order,
        sample.levels,
    )
    drawn = Bootstrap(
        bootstrap.seed, min(bootstrap.resamples, method.resamples), bootstrap.confidence
    )
    found = method.estimate(tried, drawn)
    effective = method.count_effective(tried)
    parts = [
        _make_long(name, estimate, found, outputs, varying, effective)
        for name, estimate in found.indices.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    known = np.isfinite(table["low"]) & np.isfinite(table["high"])
    known &= ~table["index"].isin(method.indicative)
    return table.assign(trusted=known & (table["effective"] >= method.least))


def _make_long(
    name: str,
    estimate: Estimate,
    found: Estimates,
    outputs: pd.DataFrame,
    varying: NDArray[np.bool_],
    effective: Array,
) -> pd.DataFrame:
    rows, columns = len(estimate.rows), len(outputs)

    def spread(values: Array) -> Array:
        """Put what is known of the outputs that vary among all; output by output."""
        every = np.full((*values.shape[:-1], columns), np.nan)
        if varying.any():
            every[..., varying] = values
        return every.T.ravel()

    keys: Mapping[str, Array] = {
        key: np.repeat(outputs[key].to_numpy(), rows) for key in outputs.columns
    }
    floor = found.floor.get(name)
    return pd.DataFrame(
        {
            **keys,
            "index": name,
            "factor": np.tile(np.array([row[0] for row in estimate.rows], dtype=object), columns),
            "other": np.tile(np.array([row[1] for row in estimate.rows], dtype=object), columns),
            "value": spread(estimate.value),
            "low": spread(estimate.low),
            "high": spread(estimate.high),
            "floor": np.nan if floor is None else np.repeat(spread(floor), rows),
            "effective": np.nan_to_num(np.repeat(spread(effective), rows)),
        }
    )
