"""The verdict on the best use of a budget follows the numbers, whichever way they fall."""

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from smecluster import model as models
from smecluster.policies.budget import Budget
from smecluster.policies.menu import read_menu
from smecluster.policies.optimisation.evaluation import BALANCE, GAIN, UNITS
from smecluster.policies.optimisation.figures import draw_figures as figures
from smecluster.policies.optimisation.measures import BEST, FACTOR, MONEY
from smecluster.policies.optimisation.result import BestUse
from smecluster.policies.optimisation.search import Search
from smecluster.policies.optimisation.text import write_answer as answer
from smecluster.policies.optimisation.text import write_basis as basis
from smecluster.policies.optimisation.text import write_verdict as verdict
from smecluster.policies.strategy import CentralProgramme, LocalProgramme, Strategy

LOCAL = LocalProgramme(
    share=0.02,
    start=2026,
    allocation={"talent training": 0.7, "brand promotion": 0.3},
    exceptions={"Wenzhou": {"share": 0.03}},
)
CENTRAL = CentralProgramme(share=0.01, start=2025, allocation={"legal framework": 1.0})
NAMES = (BEST, "plain", "other")


def strategy(name, local=LOCAL, central=CENTRAL):
    title = {BEST: "Best use of the budget"}.get(name, name.capitalize())
    return Strategy(name=name, title=title, description="Test.", local=local, central=central)


def reached(gains, balance=(0.0, 0.0, 0.0)):
    """Gains of the three strategies, Myuan: the same in each of 40 draws but for what is common."""
    noise = np.linspace(0, 1e5, 40)
    values = {
        GAIN: np.asarray(gains, dtype=float)[:, None] + noise,
        BALANCE: np.asarray(balance, dtype=float)[:, None] + noise,
        MONEY: np.full((3, 40), 1e6),
        FACTOR: np.ones((3, 40)),
    }
    return xr.Dataset(
        {name: (("strategy", "draw"), value) for name, value in values.items()},
        {"strategy": list(NAMES), "draw": np.arange(40)},
    )


def found(unseen, chosen_on=None, **more):
    return BestUse(
        budget=Budget(1e6, 2e8, 2025.0, 2040.0),
        baseline=Strategy(name="as-now", title="Policy as now", description="Test."),
        criteria=(GAIN, BALANCE),
        best=strategy(BEST),
        by_hand=(strategy("plain"), strategy("other", central=None)),
        front=(),
        draws=pd.DataFrame({"a": np.ones(40)}),
        unseen_draws=pd.DataFrame({"a": np.ones(40)}),
        chosen_on=unseen if chosen_on is None else chosen_on,
        unseen=unseen,
        course=np.array([1e6, 3e6]),
        search=Search(),
        step=0.125,
        runs=1234,
        menu=read_menu(models.load()),
        spent={name: {"Wenzhou": 3e5, "Delta": 8e5, "centre": 5e5} for name in NAMES},
        **more,
    )


def test_a_clear_lead_is_called_one():
    said = verdict(found(reached([3e6, 2e6, 1e6])))
    assert said.startswith("The best use that the search found beats every strategy by hand on 40")
    assert "the next best, 'Plain', it gains 1,000 bn yuan more value added" in said
    assert said.endswith("in all 40 draws that were run (95 % bound: at least 92 of 100).")


def test_a_lead_that_turns_round_is_not_called_sure():
    values = reached([3e6, 2e6, 1e6])
    values[GAIN].loc[{"strategy": "plain"}] = np.where(np.arange(40) < 8, 5e6, 1e6)
    said = verdict(found(values))
    assert "beats every strategy by hand" in said
    assert "Its lead over 'Plain' is not sure" in said


def test_a_search_that_only_fits_its_own_draws_is_told_with_the_reason():
    said = verdict(found(reached([1e6, 2e6, 5e5]), chosen_on=reached([3e6, 2e6, 5e5])))
    assert said.startswith("The search did not beat every strategy by hand on 40 draws")
    assert "'Plain' is as good or better" in said
    assert "fitted to those draws: choose on more of them" in said


def test_a_search_that_was_too_short_is_told_with_the_reason():
    said = verdict(found(reached([1e6, 2e6, 3e6])))
    assert "'Plain' and 'Other' are as good or better" in said
    assert "the search was too short" in said


def test_spending_timing_and_what_gets_worse_are_told():
    said = answer(found(reached([3e6, 2e6, 1e6], balance=[-5e5, 0, 0])))
    assert "3.05 yuan of value added for a yuan of additional money" in said[1]
    assert "talent training (48 %), legal framework (31 %) and brand promotion (21 %)" in said[2]
    assert "31 % of the money is the centre's" in said[2]
    assert "local money from 2026 on and central money from 2025 on" in said[3]
    assert "2 % of a region's value added a year, except 3 % in Wenzhou" in said[3]
    assert "change of public balance is lower than that of 'Plain' and 'Other'" in said[4]
    assert "(by 500.0 to 500.0 bn yuan)" in said[4]


def test_nothing_that_gets_worse_is_told_too():
    said = answer(found(reached([3e6, 2e6, 1e6], balance=[5e5, 0, 0])))
    assert said[-1] == "By none of the other criteria is it worse than a strategy by hand."


def test_money_runs_draws_and_limits_are_told():
    said = " ".join(basis(found(reached([3e6, 2e6, 1e6]))))
    assert "Every strategy spends 1,000 bn yuan in present value, 2025-2040, on top of" in said
    assert "1,234 runs; 40 draws to choose on and 40 others to check on" in said
    assert "a time step of 1/8 year; all results come from the model's own" in said
    assert "The 40 draws vary 1 constant that the calibration estimates" in said
    assert "the top of this model, not of the world" in said
    assert "could not be evaluated" not in said


def test_figures_are_drawn():
    assert set(figures(found(reached([3e6, 2e6, 1e6])))) == {"spending", "lead", "search"}
    assert set(UNITS) >= {GAIN, BALANCE}


def test_a_lever_on_which_both_levels_spend_is_told_with_its_level():
    plain = found(reached([3e6, 2e6, 1e6]))
    money = {"share": 0.01, "start": 2025}
    both = Strategy(
        name=BEST,
        title="Best",
        description="Test.",
        local=LocalProgramme(allocation={"talent training": 0.6, "exit mechanism": 0.4}, **money),
        central=CentralProgramme(allocation={"talent training": 1.0}, **money),
    )
    spent = {BEST: {"Wenzhou": 5e5, "centre": 5e5}}
    (said,) = (line for line in answer(replace(plain, best=both, spent=spent)) if "most on" in line)
    assert "central talent training (50 %), local talent training (30 %)" in said
    assert "exit mechanism (20 %); 50 % of the money is the centre's" in said
