"""``smecluster statistics``: what cluster statistics are worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.calibration.loading import describe_origin, draw_values, load_calibrated
from smecluster.model.support.files import check_writable
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = (
    "smecluster statistics",
    "smecluster statistics mixed --draws 100 --future scandal --future demand",
)
_LONG_STEP = 0.125  # Year


def statistics(
    strategy: Annotated[
        str, typer.Argument(help="Strategy with money for cluster statistics.")
    ] = "local",
    future: Annotated[
        list[str] | None,
        typer.Option(
            help="Future, name or TOML file, besides the base; repeat for several. By default a "
            "scandal.",
            show_default=False,
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Draws of the calibration; 0: its best values alone.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=1, help="Of the draws.")] = 1,
    step: Annotated[float, typer.Option(help="Time step, Year.")] = _LONG_STEP,
    region: Regions = None,
    from_: Folders = None,
    calibration: CalibrationName = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figure and the page.")] = Path(
        "results/statistics"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find what cluster statistics are worth under a reactive and an anticipatory policy."""
    from smecluster.model.outcomes import TOTAL
    from smecluster.model.support.exports import write_figure, write_table
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.formatting import Rounded
    from smecluster.model.support.page import Section, render_page
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies import load
    from smecluster.policies.futures import futures
    from smecluster.policies.statistics_value.compute import statistics_value, table
    from smecluster.policies.statistics_value.figures import worth
    from smecluster.policies.statistics_value.text import answer, basis

    check_writable(out)
    chosen, worlds = load(strategy), futures(future or ["scandal"])
    model = load_calibrated(region or [], from_ or [], calibration)
    drawn = draw_values(calibration, draws, seed, model.regions, from_ or []) if draws else None
    with progress("runs") as tell:
        found = statistics_value(model, chosen, drawn, worlds, step=step, progress=tell)
    origin = make_stamp(
        model.hash,
        strategy=f"{chosen.name} {chosen.hash}",
        futures=", ".join(f"{one.name} {one.hash}" for one in worlds),
        calibration=describe_origin(from_ or [], calibration),
        seed=str(seed),
    )
    summed = table(found)
    files = write_table(summed, out, "statistics", origin, values=["mean", "low", "median", "high"])
    said, rests = answer(found), basis(found, step)
    if not json:
        print_lines([*said, ""])
        whole = _told(summed[summed["place"] == TOTAL].drop(columns="place"))
        rows = [
            [cell if isinstance(cell, str) else Rounded(cell) for cell in row]
            for row in whole.itertuples(index=False)
        ]
        print_table([str(name) for name in whole], rows, "All regions")
        print_lines(["", *rests])
    picture = write_figure(worth(found), out, "statistics", origin)
    sections = [
        Section("Worth against cost", [], [], [("By policy, future and place", picture)]),
        Section("What this rests on", rests, [("By policy, future and place", _told(summed))]),
    ]
    text = render_page("What cluster statistics are worth", said, sections, origin)
    files += [picture, write_atomic(out / "statistics.html", text)]
    finish(files, {"stamp": origin, "answer": said} if json else None)


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Write sizes in units to be read, what is a share of nothing as yuan for a yuan."""
    from smecluster.model.support.formatting import display_unit

    factors = table["unit"].map(lambda unit: display_unit(unit)[1])
    units = table["unit"].map(
        lambda unit: "yuan for a yuan" if unit == "Dmnl" else display_unit(unit)[0]
    )
    kept = [name for name in ("policy", "future", "place", "measure") if name in table]
    points = {"median": "median", "low": "5 %", "high": "95 %"}
    sizes = table[[*points]].mul(factors, axis=0).rename(columns=points)
    return table[kept].assign(unit=units).join(sizes)
