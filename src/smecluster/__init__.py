"""A system-dynamics model of SME clusters and of what government can do for them.

>>> import smecluster as sc
>>> model = sc.load()
>>> model.regions
('Wenzhou', 'Pearl River Delta', 'Zhongguancun')

What an analyst types is one call each. `model` is the calibrated model where it is left out; a
strategy is a name, the path of a file or a `Strategy`:

=====================================================  ============================================
``sc.load()``                                          the calibrated model
``sc.simulate(strategy="local")``                      one run: every variable, every year
``sc.simulate_many(table, ["value added"])``           many runs, a row of the table each
``sc.compare(["central", "local"], draws=100)``        strategies for the same additional money
``sc.account("local")``                                what it costs and brings the nation
``sc.assign()``                                        which level should run which lever
``sc.money_map(["central", "local"])``                 who is ahead by money and horizon
``sc.why("quality supervision")``                      the links that carry a lever's effect
``sc.tipping(["central", "local"])``                   the constants that would turn the answer
``sc.decide(["central", "local"])``                    what a study of each constant is worth
``sc.game()``                                          what governments choose, and its worth
``sc.contributions("local")``                          what each lever of a strategy brings
``sc.optimise(["central", "local"])``                  the best use of the same money
``sc.calibrate("my-region")``                          the fit of a region to its figures
``sc.sensitivity("levers")``                           a study: which factors matter
=====================================================  ============================================

What each of them returns has ``.table()`` (pandas, labelled, with units), ``.figure()`` (Matplotlib)
and ``.to_excel("file.xlsx")``. A mistake raises `InputError`: one line, with the nearest right name.
"""

from __future__ import annotations

import importlib
import os.path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smecluster.calibration.interface import calibrate
    from smecluster.calibration.loading import load_model as load
    from smecluster.model.errors import InputError
    from smecluster.policies.notebook.analyses import compute_contributions as contributions
    from smecluster.policies.notebook.analyses import optimise
    from smecluster.policies.notebook.answers import account, assign, money_map, why
    from smecluster.policies.notebook.answers import play_game as game
    from smecluster.policies.notebook.interface import compare
    from smecluster.policies.simulation import simulate, simulate_many
    from smecluster.sensitivity.interface import run_sensitivity as sensitivity
    from smecluster.sensitivity.notebook import decide, tipping

    __version__: str

# Where each name comes from. It is imported when it is first used: `import smecluster` takes
# milliseconds, and a command waits only for what it needs.
_HOMES = {
    "InputError": ("smecluster.model.errors", "InputError"),
    "account": ("smecluster.policies.notebook.answers", "account"),
    "assign": ("smecluster.policies.notebook.answers", "assign"),
    "calibrate": ("smecluster.calibration.interface", "calibrate"),
    "compare": ("smecluster.policies.notebook.interface", "compare"),
    "contributions": ("smecluster.policies.notebook.analyses", "compute_contributions"),
    "decide": ("smecluster.sensitivity.notebook", "decide"),
    "game": ("smecluster.policies.notebook.answers", "play_game"),
    "load": ("smecluster.calibration.loading", "load_model"),
    "money_map": ("smecluster.policies.notebook.answers", "money_map"),
    "optimise": ("smecluster.policies.notebook.analyses", "optimise"),
    "simulate": ("smecluster.policies.simulation", "simulate"),
    "simulate_many": ("smecluster.policies.simulation", "simulate_many"),
    "tipping": ("smecluster.sensitivity.notebook", "tipping"),
    "why": ("smecluster.policies.notebook.answers", "why"),
}

__all__ = [
    "InputError",
    "__version__",
    "account",
    "assign",
    "calibrate",
    "compare",
    "contributions",
    "decide",
    "game",
    "load",
    "money_map",
    "optimise",
    "sensitivity",
    "simulate",
    "simulate_many",
    "tipping",
    "why",
]

# The folders of a checkout stand here as links; git without core.symlinks writes text files.
if not os.path.isdir(os.path.join(os.path.dirname(__file__), "model")):
    raise ImportError(
        f"{os.path.join(os.path.dirname(__file__), 'model')} is no folder: the links in "
        "src/smecluster are missing; run `git config core.symlinks true`, then "
        "`git checkout -- src` (Windows: allow links first, see CONTRIBUTING.md)"
    )


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("smecluster")
    if name == "sensitivity":  # a package that can be called, see its docstring
        return importlib.import_module("smecluster.sensitivity")
    if name not in _HOMES:
        raise AttributeError(f"module 'smecluster' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
