"""The menu of a model: the levers that governments choose from, and what the model calls them.

Both levels of government choose from one menu, and the centre has money and an allocation for each
region. Everything that depends on how the model lays this out stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from smecluster.model.file.regions import REGION

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


@dataclass(frozen=True)
class Menu:
    """The levers of a model, and the names of what concerns them.

    A government is a region's, or the centre's (None). The model wants the centre's values region
    by region: each region gets the same, and an amount is divided among them.

    Attributes
    ----------
    regions : tuple of str
        The model's regions.
    levers : tuple of str
        The levers of every government, in the model's order.
    """

    regions: tuple[str, ...]
    levers: tuple[str, ...]

    #: Range of the levers in the model.
    dimension: ClassVar[str] = "Lever"
    #: Inputs that hold how money is divided over levers, by level; the last element is the lever.
    allocations: ClassVar[Mapping[Level, str]] = {
        "local": "local allocation",
        "central": "central allocation",
    }
    #: Tables of what policy as now spends on a lever, as a share of value added, by level.
    efforts: ClassVar[Mapping[Level, str]] = {
        "local": "historical effort",
        "central": "historical central effort",
    }
    #: Programme money by region and lever, by level, Myuan/Year.
    spending: ClassVar[Mapping[Level, str]] = {
        "local": "local programme spending",
        "central": "central programme spending",
    }
    #: Money of governments' programmes, without policy as now, Myuan/Year; see `split_budget`.
    budget: ClassVar[str] = "programme budget"
    #: What a trigger is compared with, by level, Dmnl.
    masses: ClassVar[Mapping[Level, str]] = {
        "local": "Perceived cluster mass",
        "central": "mean perceived mass",
    }

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
        if region is None and quantity == "programme amount":
            value /= len(self.regions)
        return {f"{quantity}[{cell}]": value for cell in self._cells(region)}

    def set_allocation(self, lever: str, region: str | None, value: float) -> dict[str, float]:
        """Give the inputs that set a lever's share of a government's money, Dmnl."""
        name = self.allocations["central" if region is None else "local"]
        places = self.regions if region is None else (region,)
        return {f"{name}[{place}, {lever}]": value for place in places}

    def set_payment(self, region: str | None, value: float, start: float) -> dict[str, float]:
        """Give the inputs that set what the other level pays of a government's money.

        Parameters
        ----------
        region : str or None
            The region; None for the centre.
        value : float
            Share of the money, policy as now included, Dmnl.
        start : float
            First year in which the other level pays it.

        Returns
        -------
        dict of str to float
            Values by the inputs' names.
        """
        if region is None:
            return {"region share of central programme": value, "start of region share": start}
        return {
            f"centre share of local programme[{region}]": value,
            f"start of centre share[{region}]": start,
        }

    def name_money(self, region: str | None) -> tuple[str, ...]:
        """Name the inputs that hold a government's money: shares of value added, and amounts."""
        return tuple(name for kind in MONEY for name in self.set_programme(kind, region, 0.0))

    def name_allocation(self, lever: str) -> tuple[str, ...]:
        """Name the inputs that hold a lever's share, in all regions and at both levels."""
        return tuple(f"{name}[{lever}]" for name in self.allocations.values())

    def split_budget(self, run: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
        """Give the money of programmes, without policy as now: by ``Region``, and the centre's.

        Parameters
        ----------
        run : xarray.Dataset
            Results with the model's `budget`.

        Returns
        -------
        tuple of xarray.DataArray
            Money of local governments along ``Region``, and of the centre, Myuan/Year.
        """
        money = run[self.budget]
        local, central = (money.sel({_LEVEL: level}, drop=True) for level in LEVELS)
        return local, central.sum(REGION)

    def sum_spending(self, run: xr.Dataset) -> xr.DataArray:
        """Add up what both levels spend on each lever, policy as now included.

        Parameters
        ----------
        run : xarray.Dataset
            Results with the model's `spending`.

        Returns
        -------
        xarray.DataArray
            Money along ``Region`` and ``lever``, Myuan/Year.
        """
        local, central = (run[self.spending[level]] for level in LEVELS)
        return (local + central).rename({self.dimension: LEVER})

    def _cells(self, region: str | None) -> list[str]:
        if region is not None:
            return [f"local, {region}"]
        return [f"central, {place}" for place in self.regions]


def read_menu(model: Model) -> Menu:
    """Read which levers a model has.

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
        The menu; without levers where no range of levers, or none of levels, is there.
    """
    levers = ranges.get(Menu.dimension, ()) if _LEVEL in ranges else ()
    return Menu(tuple(ranges.get(REGION, ())), tuple(levers))
