"""``smecluster check loops``: the gain of every reinforcing loop, as tables and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.file.model import SHIPPED
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.support.workspace import locate
from smecluster.scripts.shared.options import Folders
from smecluster.scripts.shared.printing import note, print_json, print_table

if TYPE_CHECKING:
    from smecluster.model.checking.loop_gains import Gains
    from smecluster.model.checking.path_gains import PathGain
    from smecluster.model.file.cutting import Cut

EXAMPLES = (
    "smecluster check loops",
    "smecluster check loops --year 1995",
    "smecluster check loops --out docs/loop-gains.md",
    "smecluster check loops --from my-region",
)
#: What the tables of cuts begin with.
_HEADINGS = (mark("loop"), mark("cut at"), mark("read by"))


def gains(
    year: Annotated[float, typer.Option(help="Year whose national conditions last.")] = 2020,
    model: Annotated[
        Path, typer.Option(help="Another Vensim model.", show_default=False)
    ] = SHIPPED,
    from_: Folders = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write a page (Markdown).", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compute the gain of every reinforcing loop, at rest and along the path of history."""
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_model
    from smecluster.model.checking.gains_page import write_page
    from smecluster.model.checking.loop_gains import compute_gains as work_out
    from smecluster.model.checking.path_gains import AFTER, YEARS, compute_path_gains
    from smecluster.model.file.model import load
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.ledger import check_file

    if out is not None:
        check_file(out)
    folders = from_ or []
    if folders:
        m = load_model(None if model == SHIPPED else model, cases=folders)
    else:
        m = load(locate(model))
    origin = describe_origin(folders) if folders else ""
    note(say("running the model to rest after each push"))
    found = work_out(m, year)
    note(say("pushing each loop along the path of history"))
    path = compute_path_gains(m)
    if out is not None:
        text = write_page(
            found,
            path,
            (_table_loops(found, m.regions), _table_together(found), _table_path(path)),
            m.hash,
            origin,
        )
        write_atomic(out, text)
    if json:
        single = [
            {
                "loop": gain.cut.loop,
                "variable": gain.cut.variable,
                "read by": gain.cut.readers,
                "region": gain.region,
                "alone": gain.alone,
                "among the others": gain.among,
            }
            for gain in found.single
        ]
        along = [
            {
                "loop": gain.cut.loop,
                "variable": gain.cut.variable,
                "region": gain.region,
                "years after": AFTER,
                "gains": dict(zip(map(str, YEARS), gain.gains, strict=True)),
            }
            for gain in path
        ]
        print_json(
            {"year": found.year, "single": single, "together": found.together, "path": along}
        )
        return
    headings, rows = _table_loops(found, m.regions)
    print_table(headings, rows, _say_year(year))
    headings, rows = _table_together(found)
    print_table(headings, rows, say("Gain of all reinforcing loops together"))
    headings, rows = _table_path(path)
    title = say("Gain {years} years after a push, lowest and highest region", years=f"{AFTER:g}")
    print_table(headings, rows, title)


def _say_year(year: float) -> str:
    return say("Gain alone, and among the others (conditions of {year})", year=f"{year:g}")


def _table_loops(found: Gains, regions: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Make a row a cut, a column a region."""
    from smecluster.model.checking.gains_page import format_gain

    headings = [*_HEADINGS, *regions]
    rows = []
    for at in range(0, len(found.single), len(regions)):
        gains_there = found.single[at : at + len(regions)]
        cut = gains_there[0].cut
        cells = [f"{format_gain(gain.alone)} ({format_gain(gain.among)})" for gain in gains_there]
        rows.append([*_name_cut(cut), *cells])
    return headings, rows


def _name_cut(cut: Cut) -> list[str]:
    """Name the loop, the variable at which it is cut, and who reads a constant instead."""
    readers = say.commas([say.variable(one) for one in cut.readers])
    return [say.word(cut.loop), say.variable(cut.variable), readers]


def _table_together(found: Gains) -> tuple[list[str], list[list[str]]]:
    from smecluster.model.checking.gains_page import format_gain

    headings = [mark("held constant"), *next(iter(found.together.values()))]
    rows = [
        [brake, *(format_gain(value) for value in by_region.values())]
        for brake, by_region in found.together.items()
    ]
    return headings, rows


def _table_path(path: Sequence[PathGain]) -> tuple[list[str], list[list[str]]]:
    """Make a row a cut, a column a year of the push."""
    from smecluster.model.checking.gains_page import format_gain
    from smecluster.model.checking.path_gains import YEARS

    headings = [*_HEADINGS, *(f"{year:g}" for year in YEARS)]
    by_cut: dict[Cut, list[PathGain]] = {}
    for gain in path:
        by_cut.setdefault(gain.cut, []).append(gain)
    rows = []
    for cut, gains_there in by_cut.items():
        cells = []
        for at in range(len(YEARS)):
            values = [gain.gains[at] for gain in gains_there]
            low, high = format_gain(min(values)), format_gain(max(values))
            cells.append(say("{low} to {high}", low=low, high=high))
        rows.append([*_name_cut(cut), *cells])
    return headings, rows
