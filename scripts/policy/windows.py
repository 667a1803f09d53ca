"""``smecluster windows``: when help pays, by year and by size of the cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.calibration.loading import describe_origin, draw_values, load_calibrated
from smecluster.model.support.files import check_writable
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.uncertainty import draw_all

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = (
    "smecluster windows",
    "smecluster windows local --draws 30 --horizon 10",
    "smecluster windows combination --from-year 1980 --to-year 2000 --every 1",
)
_LONG_STEP = 0.125  # Year


def windows(
    strategy: Annotated[
        str, typer.Argument(help="Strategy whose local allocation and history are used.")
    ] = "combination",
    draws: Annotated[
        int, typer.Option(min=0, help="Draws of the calibration; 0: its best values alone.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=1, help="Of the draws.")] = 1,
    from_year: Annotated[int, typer.Option(help="First starting year.")] = 1980,
    to_year: Annotated[int, typer.Option(help="Last starting year.")] = 2025,
    every: Annotated[int, typer.Option(min=1, help="Years between starting years.")] = 3,
    lasting: Annotated[float, typer.Option(help="Years that the programme lasts.")] = 5,
    horizon: Annotated[float, typer.Option(help="Years over which the gain counts.")] = 15,
    step: Annotated[float, typer.Option(help="Time step, Year.")] = _LONG_STEP,
    region: Regions = None,
    from_: Folders = None,
    calibration: CalibrationName = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/windows"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Map what a yuan gains by starting year and cluster size."""
    from smecluster.model.support.exports import write_table
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.page import Section, render_page
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies import load
    from smecluster.policies.windows.compute import by_kind, by_year, table
    from smecluster.policies.windows.compute import windows as mapped
    from smecluster.policies.windows.figures import figures
    from smecluster.policies.windows.text import answer, basis

    check_writable(out)
    chosen = load(strategy)
    model = load_calibrated(region or [], from_ or [], calibration)
    drawn = draw_values(calibration, draws, seed, model.regions, from_ or []) if draws else None
    with progress("runs") as tell:
        found = mapped(
            model,
            chosen,
            drawn,
            starts=range(from_year, to_year + 1, every),
            lasting=lasting,
            horizon=horizon,
            step=step,
            progress=tell,
        )
    origin = make_stamp(
        model.hash,
        strategy=f"{chosen.name} {chosen.hash}",
        calibration=describe_origin(from_ or [], calibration),
        seed=str(seed),
    )
    years, kinds = by_year(found), by_kind(found)
    files = write_table(table(found), out, "windows", origin)
    files += write_table(years, out, "window-by-year", origin)
    files += write_table(kinds, out, "kinds", origin)
    said, rests = answer(found), basis(found, step)
    if not json:
        print_lines([*said, ""])
        print_table(
            [str(name) for name in years],
            [
                [cell if isinstance(cell, str) else f"{cell:g}" for cell in row]
                for row in _told(years).round(3).itertuples(index=False)
            ],
            "A yuan at home, by the year in which it is spent",
        )
        print_lines(["", *rests])
    pictures = draw_all(figures(found), out, origin)
    sections = [
        Section(
            "When",
            [],
            [("The window of each region", _told(years))],
            [("Gain of a yuan by starting year", pictures["window-by-year"])],
        ),
        Section(
            "How large",
            [],
            [("Kinds of intervention at the same date, yuan for a yuan", _told(kinds))],
            [
                ("Gain of a yuan by starting year and size", path)
                for name, path in pictures.items()
                if name == "window-map"
            ],
        ),
        Section("What this rests on", rests),
    ]
    text = render_page("When help pays", said, sections, origin)
    files += [*pictures.values(), write_atomic(out / "windows.html", text)]
    finish(files, {"stamp": origin, "answer": said} if json else None)


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Write shares of the draws in percent, and name columns for a reader."""
    from smecluster.policies.prose import format_share

    shares = [name for name in ("draws that agree", "gains most") if name in table]
    written = {
        name: [format_share(one) if one == one else "-" for one in table[name]] for name in shares
    }
    return table.assign(**written).rename(
        columns={
            "gain": "yuan for a yuan",
            "mass": "firms over critical mass",
            "gains most": "gains most in",
            "low": "5 %",
            "high": "95 %",
        }
    )
