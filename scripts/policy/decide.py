"""``smecluster stress decide``: what a decision hangs on, and what knowing more would be worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import Seed, Workers

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.documents.page import Section
    from smecluster.sensitivity.decision.result import Decision

EXAMPLES = (
    "smecluster stress decide central local",
    "smecluster stress decide central local mixed --budget 0.2% --horizon 2060",
    "smecluster stress decide central mine.toml --draws 1000 --calibration none",
    "smecluster stress decide central local --from my-region",
)
PAGE = "decision.html"


def decide(
    strategies: Annotated[
        list[str],
        typer.Argument(help="Two or more: names, or paths of TOML files.", show_default=False),
    ],
    budget: Annotated[
        str,
        typer.Option(
            help="Additional money of each: a share of the regions' value added, '300 bn' yuan in "
            "present value, or Myuan."
        ),
    ] = "0.5%",
    horizon: Annotated[int, typer.Option(help="Last year that counts.")] = 2040,
    draws: Annotated[
        int, typer.Option(min=200, max=100_000, help="Draws of every constant.")
    ] = 4000,
    seed: Seed = None,
    calibration: CalibrationName = None,
    from_: Folders = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/decide"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Find which constants decide between strategies, and what a study of each is worth."""
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_model
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.comparison.study_inputs import fingerprint
    from smecluster.policies.comparison.study_run import keep_runs
    from smecluster.policies.strategy import load
    from smecluster.sensitivity.decision.compute import decide as find_decision
    from smecluster.sensitivity.decision.draws import draw_everything
    from smecluster.sensitivity.decision.measures import IMPORTANCE, INFORMATION, PLANES, TABLES

    results = Results(out, tables=TABLES, figures=[INFORMATION, IMPORTANCE, PLANES], files=[PAGE])
    results.check()
    chosen = [load(name) for name in strategies]
    first = seed or 1
    folders = from_ or []
    model = load_model(cases=folders, calibration=calibration)
    drawn = draw_everything(model, calibration, draws, first, folders)
    identity = {
        "model": model.hash,
        "draws": fingerprint(drawn.table),
        "strategies": " ".join(one.hash for one in chosen),
        "case": repr((budget, horizon, first)),
    }
    with (
        keep_runs(out, identity) as checkpoints,
        progress(mark("draws")) as report,
        progress(mark("groups and constants")) as analysing,
    ):
        found = find_decision(
            model,
            chosen,
            drawn,
            budget=budget,
            horizon=horizon,
            seed=first,
            workers=workers,
            checkpoints=checkpoints,
            progress=report,
            analysing=analysing,
        )
    stamp = make_stamp(
        model.hash,
        strategies=", ".join(f"{one.name} {one.hash}" for one in chosen),
        budget=f"{budget}: {found.gains.money:,.0f} Myuan",
        horizon=f"{horizon}",
        calibration=describe_origin(folders, calibration, drawn=True),
        draws=f"{len(drawn.table)} {identity['draws']}",
        seed=f"{first}",
        runs=f"{found.gains.runs}",
    )
    _report(found, results, stamp, json)


def _report(found: Decision, results: Results, stamp: dict[str, str], json: bool) -> None:
    """Print and write a decision."""
    from smecluster.model.presentation.documents.page import render_page
    from smecluster.model.presentation.language.spoken import say
    from smecluster.sensitivity.decision.measures import OPTIONS

    made = found.tables()
    files = results.write_tables(made, stamp)
    answer, basis = found.answer(), found.basis()
    if not json:
        print_lines([*answer, ""])
        options = _shorten(made[OPTIONS])
        print_table(
            [str(name) for name in options],
            [list(row) for row in options.itertuples(index=False)],
            say("The options"),
        )
        print_lines(["", *basis])
    drawn = results.draw(found.figures(), stamp)
    options_named = [say.word(one) for one in found.gains.options]
    title = say(
        "Deciding between {options}",
        options=", ".join(options_named) if say.english else say.join(options_named),
    )
    page = render_page(title, answer, _lay_out(found, made, drawn, basis), stamp)
    files += [*drawn.values(), results.write(PAGE, page)]
    record = {
        "stamp": stamp,
        "answer": answer,
        "basis": basis,
        **{name: table.to_dict("records") for name, table in made.items()},
    }
    finish(files, record if json else None)


def _lay_out(
    found: Decision,
    made: dict[str, pd.DataFrame],
    drawn: dict[str, Path],
    basis: list[str],
) -> list[Section]:
    """Lay the page out."""
    from smecluster.model.presentation.documents.page import Section
    from smecluster.model.presentation.language.spoken import say
    from smecluster.sensitivity.decision.groups import WORDS
    from smecluster.sensitivity.decision.measures import IMPORTANCE, INFORMATION, OPTIONS, PLANES

    information, importance = made[INFORMATION], made[IMPORTANCE]
    tables = []
    for yardstick in information["yardstick"].unique():
        for way, words in WORDS.items():
            here = (information["yardstick"] == yardstick) & (information["way"] == way)
            part = information[here].drop(columns=["yardstick", "way"]).head(15)
            caption = say(
                "Value of knowing {what}, by {yardstick}", what=say(words), yardstick=say(yardstick)
            )
            tables.append((caption, part))
    ranked = [
        (
            say(
                "{one} less {other}, by {yardstick}: constants",
                one=say.name(str(first)),
                other=say.name(str(second)),
                yardstick=say(str(yardstick)),
            ),
            part.drop(columns=["first", "second", "yardstick"]).head(20),
        )
        for (yardstick, first, second), part in importance.groupby(
            ["yardstick", "first", "second"], sort=False
        )
    ]
    sections = [
        Section(say("The options"), [], [(say("Gains against policy as now"), made[OPTIONS])]),
        Section(
            say("What it is worth to know"),
            [],
            tables,
            [(say("Value of knowing before deciding"), drawn[INFORMATION])],
        ),
        Section(
            say("What the difference hangs on"),
            [],
            ranked,
            [(say("Share of the variance of the difference"), drawn[IMPORTANCE])],
        ),
    ]
    if PLANES in drawn:
        maps = [(say("Planes of the leading constants"), drawn[PLANES])]
        sections.append(Section(say("Where the order turns"), [], [], maps))
    return [*sections, Section(say("What this rests on"), basis)]


def _shorten(table: pd.DataFrame) -> pd.DataFrame:
    """Name columns for a screen of 80 columns, and join what belongs together."""
    import pandas as pd

    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say

    # In the language's unit of money.
    factor = say.unit("Myuan")[1] / 1e-3
    columns = {name.partition(" [")[0]: name for name in map(str, table)}
    ends = zip(table[columns["low"]], table[columns["high"]], strict=True)
    return pd.DataFrame(
        {
            mark("by"): table["yardstick"],
            mark("option"): table["option"],
            mark("expected bn yuan"): [
                str(Rounded(factor * one)) for one in table[columns["expected"]]
            ],
            mark("median"): [str(Rounded(factor * one)) for one in table[columns["median"]]],
            "90 %": [
                say("{low} to {high}", low=Rounded(factor * low), high=Rounded(factor * high))
                for low, high in ends
            ],
            mark("best in"): [f"{share:.0%}" for share in table["best in share of draws"]],
        }
    )
