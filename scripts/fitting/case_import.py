"""``smecluster case import``: print what was read from a spreadsheet and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.scripts.shared.printing import note, print_json, print_table

if TYPE_CHECKING:
    from smecluster.calibration.importing.imported_case import Imported


def carry_out(
    file: Path,
    folder: Path | None,
    like: str,
    sheet: str | None,
    place: str | None,
    source: str,
    part_of: str,
    json: bool,
) -> None:
    """Import a spreadsheet and print what was understood; see `import_case` for the arguments."""
    from smecluster.calibration.importing.imported_case import import_case

    target = Path(file.stem) if folder is None else folder
    made = import_case(
        file, target, sheet=sheet, place=place, like=like, source=source, part_of=part_of
    )
    if json:
        print_json({**asdict(made), "figures": len(made.figures)})
        return
    _print(made)


def _print(made: Imported) -> None:
    from smecluster.calibration.data.deflate import read_deflator

    rows = []
    for each in made.understood:
        figures = [one for one in made.figures if one.heading == each.heading]
        years = [one.year for one in figures]
        rows.append(
            [
                each.heading,
                each.series or "(left out)",
                each.unit or "-",
                each.prices or "-",
                f"{min(years)}-{max(years)}",
                len(figures),
                each.reason or "-",
            ]
        )
    print_table(
        ["heading", "series", "unit", "prices", "years", "figures", "remark"],
        rows,
        f"What was understood: {made.layout}",
    )
    if made.beyond:
        print(
            f"kept and not compared: figures of {_spell_years(made.beyond)}; the model begins in "
            f"1978, and the deflator of current prices ends in {max(read_deflator())}"
        )
    measured = ", ".join(made.measures)
    if made.like:
        print(
            f"{made.folder}: {made.like} times {made.factor:.6g}; value added in {made.year} is "
            f"{made.gdp:,.6g} million yuan of that year; measured are {measured}"
        )
    else:
        print(f"{made.folder / 'series.csv'}: written again; measured are {measured}")
    note(
        f"what a heading means stands in [import] of {made.folder / 'case.toml'}; next: smecluster "
        f"case check {made.folder}"
    )


def _spell_years(years: Sequence[int]) -> str:
    """Write years as spans of years without a gap."""
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(f"{one[0]}-{one[-1]}" if len(one) > 1 else str(one[0]) for one in spans)
