"""``smecluster demo``: the main job once, from the runs to the page."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from smecluster.scripts.shared.options import Lang
from smecluster.scripts.shared.printing import note

EXAMPLES = (
    "smecluster demo",
    "smecluster demo --draws 20 --out results/quick",
    "smecluster demo --lang zh",
)
STRATEGIES = ("central", "local")


def demo(
    draws: Annotated[int, typer.Option(min=1, help="Draws of the calibration.")] = 100,
    lang: Lang = None,
    out: Annotated[Path, typer.Option(help="Folder for the page, tables and figures.")] = Path(
        "results/demo"
    ),
) -> None:
    """Compare a central with a local strategy, and the model with the published histories."""
    from smecluster.scripts.fitting import histories
    from smecluster.scripts.policy.compare import DETAILS, PAGE, WORD, WORKBOOK, compare
    from smecluster.scripts.policy.desk import check_desk, write_desk

    # Those of the comparison are checked where it begins.
    histories.name_results(out).check()
    check_desk(place_desk(out))
    began = time.monotonic()
    note(f"1 of 3: {' and '.join(STRATEGIES)} in {draws} draws of the calibration, and the brief")
    compare(list(STRATEGIES), draws=draws, futures=["all"], lang=lang, out=out)
    note("2 of 3: the model beside the published histories")
    _, _, files = histories.write_histories(out=out)
    note("3 of 3: the desk, a page with sliders")
    write_desk(place_desk(out))
    pictures = ", ".join(path.name for path in files if path.suffix == ".png")
    print(
        f"\nThe page:   {out / PAGE} (the brief, also as {WORD} and {WORKBOOK})\n"
        f"In detail:  {out / DETAILS}\n"
        f"The desk:   {place_desk(out)} (open it in a browser and move the sliders)\n"
        f"The tables: {out / '*.csv'} (NAME.json says where NAME.csv came from)\n"
        f"Figures:    {out / '*.png'}, the histories in {pictures}\n"
        f"Done in {time.monotonic() - began:.0f} s."
    )


def place_desk(out: Path) -> Path:
    """Say where the desk goes in a folder of results."""
    return out / "desk.html"
