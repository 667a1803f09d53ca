"""The model's own results: runs, facts, gains, checks, knock-outs."""

from __future__ import annotations

from typing import Any
from unittest import mock

from .labels import label_outcomes, label_years, load_shipped, name_with_unit, run_command
from .parts import EFFECT, GAIN, PLAIN, part

YEARS = [1980, 1990, 2000, 2010, 2020, 2030, 2040]


@part("base-run", PLAIN)
def collect_base_run() -> dict[str, Any]:
    """Run the shipped model as calibrated, and with all recorded policy left out."""
    from smecluster.model import simulate
    from smecluster.model.outcomes import collect_outcomes, list_variables

    model = load_shipped()
    runs = {"policy as now": {}, "no policy at all": {"history switch": 0}}
    found = {}
    for name, inputs in runs.items():
        run = simulate(model, inputs, outputs=list_variables(), years=YEARS)
        found[name] = label_outcomes(collect_outcomes(run))
    return found


@part("batch", PLAIN)
def collect_batch() -> dict[str, Any]:
    """Run a table of inputs."""
    import numpy as np

    from smecluster.model import simulate_many

    table = {
        "substitution among regions": np.linspace(2.5, 4, 12),
        "history switch": np.tile([0.0, 1.0], 6),
        "spin off rate": np.linspace(0.09, 0.17, 12),
    }
    outputs = ["value added", "Employment", "Local public debt"]
    runs = simulate_many(load_shipped(), table, outputs, years=[2000, 2020, 2040])
    return {
        name_with_unit(name, runs[name]): {
            f"run {int(at)}, {region}": label_years(runs[name].sel(run=at, Region=region))
            for at in runs["run"].values[::3]
            for region in runs["Region"].values
        }
        for name in outputs
    }


@part("facts", EFFECT)
def collect_facts() -> dict[str, Any]:
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


@part("gains", GAIN)
def collect_gains() -> dict[str, Any]:
    """Work out the gains of the reinforcing loops, all balancing loops being at work."""
    from smecluster.model.checking import loop_gains

    first = dict(list(loop_gains.BRAKES.items())[:1])
    with mock.patch.object(loop_gains, "BRAKES", first):
        found = loop_gains.compute_gains(load_shipped())
    single: dict[str, Any] = {}
    for gain in found.single:
        cut = f"{gain.cut.loop}, cut at {gain.cut.variable}"
        single.setdefault(cut, {})[gain.region] = {"alone": gain.alone, "among": gain.among}
    (together,) = found.together.values()
    return {"one loop": single, "all loops together": dict(together)}


@part("all-gains", GAIN, slow=True)
def collect_all_gains() -> dict[str, Any]:
    """Work out the gain of all loops together with balancing loops held constant."""
    from smecluster.model.checking import loop_gains

    found = loop_gains.compute_gains(load_shipped())
    return {brake: dict(by_region) for brake, by_region in found.together.items()}


@part("checks", PLAIN, slow=True)
def collect_checks() -> dict[str, Any]:
    """Run the checks on the model."""
    from smecluster.model.checking.runner import run_checks

    found: dict[str, Any] = {}
    for finding in run_checks():
        found.setdefault(finding.group, {})[finding.statement] = finding.status
    return found


@part("knockouts", EFFECT, slow=True)
def collect_knockouts() -> dict[str, Any]:
    """Cut and double the mechanisms of the paper."""
    return {
        row.pop("mechanism"): {name: value for name, value in row.items() if name != "section"}
        for row in run_command("check", "knockouts", "--json")["summary"]
    }
