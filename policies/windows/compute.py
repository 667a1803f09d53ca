"""When help pays: what a yuan gains by the year in which it is spent and the size of the cluster.

The paper tells three kinds of intervention apart by their timing: cultivation from the beginning,
combination at early formation, self-development after the cluster has formed. Here one region at a
time runs a short local programme from each year on, in clusters that differ in nothing but how
large they are relative to their critical mass (the critical mass is moved, so the year and all
else stay the same). The gain is value added over the years after the start, against the same
cluster without the programme, for a yuan of its money; both in present value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.runs import simulate_many
from smecluster.model.support.errors import InputError
from smecluster.model.vensim.regions import REGION
from smecluster.policies.strategy import Strategy

if TYPE_CHECKING:
    from smecluster.model import Model

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

HOME, EVERYWHERE = "at home", "in all regions"
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}
# Kinds of intervention, by the number of firms at the start relative to the critical mass.
KINDS = {"cultivation": (0.0, 1.0), "combination": (1.0, 2.0), "self-development": (2.0, np.inf)}
# Years whose gain is this close to the best one's are in the window, Dmnl.
_SLACK = 0.1
_AT_A_TIME = 16_384
_MONEY = 0.01  # of value added a year: small, so that the gain is that of a yuan
_RAMP = 0.5  # Year, the shortest that the model allows
_MASS = "critical mass"


@dataclass(frozen=True)
class Windows:
    """What a yuan gains by when and where it is spent.

    Attributes
    ----------
    strategy : Strategy
        The strategy whose allocation and history are used.
    lasting, horizon : float
        How long the programme lasts, and over how long its gain is counted, Year.
    gains : xarray.Dataset
        Along (draw, region, start, size): ``at home`` and ``in all regions``, yuan of value added
        for a yuan of money; ``mass``, the number of firms at the start over the critical mass,
        Dmnl. ``size`` is what the critical mass was divided by; 1 is the model's own.
    runs : int
        How many runs.
    failed : int
        How many of them failed; their cells are missing.
    """

    strategy: Strategy
    lasting: float
    horizon: float
    gains: xr.Dataset
    runs: int
    failed: int


def windows(
    model: Model,
    strategy: Strategy,
    draws: pd.DataFrame | None = None,
    *,
    starts: Sequence[float] = tuple(range(1980, 2026, 3)),
    sizes: Sequence[float] = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
    lasting: float = 5.0,
    horizon: float = 15.0,
    step: float | None = None,
    progress: Progress | None = None,
) -> Windows:
    """Map the gain of a yuan by starting year and cluster size.

    Parameters
    ----------
    model : Model
        The model.
    strategy : Strategy
        Whose local allocation and history are used; its own timing and money are not.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; the model's values if left out.
    starts : sequence of float
        Years in which the programme starts.
    sizes : sequence of float
        What the critical mass is divided by: 2 makes a cluster twice as large relative to it.
    lasting : float
        How long the programme lasts, Year.
    horizon : float
        Over how many years from the start the gain counts.
    step : float, optional
        Time step, Year; the model's own if left out.
    progress : callable, optional
        Told how many runs are done, and how many there are.

    Returns
    -------
    Windows
        The map.

    Raises
    ------
    InputError
        If the strategy has no local programme, the years do not fit into the run, or a size is not
        above zero.
    """
    if strategy.local is None:
        raise InputError(f"strategy {strategy.name!r} has no local programme whose timing to map")
    _check(model, starts, sizes, lasting, horizon)
    regions = list(model.regions)
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    cells = _cells(regions, starts, sizes)
    base = _base(model, strategy, table, step)
    years = list(np.arange(min(starts), max(starts) + horizon + 1))
    outputs = ["value added", "Programme account", "total firms", "discount factor", _MASS]
    parts = []
    failed = 0
    at_a_time = max(1, _AT_A_TIME // len(cells))
    mass = _own_mass(model)
    for begin in range(0, len(table), at_a_time):
        piece = table.iloc[begin : begin + at_a_time]
        rows = _rows(regions, cells, piece, mass, lasting)
        run = simulate_many(model, rows, outputs, years, base=base)
        failed += int((run["failure reason"] != "").sum())
        parts.append(_gained(run, cells, piece.index.to_numpy(), starts, sizes, horizon))
        if progress is not None:
            progress((begin + len(piece)) * len(cells), len(table) * len(cells))
    gains = xr.concat(parts, "draw").assign_attrs(unit="yuan of value added for a yuan")
    return Windows(strategy, lasting, horizon, gains, len(table) * len(cells), failed)


def table(found: Windows) -> pd.DataFrame:
    """Put the map into a long table.

    Parameters
    ----------
    found : Windows
        The map.

    Returns
    -------
    pandas.DataFrame
        Columns: measure, region, start, size, and the mean and 5, 50, 95 % points over the draws.
    """
    parts = []
    for name, values in found.gains.data_vars.items():
        points = values.quantile(list(QUANTILES.values()), "draw")
        columns = {key: points.isel(quantile=at, drop=True) for at, key in enumerate(QUANTILES)}
        part = xr.Dataset({"mean": values.mean("draw"), **columns}).to_dataframe().reset_index()
        part.insert(0, "measure", str(name))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def by_year(found: Windows) -> pd.DataFrame:
    """Find the window of each region as it is: the years in which a yuan gains most.

    Parameters
    ----------
    found : Windows
        The map.

    Returns
    -------
    pandas.DataFrame
        A row a region: the best year and its median gain at home, first and last year of those
        around it whose gain is within a tenth of it, the mass in the best year, and the share of
        the draws in which the best year of all draws together is within a tenth of the draw's own
        best. A region in which no run has a result is left out.
    """
    rows = []
    own = found.gains.sel(size=1.0)
    for region in own[REGION].values:
        gain = own[HOME].sel({REGION: region})
        middle = gain.median("draw")
        if not middle.notnull().any():
            continue
        best = middle["start"].values[int(np.nanargmax(middle.values))]
        first, last = window(middle)
        # A tenth of a loss is allowed for as one of a gain.
        agreed = gain.sel(start=best) >= gain.max("start") - _SLACK * abs(gain.max("start"))
        rows.append(
            {
                "region": str(region),
                "best start": int(best),
                "gain": float(middle.max()),
                "window from": int(first),
                "window to": int(last),
                "mass": float(own["mass"].sel({REGION: region, "start": best}).median()),
                "draws that agree": float(agreed.mean()),
            }
        )
    columns = ["region", "best start", "gain", "window from", "window to", "mass"]
    return pd.DataFrame(rows, columns=[*columns, "draws that agree"])


def window(gain: xr.DataArray) -> tuple[float, float]:
    """Find the years around the best one whose gain is within a tenth of the best.

    Parameters
    ----------
    gain : xarray.DataArray
        Gain along ``start``; missing where there is none.

    Returns
    -------
    tuple of float
        First and last year of the window.
    """
    values = gain.values
    best = int(np.nanargmax(values))
    near = values >= values[best] - _SLACK * abs(values[best])
    first = last = best
    while first > 0 and near[first - 1]:
        first -= 1
    while last + 1 < len(near) and near[last + 1]:
        last += 1
    years = gain["start"].values
    return float(years[first]), float(years[last])


def by_kind(found: Windows) -> pd.DataFrame:
    """Compare the kinds of intervention at the same dates.

    In each year, region and draw the gains at home of clusters of each kind's size are averaged;
    years in which there are clusters of every kind count.

    Parameters
    ----------
    found : Windows
        The map.

    Returns
    -------
    pandas.DataFrame
        A row a region and kind: mean and 5, 50, 95 % points over the draws, the share of the draws
        in which the kind gains most, and the number of years; missing where no year has all kinds.
    """
    gain, mass = found.gains[HOME], found.gains["mass"]
    groups = [
        gain.where((mass >= low) & (mass < high)).mean("size") for low, high in KINDS.values()
    ]
    kinds = xr.concat(groups, "kind").assign_coords(kind=list(KINDS))
    whole = kinds.notnull().all("kind")
    kinds = kinds.where(whole).mean("start")
    rows = []
    for region in kinds[REGION].values:
        own = kinds.sel({REGION: region}).dropna("draw")
        years = int(whole.sel({REGION: region}).any("draw").sum())
        first = own.argmax("kind") if own.sizes["draw"] else None
        for at, kind in enumerate(KINDS):
            values = own.sel(kind=kind).values
            points = np.quantile(values, list(QUANTILES.values())) if len(values) else [np.nan] * 3
            rows.append(
                {
                    "region": str(region),
                    "kind": kind,
                    "mean": float(values.mean()) if len(values) else np.nan,
                    **dict(zip(QUANTILES, map(float, points), strict=True)),
                    "gains most": np.nan if first is None else float((first == at).mean()),
                    "years": years,
                }
            )
    return pd.DataFrame(rows)


def _check(
    model: Model, starts: Sequence[float], sizes: Sequence[float], lasting: float, horizon: float
) -> None:
    if not starts or not sizes:
        raise InputError("give at least one starting year and one size")
    if not 0 < lasting <= horizon or horizon != int(horizon):
        raise InputError(
            f"the programme's years ({lasting:g}) must be above zero and within the horizon, a "
            f"whole number of years ({horizon:g})"
        )
    first, last = model.time.initial, model.time.final - horizon
    for start in starts:
        if not first <= start <= last or start != int(start):
            raise InputError(
                f"start = {start:g} is not a whole year in {first:g}..{last:g}, from which "
                f"{horizon:g} years remain"
            )
    for size in sizes:
        if not size > 0:
            raise InputError(f"size = {size:g} must be above zero")


@dataclass(frozen=True)
class _Cell:
    """One run of a draw: which region has money from when on, and how large clusters are."""

    region: str | None
    start: float
    size: float


def _cells(regions: Sequence[str], starts: Sequence[float], sizes: Sequence[float]) -> list[_Cell]:
    """List the runs of a draw: for each size one without money, then one a region and start."""
    cells = []
    for size in sizes:
        cells.append(_Cell(None, starts[0], size))
        cells += [_Cell(region, start, size) for region in regions for start in starts]
    return cells


def _base(
    model: Model, strategy: Strategy, draws: pd.DataFrame, step: float | None
) -> dict[str, float]:
    """Give what all runs set: the strategy's history and allocation, and no timing of its own."""
    local = strategy.local
    assert local is not None
    bare = local.model_copy(update={"regions": None})
    base = strategy.model_copy(update={"local": bare, "central": None}).inputs(model)
    varied = ("local programme", "local trigger switch")
    base = {name: value for name, value in base.items() if not name.startswith(varied)}
    base |= {"local trigger switch": 0.0, "local programme amount": 0.0}
    base["local programme ramp"] = _RAMP
    if step is not None:
        base["TIME STEP"] = step
    for name in draws.columns:
        if name in base:
            raise InputError(f"{name!r} is set by strategy {strategy.name!r} and by the draws")
    return base


def _own_mass(model: Model) -> dict[str, float]:
    return {
        parameter.cell[0]: parameter.value
        for parameter in model.program.parameters
        if parameter.name == _MASS
    }


def _rows(
    regions: Sequence[str],
    cells: Sequence[_Cell],
    draws: pd.DataFrame,
    mass: dict[str, float],
    lasting: float,
) -> pd.DataFrame:
    count = len(draws)
    columns: dict[str, Array] = {
        name: np.repeat(draws[name].to_numpy(dtype=float), len(cells)) for name in draws.columns
    }
    sizes = np.tile([cell.size for cell in cells], count)
    starts = np.tile([cell.start for cell in cells], count)
    for region in regions:
        name = f"{_MASS}[{region}]"
        columns[name] = columns.get(name, np.full(len(sizes), mass[region])) / sizes
        paid = [_MONEY * (cell.region == region) for cell in cells]
        columns[f"local programme share[{region}]"] = np.tile(paid, count)
    columns["local programme start"] = starts
    columns["local programme end"] = starts + lasting
    return pd.DataFrame(columns)


def _gained(
    run: xr.Dataset,
    cells: Sequence[_Cell],
    labels: NDArray[np.generic],
    starts: Sequence[float],
    sizes: Sequence[float],
    horizon: float,
) -> xr.Dataset:
    """Turn the runs of some draws into gains for a yuan."""
    shape = (len(labels), len(sizes), len(cells) // len(sizes))
    years = run["time"].values
    regions = [str(region) for region in run[REGION].values]

    def arranged(name: str) -> Array:
        values = run[name].transpose("run", "time", ...).values
        return np.asarray(values.reshape(*shape, *values.shape[1:]))

    supply, account = arranged("value added"), arranged("Programme account")
    firms, discount = arranged("total firms"), arranged("discount factor")
    # A constant: the model keeps it without time.
    critical = np.asarray(run[_MASS].values).reshape(*shape, -1, len(regions))[..., 0, :]
    more = (supply[:, :, 1:] - supply[:, :, :1]) * discount[:, :, 1:, :, None]
    # Of a history that goes on, budgets follow value added: what it spends in the years that the
    # gain is counted over is money too, what it spends later is not.
    spent = (account[:, :, 1:] - account[:, :, :1]).sum(-1)
    home = np.full((len(labels), len(regions), len(starts), len(sizes)), np.nan)
    everywhere, mass = home.copy(), home.copy()
    for place, (region, start) in enumerate((r, s) for r in regions for s in starts):
        own, at = regions.index(region), list(starts).index(start)
        counted = (years >= start) & (years < start + horizon)
        gained = more[:, :, place][:, :, counted].sum(2)
        money = spent[:, :, place][:, :, years == start + horizon][..., 0]
        home[:, own, at] = gained[..., own] / money
        everywhere[:, own, at] = gained.sum(-1) / money
        then = firms[:, :, 0][:, :, years == start][:, :, 0, own]
        mass[:, own, at] = then / critical[:, :, 0, own]
    dims = ("draw", REGION, "start", "size")
    return xr.Dataset(
        {HOME: (dims, home), EVERYWHERE: (dims, everywhere), "mass": (dims, mass)},
        {"draw": labels, REGION: regions, "start": list(starts), "size": list(sizes)},
    )
