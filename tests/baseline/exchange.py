"""Files for and from other programs: an exported Vensim file, XMILE, tables of runs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from .labels import count_table, label_dataset, run_command
from .parts import PLAIN, part

_TUB = Path(__file__).parents[1] / "fuzz" / "seeds" / "tub.xmile"


@part("exported", PLAIN)
def collect_exported() -> dict[str, Any]:
    """Run a Vensim file that was written with one region and another value."""
    from smecluster.model import load, simulate

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mine.mdl"
        changed = ["--region", "Wenzhou", "--set", "preference for variety=0.5"]
        run_command("export", str(file), *changed, "--json")
        outputs = ["value added", "Employment", "annual wage", "preference for variety"]
        run = simulate(load(file), outputs=outputs, years=[1990, 2020, 2040])
    return label_dataset(run)


@part("xmile", PLAIN)
def collect_xmile() -> dict[str, Any]:
    """Run a model of another program."""
    from smecluster.model import load, simulate

    return label_dataset(simulate(load(_TUB)))


@part("tables", PLAIN)
def collect_tables() -> dict[str, Any]:
    """Write runs as tables for other programs, and sum up their columns."""
    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        long, tab = Path(folder) / "runs.csv", Path(folder) / "local.tab"
        run_command("exchange", str(long), "--strategy", "local", "--json")
        run_command("exchange", str(tab), "--strategy", "local", "--json")
        runs, columns = pd.read_csv(long), pd.read_csv(tab, sep="\t")
    return {
        "long": count_table(runs),
        "sums": runs.groupby("variable")["value"].sum().to_dict(),
        "tab": count_table(columns.iloc[:, [0, 1, -1]]),
    }
