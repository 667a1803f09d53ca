"""``smecluster windows``: when help pays, by year and by size of the cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    Draws,
    Seed,
    Step,
    StudyName,
    Workers,
    add_step,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.windows.result import Windows

EXAMPLES = (
    "smecluster windows",
    "smecluster windows local --draws 30 --years 10 --to-year 2030",
    "smecluster windows combination --from-year 2005 --to-year 2020 --every 1",
)
_STRATEGY = "combination"
_DRAWS = 100
# The file of each table, by the table's name.
_FILES = {"windows": "window-by-year", "kinds": "kinds", "map": "windows"}
_PAGE = "windows.html"


def windows(
    strategy: Annotated[
        str | None,
        typer.Argument(
            help=f"Strategy whose local allocation is used; by default {_STRATEGY}.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Policy that the programme comes on top of, and is compared with; by default "
            "as-now.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            help="Yearly money of the region, as a share of its value added; by default 0.5%.",
            show_default=False,
        ),
    ] = None,
    study: StudyName = None,
    draws: Draws = None,
    seed: Seed = None,
    from_year: Annotated[int, typer.Option(help="First starting year, 2000 or later.")] = 2000,
    to_year: Annotated[int, typer.Option(help="Last starting year.")] = 2025,
    every: Annotated[int, typer.Option(min=1, max=100, help="Years between starting years.")] = 5,
    lasting: Annotated[float, typer.Option(help="Years that the programme lasts.")] = 5,
    years: Annotated[
        float,
        typer.Option(help="Years from the start of the programme over which the gain counts."),
    ] = 15,
    step: Step = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/windows"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Map what a yuan gains by starting year and cluster size; 100 draws by default."""
    from smecluster.policies.comparison.study_inputs import load_inputs
    from smecluster.policies.study import combine_study
    from smecluster.policies.windows.compute import map_windows
    from smecluster.policies.windows.measures import BY_YEAR, MAP

    results = Results(out, tables=_FILES.values(), figures=[BY_YEAR, MAP], files=[_PAGE])
    results.check()
    named = strategy or (_STRATEGY if study is None else None)
    given = combine_study(
        study,
        [named] if named else None,
        baseline=baseline,
        budget=budget,
        draws=_DRAWS if study is None and draws is None else draws,
        seed=seed,
        futures=("base",),
        regions=tuple(region) if region else None,
    )
    inputs = load_inputs(
        given,
        calibration=calibration,
        folders=from_ or [],
        settings=set_ or [],
        need_draws=draws is not None,
    )
    # Of a study's strategies the first that has a local programme.
    chosen = next((one for one in inputs.strategies if one.local), inputs.strategies[0])
    with progress("runs") as report:
        result = map_windows(
            inputs.model,
            chosen,
            inputs.draws,
            budget=given.budget,
            baseline=inputs.baseline,
            starts=range(from_year, to_year + 1, every),
            lasting=lasting,
            horizon=years,
            settings=add_step(inputs.settings, step),
            workers=workers,
            progress=report,
        )
    _report(inputs, result, results, json)


def _report(inputs: StudyInputs, result: Windows, results: Results, json: bool) -> None:
    """Print and write the map."""
    from smecluster.model.presentation.documents.page import Section, render_page
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.windows.measures import BY_YEAR, MAP
    from smecluster.policies.windows.text import write_answer, write_basis

    provenance = inputs.stamp(
        budget=say(
            "{share} % of the region's value added a year, on top of {baseline}",
            share=f"{100 * result.share:.3g}",
            baseline=say.name(result.baseline.name),
        )
    )
    made = result.tables()
    files = [
        path
        for name, table in made.items()
        for path in results.write_table(_FILES[name], table, provenance)
    ]
    answer, basis = write_answer(result), write_basis(result)
    regions, kinds = _shorten(made["windows"]), _shorten(made["kinds"])
    if not json:
        from smecluster.model.presentation.formatting import Rounded

        print_lines([*answer, ""])
        print_table(
            [str(name) for name in regions],
            [
                [Rounded(cell) if isinstance(cell, float) else cell for cell in row]
                for row in regions.itertuples(index=False)
            ],
            say("What a yuan gains at home (yuan for a yuan)"),
        )
        print_lines(["", *basis])
    pictures = results.draw(result.figures(), provenance)
    maps = [
        (say("Gain of a yuan by starting year and size"), path)
        for name, path in pictures.items()
        if name == MAP
    ]
    sections = [
        Section(
            say("When"),
            [],
            [(say("What a yuan gains at home, yuan for a yuan"), regions)],
            [(say("Gain of a yuan by starting year"), pictures[BY_YEAR])],
        ),
        Section(
            say("How large"),
            [],
            [(say("Kinds of intervention at the same date, yuan for a yuan"), kinds)],
            maps,
        ),
        Section(say("What this rests on"), basis),
    ]
    text = render_page(say("When help pays"), answer, sections, provenance)
    files += [*pictures.values(), results.write(_PAGE, text)]
    record = {
        "stamp": provenance,
        "answer": answer,
        "basis": basis,
        **{name: table.to_dict("records") for name, table in made.items() if name != "map"},
    }
    finish(files, record if json else None)


def _shorten(table: pd.DataFrame) -> pd.DataFrame:
    """Name columns for a screen of 80 columns, and join what belongs together."""
    import pandas as pd

    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.spoken import say

    short = pd.DataFrame({mark("region"): table["region"]})
    columns = {name.partition(" [")[0]: name for name in map(str, table)}
    several = "low" in columns
    if "kind" in columns:
        short[mark("kind")] = table["kind"]
        short["gain"] = table["measure"]
        short["median"] = table[columns["median"]]
    else:
        short[mark("start")] = table["last start"]
        short["gain"] = table[columns["gain"]]
    if several:
        pairs = zip(table[columns["low"]], table[columns["high"]], strict=True)
        short["90 %"] = [f"{Rounded(low)}-{Rounded(high)}" for low, high in pairs]
    if "kind" in columns:
        if several:
            most = zip(table["gains most"], table["draws"], strict=True)
            short[mark("gains most in")] = [
                say("{count} of {total}", count=count, total=total) for count, total in most
            ]
        short[mark("years")] = table["years"]
        return short
    short[mark("best start")] = table["best start"]
    short[mark("gain then")] = table[columns["best gain"]]
    if several:
        agree = zip(table["draws that agree"], table["draws"], strict=True)
        short["draws"] = [
            say("{count} of {total}", count=count, total=total) for count, total in agree
        ]
    return short
