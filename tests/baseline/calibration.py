"""The model beside data: histories, reforms, the shipped calibration."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .labels import label_dataset, label_rows, load_shipped, run_command
from .parts import EFFECT, PLAIN, part

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration.priors.table import Priors
    from smecluster.calibration.problem.assembly import Problem

_SPREADSHEET = """年份,第二产业增加值(亿元),第三产业增加值(亿元),户籍人口(万人),平均工资(元)
1990年,30,13,600,2000
2000年,"1,200",800,650,9000
2010年,3000,2500,,32000
"""


@part("histories", PLAIN)
def collect_histories() -> dict[str, Any]:
    """Set the base case beside the published series."""
    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.data.histories import compare_histories

    model = load_shipped()
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


@part("reforms", EFFECT)
def collect_reforms() -> dict[str, Any]:
    """Run the published reforms."""
    from smecluster.calibration.experiments.reform import read_reforms
    from smecluster.calibration.experiments.run import run_reforms

    table = run_reforms(load_shipped(), read_reforms())
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


@part("calibration", PLAIN)
def collect_calibration() -> dict[str, Any]:
    """Read the shipped calibration, and the values of the model's file that it started from."""
    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.problem.assembly import assemble_problem
    from smecluster.calibration.problem.objective import Objective
    from smecluster.calibration.store.named import DRAWN, matches_model, open_calibration
    from smecluster.model import load as load_model

    shipped = open_calibration(DRAWN)
    regions = [load_case(path) for path in list_cases()]
    estimated = assemble_problem(load_model(), regions, base={"TIME STEP": 0.125})
    objective = Objective(estimated)
    names = list(objective.names)
    return {
        "estimate": dict(shipped.values),
        "in the model's file": dict(zip(names, objective.to_natural(objective.start), strict=True)),
        "belongs to the model": matches_model(load_model(), shipped),
        "draws": len(shipped.draws),
        "first draw of seed 1": dict(shipped.sample(1, seed=1).iloc[0]),
        "figures": len(estimated.measurements),
    }


@part("posterior", EFFECT)
def collect_posterior() -> dict[str, Any]:
    """Compute the -log posterior over every constant at five shipped draws, and their spread."""
    import numpy as np

    from smecluster.calibration.posterior.run import assemble_target
    from smecluster.calibration.store.named import open_calibration

    problem, priors = _assemble_everything()
    target = assemble_target(problem, priors)
    draws = open_calibration("every-constant").draws
    points = priors.find_points(draws[list(priors.names)].iloc[:5].to_numpy())
    costs = target.cost(np.vstack([np.zeros(len(priors)), points]))
    _, slopes = target.differentiate(points[:1], None, np.zeros((1, 1)))[1:]
    spread = draws[list(priors.names)[::12]].quantile([0.05, 0.5, 0.95]).T
    return {
        "constants": len(priors),
        "figures": len(problem.measurements),
        "cost": {"prior median": costs[0]}
        | {f"draw {at}": one for at, one in enumerate(costs[1:])},
        "gradient at draw 0": dict(zip(priors.names[::12], slopes[0, ::12], strict=True)),
        "draws": {
            str(name): {f"{at:.0%}": value for at, value in row.items()}
            for name, row in spread.iterrows()
        },
    }


@part("forecasts", EFFECT)
def collect_forecasts() -> dict[str, Any]:
    """Forecast from one origin, with the model at three shipped draws and with its rivals."""
    import numpy as np

    from smecluster.calibration.forecasts.blind_fit import run_paths
    from smecluster.calibration.forecasts.protocol import read_protocol
    from smecluster.calibration.forecasts.rolling import (
        forecast_by_model,
        forecast_by_rivals,
        make_task,
        run_nation,
    )
    from smecluster.calibration.store.named import open_calibration

    problem, priors = _assemble_everything()
    protocol = read_protocol()
    years = problem.measurements["year"].to_numpy(dtype=float)
    task = make_task(problem, years <= 2012, np.isin(years, [2013, 2016]), 3)
    draws = open_calibration("every-constant").draws
    points = priors.find_points(draws[list(priors.names)].iloc[:3].to_numpy())
    national = run_nation(problem.model, None, task.years)
    paths = run_paths(problem, priors, points, None, {}, task.years, protocol.model, 1, 1)
    tables = [
        forecast_by_model(task, "model", paths, task.years, 200, 1),
        forecast_by_rivals(task, national, task.years, None, protocol),
    ]
    return {
        str(name): label_rows(
            rows, ["region", "variable", "segment", "year"], ["median", "crps", "log score"]
        )
        for table in tables
        for name, rows in table.groupby("forecaster")
    }


@part("own-region", PLAIN)
def collect_own_region() -> dict[str, Any]:
    """Import a region from a spreadsheet, check it, and run it beside the others."""
    from smecluster.calibration.loading import load_calibrated
    from smecluster.model import simulate

    with tempfile.TemporaryDirectory() as place:
        folder, table = Path(place) / "my-town", Path(place) / "my-town.csv"
        table.write_text(_SPREADSHEET, encoding="utf-8")
        made = run_command("case", "import", str(table), "--into", str(folder), "--json")
        checked = run_command("case", "check", str(folder), "--json")
        with warnings.catch_warnings(action="ignore"):  # the values are those of a like region
            model = load_calibrated([], [folder])
        run = simulate(model, outputs=["value added", "Employment"], years=[2000, 2030])
    return {
        "import": {name: made[name] for name in ("like", "year", "gdp", "factor", "figures")},
        "problems": len(checked["problems"]),
        "understood": {
            f"{row['measures']}, {row['series']}": {key: row[key] for key in ("years", "figures")}
            for row in checked["understood"]
        },
        "converted": {
            f"{row['measures']}, {row['year']}": {"value": row["value"], "unit": row["unit"]}
            for row in checked["converted"]
        },
        "run": label_dataset(run),
    }


def _assemble_everything() -> tuple[Problem, Priors]:
    """Give the problem of the shipped cases in long steps, and the priors of every constant."""
    from smecluster.calibration import list_cases
    from smecluster.calibration.interface import assemble_together
    from smecluster.calibration.priors.table import build_priors

    problem = assemble_together(list_cases(), (), {"TIME STEP": 0.25})
    return problem, build_priors(problem.model, problem.parameters)


def _same(table: pd.DataFrame, row: dict[Any, Any], *columns: str) -> Iterable[dict[Any, Any]]:
    """Give the rows that agree with one in some columns."""
    chosen = table
    for column in columns:
        chosen = chosen[chosen[column] == row[column]]
    return chosen.to_dict("records")
