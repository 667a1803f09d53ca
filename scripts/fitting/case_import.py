"""``smecluster case import``: print what was read from a spreadsheet and what became of it."""

from __future__ import annotations

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
    measured = ", ".join(made.measures)
    if made.like:
        print(
            f"{made.folder}: {made.like} times {made.factor:.6g}; value added in {made.year} is "
            f"{made.gdp:,.6g} million yuan; measured are {measured}"
        )
    else:
        print(f"{made.folder / 'series.csv'}: written again; measured are {measured}")
    note(
        f"what a heading means stands in [import] of {made.folder / 'case.toml'}; next: smecluster "
        f"case check {made.folder}"
    )
