"""The budget: additional programme money that every strategy gets, as a share or as a sum."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smecluster.model.engine.run.runs import simulate
from smecluster.model.engine.run.settings import override_inputs
from smecluster.model.errors import InputError
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import START, carry_on

if TYPE_CHECKING:
    from smecluster.model import Model

#: What every comparison gives each strategy unless it says otherwise.
DEFAULT_BUDGET = "0.5%"
FORMS = "give a share of value added (0.5%), billion yuan (300 bn) or Myuan (300000)"

_SUPPLY = "Discounted value added"
_FORM = re.compile(r"(?P<number>[-+0-9.,e]+)\s*(?P<unit>%|bn|myuan|)(\s*yuan)?", re.IGNORECASE)
_LEAST = 1.0  # Myuan; a smaller number was meant as a share


@dataclass(frozen=True)
class Amount:
    """Money as it was asked for.

    Attributes
    ----------
    share : float or None
        Share of the value added of all regions, Dmnl; either this or `money`.
    money : float or None
        Present value, Myuan.
    """

    share: float | None = None
    money: float | None = None


@dataclass(frozen=True)
class Budget:
    """Additional programme money that every strategy gets in every world.

    Attributes
    ----------
    money : float
        Present value beyond policy as now, Myuan.
    value_added : float
        Present value of the value added of all regions under policy as now over the same years,
        by the model's own values in the base future, Myuan.
    start, end : float
        First and last year of the comparison.
    """

    money: float
    value_added: float
    start: float
    end: float

    @property
    def share(self) -> float:
        """The money as a share of value added, Dmnl."""
        return self.money / self.value_added

    def describe(self) -> str:
        """Say how much it is, of what, over which years, and that it is additional."""
        if self.money == 0:
            return say(
                "as much as policy as now, {start}-{end}, and nothing on top",
                start=f"{self.start:g}",
                end=f"{self.end:g}",
            )
        unit, factor = say.unit("Myuan")
        return say(
            "{money} {unit} in present value, {start}-{end}, on top of policy as now ({share} % of "
            "the regions' value added)",
            money=f"{float(f'{self.money * factor:.4g}'):,.10g}",
            unit=unit,
            start=f"{self.start:g}",
            end=f"{self.end:g}",
            share=f"{100 * self.share:.3g}",
        )


def parse_budget(text: str | float) -> Amount:
    """Read an amount of money.

    Parameters
    ----------
    text : str or float
        ``0.5%`` (of the value added of all regions), ``300 bn`` (yuan, present value), or a
        number (Myuan, present value).

    Returns
    -------
    Amount
        The amount.

    Raises
    ------
    InputError
        If it is none of these, or below zero.
    """
    form = _FORM.fullmatch(str(text).strip())
    try:
        number = float(form["number"].replace(",", "")) if form else float("nan")
    except ValueError:
        number = float("nan")
    if form is None or not number >= 0 or number == float("inf"):
        raise InputError(f"budget {str(text)!r} is no amount of money: {FORMS}")
    unit = form["unit"].lower()
    if unit == "%":
        if number > 100:
            raise InputError(f"budget {str(text)!r} is more than all value added: {FORMS}")
        return Amount(share=number / 100)
    money = number * 1e3 if unit == "bn" else number
    if 0 < money < _LEAST:
        raise InputError(f"budget {str(text)!r} is less than a million yuan: {FORMS}")
    return Amount(money=money)


def set_budget(
    model: Model,
    amount: str | float | Amount = DEFAULT_BUDGET,
    start: float = START,
    settings: Mapping[str, Any] | None = None,
) -> Budget:
    """Turn an amount into the same money for every strategy and world.

    A share is taken of the value added of all regions under policy as now, at the model's own
    (calibrated) values in the base future, so that the budget depends on no strategy.

    Parameters
    ----------
    model : Model
        The model, with its regions.
    amount : str, float or Amount
        See `parse_budget`.
    start : float
        Year from which money counts.
    settings : mapping, optional
        Other inputs that hold in every run.

    Returns
    -------
    Budget
        The budget.

    Raises
    ------
    InputError
        If the amount cannot be read.
    """
    asked = amount if isinstance(amount, Amount) else parse_budget(amount)
    inputs = override_inputs(model, carry_on(read_menu(model)).inputs, settings)
    run = simulate(
        model, inputs, outputs=[_SUPPLY], years=[start, model.time.final], within_ranges=False
    )
    supply = run[_SUPPLY].sum("Region")
    value_added = float(supply.isel(time=-1) - supply.isel(time=0))
    money = asked.money if asked.share is None else asked.share * value_added
    assert money is not None
    return Budget(money, value_added, start, model.time.final)
