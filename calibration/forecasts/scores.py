"""Tables of an evaluation: scores by series, by panel and by horizon, and the bars.

What pages call the bars and their limits, which tables hold in English.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.forecasts.distributions import NATION, NO_CHANGE, RIVALS
from smecluster.calibration.forecasts.loops_cut import VALUE_ADDED
from smecluster.calibration.forecasts.protocol import EXTRAPOLATED, KNOWN, Protocol
from smecluster.calibration.forecasts.rolling import CUT, MODEL
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.filled import say_filled

#: Panels of series.
ALL, ADDED = mark("all series"), VALUE_ADDED
PANELS = (ALL, ADDED)
#: The bars in words, and their limits.
COVERED = mark("share of value added in {interval} intervals")
BETTER = mark("all series: better than {rival}")
NOT_WORSE = mark("value added: not worse than {rival}")
BETWEEN, BELOW, AT_MOST = mark("{low} to {high}"), mark("below {most}"), mark("at most {most}")
#: The forecasters in the order of tables.
FORECASTERS = (MODEL, CUT, *RIVALS)


def score_series(forecasts: pd.DataFrame, interval: float) -> pd.DataFrame:
    """Score every series.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As `calibration.forecasts.rolling.roll_origins` gives them.
    interval : float
        Nominal coverage, Dmnl.

    Returns
    -------
    pandas.DataFrame
        A row a kind of drivers, series and forecaster: ``forecasts`` (how many), ``crps`` and ``log
        score`` (means), ``ratio`` (CRPS over that of no change, Dmnl) and ``coverage`` (share of
        figures in the nominal interval).
    """
    keys = ["drivers", *SERIES]
    table = forecasts.assign(inside=_lie_inside(forecasts["level"], interval))
    found = (
        table.groupby([*keys, "forecaster"], sort=False, dropna=False)
        .agg(
            forecasts=("crps", "size"),
            crps=("crps", "mean"),
            log_score=("log score", "mean"),
            coverage=("inside", "mean"),
        )
        .reset_index()
        .rename(columns={"log_score": "log score"})
    )
    base = found[found["forecaster"] == NO_CHANGE].set_index(keys)["crps"]
    places = pd.MultiIndex.from_frame(found[keys])
    found["ratio"] = found["crps"].to_numpy() / base.reindex(places).to_numpy()
    # Series begin at different origins: one region after the other reads better.
    order = {name: at for at, name in enumerate(dict.fromkeys(found["region"]))}
    kinds = {name: at for at, name in enumerate(dict.fromkeys(found["drivers"]))}
    ranks = found.assign(kind=found["drivers"].map(kinds), place=found["region"].map(order))
    return found.loc[ranks.sort_values(["kind", "place"], kind="stable").index].reset_index(
        drop=True
    )


def score_panels(series: pd.DataFrame) -> pd.DataFrame:
    """Average the scores over series.

    Parameters
    ----------
    series : pandas.DataFrame
        As `score_series` gives them.

    Returns
    -------
    pandas.DataFrame
        A row a kind of drivers, panel and forecaster: ``series`` (how many), ``forecasts``,
        ``ratio`` (mean over series), ``worse than the model`` (series of which the forecaster's
        CRPS is above the model's), ``log score`` (mean over series, less that of no change), and
        ``coverage`` (share of all figures).
    """
    keys = ["drivers", *SERIES]
    own = series[series["forecaster"] == MODEL].set_index(keys)["ratio"]
    flat = series[series["forecaster"] == NO_CHANGE].set_index(keys)["log score"]
    places = pd.MultiIndex.from_frame(series[keys])
    table = series.assign(
        worse=series["ratio"].to_numpy() > own.reindex(places).to_numpy(),
        gain=series["log score"].to_numpy() - flat.reindex(places).to_numpy(),
    )
    rows = []
    for drivers in dict.fromkeys(table["drivers"]):
        for panel in PANELS:
            some = table[table["drivers"] == drivers]
            some = some[some["variable"] == VALUE_ADDED] if panel == ADDED else some
            for name in _order(some["forecaster"]):
                part = some[some["forecaster"] == name]
                counts = part["forecasts"]
                inside = float((part["coverage"] * counts).sum() / counts.sum())
                means = float(part["ratio"].mean()), int(part["worse"].sum())
                gain = float(part["gain"].mean())
                count = len(part), int(counts.sum())
                rows.append((drivers, panel, name, *count, *means, gain, inside))
    columns = ["drivers", "panel", "forecaster", "series", "forecasts", "ratio"]
    return pd.DataFrame(rows, columns=[*columns, "worse than the model", "log score", "coverage"])


def score_horizons(forecasts: pd.DataFrame, interval: float) -> pd.DataFrame:
    """Score every horizon.

    Parameters
    ----------
    forecasts, interval
        As for `score_series`.

    Returns
    -------
    pandas.DataFrame
        A row a kind of drivers, panel, forecaster and horizon: ``forecasts``, ``coverage``, and
        ``ratio`` (CRPS over that of no change, summed over series and origins, Dmnl).
    """
    table = forecasts.assign(inside=_lie_inside(forecasts["level"], interval))
    parts = []
    for panel in PANELS:
        some = table[table["variable"] == VALUE_ADDED] if panel == ADDED else table
        found = (
            some.groupby(["drivers", "forecaster", "horizon"], sort=False)
            .agg(forecasts=("crps", "size"), coverage=("inside", "mean"), crps=("crps", "sum"))
            .reset_index()
        )
        keys = ["drivers", "horizon"]
        base = found[found["forecaster"] == NO_CHANGE].set_index(keys)["crps"]
        places = pd.MultiIndex.from_frame(found[keys])
        found["ratio"] = found["crps"].to_numpy() / base.reindex(places).to_numpy()
        parts.append(found.assign(panel=panel))
    columns = ["drivers", "panel", "forecaster", "horizon", "forecasts", "coverage", "ratio"]
    return pd.concat(parts, ignore_index=True)[columns]


def judge_bars(panels: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """Hold the scores against the bars that were written down before.

    Parameters
    ----------
    panels : pandas.DataFrame
        As `score_panels` gives them.
    protocol : Protocol
        The bars.

    Returns
    -------
    pandas.DataFrame
        A row a bar and kind of drivers: ``bar`` in words, ``drivers``, ``model``, ``limit`` (in
        words) and whether it is ``met``.
    """
    rows: list[tuple[str, str, float, str, bool]] = []
    for drivers in (each for each in (KNOWN, EXTRAPOLATED) if (panels["drivers"] == each).any()):
        some = panels[panels["drivers"] == drivers].set_index(["panel", "forecaster"])
        low, high = protocol.scores.coverage
        covered = float(some["coverage"].to_dict()[ADDED, MODEL])
        rows.append(
            (
                COVERED.format(interval=f"{protocol.scores.interval:.0%}"),
                drivers,
                covered,
                BETWEEN.format(low=f"{low:.2f}", high=f"{high:.2f}"),
                low <= covered <= high,
            )
        )
        ratios = some["ratio"].to_dict()
        mine = float(ratios[ALL, MODEL])
        for rival in RIVALS:
            theirs = float(ratios[ALL, rival])
            limit = BELOW.format(most=f"{theirs:.3f}")
            rows.append((BETTER.format(rival=rival), drivers, mine, limit, mine < theirs))
        mine, theirs = float(ratios[ADDED, MODEL]), float(ratios[ADDED, NATION])
        limit = AT_MOST.format(most=f"{theirs:.3f}")
        rows.append((NOT_WORSE.format(rival=NATION), drivers, mine, limit, mine <= theirs))
    return pd.DataFrame(rows, columns=["bar", "drivers", "model", "limit", "met"])


def score_regions(forecasts: pd.DataFrame, interval: float, by: str) -> pd.DataFrame:
    """Score regions of which little or nothing was known.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As `calibration.forecasts.rolling.forecast_by_model` gives them, with the column `by`.
    interval : float
        Nominal coverage, Dmnl.
    by : str
        The column that names the region.

    Returns
    -------
    pandas.DataFrame
        A row a region and forecaster: `by`, ``forecaster``, ``series``, ``forecasts``, ``ratio``
        (CRPS over that of no change, mean over series), ``coverage``, and ``error``: of value
        added, the mean absolute error of the median in per cent.
    """
    table = score_series(forecasts.assign(drivers=KNOWN), interval)
    added = forecasts[forecasts["variable"] == VALUE_ADDED]
    away = 100 * np.expm1(added["median"].to_numpy() - added["value"].to_numpy())
    errors = added.assign(away=np.abs(away)).groupby([by, "forecaster"])["away"].mean().to_dict()
    rows = []
    for region in dict.fromkeys(forecasts[by]):
        some = table[table["region"] == region]
        for name in _order(some["forecaster"]):
            part = some[some["forecaster"] == name]
            counts = part["forecasts"]
            inside = float((part["coverage"] * counts).sum() / counts.sum())
            error = float(errors.get((region, name), np.nan))
            ratio = float(part["ratio"].mean())
            rows.append((region, name, len(part), int(counts.sum()), ratio, inside, error))
    columns = [by, "forecaster", "series", "forecasts", "ratio", "coverage", "error"]
    return pd.DataFrame(rows, columns=columns)


def _lie_inside(levels: pd.Series, interval: float) -> pd.Series:
    edge = (1 - interval) / 2
    return (levels >= edge) & (levels <= 1 - edge)


def _order(names: Sequence[str] | pd.Series) -> list[str]:
    found = {*names}
    return [name for name in FORECASTERS if name in found]


# What pages call the bars and their limits, which tables hold in English.


def name_bar(bar: str) -> str:
    """Name a bar in the language of the moment; see `summary.judge_bars`."""
    return say_filled(bar, (COVERED, BETTER, NOT_WORSE))


def name_limit(limit: str) -> str:
    """Name the limit of a bar in the language of the moment."""
    return say_filled(limit, (BETWEEN, BELOW, AT_MOST))
