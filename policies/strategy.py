"""A government strategy: money and timing, read from a TOML file, turned into model inputs."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, model_validator

from smecluster.model.settings import check_ranges
from smecluster.model.support.errors import UnknownNameError
from smecluster.model.support.files import find_named_file, read_toml
from smecluster.model.support.schema import Schema, validate
from smecluster.policies.levers import Level, find_lever, read_levers

if TYPE_CHECKING:
    from smecluster.model import Model

FOLDER = Path(__file__).with_name("strategies")
FIRST_YEAR, LAST_YEAR = 1978.0, 2040.0  # of the model's run
_SUM_TOLERANCE = 1e-6

Share = Annotated[float, Field(ge=0, le=1)]
Year = Annotated[float, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
End = Annotated[float, Field(ge=FIRST_YEAR, le=2100)]


class History(Schema):
    """How long the historical course of policy acts before the strategy is alone.

    Parameters
    ----------
    until : float
        First year without the historical programmes; 1978 leaves them out altogether,
        anything after 2040 keeps them to the end.
    """

    until: End = 2025


class Programme(Schema):
    """Money, its allocation over levers, and its timing.

    Parameters
    ----------
    share : float, optional
        Yearly money as a share of value added, Dmnl. Either this or `amount`.
    amount : float, optional
        Yearly money, Myuan/Year.
    start : float, optional
        Year in which it starts. Either this or `trigger`.
    trigger : float, optional
        Number of firms, relative to the critical mass, at which it starts, Dmnl.
    ramp : float
        Time from the start to full money, Year.
    end : float
        First year without it.
    allocation : dict
        Share of the money that each lever gets, summing to one.
    """

    level: ClassVar[Level]

    share: float | None = Field(default=None, ge=0)
    amount: float | None = Field(default=None, ge=0)
    start: Year | None = None
    trigger: float | None = Field(default=None, gt=0)
    ramp: float = Field(default=2, gt=0)
    end: End = LAST_YEAR + 1
    allocation: dict[str, Share]

    @model_validator(mode="after")
    def _complete(self) -> Programme:
        _exactly_one(share=self.share, amount=self.amount)
        _exactly_one(start=self.start, trigger=self.trigger)
        if self.start is not None and self.end <= self.start:
            raise ValueError(f"end = {self.end:g} is not after start = {self.start:g}")
        for lever in self.allocation:
            find_lever(lever, self.level)
        total = math.fsum(self.allocation.values())
        if abs(total - 1) > _SUM_TOLERANCE:
            raise ValueError(f"allocation sums to {total:g}; it must sum to 1")
        return self

    def scaled(self, factor: float) -> dict[str, Any]:
        """Fields of the programme with its money multiplied by `factor` (Dmnl)."""
        money = {
            name: value * factor
            for name in ("share", "amount")
            if (value := getattr(self, name)) is not None
        }
        return self.model_dump(exclude_none=True) | money


class RegionalProgramme(Programme):
    """The programme that one regional government runs.

    Parameters
    ----------
    paid_by_centre : float
        Share of the money that the central budget pays, Dmnl.
    """

    level: ClassVar[Level] = "local"

    paid_by_centre: Share = 0.0


class LocalProgramme(RegionalProgramme):
    """The programmes of the regional governments, each with its own money.

    Parameters
    ----------
    regions : tuple of str, optional
        The regions that run one; all if not given.
    exceptions : dict
        For a region, the fields in which its programme differs.
    """

    regions: tuple[str, ...] | None = None
    exceptions: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _exceptions_complete(self) -> LocalProgramme:
        for region in self.exceptions:
            self.in_region(region)
        return self

    def in_region(self, region: str) -> RegionalProgramme:
        """Give the programme that one region runs (its own where it is an exception)."""
        changes = self.exceptions.get(region, {})
        base = self.model_dump(exclude={"exceptions", "regions"}, exclude_none=True)
        for pair in ({"share", "amount"}, {"start", "trigger"}):
            if pair & changes.keys():
                base = {name: value for name, value in base.items() if name not in pair}
        return validate(RegionalProgramme, base | changes, f"exceptions.{region}")

    def scaled(self, factor: float) -> dict[str, Any]:
        """Fields of the programme with its money, and its exceptions', multiplied."""
        exceptions = {
            region: {
                name: value * factor if name in ("share", "amount") else value
                for name, value in changes.items()
            }
            for region, changes in self.exceptions.items()
        }
        return super().scaled(factor) | {"exceptions": exceptions}


class CentralProgramme(Programme):
    """The programme of the central government, for all regions at once.

    Parameters
    ----------
    paid_by_regions : float
        Share of the money that the regions' budgets pay, Dmnl.
    """

    level: ClassVar[Level] = "central"

    paid_by_regions: Share = 0.0


class Strategy(Schema):
    """A government strategy.

    Parameters
    ----------
    name : str
        Short name: the file's, without its suffix.
    title : str
        What tables and figures call it.
    description : str
        What it represents.
    history : History
        How long the historical course acts before it.
    local, central : LocalProgramme, CentralProgramme, optional
        Its programmes at the two levels of government.
    """

    name: str
    title: str
    description: str
    history: History = History()
    local: LocalProgramme | None = None
    central: CentralProgramme | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of what it says, whatever its layout and comments."""
        content = json.dumps(self.model_dump(), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """Its programmes."""
        return tuple(programme for programme in (self.local, self.central) if programme)

    def scaled(self, factor: float) -> Strategy:
        """Multiply all its money.

        Parameters
        ----------
        factor : float
            Factor, Dmnl.

        Returns
        -------
        Strategy
            The scaled strategy.
        """
        return self.model_copy(
            update={
                "local": self.local and LocalProgramme(**self.local.scaled(factor)),
                "central": self.central and CentralProgramme(**self.central.scaled(factor)),
            }
        )

    def without_programme(self) -> Strategy:
        """Keep the history and drop the programmes after it."""
        return self.model_copy(update={"local": None, "central": None})

    def central_alone(self) -> Strategy:
        """Keep the central programme and drop the local ones."""
        return self.model_copy(update={"local": None})

    def alone_in(self, region: str) -> Strategy:
        """Keep the local programme of one region and drop the centre's and the others'.

        Parameters
        ----------
        region : str
            The region.

        Returns
        -------
        Strategy
            The strategy that only this region runs.
        """
        local = self.local
        if local is not None:
            runs = region in (local.regions or (region,))
            local = local.model_copy(update={"regions": (region,)}) if runs else None
        return self.model_copy(update={"local": local, "central": None})

    def inputs(self, model: Model) -> dict[str, float]:
        """Turn the strategy into inputs of the model.

        Parameters
        ----------
        model : Model
            The model; its regions and the ranges of its constants are respected.

        Returns
        -------
        dict
            Value of each constant that the strategy sets, by name and element.

        Raises
        ------
        InputError
            If it names a region that the model does not have, or a value lies outside
            the range that the model gives.
        """
        values = {"history switch": 1.0, "history end": self.history.until}
        for region in model.regions:
            values |= _local_inputs(self._local_in(region, model), region)
        values |= _central_inputs(self.central)
        check_ranges(model, values, f"strategy {self.name!r}")
        return values

    def _local_in(self, region: str, model: Model) -> RegionalProgramme | None:
        if self.local is None:
            return None
        for named in (*(self.local.regions or ()), *self.local.exceptions):
            if named not in model.regions:
                raise UnknownNameError(f"region in strategy {self.name!r}", named, model.regions)
        if self.local.regions is not None and region not in self.local.regions:
            return None
        return self.local.in_region(region)


def load(name: str | Path) -> Strategy:
    """Read a strategy.

    Parameters
    ----------
    name : str or Path
        The name of a strategy in ``policies/strategies``, or the path of a TOML file.

    Returns
    -------
    Strategy
        The strategy.

    Raises
    ------
    InputError
        If there is no such strategy, or the file is broken.
    """
    path = find_named_file("strategy", name, FOLDER, names())
    return validate(Strategy, {"name": path.stem} | read_toml(path), path.name)


def names() -> tuple[str, ...]:
    """Names of the strategies that come with the project, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _exactly_one(**fields: float | None) -> None:
    given = [name for name, value in fields.items() if value is not None]
    if len(given) != 1:
        raise ValueError(f"give either {' or '.join(fields)}, not {' and '.join(given) or 'none'}")


def _local_inputs(programme: RegionalProgramme | None, region: str) -> dict[str, float]:
    values = {f"local {key}[{region}]": value for key, value in _timing(programme).items()}
    if programme is not None:
        values[f"centre share of local programme[{region}]"] = programme.paid_by_centre
        for lever in read_levers("local"):
            share = programme.allocation.get(lever.name, 0.0)
            values[f"local allocation[{region}, {lever.name}]"] = share
    return values


def _central_inputs(programme: CentralProgramme | None) -> dict[str, float]:
    values = {f"central {key}": value for key, value in _timing(programme).items()}
    if programme is not None:
        values["region share of central programme"] = programme.paid_by_regions
        for lever in read_levers("central"):
            share = programme.allocation.get(lever.name, 0.0)
            values[f"central allocation[{lever.name}]"] = share
    return values


def _timing(programme: Programme | None) -> dict[str, float]:
    if programme is None:
        return {"programme share": 0.0, "programme amount": 0.0}
    triggered = programme.trigger is not None
    return {
        "programme share": programme.share or 0.0,
        "programme amount": programme.amount or 0.0,
        "programme start": FIRST_YEAR if programme.start is None else programme.start,
        "programme ramp": programme.ramp,
        "programme end": programme.end,
        "trigger switch": float(triggered),
    } | ({"trigger mass": programme.trigger} if programme.trigger is not None else {})
