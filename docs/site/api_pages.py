"""The reference of the Python interface: which names have a page."""

from __future__ import annotations

import importlib
from pathlib import Path

#: The face, and the packages behind it.
PACKAGES = ("smecluster", "smecluster.model", "smecluster.policies", "smecluster.calibration")
#: What the verbs return; its methods are what a notebook calls.
RESULTS = (
    "smecluster.model.interface.Runs",
    "smecluster.policies.comparison.result.Comparison",
    "smecluster.policies.robustness.result.Robustness",
    "smecluster.sensitivity.interface.Sensitivity",
)


def write_api_pages(folder: Path) -> list[str]:
    """Write the page from which Sphinx reads the docstrings.

    Parameters
    ----------
    folder : Path
        The staged copy.

    Returns
    -------
    list of str
        The page, without suffix.
    """
    lines = [
        "# The Python interface\n",
        "`import smecluster as sc`. Read from the docstrings when this site was built.\n",
    ]
    for package in PACKAGES:
        module = importlib.import_module(package)
        lines.append(f"## {package}\n\n```{{eval-rst}}")
        for name in module.__all__:
            if name in ("__version__", "InputError"):
                continue
            lines.append(_directive(f"{package}.{name}"))
        lines.append("```\n")
    lines.append("## What the verbs return\n\n```{eval-rst}")
    for path in RESULTS:
        module_name, _, name = path.rpartition(".")
        getattr(importlib.import_module(module_name), name)
        lines.append(f".. autoclass:: {path}\n   :members:\n")
    lines.append("```\n")
    place = folder / "reference"
    place.mkdir(parents=True, exist_ok=True)
    (place / "python.md").write_text("\n".join(lines), encoding="utf-8")
    return ["reference/python"]


def _directive(path: str) -> str:
    module, _, name = path.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    if isinstance(found, type):
        return f".. autoclass:: {path}\n"
    if name == "sensitivity":
        # The package is the verb; its function says what it takes.
        path = "smecluster.sensitivity.interface.run_sensitivity"
    return f".. autofunction:: {path}\n"
