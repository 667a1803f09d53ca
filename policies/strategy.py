"""A government strategy: money and timing, read from a TOML file, turned into a plan."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from smecluster.model.engine.run.settings import check_inputs
from smecluster.model.errors import UnknownNameError
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.support.workspace import find_named_file, list_files
from smecluster.policies.levers import find_lever
from smecluster.policies.menu import Level, Menu, read_menu
from smecluster.policies.plan import FIRST_YEAR, LAST_YEAR, NEVER, START, Plan, Spending

if TYPE_CHECKING:
    from smecluster.model import Model

FOLDER = Path(__file__).with_name("strategies")
#: The strategy that the others are compared with unless another is named.
BASELINE = "as-now"
_SUM_TOLERANCE = 1e-6

# Units are for the reference of keys (`policies.reference`).
_SHARE, _YEAR = {"unit": "Dmnl"}, {"unit": "Year"}
Share = Annotated[float, Field(ge=0, le=1, json_schema_extra={**_SHARE})]
Year = Annotated[float, Field(ge=FIRST_YEAR, le=LAST_YEAR, json_schema_extra={**_YEAR})]
End = Annotated[float, Field(ge=FIRST_YEAR, le=2100, json_schema_extra={**_YEAR})]


class History(Schema):
    """Until when policy as now goes on, where a strategy sets that itself.

    Parameters
    ----------
    until : float
        First year without the recorded spending of the past, carried on at its last level; 1978
        leaves it out altogether, anything after 2040 keeps it to the end.
    """

    until: End


class Programme(Schema):
    """Money, its allocation over levers, and its timing.

    Parameters
    ----------
    share : float, optional
        Yearly money as a share of the value added that the government perceives (a region's own,
        the centre that of all regions), Dmnl.
    amount : float, optional
        Yearly money in prices of 2010, of each region or of the centre, Myuan/Year.
    start : float, optional
        Year in which it starts.
    trigger : float, optional
        Number of firms relative to the critical mass at which it starts (the centre: the mean
        over regions, by value added), Dmnl. Where that was reached before the comparison begins,
        it begins with it; where it never is, the strategy is refused.
    ramp : float
        Time constant of the approach to full money: 63 % of it flow once this time has passed,
        Year.
    end : float
        First year without it.
    allocation : dict
        Share of the money that each lever gets, summing to one.
    """

    level: ClassVar[Level]

    share: float | None = Field(default=None, ge=0, json_schema_extra={**_SHARE})
    amount: float | None = Field(default=None, ge=0, json_schema_extra={"unit": "Myuan/Year"})
    start: Year | None = None
    trigger: float | None = Field(default=None, gt=0, json_schema_extra={**_SHARE})
    ramp: float = Field(default=2, gt=0, json_schema_extra={**_YEAR})
    end: End = LAST_YEAR + 1
    allocation: dict[str, Share]

    @model_validator(mode="after")
    def _complete(self) -> Programme:
        _exactly_one(share=self.share, amount=self.amount)
        _exactly_one(start=self.start, trigger=self.trigger)
        if self.start is not None and self.end <= self.start:
            raise ValueError(f"end = {self.end:g} is not after start = {self.start:g}")
        for lever in self.allocation:
            find_lever(lever)
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
        Share of the region's programme money, policy as now included, that the central budget
        pays, Dmnl.
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
        Share of the centre's programme money, policy as now included, that the regions' budgets
        pay, Dmnl.
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
    money : {"additional", "replaces"}
        Whether its programmes come on top of policy as now, which goes on to the end, or replace
        it: policy as now then ends when the first programme starts.
    history : History, optional
        Until when policy as now goes on, where `money` does not say it.
    local, central : LocalProgramme, CentralProgramme, optional
        Its programmes at the two levels of government.
    """

    name: str
    title: str
    description: str
    money: Literal["additional", "replaces"] = "additional"
    history: History | None = None
    local: LocalProgramme | None = None
    central: CentralProgramme | None = None

    @model_validator(mode="after")
    def _says_when_replacing(self) -> Strategy:
        if self.money == "replaces" and self.history is None:
            if not self.programmes:
                raise ValueError("money = 'replaces' needs a programme that replaces something")
            if any(programme.start is None for programme in self.programmes):
                raise ValueError(
                    "money = 'replaces' with a trigger needs [history] until: the year in which "
                    "policy as now ends"
                )
        return self

    @property
    def hash(self) -> str:
        """SHA-256 of its content; layout and comments of the file do not matter."""
        content = json.dumps(self.model_dump(), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """Its programmes."""
        return tuple(programme for programme in (self.local, self.central) if programme)

    @property
    def until(self) -> float:
        """First year without policy as now."""
        if self.history is not None:
            return self.history.until
        if self.money == "additional":
            return NEVER
        return min(one.start for one in self.programmes if one.start is not None)

    def plan(self, model: Model, start: float | None = None) -> Plan:
        """Say what every government of a model does under the strategy.

        Parameters
        ----------
        model : Model
            The model; its regions and the ranges of its constants are respected.
        start : float, optional
            First year in which a trigger can start a programme; one that was passed before
            starts the programme then. By default 2025, or the year in which policy as now ends
            where that is earlier.

        Returns
        -------
        Plan
            The plan.

        Raises
        ------
        InputError
            If the strategy names a region or a lever that the model does not have, or a value lies
            outside the range that the model gives.
        """
        menu = read_menu(model)
        spending = [
            _spending(programme, region, programme.paid_by_centre)
            for region in model.regions
            if (programme := self._local_in(region, model)) is not None
        ]
        if self.central is not None:
            spending.append(_spending(self.central, None, self.central.paid_by_regions))
        self._check_levers(spending, menu)
        first = min(START, self.until) if start is None else start
        plan = Plan(self.name, menu, tuple(spending), self.until, first)
        check_inputs(model, plan.inputs, f"strategy {self.name!r}")
        return plan

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
        """Give the inputs of the model under its plan, see `plan`."""
        return self.plan(model).inputs

    def _check_levers(self, spending: Iterable[Spending], menu: Menu) -> None:
        """Refuse levers that the model does not have."""
        for lever in (lever for one in spending for lever in one.allocation):
            if lever not in menu.levers:
                raise UnknownNameError(f"lever in strategy {self.name!r}", lever, menu.levers)

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
    path = find_named_file("strategy", name, FOLDER)
    return validate(Strategy, {"name": path.stem} | read_toml(path), path.name)


def names() -> tuple[str, ...]:
    """Names of the strategies of the workspace and of the package, in alphabetical order."""
    return tuple(list_files(FOLDER))


def _exactly_one(**fields: float | None) -> None:
    given = [name for name, value in fields.items() if value is not None]
    if len(given) != 1:
        raise ValueError(f"give either {' or '.join(fields)}, not {' and '.join(given) or 'none'}")


def _spending(programme: Programme, region: str | None, paid_by_others: float) -> Spending:
    return Spending(
        region=region,
        share=programme.share or 0.0,
        amount=programme.amount or 0.0,
        allocation=programme.allocation,
        start=programme.start,
        trigger=programme.trigger,
        ramp=programme.ramp,
        end=programme.end,
        paid_by_others=paid_by_others,
    )
