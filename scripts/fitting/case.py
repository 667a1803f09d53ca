"""``smecluster case``: start a folder for your own region, or check one line by line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.printing import note, print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration.authoring.case_check import Checked

EXAMPLES = (
    "smecluster case new my-town",
    "smecluster case new my-town --like zhongguancun",
    "smecluster case new my-town --like wenzhou --gdp 4312 --year 1990",
    'smecluster case new shenzhen --gdp 16460 --year 1990 --part-of "Pearl River Delta"',
    "smecluster case check my-town",
    "smecluster case check my-town --json",
    "smecluster case import figures.xlsx --into my-town --sheet GDP --like wenzhou",
)
ACTIONS = ("new", "check", "import")
_LIKE = "wenzhou"


def case(
    action: Annotated[
        str,
        typer.Argument(
            help="new: write a template. check: check a folder. import: make a folder from a "
            "spreadsheet, or read its figures again."
        ),
    ],
    folder: Annotated[
        Path,
        typer.Argument(help="The region's folder; with import the spreadsheet (.xlsx, .csv)."),
    ],
    like: Annotated[
        str | None,
        typer.Option(
            help="With new and import: the most similar shipped case; its values are copied. By "
            "default wenzhou (home-grown small firms).",
            show_default=False,
        ),
    ] = None,
    gdp: Annotated[
        float | None,
        typer.Option(
            help="With new: value added of the secondary and tertiary sectors in --year, million "
            "yuan at prices of that year (the national deflator turns it into those of 2010). What "
            "counts firms, people, money or land is scaled until the model has it.",
            show_default=False,
        ),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="With --gdp: its year.", show_default=False)
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            help="With --gdp: a table of published figures (columns as in series.csv, with "
            "sources.csv beside it) whose rows of the region become its measurements.",
            show_default=False,
        ),
    ] = None,
    series: Annotated[
        list[str] | None,
        typer.Option(
            help="With --figures: a series of value added; repeat for several to be summed.",
            show_default=False,
        ),
    ] = None,
    part_of: Annotated[
        str | None,
        typer.Option(
            help="With --gdp and import: region of the model that contains it, and that it is "
            "taken out of.",
            show_default=False,
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            help="With import: the region's folder; by default the name of the spreadsheet.",
            show_default=False,
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            help="With import: sheet of an Excel file; the first by default.", show_default=False
        ),
    ] = None,
    place: Annotated[
        str | None,
        typer.Option(
            help="With import: the region to read, in a table with a column of regions.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="With import: where the figures come from.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Start a region's folder, or check one."""
    sized = {
        "--gdp": gdp,
        "--year": year,
        "--figures": figures,
        "--series": series or None,
        "--part-of": part_of,
    }
    given = [name for name, value in sized.items() if value is not None]
    read = {"--into": into, "--sheet": sheet, "--place": place, "--source": source}
    only = [name for name, value in read.items() if value is not None]
    for name, value in {**sized, **read}.items():
        # Nothing is not the same as left out: a script whose variable is empty gives nothing.
        if value is not None and str(value).strip() == "":
            raise InputError(f"{name} is empty: give a name, or leave the option out")
    if action != "import" and only:
        raise InputError(f"{only[0]} belongs to `case import`")
    if action == "import":
        if unfit := [name for name in given if name != "--part-of"]:
            raise InputError(f"{unfit[0]} belongs to `case new`: the spreadsheet gives the size")
        from smecluster.scripts.fitting.case_import import carry_out

        chosen = _LIKE if like is None else like
        carry_out(folder, into, chosen, sheet, place, source or "", part_of or "", json)
        return 0
    if action == "new":
        if not given:
            _write_new(folder, _LIKE if like is None else like)
            return 0
        if gdp is None or year is None:
            missing = "--gdp" if gdp is None else "--year"
            raise InputError(
                f"{given[0]} needs {missing}: --gdp is the value added of --year, million yuan"
            )
        _write_sized(
            folder,
            _LIKE if like is None else like,
            (gdp, year),
            (figures, series or []),
            part_of or "",
            json,
        )
        return 0
    if action != "check":
        raise UnknownNameError("action", action, ACTIONS)
    if like is not None or given:
        raise InputError(f"{(['--like'] if like else given)[0]} belongs to `case new`")
    from smecluster.calibration.authoring.case_check import check_case

    checked = check_case(folder)
    if json:
        print_json(
            {
                "problems": checked.problems,
                "notes": checked.notes,
                "understood": checked.understood.to_dict("records"),
                "converted": checked.converted.to_dict("records"),
            }
        )
    else:
        _print_checked(checked)
    return 2 if checked.problems else 0


def _write_new(folder: Path, like: str) -> None:
    from smecluster.calibration.authoring.template import new_case

    written = new_case(folder, like)
    for path in sorted(written.iterdir()):
        print(path)
    note(
        say(
            "values of the model are copied from {like} (--like chooses another); next: edit "
            "{file}, then smecluster case check {folder}",
            like=like,
            file=written / "case.toml",
            folder=written,
        )
    )


def _write_sized(
    folder: Path,
    like: str,
    size: tuple[float, int],
    published: tuple[Path | None, Sequence[str]],
    part_of: str,
    json: bool,
) -> None:
    """Write a case of a like region's at its own size, and say what was kept, scaled and left."""
    from smecluster.calibration.importing.sized_case import new_sized_case

    (gdp, year), (figures, series) = size, published
    sized = new_sized_case(folder, like, gdp, year, figures, series, part_of)
    if json:
        print_json({**asdict(sized), "treatments": [asdict(each) for each in sized.treatments]})
        return
    from smecluster.calibration.importing.said import name_value, say_done, say_left

    # In English million yuan, in Chinese 亿元.
    unit, factor = ("million yuan", 1.0) if say.english else say.unit("Myuan")
    told = {
        "year": year,
        "gdp": f"{gdp * factor:,.6g}",
        "real": f"{sized.real * factor:,.6g}",
        "unit": unit,
        "like": say.name(sized.like),
        "times": f"{sized.factor:.6g}",
    }
    print_table(
        ["value", "unit", sized.like, sized.region, mark("done"), mark("left to you")],
        [
            [
                name_value(each.name),
                say.own_unit(each.unit),
                *("-" if x is None else f"{x:.6g}" for x in (each.before, each.after)),
                say_done(each.done),
                say_left(each.left) if each.left else "-",
            ]
            for each in sized.treatments
        ],
        say("{region}: {like} at {times} times its size", region=sized.region, **told),
        say("Value added in {year} is {gdp} {unit} ({real} in prices of 2010).", **told),
    )
    print(
        say(
            "{folder}: {like} times {times}; value added in {year} is {gdp} {unit}, {real} in "
            "prices of 2010",
            folder=sized.folder,
            **told,
        )
    )
    note(say("next: smecluster case check {folder}", folder=sized.folder))


def _print_converted(table: pd.DataFrame) -> None:
    """Print first, middle and last figures in the model's units, beside the nation's."""
    from smecluster.calibration.data.series_names import name_series

    rows = []
    for (variable, segment), part in table.groupby(["measures", "segment"], sort=False):
        for row in part.to_dict("records"):
            nation = row["nation"]
            rows.append(
                [
                    name_series(str(variable), str(segment)),
                    row["year"],
                    _format_figure(row["value"]),
                    "-" if nation is None or nation != nation else _format_figure(nation),
                    say.own_unit(row["unit"]),
                ]
            )
    print_table(
        [mark("measures"), "year", mark("figure"), "nation", "unit"],
        rows,
        say("First, middle and last figure, converted"),
        say(
            "Money in prices of 2010. Nation: the national wage, or for other money the first "
            "figure grown like the nation."
        ),
    )


def _format_figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _print_checked(checked: Checked) -> None:
    """Print what was understood, then notes and problems: what must be mended stands last."""
    from smecluster.calibration.data.series_names import name_series

    if len(checked.understood):
        print_table(
            [
                *("measures", "years", "figures", mark("from memory"), "unit"),
                *(mark("compared"), "series"),
            ],
            [
                [
                    name_series(row["measures"], row["segment"]),
                    *(row[name] for name in ("years", "figures", "remembered")),
                    say.own_unit(row["unit"]) if row["measures"] != "-" else row["unit"],
                    row["compared"],
                    row["series"],
                ]
                for row in checked.understood.to_dict("records")
            ],
            say("What was understood"),
        )
    if len(checked.converted):
        print()
        _print_converted(checked.converted)
    sys.stdout.flush()
    for remark in checked.notes:
        print(say("note: {remark}", remark=remark), file=sys.stderr)
    for problem in checked.problems:
        print(f"error: {problem}", file=sys.stderr)
    sys.stderr.flush()
    count = len(checked.problems)
    print(say.plural(count, "{count} problem", "{count} problems") if count else say("no problems"))
