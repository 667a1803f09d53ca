"""The rough fit of the draft: `python tests/model/drafts/fit_second_edition.py` prints it.

The figures are those of the cases, through the code of the calibration, and those of
`further_figures.csv`; parameters, bounds and priors are those of `parameters.csv`, both beside the
draft. Neither set of figures counts as a test of the draft.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from smecluster import model
from smecluster.calibration import load_case
from smecluster.calibration.estimate.fit import descend
from smecluster.calibration.problem.assembly import CORRELATION, Problem, assemble_problem
from smecluster.calibration.problem.objective import Objective
from smecluster.calibration.problem.parameters import Parameter

DRAFTS = Path(model.__file__).parent / "drafts"
CASES = ("wenzhou", "pearl_river_delta", "zhongguancun")


def assemble(draft: model.Model) -> Problem:
    """Assemble the estimation problem of the draft.

    Parameters
    ----------
    draft : Model
        The draft.

    Returns
    -------
    Problem
        Figures of the cases and of `further_figures.csv`, parameters of `parameters.csv`.
    """
    # The cases' own parameters name constants of the shipped model: only the figures are used.
    base = assemble_problem(draft, [load_case(name) for name in CASES], shared=False)
    further = pd.read_csv(DRAFTS / "further_figures.csv")
    further["observable"] = further["variable"] + "[" + further["region"] + "] (further)"
    further["sigma"] = further.pop("error of the logarithm")
    further["unit"] = [draft.variables[name].unit for name in further["variable"]]
    further["segment"] = "further"
    first = further.groupby("observable").first()
    size = further.groupby("observable")["value"].size()
    added = pd.DataFrame(
        {
            **{name: first[name] for name in ("region", "variable", "segment", "unit")},
            "compare": "level",
            "error": first["sigma"],
            "sigma": first["sigma"],
            "rho": CORRELATION,
            "figures": size,
            "effective figures": np.clip(size * (1 - CORRELATION) / (1 + CORRELATION), 1, size),
        }
    )
    table = pd.read_csv(DRAFTS / "parameters.csv")
    parameters = tuple(
        Parameter(name, "log", lower, upper, median, sd, "judgement", "the draft", False, "")
        for name, lower, upper, median, sd in table.itertuples(index=False)
    )
    return replace(
        base,
        model=draft,
        measurements=pd.concat([base.measurements, further], ignore_index=True),
        observables=pd.concat([base.observables, added]),
        parameters=parameters,
    )


def main() -> None:
    """Fit, and print the constants that move and the cost."""
    objective = Objective(assemble(model.load()))
    found = descend(objective, objective.start)
    print(f"cost {float(objective.cost(objective.start[None])[0]):.1f} -> {found.cost:.1f}")
    for name, old, new in zip(
        objective.names,
        objective.to_natural(objective.start),
        objective.to_natural(found.x),
        strict=True,
    ):
        print(f"{name}: {old:.4g} -> {new:.4g}")


if __name__ == "__main__":
    main()
