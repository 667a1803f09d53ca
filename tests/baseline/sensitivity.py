"""A small sensitivity study."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from .labels import run_command

STUDY = Path(__file__).with_name("study.toml")


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
