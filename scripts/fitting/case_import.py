"""``smecluster case import``: print what was read from a spreadsheet and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.printing import note, print_json, print_table

if TYPE_CHECKING:
    from smecluster.calibration.importing.imported_case import Imported

#: What layouts of a table are called.
_LAYOUTS = (mark("a row a figure"), mark("a row a series"), mark("a column a series"))


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
    from smecluster.calibration.data.measuring import read_deflator
    from smecluster.calibration.importing.headings import say_reason

    rows = []
    for each in made.understood:
        figures = [one for one in made.figures if one.heading == each.heading]
        years = [one.year for one in figures]
        rows.append(
            [
                each.heading,
                each.series or say("(left out)"),
                each.unit or "-",
                each.prices or "-",
                f"{min(years)}-{max(years)}",
                len(figures),
                say_reason(each.reason) if each.reason else "-",
            ]
        )
    print_table(
        [mark("heading"), "series", "unit", mark("prices"), "years", "figures", mark("remark")],
        rows,
        say("What was understood: {layout}", layout=say.word(made.layout)),
    )
    if made.beyond:
        print(
            say(
                "kept and not compared: figures of {years}; the model begins in 1978, and the "
                "deflator of current prices ends in {last}",
                years=_spell_years(made.beyond),
                last=max(read_deflator()),
            )
        )
    measured = say.commas([say.word(name) for name in made.measures])
    if made.like:
        # In English million yuan, in Chinese 亿元.
        unit, factor = ("million yuan", 1.0) if say.english else say.unit("Myuan")
        print(
            say(
                "{folder}: {like} times {times}; value added in {year} is {gdp} {unit} of that "
                "year; measured are {measured}",
                folder=made.folder,
                like=say.name(made.like),
                times=f"{made.factor:.6g}",
                year=made.year,
                gdp=f"{made.gdp * factor:,.6g}",
                unit=unit,
                measured=measured,
            )
        )
    else:
        path = made.folder / "series.csv"
        print(say("{path}: written again; measured are {measured}", path=path, measured=measured))
    note(
        say(
            "what a heading means stands in [import] of {file}; next: smecluster case check "
            "{folder}",
            file=made.folder / "case.toml",
            folder=made.folder,
        )
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
