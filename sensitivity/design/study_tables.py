"""The tables of a study file: method, factors, outputs, futures, and how runs are analysed."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from smecluster.model.errors import UnknownNameError
from smecluster.model.inputs import Schema
from smecluster.model.outcomes import DISPERSION, OUTCOMES, TOTAL
from smecluster.model.support.limits import MOST_YEARS

CALIBRATION, MODEL = "calibration", "model"

Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
MethodName = Literal[
    "morris", "sobol", "fast", "rbd-fast", "delta", "pawn", "hdmr", "regional", "given-data"
]
Distribution = Literal[
    "uniform", "loguniform", "triangular", "normal", "lognormal", "exponential", "choice"
]
Effect = Literal["set", "multiply", "add"]

METHODS: tuple[str, ...] = get_args(MethodName)
# These lay out their runs themselves and ask for factors that vary independently; all others
# take any sample, and so also draws of a calibration with their dependence.
DESIGNED = ("morris", "sobol", "fast")
# Only these can move a group of factors as one.
GROUPING = ("morris", "sobol")

# The greatest size.
LARGEST = 2**24
_LEAST = {"morris": 4, "sobol": 8, "fast": 65}  # FAST: more than four times its four harmonics
_LEAST_OTHERWISE = 32
# What each distribution needs; uniform and triangular may take their ends from the model.
_NEEDS: dict[str, tuple[str, ...]] = {
    "uniform": (),
    "loguniform": (),
    "triangular": (),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "log_sd"),
    "exponential": ("mean",),
    "choice": ("values",),
}
_TAKES: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high", "within"),
    "loguniform": ("low", "high", "within"),
    "triangular": ("low", "mode", "high", "within"),
    "normal": ("mean", "sd", "low", "high"),
    "lognormal": ("median", "log_sd", "low", "high"),
    "exponential": ("mean", "low", "high"),
    "choice": ("values",),
}
_NUMBERS = ("low", "high", "mode", "mean", "sd", "median", "log_sd", "within", "values")


class Method(Schema):
    """How the factors are sampled and how many runs that takes.

    Parameters
    ----------
    name : str
        One of `METHODS`.
    size : int
        Base points (sobol), trajectories (morris), points on the curve of each factor (fast),
        runs (all others). Sobol's points fill the space evenly where it is a power of two.
    second_order : bool
        Whether Sobol also measures pairs, for twice the runs.
    groups : bool
        Whether Sobol or Morris measures groups of factors instead of single ones.
    levels : int
        Levels of Morris' grid, even.
    """

    name: MethodName
    size: int = Field(ge=1, le=LARGEST)
    second_order: bool = False
    groups: bool = False
    levels: int = Field(default=4, ge=2, le=64, multiple_of=2)

    @model_validator(mode="after")
    def _fitting(self) -> Method:
        least = _LEAST.get(self.name, _LEAST_OTHERWISE)
        if self.size < least:
            raise ValueError(f"size = {self.size} is too small for {self.name}: at least {least}")
        if self.second_order and self.name != "sobol":
            raise ValueError(f"second_order is for sobol, not for {self.name}")
        if self.groups and self.name not in GROUPING:
            raise ValueError(f"groups = true is for {' and '.join(GROUPING)}, not for {self.name}")
        return self


class FactorTable(Schema):
    """A factor, or several of one kind, as a study file gives them.

    Parameters
    ----------
    input : str, optional
        A constant, a table or the first value of a stock of the model: ``"name"`` for all its
        elements together, ``"name[element]"``. Either this, `lever` or `from_`.
    lever : str, optional
        A lever, whose part of the programme's money is moved; all parts are then divided by
        their sum, which keeps the total money.
    from_ : {"calibration", "model"}, optional
        ``"calibration"``: a factor for each parameter of the calibration, its draws with their
        dependence. ``"model"``: a factor for each constant of the model's file that no other
        factor, setting or `except_` names, see `sensitivity.design.constants`.
    only : tuple of str
        The calibration's parameters to take; all if empty.
    except_ : tuple of str
        The model's constants to leave as they are.
    reach : float
        How many times its own value a regional constant of the model may be, see there.
    each : bool
        A factor for each element of the input's first range (or each region of the lever).
    label : str, optional
        What tables and figures call it; the input or lever if not given.
    group : str, optional
        The group that it belongs to.
    effect : {"set", "multiply", "add"}
        Whether the drawn number is the value, or acts on the model's or the strategy's own.
    distribution : str
        ``uniform``, ``loguniform``, ``triangular`` (low, mode, high), ``normal`` (mean, sd),
        ``lognormal`` (median, log_sd: standard deviation of the logarithm), ``exponential``
        (mean), ``choice`` (values, equally likely).
    low, high, mode, mean, sd, median, log_sd, values : float, optional
        Its numbers, in the input's unit (Dmnl where it multiplies). A value that is set varies
        over the model's own plausible range where no ends are given.
    within : float, optional
        Instead of ends: so much to both sides of the model's own value, as a share of it.
    """

    input: Text | None = None
    lever: Text | None = None
    from_: Literal["calibration", "model"] | None = Field(default=None, alias="from")
    only: tuple[Text, ...] = ()
    except_: tuple[Text, ...] = Field(default=(), alias="except")
    reach: float = Field(default=2.0, gt=1, le=1000)
    each: bool = False
    label: Text | None = None
    group: Text | None = None
    effect: Effect = "set"
    distribution: Distribution = "uniform"
    low: float | None = None
    high: float | None = None
    mode: float | None = None
    mean: float | None = None
    sd: float | None = Field(default=None, gt=0)
    median: float | None = Field(default=None, gt=0)
    log_sd: float | None = Field(default=None, gt=0)
    within: float | None = Field(default=None, gt=0, le=1)
    values: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """What an error message calls it."""
        return self.label or self.input or self.lever or f"from {self.from_}"

    @model_validator(mode="after")
    def _one_kind(self) -> FactorTable:
        given = [name for name in ("input", "lever", "from_") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give either input, lever, or from = 'calibration' or 'model'")
        if self.from_ != CALIBRATION and self.only:
            raise ValueError("only belongs to from = 'calibration'")
        for name in ("except_", "reach"):
            if self.from_ != MODEL and name in self.model_fields_set:
                raise ValueError(f"{name.rstrip('_')} belongs to from = 'model'")
        if self.from_ is not None:
            wrong = [name for name in (*_NUMBERS, "each", "label") if self._given(name)]
            wrong += [name for name in ("distribution", "effect") if name in self.model_fields_set]
            if wrong:
                raise ValueError(
                    f"from = {self.from_!r} brings its own values: leave out {wrong[0]}"
                )
        return self

    @model_validator(mode="after")
    def _numbers_fit(self) -> FactorTable:
        if self.from_ is not None:
            return self
        takes, needs = _TAKES[self.distribution], _NEEDS[self.distribution]
        for name in _NUMBERS:
            if self._given(name) and name not in takes:
                raise ValueError(
                    f"factor {self.name!r}: {self.distribution} does not take {name}, but "
                    f"{', '.join(takes)}"
                )
        for name in needs:
            if not self._given(name):
                raise ValueError(f"factor {self.name!r}: {self.distribution} needs {name}")
        if self.within is not None and (self.low is not None or self.high is not None):
            raise ValueError(f"factor {self.name!r}: give either within or low and high")
        if self.distribution == "choice" and len(set(self.values)) < 2:
            raise ValueError(f"factor {self.name!r}: choice needs at least two different values")
        self._ends_rise()
        return self

    def _ends_rise(self) -> None:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(
                f"factor {self.name!r}: low = {self.low:g} is not below high = {self.high:g}"
            )
        if self.distribution == "loguniform" and self.low is not None and self.low <= 0:
            raise ValueError(f"factor {self.name!r}: loguniform needs low above 0")

    def _given(self, name: str) -> bool:
        return getattr(self, name) not in (None, (), False)


class OutputTable(Schema):
    """What is measured, at one place or several, in one year or several.

    Parameters
    ----------
    outcome : str
        An outcome of `model.outcomes`, or the dispersion among regions. Either this or `variable`.
    variable : str
        Any variable of the model, also of one that has no outcomes.
    place : str or tuple of str
        A region, ``"total"``, or ``"all"`` for every region and the total. Of a `variable` an
        element (``"north"``, ``"north, young"``) or ``"all"`` elements; nothing if it has none.
    year : float or tuple of float, optional
        One year or several. Either this or `series`.
    series : tuple of float, optional
        First year, last year and step of a time series.
    since : float, optional
        Year from which sums count: its value is taken off (discounted sums, stocks).
    """

    outcome: str = ""
    variable: str = ""
    place: Text | tuple[Text, ...] = TOTAL
    year: float | tuple[float, ...] | None = None
    series: tuple[float, float, float] | None = None
    since: float | None = None

    @field_validator("outcome")
    @classmethod
    def _known(cls, outcome: str) -> str:
        names = [*(known.name for known in OUTCOMES), DISPERSION]
        if outcome and outcome not in names:
            raise ValueError(str(UnknownNameError("outcome", outcome, names)))
        return outcome

    @model_validator(mode="after")
    def _timed(self) -> OutputTable:
        if bool(self.outcome) == bool(self.variable):
            raise ValueError("an output names either an outcome or a variable of the model")
        if (self.year is None) == (self.series is None):
            raise ValueError(f"output {self.name!r}: give either year or series")
        if self.series is not None:
            first, last, step = self.series
            if not first < last or step <= 0:
                raise ValueError(
                    f"output {self.name!r}: series is [first year, last year, step], "
                    f"not {list(self.series)}"
                )
            if (last - first) / step > MOST_YEARS:
                raise ValueError(
                    f"output {self.name!r}: a series has at most {MOST_YEARS:,} years, "
                    f"{list(self.series)} has {(last - first) / step:,.0f}"
                )
        if not self.years:
            raise ValueError(f"output {self.name!r}: give at least one year")
        return self

    @property
    def name(self) -> str:
        """The outcome or the variable that is measured."""
        return self.outcome or self.variable

    @property
    def years(self) -> tuple[float, ...]:
        """The years to keep."""
        if self.series is not None:
            first, last, step = self.series
            count = int((last - first) / step + 1e-9)
            return tuple(first + step * place for place in range(count + 1))
        assert self.year is not None
        return (self.year,) if isinstance(self.year, float) else self.year

    @property
    def places(self) -> tuple[str, ...]:
        """The places asked for."""
        return (self.place,) if isinstance(self.place, str) else self.place


class Future(Schema):
    """Inputs that make a future, written into the study.

    Parameters
    ----------
    name : str
        Short name.
    inputs : dict
        By the model's names: a number, or the points ``[[x, y], ...]`` of a table.
    """

    name: Text
    inputs: dict[str, float | tuple[tuple[float, float], ...]]


class Analysis(Schema):
    """How stored results are analysed.

    Parameters
    ----------
    confidence : float
        Level of the intervals, Dmnl.
    resamples : int
        Bootstrap samples behind each interval.
    quantile : float
        Regional analysis: runs above this quantile of an output are the behaviour asked about.
    threshold : float, optional
        The same as a value in the output's unit, instead of `quantile`.
    below : bool
        Whether the runs below are asked about instead.
    """

    confidence: Share = 0.95
    resamples: int = Field(default=500, ge=20, le=100_000)
    quantile: Share = 0.9
    threshold: float | None = None
    below: bool = False


class Enough(Schema):
    """When there are enough runs: a study that says so has its size doubled until then.

    Parameters
    ----------
    width : float
        Widest confidence interval allowed, Dmnl; for Morris' mu star as a share of the
        output's greatest.
    leading : int
        Number of leading factors whose intervals count.
    largest : int
        Size beyond which it is not doubled.
    outputs : tuple of str
        Names of the outputs that count; if empty, the last year of each outcome at each place,
        the first eight.
    """

    width: float = Field(default=0.1, gt=0)
    leading: int = Field(default=5, ge=1)
    largest: int = Field(default=16384, ge=1, le=LARGEST)
    outputs: tuple[Text, ...] = ()


class Failures(Schema):
    """What is done about runs that fail.

    Parameters
    ----------
    largest_share : float
        Share of all runs of the study that may fail before it stops, Dmnl.
    """

    largest_share: float = Field(default=0.05, ge=0, le=1)
