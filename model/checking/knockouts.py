"""The mechanisms of the paper, each cut and doubled, beside the sizes committed beforehand.

A mechanism is an entry in ``model/mechanisms/*.yaml`` (the keys are described in the README
there). From a year on it is cut or doubled in one region; what that does to value added, firms and
jobs of the region after 10 and 20 years is held against intervals that were written down before
any run. A mechanism that rests on a variable without regions, the rule of law say, is cut for all
regions at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field, model_validator

from smecluster.model.engine.run.runs import simulate, simulate_many
from smecluster.model.errors import InputError
from smecluster.model.file.knocking import END, NEVER, START, Knock, is_regional, with_knocks
from smecluster.model.file.model import Model
from smecluster.model.file.regions import REGION
from smecluster.model.inputs import Schema, read_yaml, validate
from smecluster.model.presentation.language.catalogue import mark

FOLDER = Path(__file__).parents[1] / "mechanisms"
#: First years of a knock-out, and the years after it at which outcomes are read.
YEARS = (1990, 2000, 2010, 2025)
AFTER = (10, 20)
OUTCOMES = ("value added", "SMEs", "Employment")
#: A mechanism that moves value added and firms by less than this everywhere carries no weight.
LEAST_VALUE_ADDED, LEAST_FIRMS = 0.01, 0.05

_POWERS: Mapping[str, float] = {mark("cut"): 0.0, mark("double"): 2.0}


class CutSpec(Schema):
    """A variable that carries a mechanism, and which of its readers are cut off (all if none)."""

    variable: str
    readers: tuple[str, ...] = ()


class Expectation(Schema):
    """What a knock-out should do, written down before it is run.

    Parameters
    ----------
    act : {"cut", "double"}
        What is done to the mechanism.
    outcome : str
        A variable, one of `OUTCOMES`.
    after : int
        Years from the knock-out, one of `AFTER`.
    years : tuple of int
        First years of the knock-out; all of `YEARS` if left out.
    regions : tuple of str
        Regions; all if left out.
    low, high : float
        The interval of the change as a share of the outcome without the knock-out, Dmnl.
    somewhere : bool
        Whether one of the years and regions is enough; none may go beyond the far end.
    """

    act: Literal["cut", "double"]
    outcome: str
    after: int
    years: tuple[int, ...] = YEARS
    regions: tuple[str, ...] = ()
    low: float
    high: float
    somewhere: bool = False

    @model_validator(mode="after")
    def _is_computed(self) -> Expectation:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"outcome = {self.outcome!r}: allowed are {', '.join(OUTCOMES)}")
        if self.after not in AFTER:
            raise ValueError(f"after = {self.after}: allowed are {', '.join(map(str, AFTER))}")
        for year in self.years:
            if year not in YEARS:
                raise ValueError(f"year {year}: allowed are {', '.join(map(str, YEARS))}")
        if not self.low < self.high:
            raise ValueError(f"low = {self.low:g} is not below high = {self.high:g}")
        return self


class Mechanism(Schema):
    """A mechanism of the paper, and how large it should be; see ``model/mechanisms/README.md``."""

    mechanism: str
    paper: tuple[str, ...]
    claim: str
    cut: tuple[CutSpec, ...] = Field(min_length=1)
    act: Literal["freeze", "stop"]
    form: Literal["ratio", "difference"] = "ratio"
    lasts: int | None = Field(default=None, gt=0)
    expect: tuple[Expectation, ...] = Field(min_length=1)
    evidence: str

    @property
    def power(self) -> str:
        """Name of the input by which it is knocked out."""
        return "power of " + "".join(c if c.isalnum() else " " for c in self.mechanism)

    @property
    def knocks(self) -> list[Knock]:
        """What is knocked out, one entry a variable."""
        return [
            Knock(each.variable, self.act, self.form, self.power, each.readers) for each in self.cut
        ]


@dataclass(frozen=True)
class Judgement:
    """An expectation beside what the model does.

    Attributes
    ----------
    expectation : Expectation
        What was written down.
    low, high : float
        Smallest and largest change in the years and regions that it names, Dmnl; missing where
        a run failed or the model has none of the regions.
    met : bool or None
        Whether it came out; None where it cannot be judged.
    """

    expectation: Expectation
    low: float
    high: float
    met: bool | None


@dataclass(frozen=True)
class Knockouts:
    """What every mechanism does.

    Attributes
    ----------
    mechanisms : tuple of Mechanism
        The mechanisms.
    changes : xarray.DataArray
        Change of an outcome as a share of its value without the knock-out, Dmnl, along
        (mechanism, act, start, Region, outcome, after). Missing where a run failed.
    regional : tuple of bool
        Of each mechanism whether it was knocked out in one region at a time.
    """

    mechanisms: tuple[Mechanism, ...]
    changes: xr.DataArray
    regional: tuple[bool, ...]

    def judge(self, mechanism: Mechanism) -> list[Judgement]:
        """Hold what a mechanism does against what was expected of it."""
        return [self._judge(mechanism, each) for each in mechanism.expect]

    def _judge(self, mechanism: Mechanism, expected: Expectation) -> Judgement:
        known = [str(name) for name in self.changes[REGION].values]
        regions = [name for name in (expected.regions or known) if name in known]
        values = self.changes.sel(
            mechanism=mechanism.mechanism,
            act=expected.act,
            start=list(expected.years),
            Region=regions,
            outcome=expected.outcome,
            after=expected.after,
        ).values
        if not values.size or not np.isfinite(values).all():
            return Judgement(expected, np.nan, np.nan, None)
        inside = (values >= expected.low) & (values <= expected.high)
        met = bool(inside.all())
        if expected.somewhere:
            # One is enough, but none may go further than the interval's far end.
            far = max(expected.low, expected.high, key=abs)
            beyond = values < far if far < 0 else values > far
            met = bool(inside.any() and not beyond.any())
        return Judgement(expected, float(values.min()), float(values.max()), met)

    def largest(self, mechanism: Mechanism, outcome: str) -> float:
        """Give the largest change, either way, that a cut makes to an outcome, Dmnl."""
        chosen = self.changes.sel(mechanism=mechanism.mechanism, act="cut", outcome=outcome)
        values = chosen.values[np.isfinite(chosen.values)]
        return float(values[np.abs(values).argmax()]) if values.size else float("nan")

    def is_weightless(self, mechanism: Mechanism) -> bool:
        """Say whether a cut moves value added and firms by next to nothing everywhere."""
        return (
            abs(self.largest(mechanism, "value added")) < LEAST_VALUE_ADDED
            and abs(self.largest(mechanism, "SMEs")) < LEAST_FIRMS
        )

    def summarise(self) -> pd.DataFrame:
        """Give a row a mechanism.

        Columns: section; mechanism; the smallest and the largest change of value added that a cut
        makes after 20 years, and the largest of firms after 10 or 20, in per cent; how many of
        its expectations are met, of how many; and ``weightless`` where it moves next to nothing.
        """
        rows = []
        for each in self.mechanisms:
            cut = self.changes.sel(mechanism=each.mechanism, act="cut", after=AFTER[-1])
            values = 100 * cut.sel(outcome="value added").values
            judged = self.judge(each)
            rows.append(
                {
                    "section": ", ".join(each.paper),
                    "mechanism": each.mechanism,
                    "value added, least (%)": np.nanmin(values),
                    "value added, most (%)": np.nanmax(values),
                    "firms, largest (%)": 100 * self.largest(each, "SMEs"),
                    "expected": len(judged),
                    "met": sum(one.met is True for one in judged),
                    "weightless": self.is_weightless(each),
                }
            )
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """Give all changes in per cent: a row a mechanism, act, start and region.

        Columns: mechanism, section, act, start (Year), region, then a column for each outcome and
        number of years, in per cent of the outcome without the knock-out.
        """
        sections = {each.mechanism: ", ".join(each.paper) for each in self.mechanisms}
        rows = self.changes.stack(row=("mechanism", "act", "start", REGION)).transpose("row", ...)
        table = rows["row"].to_index().to_frame(index=False)
        table.insert(1, "section", table["mechanism"].map(sections))
        for at, outcome in enumerate(OUTCOMES):
            for last, after in enumerate(AFTER):
                table[f"{outcome} after {after} years (%)"] = 100 * rows.values[:, at, last]
        return table.rename(columns={REGION: "region"})


def load_mechanisms(folder: str | Path = FOLDER) -> tuple[Mechanism, ...]:
    """Read mechanisms and what is expected of them.

    Parameters
    ----------
    folder : str or Path, optional
        A folder of YAML files, each a list of mechanisms; by default the shipped ones.

    Returns
    -------
    tuple of Mechanism
        In the order of the files' names.

    Raises
    ------
    InputError
        If there is no file, one is broken, or two mechanisms have one name.
    """
    mechanisms: list[Mechanism] = []
    for path in sorted(Path(folder).glob("*.yaml")):
        content = read_yaml(path)
        if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
            raise InputError(f"{path} is not a list of mechanisms")
        mechanisms += [validate(Mechanism, each, path.name) for each in content]
    if not mechanisms:
        raise InputError(f"no mechanisms (*.yaml) in {folder}")
    powers = set[str]()
    for each in mechanisms:
        if each.power.casefold() in powers:
            raise InputError(f"two mechanisms are called {each.mechanism!r}")
        powers.add(each.power.casefold())
    return tuple(mechanisms)


def run_knockouts(
    model: Model, mechanisms: Sequence[Mechanism] | None = None, workers: int | None = None
) -> Knockouts:
    """Cut and double every mechanism, from each year on, in one region at a time.

    Parameters
    ----------
    model : Model
        A Vensim model with regions; one that ends before the last outcome is read runs on.
    mechanisms : sequence of Mechanism, optional
        The mechanisms; the shipped ones if left out.
    workers : int, optional
        Threads; they change no digit.

    Returns
    -------
    Knockouts

    Raises
    ------
    InputError
        If the model is not a Vensim file with regions, or lacks a variable that a mechanism
        names.
    """
    if model.xmile or not model.regions:
        raise InputError("knock-outs need a Vensim model with the range Region")
    chosen = tuple(load_mechanisms() if mechanisms is None else mechanisms)
    text = with_knocks(model.text, [knock for each in chosen for knock in each.knocks])
    knocked = Model(text, model.path)
    regional = tuple(
        all(is_regional(model.text, knock) for knock in each.knocks) for each in chosen
    )
    rows = [
        (at, act, start, region)
        for at, each in enumerate(chosen)
        for act in _POWERS
        for start in YEARS
        for region in (model.regions if regional[at] else (None,))
    ]
    table = _table(knocked, chosen, rows)
    variables = list(OUTCOMES)
    years = sorted({float(start + after) for start in YEARS for after in AFTER})
    base = {"FINAL TIME": max(model.time.final, years[-1])}
    results = simulate_many(
        knocked, table, variables, years, workers=workers, base=base, within_ranges=False
    )
    reference = simulate(model, base, outputs=variables, within_ranges=False)
    # The data of the knock-outs and of the reference: (outcome, run, time, region).
    after = np.stack([results[name].transpose("run", "time", REGION).values for name in variables])
    before = np.stack([reference[name].sel(time=years).values for name in variables])
    change = after / before[:, None] - 1
    acts = list(_POWERS)
    changes = np.full(
        (len(chosen), len(acts), len(YEARS), len(model.regions), len(OUTCOMES), len(AFTER)),
        np.nan,
    )
    for row, (at, act, start, region) in enumerate(rows):
        here = [p for p, name in enumerate(model.regions) if region in (None, name)]
        read = [years.index(start + later) for later in AFTER]
        values = change[:, row][:, read][:, :, here].transpose(2, 0, 1)
        changes[at, acts.index(act), YEARS.index(start), here] = values
    labels = {
        "mechanism": [each.mechanism for each in chosen],
        "act": acts,
        "start": list(YEARS),
        REGION: list(model.regions),
        "outcome": list(OUTCOMES),
        "after": list(AFTER),
    }
    data = xr.DataArray(changes, labels, list(labels), attrs={"unit": "Dmnl"})
    return Knockouts(chosen, data, regional)


def _table(
    knocked: Model,
    mechanisms: Sequence[Mechanism],
    rows: Sequence[tuple[int, str, int, str | None]],
) -> pd.DataFrame:
    """Write the inputs of every run: all powers 1 but that of the mechanism and region."""
    columns: dict[str, np.ndarray] = {START: np.full(len(rows), NEVER)}
    columns[END] = np.full(len(rows), NEVER)
    known = knocked.variables
    for row, (at, act, start, region) in enumerate(rows):
        each = mechanisms[at]
        columns[START][row] = start
        if each.lasts is not None:
            columns[END][row] = start + each.lasts
        names = [f"{each.power}[{name}]" for name in knocked.regions if region in (None, name)]
        for name in (*names, f"{each.power} everywhere"):
            if name.partition("[")[0] in known:
                columns.setdefault(name, np.ones(len(rows)))[row] = _POWERS[act]
    return pd.DataFrame(columns)
