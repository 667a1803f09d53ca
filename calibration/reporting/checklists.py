"""The model's card, and two checklists for reports of simulation models, filled in."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from smecluster.calibration.reporting.facts import gather_facts

_TEMPLATE = "checklists.md.jinja"


def write_checklists() -> str:
    """Write the card and the checklists STRESS-SD and Rahmandad-Sterman.

    Returns
    -------
    str
        A page in Markdown. Counts, years and hashes come from the model, its checks and its
        calibration; where an item is not met, the page says so.

    References
    ----------
    Monks, Currie, Onggo, Robinson, Kunc and Taylor, 2019, *Journal of Simulation* 13(1), 55-67;
    Rahmandad and Sterman, 2012, *System Dynamics Review* 28(4), 396-411.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the page is Markdown
    )
    return environment.get_template(_TEMPLATE).render(gather_facts())
