"""The hold-out test: fit to the first years, forecast the others, and score the forecasts.

The fit uses no figure after the split: not as a measurement, not in its starts (the prior, and a
Latin hypercube over it), and not in the factors of series that are known only up to one. It does
know the dated national conditions of the held-out years (market, wage, credit), as every run of the
model does; the naive forecasts do not. And the authors of the model's structure and priors knew
those years.

The forecast of a series is the model's fitted path plus what persists of its error at the last
figure before the split. The fit assumes errors to be a first-order autoregression, of which
``rho^h`` is left after ``h`` years. This is the best linear unbiased prediction under the assumed
errors (Goldberger 1962, J. Am. Stat. Assoc. 57). Two others are scored as well: ``path``, the
fitted path alone, with none of that error, and ``joined``, the path's growth from the last figure,
with all of it; a random walk starts from the same figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.data.histories import score_fits
from smecluster.calibration.data.series import SERIES
from smecluster.calibration.estimate.dispersion import estimate_dispersion
from smecluster.calibration.estimate.fit import (
    Optimum,
    compute_jacobian,
    descend,
    run_multistart,
    select_best,
)
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.objective import Objective
from smecluster.calibration.validation.naive import ENOUGH, NAIVE
from smecluster.calibration.validation.naive import forecast_naively as naive_forecasts
from smecluster.calibration.validation.scores import measure_share_better, score_forecasts
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]

#: The last year that the fit uses.
SPLIT = 2015
#: The model's forecasts, as columns of scores.
MODELS = ("model", "path", "joined")
# Half of a 90 % interval in standard deviations.
_HALF = 1.6449
_STEP = 1e-4


@dataclass(frozen=True)
class HoldOut:
    """The result of the hold-out test.

    Attributes
    ----------
    split : int
        The last year that the fit used.
    optimum : Optimum
        The best fit to those years.
    forecasts : pandas.DataFrame
        A row a figure after the split: region, variable, segment, unit, compare, year, value,
        status; ``forecast`` of the model with the bounds ``low`` and ``high`` of a 90 %
        interval for a single figure (parameters and noise, linear in the logarithm),
        ``path``, ``joined``, and the naive forecasts; all in `unit`.
    fits : pandas.DataFrame
        See `calibration.data.histories.score_fits`, for ``sample`` ``in`` and ``out``.
    scores : pandas.DataFrame
        A row a series; see `calibration.validation.scores.score_forecasts`.
    unscored : pandas.DataFrame
        The other series: region, variable, segment, numbers of figures before and after the split,
        and why they are not scored.
    """

    split: int
    optimum: Optimum
    forecasts: pd.DataFrame
    fits: pd.DataFrame
    scores: pd.DataFrame
    unscored: pd.DataFrame

    def tabulate_shares(self) -> pd.DataFrame:
        """Tabulate the share of series in which the model beats the random walk with drift.

        Returns
        -------
        pandas.DataFrame
            A row for all series and one for each variable: series (how many), and the shares
            for ``model``, ``path`` and ``joined``.
        """
        groups = [("all", self.scores), *self.scores.groupby("variable", sort=False)]
        skilled = ["skill", *(f"{name}: skill" for name in MODELS[1:])]
        rows = [
            (name, len(part), *(measure_share_better(part[skill]) for skill in skilled))
            for name, part in groups
        ]
        return pd.DataFrame(rows, columns=["series of", "series", *MODELS])


def run_hold_out(
    problem: Problem,
    checkpoints: Checkpoints,
    split: int = SPLIT,
    *,
    count: int = 8,
    seed: int = 1,
    max_evaluations: int = 200,
    report: Callable[[int, Optimum], None] = lambda number, optimum: None,
) -> HoldOut:
    """Fit to the figures up to a year and score the forecasts of the others.

    Parameters
    ----------
    problem : Problem
        All figures, with stated errors, which are widened if the fit to the first years requires it
        (see `calibration.estimate.dispersion.estimate_dispersion`).
    checkpoints : Checkpoints
        Where the fits from each start are kept.
    split : int
        The last year to fit.
    count : int
        Starts of the fit: the prior mean and a Latin hypercube over the prior.
    seed : int
        Seed of the hypercube.
    max_evaluations : int
        Points after which a descent ends.
    report : callable
        Receives the number of each finished start and its optimum.

    Returns
    -------
    HoldOut

    Raises
    ------
    InputError
        If one side of the split has no figures, or no series can be scored.
    """
    problem = problem.drop_targets_after(split)
    check_split(problem, split)
    seen = Objective(problem.select_until(split))
    optima = run_multistart(
        seen, count, seed, checkpoints, max_evaluations=max_evaluations, report=report
    )
    optimum = select_best(optima)
    wider = estimate_dispersion(seen, optimum.x)
    if wider > 1:
        problem = problem.scale_errors(wider)
        seen = Objective(problem.select_until(split))
        optimum = descend(seen, optimum.x, max_evaluations=max_evaluations)
    figures = forecast_series(problem, split, seen, optimum.x)
    parts = [
        score_fits(part).assign(sample=sample)
        for sample, part in (
            ("in", figures[figures["year"] <= split]),
            ("out", figures[(figures["year"] > split) & figures["fitted"].notna()]),
        )
    ]
    before = figures[figures["year"] <= split].groupby(SERIES, sort=False).size()
    after = figures[figures["year"] > split].groupby(SERIES, sort=False).size()
    counts = pd.DataFrame({"before": before, "after": after}).fillna(0).astype(int)
    scored = counts[(counts["before"] >= ENOUGH) & (counts["after"] > 0)].index
    held = figures[figures["year"] > split]
    held = held[pd.MultiIndex.from_frame(held[SERIES]).isin(scored)].reset_index(drop=True)
    held = held.rename(columns={"fitted": "forecast"})
    return HoldOut(
        split,
        optimum,
        held,
        pd.concat(parts, ignore_index=True),
        score_forecasts(held.rename(columns={"forecast": "model"}), MODELS, tuple(NAIVE)),
        _explain_unscored(counts[~counts.index.isin(scored)]),
    )


def check_split(problem: Problem, split: int) -> None:
    """Refuse a split that leaves nothing to fit or nothing to score.

    Parameters
    ----------
    problem : Problem
        All figures.
    split : int
        The last year to fit.

    Raises
    ------
    InputError
        If one side of the split has no figures, or no series can be scored.
    """
    figures = problem.drop_targets_after(split).measurements
    years = figures["year"]
    if not (years > split).any() or not (years <= split).any():
        raise InputError(
            f"cannot hold out the years after {split}: the figures go from {years.min()} to "
            f"{years.max()}"
        )
    before = figures[years <= split].groupby("observable").size()
    if not (before.reindex(figures["observable"][years > split].unique()) >= ENOUGH).any():
        raise InputError(
            f"no series has {ENOUGH} figures up to {split} and one after it: nothing to score"
        )


def forecast_series(problem: Problem, split: int, seen: Objective, x: Floats) -> pd.DataFrame:
    """Forecast all series by the model and by the naive methods.

    Parameters
    ----------
    problem : Problem
        All figures.
    split : int
        The last year that the fit used.
    seen : Objective
        The objective of the figures up to the split.
    x : array of float, shape (parameters,)
        Its optimum.

    Returns
    -------
    pandas.DataFrame
        A row a figure of all years: region, variable, segment, unit, compare, year, value,
        status, ``fitted`` (after the split, the forecast), ``path``, ``low``, ``high``,
        ``joined`` and the naive forecasts, all but the first two missing up to the split; see
        `HoldOut`. ``fitted`` is missing if a factor has no figure to be estimated from.
    """
    whole = Objective(problem)
    figures = problem.measurements.assign(
        compare=problem.measurements["observable"].map(problem.observables["compare"])
    )
    logs, spread, noise = _compute_logs(whole, seen, x)
    rows = []
    for observable, series in figures.groupby("observable", sort=False):
        at = series.index.to_numpy()
        value, year = series["value"].to_numpy(float), series["year"].to_numpy(float)
        old = year <= split
        known = bool(old.any())
        path, slope, sigma = logs[at], spread[at], noise[at]
        if series["compare"].iloc[0] == "scale":
            # The factor is part of the fit: it is estimated from figures up to the split only.
            path = path + (np.mean(np.log(value[old]) - path[old]) if known else np.nan)
            slope = slope - (slope[old].mean(axis=0) if known else 0.0)
        expected, kept, joined = path, np.zeros(len(year)), np.full(len(year), np.nan)
        if known:
            last = int(np.flatnonzero(old)[-1])
            error = np.log(value[last]) - path[last]
            rho = float(problem.observables["rho"][observable])
            kept = np.where(old, 0.0, rho ** np.maximum(year - year[last], 0.0))
            # Figures from memory have wider errors.
            share = kept * sigma / sigma[last]
            expected, joined = path + share * error, path + error
            slope = slope - share[:, None] * slope[last]
        wide = _HALF * np.sqrt((slope**2).sum(axis=1) + (1 - kept**2) * sigma**2)
        found = {"fitted": expected, "path": path, "joined": joined}
        found |= {"low": expected - wide, "high": expected + wide}
        columns = {name: np.exp(logarithm) for name, logarithm in found.items()}
        for name, values in naive_forecasts(year[old], value[old], year[~old]).items():
            columns[name] = np.full(len(year), np.nan)
            columns[name][~old] = values
        for name in ("low", "high", "joined"):
            columns[name] = np.where(old, np.nan, columns[name])
        rows.append(series.assign(**columns))
    names = [*SERIES, "unit", "compare", "year", "value", "status"]
    names += ["fitted", "low", "high", *MODELS[1:], *NAIVE]
    return pd.concat(rows, ignore_index=True)[names]


def _compute_logs(whole: Objective, seen: Objective, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Compute the model's logarithms at the figures, their spread, and the noise.

    The spread has a column for each independent direction of parameter uncertainty; its squares sum
    to the variance.
    """
    step = np.diag(_STEP * whole.prior_sd)
    above, below = np.minimum(x + step, whole.upper), np.maximum(x - step, whole.lower)
    simulated = whole.simulate(np.concatenate([x[None], above, below]))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(simulated)
    k = len(x)
    slope = ((logs[1 : k + 1] - logs[k + 1 :]) / np.diag(above - below)[:, None]).T
    information = compute_jacobian(seen, x)
    root = np.linalg.cholesky(np.linalg.inv(information.T @ information))
    return logs[0], slope @ root, whole.problem.measurements["sigma"].to_numpy(dtype=float)


def _explain_unscored(counts: pd.DataFrame) -> pd.DataFrame:
    """Explain why series are not scored."""
    why = np.where(
        counts["after"] == 0,
        "no figure after the split",
        f"fewer than {ENOUGH} figures up to the split",
    )
    return counts.assign(why=why).reset_index()
