"""The ways to spend one budget: points of a search space, and the strategies that they stand for.

A point says how the money is divided over all levers, local and central, when each level starts,
and how much more or less of its own value added one region spends than another. It does not say
how much money there is: the total is set by the budget (see `policies.optimisation.search`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.policies.levers import read_levers
from smecluster.policies.strategy import CentralProgramme, History, LocalProgramme, Strategy

Array = NDArray[np.float64]

# In a strategy, a lever with less of the money than this gets nothing: a search leaves crumbs.
_LEAST = 0.005
# A region may spend up to this factor more, or less, of its value added than in the middle.
_SPREAD = 2.0
_DIGITS = 4  # of shares in a strategy's file
_LOCAL_RAMP, _CENTRAL_RAMP = 1.0, 2.0  # Year, as in the strategies of the paper
_END = 2041.0  # the first year without the programme, as there


@dataclass(frozen=True)
class Choice:
    """What points stand for; the first axis of every array is the point.

    Attributes
    ----------
    money : array of float, shape (points, levers)
        Share of each lever in all the money, Dmnl: the local levers, then the central ones.
    starts : array of float, shape (points, 2)
        First year of the local and of the central programme.
    weights : array of float, shape (points, regions)
        Local money over value added in each region, relative to all regions together, Dmnl.
    """

    money: Array
    starts: Array
    weights: Array


@dataclass(frozen=True)
class Space:
    """What may be chosen.

    Parameters
    ----------
    regions : tuple of str
        The model's regions.
    sizes : tuple of float
        Their value added, in any unit: what the money of one region counts for in all of it.
    until : float
        Year in which the course of history ends.
    first, last : float
        The years between which a programme starts.
    """

    regions: tuple[str, ...]
    sizes: tuple[float, ...]
    until: float
    first: float
    last: float

    @property
    def local(self) -> tuple[str, ...]:
        """The local levers."""
        return tuple(lever.name for lever in read_levers("local"))

    @property
    def central(self) -> tuple[str, ...]:
        """The central levers."""
        return tuple(lever.name for lever in read_levers("central"))

    @property
    def size(self) -> int:
        """Numbers in a point: levers, two starts, and the regions where there are several."""
        several = len(self.regions) if len(self.regions) > 1 else 0
        return len(self.local) + len(self.central) + 2 + several

    @property
    def ramps(self) -> tuple[float, float]:
        """Time of the local and of the central programme to full money, Year."""
        return _LOCAL_RAMP, _CENTRAL_RAMP

    def choice(self, points: Array) -> Choice:
        """Read points.

        Parameters
        ----------
        points : array of float, shape (points, size)
            Numbers between 0 and 1.

        Returns
        -------
        Choice
            What they stand for. Starts are whole years.
        """
        count = len(self.local) + len(self.central)
        # Squares: a uniform draw then has a few large shares and several small ones.
        money = np.maximum(points[:, :count], 1e-9) ** 2
        money = money / money.sum(1, keepdims=True)
        span = self.last - self.first
        starts = self.first + np.round(points[:, count : count + 2] * span)
        weights = _SPREAD ** (2 * points[:, count + 2 :] - 1)
        if not weights.shape[1]:
            weights = np.ones((len(points), 1))
        weights = weights / np.average(weights, axis=1, weights=self.sizes)[:, None]
        return Choice(money, starts, weights)

    def point(self, strategy: Strategy) -> Array | None:
        """Find the point of a strategy.

        Parameters
        ----------
        strategy : Strategy
            A strategy.

        Returns
        -------
        array of float or None
            Its point; None where no point stands for it: it begins by a trigger or outside of
            the years, spends amounts, ends early, or lets regions divide their money otherwise.
        """
        local, central = strategy.local, strategy.central
        programmes = strategy.programmes
        if not programmes or strategy.until != self.until:
            return None
        if any(p.share is None or p.start is None or p.end < _END for p in programmes):
            return None
        if local and (local.exceptions or local.regions):
            return None
        starts = [self.first if p is None or p.start is None else p.start for p in (local, central)]
        if not all(self.first <= start <= self.last for start in starts):
            return None
        money = [
            (programme.share or 0.0) * programme.allocation.get(lever, 0.0) if programme else 0.0
            for names, programme in ((self.local, local), (self.central, central))
            for lever in names
        ]
        shares = np.sqrt(np.array(money) / max(money))
        span = max(self.last - self.first, 1.0)
        ends = (np.array(starts) - self.first) / span
        several = self.size - len(shares) - 2
        return np.concatenate([shares, ends, np.full(several, 0.5)])

    def inputs(self, choice: Choice, share: Array) -> dict[str, Array]:
        """Turn what was chosen into columns of a table of runs.

        Parameters
        ----------
        choice : Choice
            What was chosen.
        share : array of float, shape (points,)
            All the money over value added, Dmnl.

        Returns
        -------
        dict
            A value for each point, by input of the model.
        """
        parts = np.split(choice.money, [len(self.local)], axis=1)
        totals = [part.sum(1) for part in parts]
        columns = {
            f"local programme share[{region}]": share * totals[0] * weight
            for region, weight in zip(self.regions, choice.weights.T, strict=True)
        }
        columns["central programme share"] = share * totals[1]
        columns["local programme start"] = choice.starts[:, 0]
        columns["central programme start"] = choice.starts[:, 1]
        for level, names, part, total in zip(
            ("local allocation[Region, {}]", "central allocation[{}]"),
            (self.local, self.central),
            parts,
            totals,
            strict=True,
        ):
            for name, money in zip(names, part.T, strict=True):
                columns[level.format(name)] = money / np.where(total > 0, total, 1.0)
        return columns

    @property
    def common(self) -> dict[str, float]:
        """What all strategies of the space set alike, by input of the model."""
        return {
            "history switch": 1.0,
            "history end": self.until,
            "local programme ramp": _LOCAL_RAMP,
            "local programme end": _END,
            "local programme amount": 0.0,
            "local trigger switch": 0.0,
            "centre share of local programme": 0.0,
            "central programme ramp": _CENTRAL_RAMP,
            "central programme end": _END,
            "central programme amount": 0.0,
            "central trigger switch": 0.0,
            "region share of central programme": 0.0,
        }

    def strategy(
        self, point: Array, share: float, name: str, title: str, description: str
    ) -> Strategy:
        """Turn a point into a strategy.

        Parameters
        ----------
        point : array of float
            The point.
        share : float
            All the money over value added, Dmnl.
        name, title, description : str
            What the strategy is called, and what it is.

        Returns
        -------
        Strategy
            The strategy. Its shares have four digits, and levers with less than half a per cent of
            the money are left out.
        """
        choice = self.choice(point[None])
        money = np.where(choice.money[0] < _LEAST, 0.0, choice.money[0])
        parts = np.split(money / money.sum(), [len(self.local)])
        weights = choice.weights[0]
        local = central = None
        if parts[0].sum() > 0:
            shares = [_six(share * float(parts[0].sum()) * weight) for weight in weights]
            local = LocalProgramme(
                share=shares[0],
                start=float(choice.starts[0, 0]),
                ramp=_LOCAL_RAMP,
                end=_END,
                allocation=_rounded(self.local, parts[0]),
                exceptions={
                    region: {"share": own}
                    for region, own in zip(self.regions, shares, strict=True)
                    if own != shares[0]
                },
            )
        if parts[1].sum() > 0:
            central = CentralProgramme(
                share=_six(share * float(parts[1].sum())),
                start=float(choice.starts[0, 1]),
                ramp=_CENTRAL_RAMP,
                end=_END,
                allocation=_rounded(self.central, parts[1]),
            )
        return Strategy(
            name=name,
            title=title,
            description=description,
            history=History(until=self.until),
            local=local,
            central=central,
        )


def written(strategy: Strategy, comments: Sequence[str] = ()) -> str:
    """Write a strategy as a TOML file.

    Parameters
    ----------
    strategy : Strategy
        The strategy.
    comments : sequence of str
        Lines for the head of the file.

    Returns
    -------
    str
        The text; `policies.strategy.load` reads it back.
    """
    lines = [f"# {' '.join(line.split())}" for line in comments]
    lines += [""] * bool(lines) + [f"title = {_text(strategy.title)}"]
    lines += [f"description = {_text(strategy.description)}", ""]
    lines += ["[history]", f"until = {strategy.until:g}"]
    for level, programme in (("local", strategy.local), ("central", strategy.central)):
        if programme is None:
            continue
        fields = programme.model_dump(exclude_none=True, exclude_defaults=True)
        tables = {name: fields.pop(name) for name in ("allocation", "exceptions") if name in fields}
        lines += ["", f"[{level}]", *_fields(fields), "", f"[{level}.allocation]"]
        lines += _fields(tables["allocation"])
        for region, changes in tables.get("exceptions", {}).items():
            lines += ["", f"[{level}.exceptions.{_text(region)}]", *_fields(changes)]
    return "\n".join(lines) + "\n"


def _rounded(names: Sequence[str], money: Array) -> dict[str, float]:
    """Round shares so that they still sum to one; the largest first."""
    unit = 10**_DIGITS
    exact = money / money.sum() * unit
    whole = np.floor(exact)
    missing = round(float(unit - whole.sum()))
    whole[np.argsort(-(exact - whole), kind="stable")[:missing]] += 1
    order = np.argsort(-whole, kind="stable")
    return {names[at]: float(whole[at]) / unit for at in order if whole[at] > 0}


def _six(value: float) -> float:
    return float(f"{value:.6g}")


def _fields(content: Mapping[str, object]) -> list[str]:
    return [
        f"{name if name.isidentifier() else _text(name)} = {_value(value)}"
        for name, value in content.items()
    ]


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        inner = ", ".join(_fields(value))
        return "{" + inner + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return _text(str(value))


def _text(value: str) -> str:
    """Quote a text: TOML's basic strings are escaped as JSON's."""
    return json.dumps(value, ensure_ascii=False)
