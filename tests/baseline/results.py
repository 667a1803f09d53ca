"""What the baseline protects: each part computes its values with labels and units."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from .store import Tolerance

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from smecluster.model import Model
    from smecluster.policies.comparison.result import Comparison

#: A run has the same digits on every processor; rounding moves the sixteenth.
PLAIN = Tolerance(1e-9, "plain runs: only rounding may differ")
#: Effects are differences of runs that are nearly alike.
EFFECT = Tolerance(1e-7, "differences of runs that are nearly alike", absolute=1e-10)
GAIN = Tolerance(1e-6, "small differences of runs at rest, and eigenvalues", absolute=1e-9)

COST = Tolerance(1e-6, "money is matched to within a tolerance of its own", absolute=1e-6)

STUDY = Path(__file__).with_name("study.toml")
YEARS = [1980, 1990, 2000, 2010, 2020, 2030, 2040]


@dataclass(frozen=True)
class Part:
    """One part of the baseline.

    Attributes
    ----------
    name : str
        What its file is called.
    about : str
        What its values are.
    tolerance : Tolerance
        How far a number may move.
    values : callable
        Computes them: mappings within mappings, down to values.
    slow : bool
        Whether it takes so long that it is left to ``make test-slow`` and ``make baseline``.
    """

    name: str
    about: str
    tolerance: Tolerance
    values: Callable[[], dict[str, Any]]
    slow: bool = False


def base_run() -> dict[str, Any]:
    """Run the shipped model as calibrated, and with all recorded policy left out."""
    from smecluster.model import simulate
    from smecluster.model.outcomes import collect_outcomes, list_variables

    model = _shipped()
    runs = {"policy as now": {}, "no policy at all": {"history switch": 0}}
    found = {}
    for name, inputs in runs.items():
        run = simulate(model, inputs, outputs=list_variables(), years=YEARS)
        found[name] = label_outcomes(collect_outcomes(run))
    return found


def batch() -> dict[str, Any]:
    """Run a table of inputs."""
    import numpy as np

    from smecluster.model import simulate_many

    table = {
        "price sensitivity": np.linspace(0.3, 0.5, 12),
        "history switch": np.tile([0.0, 1.0], 6),
        "spin off rate": np.linspace(0.09, 0.17, 12),
    }
    outputs = ["value added", "Employment", "Local public debt"]
    runs = simulate_many(_shipped(), table, outputs, years=[2000, 2020, 2040])
    return {
        _head(name, runs[name]): {
            f"run {int(at)}, {region}": _by_year(runs[name].sel(run=at, Region=region))
            for at in runs["run"].values[::3]
            for region in runs["Region"].values
        }
        for name in outputs
    }


def histories() -> dict[str, Any]:
    """Set the base case beside the published series."""
    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.validation.histories import compare_histories

    model = _shipped()
    known = [load_case(path) for path in list_cases()]
    ordered = sorted(known, key=lambda case: model.regions.index(case.place.name))
    found = compare_histories(model, ordered)
    fit = {
        ", ".join(filter(None, (row["region"], row["variable"], row["segment"]))): {
            "figures": int(row["figures"]),
            "factor": row["factor"],
            "MAPE [%]": row["MAPE"],
            "bias [%]": row["bias"],
            "U^M": row["U^M"],
            "U^S": row["U^S"],
            "U^C": row["U^C"],
        }
        for row in found.fit.to_dict("records")
    }
    turns = {
        f"{row['region']}, {row['variable']}, {row['kind']} {row['years']}": {
            "model before": row["model before"],
            "model after": row["model after"],
            "in figures": bool(row["in figures"]),
            "in model": bool(row["in model"]),
        }
        for row in found.turns.to_dict("records")
    }
    return {"fit": fit, "turning points": turns}


def reforms() -> dict[str, Any]:
    """Run the published reforms."""
    from smecluster.calibration.validation.reform_file import read_reforms
    from smecluster.calibration.validation.reform_runs import run_reforms

    table = run_reforms(_shipped(), read_reforms())
    return {
        f"{row['reform']}, {row['region']}": {
            f"{each['response']} [{each['unit']}]": {
                "model": each["model"],
                "verdict": each["verdict"],
            }
            for each in _same(table, row, "reform", "region")
        }
        for row in table.drop_duplicates(["reform", "region"]).to_dict("records")
    }


def facts() -> dict[str, Any]:
    """Look for the stylised facts."""
    from smecluster.model.checking.stylised_facts import run_facts

    found: dict[str, Any] = {}
    for fact in run_facts():
        found[fact.title] = {"verdict": fact.verdict} | {
            case.region + (f" from {case.start:g}" if case.start is not None else ""): {
                **case.numbers,
                "comes out": case.holds,
            }
            for case in fact.cases
        }
    return found


def gains() -> dict[str, Any]:
    """Work out the gains of the reinforcing loops, all balancing loops being at work."""
    from smecluster.model.checking import loop_gains

    first = dict(list(loop_gains.BRAKES.items())[:1])
    with mock.patch.object(loop_gains, "BRAKES", first):
        found = loop_gains.compute_gains(_shipped())
    single: dict[str, Any] = {}
    for gain in found.single:
        cut = f"{gain.cut.loop}, cut at {gain.cut.variable}"
        single.setdefault(cut, {})[gain.region] = {"alone": gain.alone, "among": gain.among}
    (together,) = found.together.values()
    return {"one loop": single, "all loops together": dict(together)}


def all_gains() -> dict[str, Any]:
    """Work out the gain of all loops together with balancing loops held constant."""
    from smecluster.model.checking import loop_gains

    found = loop_gains.compute_gains(_shipped())
    return {brake: dict(by_region) for brake, by_region in found.together.items()}


def checks() -> dict[str, Any]:
    """Run the checks on the model."""
    from smecluster.model.checking.runner import run_checks

    found: dict[str, Any] = {}
    for finding in run_checks():
        found.setdefault(finding.group, {})[finding.statement] = finding.status
    return found


def strategies() -> dict[str, Any]:
    """Run every shipped strategy as written."""
    from smecluster.policies.strategy import names

    found: dict[str, Any] = {}
    for name in names():
        outcomes = found.setdefault(name, {})
        for row in run_command("run", name, "--json")["outcomes"]:
            if row["place"] == "total" and row["time"] in (2030, 2040):
                years = outcomes.setdefault(f"{row['outcome']} [{row['unit']}]", {})
                years[f"{row['time']:g}"] = row["value"]
    return found


def comparison() -> dict[str, Any]:
    """Compare three strategies at the best fit, and two of them on ten draws."""
    from smecluster.calibration.loading import draw_values
    from smecluster.policies.comparison.compute import compare
    from smecluster.policies.strategy import load as load_strategy

    model = _shipped()
    three = [load_strategy(name) for name in ("central", "local", "mixed")]
    best = compare(model, three)
    drawn = compare(model, three[:2], draw_values(None, 10, 1, model.regions))
    ended = compare(model, three[:2], baseline=load_strategy("end-all-policy"))
    return {
        "best fit": _judge(best),
        "ten draws": _judge(drawn),
        "against the end of all policy": _judge(ended),
        "runs": {"best fit": best.runs, "ten draws": drawn.runs},
    }


def futures() -> dict[str, Any]:
    """Compare two strategies in three futures on twelve draws: regret, and who is good enough."""
    from smecluster.calibration.loading import draw_values
    from smecluster.policies.comparison.compute import compare
    from smecluster.policies.futures import load_futures
    from smecluster.policies.robustness.compute import judge_strategies
    from smecluster.policies.strategy import load as load_strategy
    from smecluster.policies.study import Need

    model = _shipped()
    compared = compare(
        model,
        [load_strategy(name) for name in ("central", "local")],
        draw_values(None, 12, 1, model.regions),
        load_futures(["demand", "credit"]),
        settings={"TIME STEP": 0.125},
    )
    judged = judge_strategies(compared, [Need(outcome="gained per yuan", at_least=1)])
    tables = {"regret [Myuan]": judged.regrets, "share good enough": judged.shares}
    found: dict[str, Any] = {}
    for title, table in tables.items():
        for row in table.reset_index(drop="future" in table).to_dict("records"):
            where = f"{row.pop('strategy')} in {row.pop('future')}"
            found.setdefault(title, {})[where] = row
    return found


def calibration() -> dict[str, Any]:
    """Read the shipped calibration, and how far its estimate lies from figures and priors."""
    import numpy as np

    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.loading import find_calibration
    from smecluster.calibration.problem.assembly import assemble_problem
    from smecluster.calibration.problem.objective import Objective
    from smecluster.calibration.store.named import matches_model
    from smecluster.model import load as load_model

    shipped = find_calibration()
    assert shipped is not None
    regions = [load_case(path) for path in list_cases()]
    estimated = assemble_problem(load_model(), regions, base={"TIME STEP": 0.125})
    objective = Objective(estimated)
    names = list(objective.names)
    at_estimate = objective.estimation([shipped.values[name] for name in names])
    draws = shipped.sample(5, seed=1)
    costs = objective.cost(np.vstack([at_estimate, objective.estimation(draws[names])]))
    return {
        "estimate": dict(shipped.values),
        "in the model's file": dict(zip(names, objective.natural(objective.start), strict=True)),
        "belongs to the model": matches_model(load_model(), shipped),
        "draws": len(shipped.draws),
        "first draw of seed 1": dict(draws.iloc[0]),
        "figures": len(estimated.measurements),
        "cost": {"estimate": costs[0]} | {f"draw {at}": cost for at, cost in enumerate(costs[1:])},
    }


def knockouts() -> dict[str, Any]:
    """Cut and double the mechanisms of the paper."""
    return {
        row.pop("mechanism"): {name: value for name, value in row.items() if name != "section"}
        for row in run_command("knockouts", "--json")["summary"]
    }


def sensitivity() -> dict[str, Any]:
    """Run a small study, and work its Sobol' indices out."""
    with tempfile.TemporaryDirectory() as folder:
        run_command("sensitivity", "run", str(STUDY), "--out", folder, "--json")
        indices = run_command("sensitivity", "analyse", folder, "--json")["tables"]["indices"]
    found: dict[str, Any] = {}
    for row in indices:
        of = " and ".join(filter(None, (row["factor"], row["other"])))
        interval = {name: row[name] for name in ("value", "low", "high")}
        found.setdefault(row["output"], {}).setdefault(row["index"], {})[of or "all"] = interval
    return found


PARTS = (
    Part("base-run", "The shipped model: every outcome by place and year.", PLAIN, base_run),
    Part("batch", "A table of runs.", PLAIN, batch),
    Part("histories", "How close the base case comes to published series.", PLAIN, histories),
    Part("reforms", "Published reforms, run on the model.", EFFECT, reforms),
    Part("facts", "Stylised facts: numbers and verdicts.", EFFECT, facts),
    Part("gains", "Gains of the reinforcing loops at rest.", GAIN, gains),
    Part("all-gains", "Gains with balancing loops held constant.", GAIN, all_gains, slow=True),
    Part("checks", "What each check on the model comes to.", PLAIN, checks, slow=True),
    Part("knockouts", "Mechanisms of the paper, cut.", EFFECT, knockouts, slow=True),
    Part("sensitivity", "Sobol' indices of a small study.", EFFECT, sensitivity),
    Part("strategies", "Every shipped strategy, run as written.", PLAIN, strategies),
    Part("comparison", "Strategies at equal additional money.", COST, comparison),
    Part("futures", "Strategies in futures and draws: regret and needs.", COST, futures),
    Part("calibration", "The shipped calibration and the cost of its points.", PLAIN, calibration),
)


def _judge(found: Comparison) -> dict[str, Any]:
    """Say of each strategy what it gains and costs: 5, 50 and 95 % points over the draws."""
    debt = found.changes["Local public debt"]
    judged: dict[str, Any] = {"budget": found.describe_budget()}
    for name in found.names:
        money = found.money.sel(strategy=name)
        judged[name] = {
            f"gain, {place} [bn yuan]": _points(found.gained.sel(strategy=name, place=place) / 1000)
            for place in found.gained["place"].values
        }
        judged[name] |= {
            "gain per yuan": _points(found.per_yuan.sel(strategy=name)),
            "additional money [bn yuan]": _points(money / 1000),
            "local public debt [bn yuan]": _points(debt.sel(strategy=name, place="total") / 1000),
        }
    total = found.gained.sel(place="total", future="base")
    first = total["strategy"].values[total.argmax("strategy").values]
    judged["ahead in so many draws"] = {name: int((first == name).sum()) for name in found.names}
    return judged


def _points(values: xr.DataArray) -> dict[str, float]:
    import numpy as np

    if values.size == 1:
        return {"value": float(values.values.item())}
    return {f"{at:g} %": float(np.nanpercentile(values.values, at)) for at in (5, 50, 95)}


def run_command(*arguments: str) -> Any:
    """Run ``smecluster`` in this process and read the JSON that it prints.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    from smecluster.scripts.main import main

    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(io.StringIO()) as complaints:
        try:
            main(arguments)
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"{' '.join(arguments)}: {complaints.getvalue()}") from None
    return json.loads(printed.getvalue())


def label_outcomes(outcomes: xr.Dataset) -> dict[str, Any]:
    """Label outcomes by name and unit, place and year."""
    return {
        _head(str(name), values): (
            {str(place): _by_year(values.sel(place=place)) for place in values["place"].values}
            if "place" in values.dims
            else {"total": _by_year(values)}
        )
        for name, values in outcomes.data_vars.items()
    }


def _shipped() -> Model:
    """Load the calibrated model that every command uses."""
    from smecluster.calibration.loading import load_calibrated

    return load_calibrated([], [])


def _head(name: str, values: xr.DataArray) -> str:
    return f"{name} [{values.attrs.get('unit', 'Dmnl')}]"


def _by_year(values: xr.DataArray) -> dict[str, float]:
    return {f"{year:g}": float(values.sel(time=year)) for year in values["time"].values}


def _same(table: pd.DataFrame, row: dict[Any, Any], *columns: str) -> Iterable[dict[Any, Any]]:
    """Give the rows that agree with one in some columns."""
    chosen = table
    for column in columns:
        chosen = chosen[chosen[column] == row[column]]
    return chosen.to_dict("records")
