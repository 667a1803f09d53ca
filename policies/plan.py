"""A plan: who spends what on which lever, where and when, who pays, and until when policy as now.

A strategy file says what its author wants (`policies.strategy`); a plan is the same for the regions
of one model, complete and without defaults. Everything that runs strategies takes plans.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from smecluster.policies.menu import Level, Menu, Quantity

#: Year in which a comparison starts unless it says otherwise: the first that policy can change.
START = 2025.0
#: First and last year of the model's run.
FIRST_YEAR, LAST_YEAR = 1978.0, 2040.0
#: First year without policy as now where it never ends: as far as the model's tables go and more.
NEVER = 2100.0
#: What a plan without a programme is called that only carries policy as now on.
AS_NOW = "policy as now"


@dataclass(frozen=True)
class Spending:
    """The programme of one government.

    Attributes
    ----------
    region : str or None
        The region whose government runs it; None for the centre.
    share : float
        Yearly money as a share of the value added that the government perceives (the centre: of
        all regions), Dmnl.
    amount : float
        Yearly money beside that share, Myuan/Year.
    allocation : mapping of str to float
        Share of the money by lever, Dmnl; levers without money may be left out.
    start : float or None
        First year; None where it waits for a trigger.
    trigger : float or None
        Number of firms relative to the critical mass at which it starts, Dmnl.
    ramp : float
        Time constant of the approach to full money, Year.
    end : float
        First year without it.
    paid_by_others : float
        Share of this government's programme money, policy as now included, that the other level
        of government pays, Dmnl.
    """

    region: str | None
    share: float
    amount: float
    allocation: Mapping[str, float]
    start: float | None
    trigger: float | None
    ramp: float
    end: float
    paid_by_others: float = 0.0

    @property
    def level(self) -> Level:
        """The level of government that runs it."""
        return "central" if self.region is None else "local"

    @property
    def has_money(self) -> bool:
        """Whether it spends anything."""
        return self.share > 0 or self.amount > 0

    def scale(self, factor: float) -> Spending:
        """Multiply its money by a factor, Dmnl."""
        return replace(self, share=self.share * factor, amount=self.amount * factor)

    def inputs(self, menu: Menu, start: float) -> dict[str, float]:
        """Give the model's inputs; `start` (a year) stands where it waits for a trigger."""
        settings: dict[Quantity, float] = {
            "programme share": self.share,
            "programme amount": self.amount,
            "programme start": start if self.start is None else self.start,
            "programme ramp": self.ramp,
            "programme end": self.end,
            "trigger switch": float(self.trigger is not None),
        }
        if self.trigger is not None:
            settings["trigger mass"] = self.trigger
        values: dict[str, float] = {}
        for quantity, value in settings.items():
            values |= menu.set_programme(quantity, self.region, value)
        values |= menu.set_payment(self.region, self.paid_by_others, settings["programme start"])
        for lever in menu.levers:
            values |= menu.set_allocation(lever, self.region, self.allocation.get(lever, 0.0))
        return values


@dataclass(frozen=True)
class Plan:
    """What one strategy makes every government do.

    Attributes
    ----------
    name : str
        Its name; unique among the plans that are run together.
    menu : Menu
        The model's regions and levers, and what it calls what governments set.
    spending : tuple of Spending
        One for each government that runs a programme; a region without one spends nothing on it.
    until : float
        First year without policy as now (the recorded spending of the past, carried on at its
        last level); `NEVER` where it goes on to the end.
    start : float
        First year in which a trigger can start a programme. One that was passed before starts the
        programme then.
    """

    name: str
    menu: Menu
    spending: tuple[Spending, ...] = field(default=())
    until: float = NEVER
    start: float = START

    @property
    def regions(self) -> tuple[str, ...]:
        """The model's regions."""
        return self.menu.regions

    @property
    def has_money(self) -> bool:
        """Whether it has money that can be scaled."""
        return any(one.has_money for one in self.spending)

    @property
    def is_as_now(self) -> bool:
        """Whether it only carries policy as now on to the end."""
        return not self.has_money and self.until > LAST_YEAR

    @property
    def waits(self) -> bool:
        """Whether a programme with money waits for a trigger."""
        return any(one.has_money and one.trigger is not None for one in self.spending)

    @property
    def first_year(self) -> float:
        """First year in which it can differ from policy as now; `NEVER` where it does not."""
        years = [one.start for one in self.spending if one.has_money and one.start is not None]
        return min([self.until, NEVER, *years, *([self.start] if self.waits else [])])

    @property
    def history(self) -> dict[str, float]:
        """What matters before its first year, as inputs of the model: policy as now."""
        return {"history switch": 1.0, "history end": self.until}

    @property
    def inputs(self) -> dict[str, float]:
        """Value of each constant of the model that it sets, by name and element.

        Where a programme waits for a trigger the inputs alone start it as soon as its trigger is
        passed, even in the past: run it from `start` on (`policies.ensemble.worlds.Ensemble`
        does), or ask `policies.triggers.settle_triggers`.
        """
        values = self.history
        own = {one.region: one for one in self.spending}
        for region in (*self.regions, None):
            spending = own.get(region)
            if spending is None:
                values |= dict.fromkeys(self.menu.name_money(region), 0.0)
            else:
                values |= spending.inputs(self.menu, self.start)
        return values

    @property
    def money_inputs(self) -> tuple[str, ...]:
        """Names of the inputs that hold money: shares of value added, and amounts."""
        governments = (*self.regions, None)
        return tuple(name for one in governments for name in self.menu.name_money(one))

    def spending_of(self, region: str | None) -> Spending | None:
        """Give the programme of a region's government, or of the centre (None)."""
        return next((one for one in self.spending if one.region == region), None)

    def rename(self, name: str) -> Plan:
        """Give it another name."""
        return replace(self, name=name)

    def scale(self, factor: float) -> Plan:
        """Multiply the money of all its programmes by a factor, Dmnl; policy as now stays."""
        return replace(self, spending=tuple(one.scale(factor) for one in self.spending))

    def without_programmes(self) -> Plan:
        """Drop the programmes and keep policy as now as long as it lasts."""
        return replace(self, name=f"{self.name} without programmes", spending=())

    def alone_in(self, region: str | None) -> Plan:
        """Keep the programme of one government: a region's, or the centre's (None)."""
        called = f"{self.name} in {region}" if region else f"{self.name} by the centre"
        kept = tuple(one for one in self.spending if one.region == region)
        return replace(self, name=called, spending=kept)

    def with_levers(self, chosen: Collection[str]) -> Plan:
        """Keep the money of some levers, each at its share of the budget; the rest is not spent."""
        kept = tuple(
            replace(
                one,
                allocation={
                    lever: part for lever, part in one.allocation.items() if lever in chosen
                },
            )
            for one in self.spending
        )
        return replace(self, spending=kept)

    def lever_inputs(self, lever: str) -> dict[str, float]:
        """Give the inputs that hold a lever's share of the money, where it has any."""
        values: dict[str, float] = {}
        for one in self.spending:
            part = one.allocation.get(lever, 0.0)
            if one.has_money and part > 0:
                values |= self.menu.set_allocation(lever, one.region, part)
        return values


def carry_on(menu: Menu, start: float = START) -> Plan:
    """Make the plan that carries policy as now on and does nothing else."""
    return Plan(AS_NOW, menu, start=start)


def inputs_before(menu: Menu, year: float) -> dict[str, float]:
    """Give the inputs of the years before `year`, in which no programme may begin."""
    values = Plan(AS_NOW, menu).inputs
    for region in (*menu.regions, None):
        values |= menu.set_programme("programme start", region, year)
        values |= menu.set_programme("trigger switch", region, 0.0)
    return values
