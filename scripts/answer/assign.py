"""``smecluster assign``: who should run which lever, at the same money."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.answer.answering import load_question, report_answer
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    Baseline,
    BudgetText,
    Draws,
    Seed,
    Start,
    Workers,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.documents.page import Section
    from smecluster.policies.assignment.result import Assignment
    from smecluster.policies.comparison.study_inputs import StudyInputs

EXAMPLES = (
    "smecluster assign",
    "smecluster assign --draws 100 --budget 0.1% --out results/small",
    "smecluster assign --horizon 2040 --json",
    'smecluster assign --lever "talent training" --lever "innovation network"',
)
_DRAWS = 200
_PAGE = "assignment.html"


def assign(
    lever: Annotated[
        list[str] | None,
        typer.Option(help="Only this lever; repeat for several.", show_default=False),
    ] = None,
    baseline: Baseline = None,
    start: Start = None,
    budget: BudgetText = None,
    horizon: Annotated[
        int, typer.Option(help="Last year whose benefits and costs count; to 2060.")
    ] = 2060,
    draws: Draws = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figure and the page.")] = Path(
        "results/assign"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Find who should run each lever, and the best division of labour; 200 draws by default."""
    from smecluster.policies.assignment.compute import assign as find_tasks
    from smecluster.policies.assignment.figures import FIGURES
    from smecluster.policies.assignment.tables import TABLES
    from smecluster.policies.comparison.study_inputs import fingerprint
    from smecluster.policies.comparison.study_run import keep_runs

    results = Results(out, tables=TABLES, figures=FIGURES, vectors=FIGURES, files=[_PAGE])
    results.check()
    # A study names strategies; here they are made of the levers.
    inputs = load_question(
        ["central"],
        _DRAWS,
        draws=draws,
        regions=region,
        calibration=calibration,
        folders=from_,
        settings=set_,
        baseline=baseline,
        start=start,
        budget=budget,
        seed=seed,
    )
    given = inputs.study
    identity = {
        "assign": "1",
        "model": inputs.model.hash,
        "draws": fingerprint(inputs.draws),
        "baseline": inputs.baseline.hash,
        "settings": repr((inputs.settings, given.start, given.budget, horizon, lever)),
    }
    with keep_runs(out, identity) as checkpoints, progress("runs") as report:
        found = find_tasks(
            inputs.model,
            inputs.draws,
            baseline=inputs.baseline,
            start=given.start,
            budget=given.budget,
            horizon=horizon,
            levers=lever or (),
            settings=inputs.settings,
            workers=workers,
            checkpoints=checkpoints,
            progress=report,
        )
    _report(inputs, found, results, json)


def _report(inputs: StudyInputs, found: Assignment, results: Results, json: bool) -> None:
    """Print and write the assignment."""
    from smecluster.model.presentation.documents.page import Section
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.presentation.language.tables import speak_table
    from smecluster.policies.assignment.figures import FIGURE

    made = found.labelled()
    levers, turns = shorten(found, made["assignment"]), list_turns(found, made["assignment"])
    divisions = round_table(speak_table(made["divisions"]))

    def lay_out(pictures: Mapping[str, Path]) -> list[Section]:
        return [
            Section(
                say("Lever by lever"),
                [
                    say(
                        "Net national benefit is what anybody in the country gains less what it "
                        "costs anybody in it (docs/accounts.md), in yuan for each yuan of "
                        "additional money. Gain: value added of the regions, by the best. Ahead: "
                        "draws in which the best is ahead of the next."
                    )
                ],
                [(say("All the money on one lever, yuan a yuan, medians"), levers)],
                [(say("What a yuan on each lever is worth"), pictures[FIGURE])],
            ),
            Section(
                say("What turns it"),
                [
                    say(
                        "The drawn constant that is tied most closely to who is ahead, and the "
                        "value that parts the draws best; only where chance would hardly do as "
                        "well. Constants that are not drawn can turn it too. To the end of the "
                        "money: who is best where what comes after the programmes does not count."
                    )
                ],
                [(say("What would change who is best"), turns)],
            ),
            Section(
                say("Whole divisions of labour"),
                [say("All levers at once, for the same money in total.")],
                [
                    (say("Net national benefit of whole divisions"), divisions),
                    (say("Who runs what"), _list_tasks(made["who-runs-what"])),
                ],
            ),
        ]

    report_answer(
        found,
        results,
        inputs.stamp(
            budget=found.budget.describe(), horizon=f"{found.horizon:g}", runs=f"{found.runs}"
        ),
        say("Who should run which lever"),
        _PAGE,
        {
            say("Net national benefit, yuan a yuan, by who runs the lever"): levers,
            say("What would change it"): turns,
            say("Whole divisions"): divisions,
        },
        lay_out,
        json=json,
    )


def shorten(found: Assignment, table: pd.DataFrame) -> pd.DataFrame:
    """Keep what a screen has room for, rounded."""
    import pandas as pd

    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.assignment.divisions import RUNNING

    small = table[["lever", "paper", "best"]].copy()
    if found.several:
        pairs = zip(table["ahead"], table["draws"], strict=True)
        small[mark("ahead in")] = [
            say("{count} of {total}", count=f"{count:g}", total=f"{total:g}") if total else "-"
            for count, total in pairs
        ]
    for name in (*RUNNING, "gain"):
        small[name] = [f"{value:.2f}" if pd.notna(value) else "-" for value in table[name]]
    return small


def list_turns(found: Assignment, table: pd.DataFrame) -> pd.DataFrame:
    """List what turns each lever's best against the next."""
    import pandas as pd

    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say

    rows = []
    for row in table.to_dict("records"):
        known = row["draws"] > 0
        turned = "-"
        if known and found.several:
            turned = say("no single constant that was drawn")
            if row["ahead"] in (0, row["draws"]):
                turned = say("nothing that was drawn")
            elif row["turned by"]:
                told = {"name": say.variable(row["turned by"]), "value": f"{row['at']:.3g}"}
                above, below = (
                    say("{name} above {value}", **told),
                    say("{name} below {value}", **told),
                )
                turned = above if row["when"] == "above" else below
        rows.append(
            {
                "lever": row["lever"],
                "best": row["best"],
                "next": row["next"],
                mark("turned by"): turned,
                say("best to {year}", year=f"{found.budget.end:g}"): row.get("best sooner", "-"),
            }
        )
    return pd.DataFrame(rows)


def round_table(table: pd.DataFrame) -> pd.DataFrame:
    """Round the numbers of a table to three digits."""
    import pandas as pd

    from smecluster.policies.wording.prose import format_number

    made = table.copy()
    for name in made:
        if pd.api.types.is_float_dtype(made[name]):
            made[name] = [format_number(value) for value in made[name]]
    return made


def _list_tasks(table: pd.DataFrame) -> pd.DataFrame:
    return table[[name for name in table if "part of the money" not in str(name)]]
