"""The model beside data: histories, reforms, the shipped calibration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .labels import load_shipped

if TYPE_CHECKING:
    import pandas as pd


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


def collect_calibration() -> dict[str, Any]:
    """Read the shipped calibration, and how far its estimate lies from figures and priors."""
    import numpy as np

    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.choosing import find_calibration
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
    at_estimate = objective.to_scale([shipped.values[name] for name in names])
    draws = shipped.sample(5, seed=1)
    costs = objective.cost(np.vstack([at_estimate, objective.to_scale(draws[names])]))
    return {
        "estimate": dict(shipped.values),
        "in the model's file": dict(zip(names, objective.to_natural(objective.start), strict=True)),
        "belongs to the model": matches_model(load_model(), shipped),
        "draws": len(shipped.draws),
        "first draw of seed 1": dict(draws.iloc[0]),
        "figures": len(estimated.measurements),
        "cost": {"estimate": costs[0]} | {f"draw {at}": cost for at, cost in enumerate(costs[1:])},
    }


def _same(table: pd.DataFrame, row: dict[Any, Any], *columns: str) -> Iterable[dict[Any, Any]]:
    """Give the rows that agree with one in some columns."""
    chosen = table
    for column in columns:
        chosen = chosen[chosen[column] == row[column]]
    return chosen.to_dict("records")
