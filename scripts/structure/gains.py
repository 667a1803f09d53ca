"""``smecluster gains``: the gain of every reinforcing loop, as tables and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.support.workspace import locate
from smecluster.model.vensim.document import SHIPPED
from smecluster.scripts.shared.options import Folders
from smecluster.scripts.shared.printing import note, print_json, print_table

if TYPE_CHECKING:
    from smecluster.model.checking.loop_gains import Gains
    from smecluster.model.checking.path_gains import PathGain
    from smecluster.model.vensim.cutting import Cut

EXAMPLES = (
    "smecluster gains",
    "smecluster gains --year 1995",
    "smecluster gains --out docs/loop-gains.md",
    "smecluster gains --from my-region",
)


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
    from smecluster.model.checking.loop_gains import compute_gains as work_out
    from smecluster.model.checking.path_gains import AFTER, YEARS, compute_path_gains
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.ledger import check_file
    from smecluster.model.system import load

    if out is not None:
        check_file(out)
    folders = from_ or []
    if folders:
        m = load_model(None if model == SHIPPED else model, cases=folders)
    else:
        m = load(locate(model))
    origin = f" (values: {describe_origin(folders)})" if folders else ""
    note("running the model to rest after each push")
    found = work_out(m, year)
    note("pushing each loop along the path of history")
    path = compute_path_gains(m)
    if out is not None:
        write_atomic(out, _page(found, path, m.regions, m.hash, origin))
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
    print_table(headings, rows, f"Gain alone, and among the others (conditions of {year:g})")
    headings, rows = _table_together(found)
    print_table(headings, rows, "Gain of all reinforcing loops together")
    headings, rows = _table_path(path)
    print_table(headings, rows, f"Gain {AFTER:g} years after a push, lowest and highest region")


def _table_loops(found: Gains, regions: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Make a row a cut, a column a region."""
    headings = ["loop", "cut at", "read by", *regions]
    rows = []
    for at in range(0, len(found.single), len(regions)):
        gains_there = found.single[at : at + len(regions)]
        cut = gains_there[0].cut
        cells = [f"{_format_gain(gain.alone)} ({_format_gain(gain.among)})" for gain in gains_there]
        rows.append([cut.loop, cut.variable, ", ".join(cut.readers), *cells])
    return headings, rows


def _table_together(found: Gains) -> tuple[list[str], list[list[str]]]:
    headings = ["held constant", *next(iter(found.together.values()))]
    rows = [
        [brake, *(_format_gain(value) for value in by_region.values())]
        for brake, by_region in found.together.items()
    ]
    return headings, rows


def _table_path(path: Sequence[PathGain]) -> tuple[list[str], list[list[str]]]:
    """Make a row a cut, a column a year of the push."""
    from smecluster.model.checking.path_gains import YEARS

    headings = ["loop", "cut at", "read by", *(f"{year:g}" for year in YEARS)]
    by_cut: dict[Cut, list[PathGain]] = {}
    for gain in path:
        by_cut.setdefault(gain.cut, []).append(gain)
    rows = []
    for cut, gains_there in by_cut.items():
        cells = []
        for at in range(len(YEARS)):
            values = [gain.gains[at] for gain in gains_there]
            cells.append(f"{_format_gain(min(values))} to {_format_gain(max(values))}")
        rows.append([cut.loop, cut.variable, ", ".join(cut.readers), *cells])
    return headings, rows


def _format_gain(gain: float) -> str:
    # Without the sign of what rounds to zero.
    return f"{round(gain, 3) + 0.0:.3f}"


def _page(
    found: Gains,
    path: Sequence[PathGain],
    regions: Sequence[str],
    fingerprint: str,
    origin: str,
) -> str:
    from smecluster.model.checking.loop_gains import ALL_REGIONS, WHOLE
    from smecluster.model.checking.path_gains import AFTER, YEARS

    largest = max(found.single, key=lambda gain: max(gain.alone, gain.among))
    whole = found.together[WHOLE][ALL_REGIONS]
    steepest = max(path, key=lambda gain: max(gain.gains))
    when = YEARS[steepest.gains.index(max(steepest.gains))]
    return "\n".join(
        [
            "# Gains of the reinforcing loops",
            "",
            f"Made by `smecluster gains --year {found.year:g} --out docs/loop-gains.md` from the "
            f"model with fingerprint `{fingerprint[:12]}`{origin}. Do not "
            "edit; run the command again.",
            "",
            "A gain says how much of a push returns to where it was given: 0.2 means that a rise "
            "of 1 % returns as 0.2 %. Below 1 a push dies away; above 1 it would feed on itself "
            "without end.",
            "",
            f"**Every gain is below 1.** The largest of a single loop at rest is "
            f"{_format_gain(max(largest.alone, largest.among))} ({largest.cut.loop}, cut at "
            f"{largest.cut.variable}, {largest.region}); that of all loops of all regions together "
            f"is {_format_gain(whole)}: a lasting push that runs through all of them grows to "
            f"about {1 / (1 - whole):.1f} times its size and stays there. Along the path of "
            f"history the largest is {_format_gain(max(steepest.gains))} ({steepest.cut.loop}, "
            f"cut at {steepest.cut.variable}, {steepest.region}, from {when:g})."
            if max(largest.alone, largest.among, whole) < 1
            else "**Not every gain is below 1**: the model need not come to rest.",
            "",
            "## One loop at a time",
            "",
            "The first number is the gain of the loop alone, with every other reinforcing loop "
            "cut; the number in brackets is its gain while all the others work. Balancing loops "
            "work in both; where they are stronger than the loop at its cut, the gain is "
            "negative. Numbered loops are those of the overview diagram; the others close "
            "behind them.",
            "",
            *_markdown(*_table_loops(found, regions)),
            "",
            "## All loops together",
            "",
            "The gain of all reinforcing loops together is the largest eigenvalue of the matrix of "
            "responses from cut to cut. In the last row the price does not fall when a region "
            "sells more. Returns to scale are about constant, so the gain is about 1 and nothing "
            "limits a region: what limits it is its share of demand.",
            "",
            *_markdown(*_table_together(found)),
            "",
            "## Along the path",
            "",
            f"The model is never at rest while it reproduces history. Here the readers see their "
            f"variable a thousandth higher or lower from a year on, in one region, and the table "
            f"says what part of what they see has come back {AFTER:g} years later: the gain among "
            "all other loops, lowest and highest of the regions.",
            "",
            *_markdown(*_table_path(path)),
            "",
            "## Method",
            "",
            f"The gains at rest hold where the national conditions of {found.year:g} last, nobody "
            "is born, learns or retires, there is no programme in the past or the future, and 2400 "
            "years pass; people may still move. The point at which every effect of the model is 1 "
            "is not used, because it is not at rest: from there the clusters grow. At rest all "
            "land has been serviced and clusters are far beyond their critical mass, so loops that "
            "work through chances to meet or through new sites have nothing left to give and a "
            "gain near 0. That is a property of this point; the table along the path and "
            "`smecluster gains --year 1990` show others.",
            "",
            "Each loop is cut where the tables say: the readers named there read a constant in "
            "place of the variable, which is still computed. The constant is raised and lowered by "
            "a thousandth in one region at a time, and the gain is the central difference of the "
            "logarithm of the variable over that of the constant, at rest again. Every run "
            "verifies that the cut model rests at the values of the whole one, and that it is at "
            "rest. Along the path nothing is cut: if the variable has moved by r per unit of the "
            "push, its readers see 1 + r, and the gain is r / (1 + r).",
            "",
        ]
    )


def _markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [headings, ["---"] * len(headings), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
