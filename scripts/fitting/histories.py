"""``smecluster forecast histories``: the base case beside the published figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.calibration.choosing import describe_origin
from smecluster.calibration.loading import load_calibrated
from smecluster.model.errors import UnknownNameError
from smecluster.model.presentation.language.catalogue import mark
from smecluster.scripts.shared.options import CalibrationName, Folders
from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, note, print_json, print_table
from smecluster.scripts.shared.results import Results

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration import Case
    from smecluster.calibration.data.histories import Histories
    from smecluster.model import Model

EXAMPLES = (
    "smecluster forecast histories",
    "smecluster forecast histories --region Wenzhou --include remembered",
    "smecluster forecast histories --from path/to/your-region --out results/mine",
    "smecluster forecast histories --from my-town --region 'my town' --rivals 1990",
    "smecluster forecast histories --page docs/histories.md",
    "smecluster forecast histories --json",
)
_FIGURE, _RIVALS = "histories", "rivals"
#: Unit of a turning point that is a growth rate.
A_YEAR = mark("% a year")
_TABLES: dict[str, Callable[[Histories], pd.DataFrame]] = {
    "histories": lambda found: found.table,
    "fit": lambda found: found.fit,
    "turning-points": lambda found: found.turns,
}


def histories(
    include: Annotated[
        list[str] | None,
        typer.Option(
            help="'remembered' adds figures from memory, drawn hollow.", show_default=False
        ),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(
            help="Show only this region; repeatable. The run still includes all regions.",
            show_default=False,
        ),
    ] = None,
    from_: Folders = None,
    calibration: CalibrationName = None,
    rivals: Annotated[
        int | None,
        typer.Option(
            help="Also compare value added after this year with two forecasts from its figure: "
            "growth like the nation, and no change.",
            show_default=False,
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            help="Also write a page (Markdown) and a table: every series beside growth like the "
            "nation and beside the model with its loops cut (a minute).",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for tables and figure.")] = Path(
        "results/histories"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare the base case with the published figures."""
    loops = None if page is None else Page(page, "--page")
    found, origin, files = write_histories(include, region, from_, calibration, out, rivals)
    if loops is not None:
        files += _write_page(loops, include or [], from_ or [], calibration, origin)
    beaten = None if rivals is None else _compare(found, rivals)
    if json:
        print_json(
            {
                "stamp": origin,
                "fit": found.fit.to_dict("records"),
                "turning points": found.turns.to_dict("records"),
                "figures": found.table.to_dict("records"),
                **({} if beaten is None else {"rivals": beaten.to_dict("records")}),
                "files": [str(path) for path in files],
            }
        )
        return
    _print_fit(found.fit)
    print()
    _print_turns(found.turns)
    if beaten is not None:
        print()
        _print_rivals(beaten)
    finish(files)


def _write_page(
    page: Page,
    include: Sequence[str],
    folders: Sequence[Path],
    calibration: str | None,
    origin: Mapping[str, str],
) -> list[Path]:
    """Hold every series against two rivals; write the page, and the table beside it."""
    from smecluster.calibration.benchmarks.compute import compare_with_benchmarks
    from smecluster.calibration.benchmarks.page import write_page
    from smecluster.model.presentation.language.spoken import say

    model = load_calibrated([], list(folders), calibration)
    note(say("fitting the model with its loops cut"))
    found = compare_with_benchmarks(model, _load_cases(model, [], folders), include)
    values = describe_origin(folders, calibration)
    text = write_page(found, model.hash, values, page.table.name)
    return page.write(text, found.table, origin)


def write_histories(
    include: Sequence[str] | None = None,
    region: Sequence[str] | None = None,
    from_: Sequence[Path] | None = None,
    calibration: str | None = None,
    out: Path = Path("results/histories"),
    rivals: int | None = None,
) -> tuple[Histories, dict[str, str], list[Path]]:
    """Compare the base case with the published figures, and write tables and figure.

    Parameters
    ----------
    include, region, from_, calibration, out, rivals
        As for `histories`.

    Returns
    -------
    found : Histories
        The comparison.
    origin : dict of str to str
        Where it came from.
    files : list of Path
        What was written.

    Raises
    ------
    InputError
        If a name is unknown, a case is malformed, or a file cannot be written.
    """
    from smecluster.calibration.benchmarks.history_figure import PANELS
    from smecluster.calibration.data.histories import NATION
    from smecluster.calibration.data.histories import compare_histories as beside
    from smecluster.model.support.provenance import make_stamp

    results = name_results(out, rivals=rivals is not None)
    results.check()
    model = load_calibrated([], list(from_ or []), calibration)
    cases = _load_cases(model, region or [], from_ or [])
    found = beside(model, cases, include or (), PANELS if rivals is None else (*PANELS, NATION))
    scored = {} if rivals is None else {_RIVALS: _compare(found, rivals)}
    origin = make_stamp(
        model.hash,
        figures=sha256(found.table.to_csv(index=False).encode()).hexdigest(),
        include=", ".join(include or []) or None,
        calibration=describe_origin(from_ or [], calibration),
    )
    files = _write(found, results, origin, remembered="remembered" in (include or ()), more=scored)
    return found, origin, files


def _load_cases(model: Model, names: Sequence[str], folders: Sequence[Path]) -> list[Case]:
    """Load the cases of the model's regions, in the model's order."""
    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.nesting.netted_cases import arrange_cases

    # A folder's region replaces a shipped one of the same name, as in the model.
    paths: tuple[str | Path, ...] = (*list_cases(), *folders)
    known = {case.place.name: case for case in map(load_case, paths)}
    for name in names:
        if name not in known:
            raise UnknownNameError("region", name, known)
    # Figures of a region that is part of another are taken out of that one's, as in the model.
    whole = arrange_cases(known.values(), model.regions)
    return [case for case in whole if case.place.name in (names or known)]


def _compare(found: Histories, year: int) -> pd.DataFrame:
    from smecluster.calibration.data.histories import compare_with_rivals

    return compare_with_rivals(found, year)


def name_results(out: Path, *, rivals: bool = False) -> Results:
    """Name the files that the histories have."""
    return Results(out, plain=[*_TABLES, *([_RIVALS] if rivals else [])], figures=[_FIGURE])


def _write(
    found: Histories,
    results: Results,
    origin: dict[str, str],
    remembered: bool,
    more: Mapping[str, pd.DataFrame],
) -> list[Path]:
    from smecluster.calibration.benchmarks.history_figure import draw_histories

    tables = {**{name: take(found) for name, take in _TABLES.items()}, **more}
    files = [
        path for name, table in tables.items() for path in results.write_csv(name, table, origin)
    ]
    return [*files, *results.draw({_FIGURE: draw_histories(found, remembered)}, origin).values()]


def _print_fit(fit: pd.DataFrame) -> None:
    from smecluster.calibration.data.series_names import name_series
    from smecluster.model.presentation.language.spoken import say

    shares = ("U^M", "U^S", "U^C")
    print_table(
        [
            mark("region"),
            mark("series"),
            mark("n"),
            mark("years"),
            say("factor"),
            mark("MAPE %"),
            mark("bias %"),
            *shares,
        ],
        [
            [
                row["region"],
                name_series(row["variable"], row["segment"]),
                row["figures"],
                _format_span(row["first"], row["last"]),
                "-" if row["compare"] == "level" else _format(row["factor"], 2),
                *(_format(row[name], 1) for name in ("MAPE", "bias")),
                *(_format(row[name], 2) for name in shares),
            ]
            for row in fit.to_dict("records")
        ],
        say("How close the base case comes to the published figures"),
        say(
            "A series with a factor is known only up to it, and it is fitted. MAPE: mean absolute "
            "error. Bias: mean error. U^M, U^S, U^C: shares of bias, unequal variation and unequal "
            "timing in the squared error."
        ),
    )


def _print_turns(turns: pd.DataFrame) -> None:
    from smecluster.model.presentation.language.spoken import say

    print_table(
        [
            mark("region"),
            mark("turning point"),
            mark("years"),
            mark("unit"),
            mark("figures"),
            mark("model"),
            mark("shown by"),
        ],
        [
            [
                row["region"],
                say("{what}: {kind}", what=say.name(row["variable"]), kind=say.name(row["kind"])),
                row["years"],
                unit,
                *(
                    say(
                        "{low} to {high}",
                        low=f"{row[f'{who} before'] * factor:.3g}",
                        high=f"{row[f'{who} after'] * factor:.3g}",
                    )
                    for who in ("figures", "model")
                ),
                say.join([say(who) for who in ("figures", "model") if row[f"in {who}"]]) or "-",
            ]
            for row in turns.to_dict("records")
            for unit, factor in [_display_unit(row["unit"])]
        ],
        say("Turning points: before and after"),
    )


def _print_rivals(table: pd.DataFrame) -> None:
    from smecluster.calibration.data.histories import RIVALS
    from smecluster.model.presentation.language.spoken import say

    rivals = [say("{name}, MAPE %", name=say(name)) for name in RIVALS]
    print_table(
        [mark("region"), say.name("value added"), mark("n"), mark("years"), *rivals],
        [
            [
                row["region"],
                say.name(row["segment"]) if row["segment"] else "-",
                row["figures"],
                _format_span(row["first"], row["last"]),
                *(_format(row[name], 1) for name in RIVALS),
            ]
            for row in table.to_dict("records")
        ],
        say(
            "Value added after {year}: the model beside two forecasts from its figure of that year",
            year=table["origin"].iloc[0],
        ),
        say(
            "Like the nation: grows with the national market. MAPE: mean absolute error in percent "
            "of the figures."
        ),
    )


def _display_unit(unit: str) -> tuple[str, float]:
    from smecluster.model.presentation.language.spoken import say

    if unit == "Dmnl":
        return "%", 100.0
    return (say(unit), 1.0) if unit == A_YEAR else say.unit(unit)


def _format_span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _format(value: float, decimals: int) -> str:
    # Adding 0 turns a rounded -0.0 into 0.0.
    return f"{round(value, decimals) + 0:,.{decimals}f}" if value == value else "-"
