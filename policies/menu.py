"""The menu of a model: the levers of each level of government, and what the model calls them.

Everything that depends on how a model lays out its policy stands here, and is read from the model
that is loaded. Two layouts are known. In one each level has a range of levers of its own, and the
centre acts on all regions at once (`TwoMenus`). In the other both levels choose from one range, and
the centre has money and an allocation for each region (`OneMenu`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from smecluster.model.vensim.regions import REGION

if TYPE_CHECKING:
    import xarray as xr

    from smecluster.model import Model

Level = Literal["local", "central"]
LEVELS: tuple[Level, ...] = ("local", "central")
#: What is set for a government's programme as a whole.
Quantity = Literal[
    "programme share",
    "programme amount",
    "programme start",
    "programme ramp",
    "programme end",
    "trigger switch",
    "trigger mass",
]
MONEY: tuple[Quantity, ...] = ("programme share", "programme amount")
#: Present value of programme money since 1978, Myuan: each region's along ``Region``, the centre's.
LOCAL_ACCOUNT = "Programme account"
CENTRAL_ACCOUNT = "Central programme account"
#: What the dimension of the levers is called in results, regardless of the ranges of the model.
LEVER = "lever"

_LEVEL = "Level"
_LOCAL_MASS = "Perceived cluster mass"
_PAID: Mapping[Level, str] = {
    "local": "centre share of local programme",
    "central": "region share of central programme",
}


@dataclass(frozen=True)
class Menu(ABC):
    """The levers of each level in a model, and the names of what concerns them.

    A government is a region's, or the centre's (None). Where the model wants the centre's values
    region by region, each region gets the same, and an amount is divided among them.

    Attributes
    ----------
    regions : tuple of str
        The model's regions.
    local, central : tuple of str
        The levers of a local government and of the centre, in the model's order.
    """

    regions: tuple[str, ...]
    local: tuple[str, ...]
    central: tuple[str, ...]

    #: File in ``policies`` that describes the levers of models with this layout.
    catalogue: ClassVar[str]
    #: Range of the levers, by level.
    ranges: ClassVar[Mapping[Level, str]]
    #: Inputs that hold how money is divided over levers; the last element is the lever.
    allocations: ClassVar[tuple[str, ...]]
    #: Tables of what policy as now spends on a lever, as a share of value added, by level.
    efforts: ClassVar[Mapping[Level, str]]
    #: Programme money by lever, by level, Myuan/Year.
    spending: ClassVar[Mapping[Level, str]] = {
        "local": "local programme spending",
        "central": "central programme spending",
    }
    #: Money of governments' programmes, without policy as now, Myuan/Year; see `split_budgets`.
    budgets: ClassVar[tuple[str, ...]]
    #: What a trigger is compared with, by level, Dmnl.
    masses: ClassVar[Mapping[Level, str]]

    @property
    def every(self) -> tuple[str, ...]:
        """All levers, each once."""
        return tuple(dict.fromkeys((*self.local, *self.central)))

    def levers(self, level: Level) -> tuple[str, ...]:
        """Name the levers of a level."""
        return self.local if level == "local" else self.central

    @abstractmethod
    def set_programme(
        self, quantity: Quantity, region: str | None, value: float
    ) -> dict[str, float]:
        """Give the inputs that set a quantity of a government's programme.

        Parameters
        ----------
        quantity : str
            Share of value added (Dmnl), amount (Myuan/Year), first year, time constant of the ramp
            (Year), first year without it, whether it waits for a trigger (1 or 0), and the
            trigger's mass (Dmnl).
        region : str or None
            The region; None for the centre.
        value : float
            The value, in the quantity's unit.

        Returns
        -------
        dict of str to float
            Values by the inputs' names.
        """

    @abstractmethod
    def set_allocation(self, lever: str, region: str | None, value: float) -> dict[str, float]:
        """Give the inputs that set a lever's share of a government's money, Dmnl."""

    def set_payment(self, region: str | None, value: float) -> dict[str, float]:
        """Give the input that sets what the other level pays of a government's money, Dmnl."""
        name = _PAID["central"] if region is None else f"{_PAID['local']}[{region}]"
        return {name: value}

    def name_money(self, region: str | None) -> tuple[str, ...]:
        """Name the inputs that hold a government's money: shares of value added, and amounts."""
        return tuple(name for kind in MONEY for name in self.set_programme(kind, region, 0.0))

    def name_allocation(self, lever: str) -> str:
        """Name the input that holds a lever's share in all regions and at every level with it."""
        (name,) = {
            name
            for level, name in zip(LEVELS, _repeat(self.allocations), strict=True)
            if lever in self.levers(level)
        }
        return f"{name}[{lever}]"

    @abstractmethod
    def split_budgets(self, run: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
        """Give the money of programmes, without policy as now: by ``Region``, and the centre's.

        Parameters
        ----------
        run : xarray.Dataset
            Results with the model's `budgets`.

        Returns
        -------
        tuple of xarray.DataArray
            Money of local governments along ``Region``, and of the centre, Myuan/Year.
        """

    def sum_spending(self, run: xr.Dataset, level: Level) -> xr.DataArray:
        """Add up what the governments of a level spend on each lever.

        Parameters
        ----------
        run : xarray.Dataset
            Results with the level's `spending`.
        level : {"local", "central"}
            The level.

        Returns
        -------
        xarray.DataArray
            Money along ``lever``, Myuan/Year; along ``Region`` at the local level alone.
        """
        spent = run[self.spending[level]]
        if level == "central" and REGION in spent.dims:
            spent = spent.sum(REGION)
        return spent.rename({self.ranges[level]: LEVER})


class TwoMenus(Menu):
    """Each level has a range of levers of its own."""

    catalogue = "levers_two_menus.toml"
    ranges: ClassVar[Mapping[Level, str]] = {"local": "Local lever", "central": "Central lever"}
    allocations = ("local allocation", "central allocation")
    efforts: ClassVar[Mapping[Level, str]] = {
        "local": "historical local effort",
        "central": "historical central effort",
    }
    budgets = ("local programme budget", "central programme budget")
    masses: ClassVar[Mapping[Level, str]] = {"local": _LOCAL_MASS, "central": "mean perceived mass"}

    def set_programme(
        self, quantity: Quantity, region: str | None, value: float
    ) -> dict[str, float]:
        """Give the input that sets a quantity of a government's programme; see `Menu`."""
        name = f"central {quantity}" if region is None else f"local {quantity}[{region}]"
        return {name: value}

    def set_allocation(self, lever: str, region: str | None, value: float) -> dict[str, float]:
        """Give the input that sets a lever's share of a government's money, Dmnl."""
        local, central = self.allocations
        return {f"{central}[{lever}]" if region is None else f"{local}[{region}, {lever}]": value}

    def split_budgets(self, run: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
        """Give the money of programmes, without policy as now: by ``Region``, and the centre's."""
        local, central = self.budgets
        return run[local], run[central]


class OneMenu(Menu):
    """Both levels choose from one range of levers; the centre acts region by region."""

    catalogue = "levers.toml"
    ranges: ClassVar[Mapping[Level, str]] = {"local": "Lever", "central": "Lever"}
    allocations = ("allocation",)
    efforts: ClassVar[Mapping[Level, str]] = {
        "local": "historical effort",
        "central": "historical central effort",
    }
    budgets = ("programme budget",)
    masses: ClassVar[Mapping[Level, str]] = {"local": _LOCAL_MASS, "central": _LOCAL_MASS}

    def set_programme(
        self, quantity: Quantity, region: str | None, value: float
    ) -> dict[str, float]:
        """Give the inputs that set a quantity of a government's programme; see `Menu`."""
        if region is None and quantity == "programme amount":
            value /= len(self.regions)
        return {f"{quantity}[{cell}]": value for cell in self._cells(region)}

    def set_allocation(self, lever: str, region: str | None, value: float) -> dict[str, float]:
        """Give the inputs that set a lever's share of a government's money, Dmnl."""
        (name,) = self.allocations
        return {f"{name}[{cell}, {lever}]": value for cell in self._cells(region)}

    def split_budgets(self, run: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
        """Give the money of programmes, without policy as now: by ``Region``, and the centre's."""
        (name,) = self.budgets
        local, central = (run[name].sel({_LEVEL: level}, drop=True) for level in LEVELS)
        return local, central.sum(REGION)

    def _cells(self, region: str | None) -> list[str]:
        if region is not None:
            return [f"local, {region}"]
        return [f"central, {place}" for place in self.regions]


def read_menu(model: Model) -> Menu:
    """Read which levers each level has in a model.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    Menu
        Its menu; without levers where the model has none.
    """
    return find_menu(model.subscripts)


def find_menu(ranges: Mapping[str, tuple[str, ...]]) -> Menu:
    """Find the menu that goes with the ranges of a model.

    Parameters
    ----------
    ranges : mapping of str to tuple of str
        The elements of each range.

    Returns
    -------
    Menu
        The menu; without levers where there is no range of them.
    """
    shared = _LEVEL in ranges and OneMenu.ranges["local"] in ranges
    layout: type[Menu] = OneMenu if shared else TwoMenus
    local, central = (ranges.get(layout.ranges[level], ()) for level in LEVELS)
    return layout(tuple(ranges.get(REGION, ())), tuple(local), tuple(central))


def list_catalogues() -> tuple[str, ...]:
    """Name the files that describe levers, the shipped model's first."""
    return OneMenu.catalogue, TwoMenus.catalogue


def _repeat(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give a name for each level where they share one."""
    return names if len(names) == len(LEVELS) else names * len(LEVELS)
