"""A small sensitivity study."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from .labels import count_table, label_rows, label_table, load_shipped, run_command
from .parts import COST, EFFECT, part

STUDY = Path(__file__).with_name("study.toml")


@part("sensitivity", EFFECT)
def collect_sensitivity() -> dict[str, Any]:
    """Run a small study, and work its Sobol' indices out."""
    with tempfile.TemporaryDirectory() as folder:
        run_command("study", "run", str(STUDY), "--out", folder, "--json")
        indices = run_command("study", "analyse", folder, "--json")["tables"]["indices"]
    found: dict[str, Any] = {}
    for row in indices:
        of = " and ".join(filter(None, (row["factor"], row["other"])))
        interval = {name: row[name] for name in ("value", "low", "high")}
        found.setdefault(row["output"], {}).setdefault(row["index"], {})[of or "all"] = interval
    return found


@part("tipping", EFFECT)
def collect_tipping() -> dict[str, Any]:
    """Find which of four constants turn the order of two strategies."""
    import smecluster as sc

    found = sc.tipping(
        ["central", "local"],
        load_shipped(),
        budgets=["0.1%", "0.5%"],
        horizons=[2040, 2060],
        constants=[
            "weight of distinctness",
            "common technology elasticity",
            "income elasticity of demand",
            "spin off rate",
        ],
    )
    case = ["budget", "horizon", "measure"]
    numbers = ["low", "value", "high"]
    at = [f"difference at {name}" for name in numbers]
    return {
        "comparisons": label_rows(found.base, case, ["money", "difference", "ahead", "turned"]),
        "constants": label_rows(
            found.constants, ["constant", *case], [*numbers, *at, "tips at", "toward", "reason"]
        ),
        "tried": found.tried,
    }


@part("decide", COST)
def collect_decide() -> dict[str, Any]:
    """Find what decides between two strategies, on 64 draws of every constant."""
    import smecluster as sc

    found = sc.decide(["central", "local"], load_shipped(), draws=64)
    tables = found.tables()
    information, importance = tables["information"], tables["importance"]
    kept = information.groupby(["yardstick", "way"], sort=False).head(6)
    first = importance.groupby(["yardstick"], sort=False).head(12)
    worth = ["value [bn yuan]", "error [bn yuan]"]
    return {
        "options": label_table(tables["options"]),
        "perfect information": {name: value for name, (value, _) in found.perfect.items()},
        "information": label_rows(kept, ["yardstick", "way", "group"], worth),
        "importance": label_rows(first, ["yardstick", "constant"], ["share", "direction"]),
        "sums": {name: count_table(table) for name, table in tables.items()},
    }
