"""Diagnostics of a calibration, computed from its tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.problem.criteria import CONFOUNDED
from smecluster.calibration.store.findings import Findings, split_series, transform_to_scale

#: With fewer figures, an autocorrelation means nothing.
ENOUGH = 6


def compute_residuals(findings: Findings) -> pd.DataFrame:
    """Compute the residuals of the fit.

    Parameters
    ----------
    findings : Findings
        With the table ``figures``.

    Returns
    -------
    pandas.DataFrame
        The table with another column, ``residual``: logarithm of figure over fit, in standard
        errors of the figure.
    """
    table = findings["figures"]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(table["value"].to_numpy(float) / table["fitted"].to_numpy(float))
    return table.assign(residual=logs / table["sigma"].to_numpy(float))


def measure_autocorrelation(years: pd.Series[int], values: pd.Series[float]) -> float:
    """Measure the correlation of residuals with those of the following year.

    Parameters
    ----------
    years : pandas.Series
        Calendar years.
    values : pandas.Series
        Residuals.

    Returns
    -------
    float
        First-order autocorrelation about zero, Dmnl, over pairs of consecutive years; missing if
        there are fewer than six figures or no such pair.
    """
    by_year = pd.Series(values.to_numpy(float), index=years.to_numpy())
    after = by_year.reindex(by_year.index + 1).to_numpy()
    pairs = np.isfinite(after) & np.isfinite(by_year.to_numpy())
    size = float((by_year**2).mean())
    if len(by_year) < ENOUGH or not pairs.any() or size == 0:
        return np.nan
    return float(np.mean(by_year.to_numpy()[pairs] * after[pairs])) / size


def correlate_draws(findings: Findings) -> pd.DataFrame:
    """Correlate the posterior draws of the parameters in the scale of estimation.

    Parameters
    ----------
    findings : Findings
        With the tables ``draws`` and ``parameters``.

    Returns
    -------
    pandas.DataFrame
        A square table, Dmnl; parameters that do not vary are left out.
    """
    known = findings["parameters"].set_index("name")
    draws = findings["draws"]
    names = [name for name in known.index if name in draws and draws[name].std() > 0]
    scaled = {
        name: np.log(draws[name]) if known.loc[name, "scale"] == "log" else draws[name]
        for name in names
    }
    return pd.DataFrame(scaled, columns=names).corr()


def find_close_pairs(findings: Findings) -> pd.DataFrame:
    """List the pairs of confounded parameters.

    Parameters
    ----------
    findings : Findings
        With the tables ``draws`` and ``parameters``.

    Returns
    -------
    pandas.DataFrame
        Columns first, second, correlation; the closest first.
    """
    table = correlate_draws(findings)
    values, names = table.to_numpy(float), table.columns.to_numpy()
    first, second = np.nonzero(np.triu(np.abs(values), k=1) > CONFOUNDED)
    pairs = {"first": names[first], "second": names[second], "correlation": values[first, second]}
    return pd.DataFrame(pairs).sort_values(
        "correlation", key=np.abs, ascending=False, ignore_index=True, kind="stable"
    )


def compare_resampled(findings: Findings) -> pd.DataFrame:
    """Compare the bootstrap's 90 % intervals with the calibration's.

    Parameters
    ----------
    findings : Findings
        With the tables ``bootstrap`` and ``parameters``.

    Returns
    -------
    pandas.DataFrame
        Columns name, unit, low, high (of the calibration), resampled low, resampled high (all
        in the parameter's unit), and width to posterior (Dmnl, in the scale of the
        estimation).
    """
    found = findings["bootstrap"][["name", "low 90", "high 90"]]
    known = findings["parameters"][["name", "unit", "scale", "low", "high"]]
    both = known.merge(found, on="name").rename(
        columns={"low 90": "resampled low", "high 90": "resampled high"}
    )
    low, high, resampled_low, resampled_high = (
        transform_to_scale(both[name], both["scale"])
        for name in ("low", "high", "resampled low", "resampled high")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        both["width to posterior"] = (resampled_high - resampled_low) / (high - low)
    return both.drop(columns="scale")


def tabulate_autocorrelation(residuals: pd.DataFrame) -> pd.DataFrame:
    """Measure the autocorrelation of each series' residuals.

    Parameters
    ----------
    residuals : pandas.DataFrame
        See `compute_residuals`.

    Returns
    -------
    pandas.DataFrame
        Columns region, variable, segment, figures (how many) and autocorrelation (Dmnl); a row
        for each series with at least `ENOUGH` figures.
    """
    rows = [
        (*key, len(part), measure_autocorrelation(part["year"], part["residual"]))
        for key, part in split_series(residuals).items()
        if len(part) >= ENOUGH
    ]
    return pd.DataFrame(rows, columns=[*SERIES, "figures", "autocorrelation"])
