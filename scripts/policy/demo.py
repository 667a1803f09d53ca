"""``smecluster demo``: the main job once, from the runs to the page."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from smecluster.scripts.shared.options import Folders
from smecluster.scripts.shared.printing import note

EXAMPLES = (
    "smecluster demo",
    "smecluster demo --draws 20 --out results/quick",
    "smecluster demo --lang zh",
    "smecluster demo --from my-region --draws 20 --out results/mine",
)
STRATEGIES = ("central", "local")


def demo(
    draws: Annotated[int, typer.Option(min=1, help="Draws of the calibration.")] = 100,
    from_: Folders = None,
    out: Annotated[Path, typer.Option(help="Folder for the page, tables and figures.")] = Path(
        "results/demo"
    ),
) -> None:
    """Compare a central with a local strategy, and the model with the published histories."""
    from smecluster.model.presentation.language.spoken import say
    from smecluster.scripts.fitting import histories
    from smecluster.scripts.policy.compare import DETAILS, PAGE, WORD, WORKBOOK, compare
    from smecluster.scripts.policy.desk import check_desk, write_desk

    # Those of the comparison are checked where it begins.
    histories.name_results(out).check()
    check_desk(place_desk(out))
    began = time.monotonic()
    both = say.join([say.name(name) for name in STRATEGIES])
    note(
        say(
            "1 of 3: {strategies} in {draws} draws of the calibration, and the brief",
            strategies=both,
            draws=draws,
        )
    )
    compare(list(STRATEGIES), draws=draws, futures=["all"], from_=from_, out=out)
    note(say("2 of 3: the model beside the published histories"))
    _, _, files = histories.write_histories(from_=from_, out=out)
    note(say("3 of 3: the desk, a page with sliders"))
    write_desk(place_desk(out), folders=from_ or [])
    pictures = ", ".join(path.name for path in files if path.suffix == ".png")
    print()
    for line in (
        say(
            "The page:   {page} (the brief, also as {word} and {workbook})",
            page=out / PAGE,
            word=WORD,
            workbook=WORKBOOK,
        ),
        say("In detail:  {page}", page=out / DETAILS),
        say("The desk:   {page} (open it in a browser and move the sliders)", page=place_desk(out)),
        say("The tables: {files} (NAME.json says where NAME.csv came from)", files=out / "*.csv"),
        say(
            "Figures:    {files}, the histories in {pictures}",
            files=out / "*.png",
            pictures=pictures,
        ),
        say("Done in {seconds} s.", seconds=f"{time.monotonic() - began:.0f}"),
    ):
        print(line)


def place_desk(out: Path) -> Path:
    """Say where the desk goes in a folder of results."""
    return out / "desk.html"
