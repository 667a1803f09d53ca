"""``smecluster account``: what strategies cost and bring the nation, and who bears it."""

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
    StudyName,
    Workers,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.documents.page import Section
    from smecluster.policies.accounting.result import Account
    from smecluster.policies.comparison.study_inputs import StudyInputs

EXAMPLES = (
    "smecluster account central local",
    "smecluster account mine.toml --draws 200 --out results/mine",
    "smecluster account local --horizon 2040 --budget '300 bn'",
    "smecluster account central --baseline end-all-policy --json",
)
_DRAWS = 100
_PAGE = "account.html"


def account(
    strategies: Annotated[
        list[str], typer.Argument(help="Names, or paths of TOML files.", show_default=False)
    ],
    baseline: Baseline = None,
    start: Start = None,
    budget: BudgetText = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            help="Last year whose benefits and costs count, to 2060 (the default); money counts "
            "to 2040.",
            show_default=False,
        ),
    ] = None,
    study: StudyName = None,
    draws: Draws = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/account"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Draw up the account of costs and benefits of strategies; 100 draws by default."""
    from smecluster.policies.accounting.compute import draw_up_account
    from smecluster.policies.accounting.figures import FIGURES
    from smecluster.policies.accounting.tables import TABLES
    from smecluster.policies.ensemble.horizons import LAST_HORIZON
    from smecluster.policies.spans import warn_spans

    results = Results(out, tables=TABLES, figures=FIGURES, files=[_PAGE])
    results.check()
    inputs = load_question(
        strategies,
        _DRAWS,
        study=study,
        draws=draws,
        regions=region,
        calibration=calibration,
        folders=from_,
        settings=set_,
        baseline=baseline,
        start=start,
        budget=budget,
        horizon=horizon,
        seed=seed,
    )
    with progress("runs") as report:
        found = draw_up_account(
            inputs.model,
            inputs.strategies,
            inputs.draws,
            baseline=inputs.baseline,
            start=inputs.study.start,
            budget=inputs.study.budget,
            horizon=LAST_HORIZON if (last := inputs.study.horizon) is None else last,
            settings=inputs.settings,
            workers=workers,
            progress=report,
        )
    warn_spans(found.spans)
    _report(inputs, found, results, json)


def _report(inputs: StudyInputs, found: Account, results: Results, json: bool) -> None:
    """Print and write the account."""
    from smecluster.model.presentation.documents.page import Section
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.accounting.figures import LINES_FIGURE, PARTIES_FIGURE

    unit, _ = say.unit("Myuan")
    raw, beside = found.tables(), found.labelled()["beside"]
    lines, parties = (shorten(found, raw[name]) for name in ("account", "parties"))
    if len(found.names) == 1:
        beside = beside.drop(columns="strategy")

    def lay_out(pictures: Mapping[str, Path]) -> list[Section]:
        return [
            Section(
                say("The account"),
                [
                    say(
                        "Each line is a change against the baseline of the same draw; costs are "
                        "below zero. docs/accounts.md gives each line's formula and unit."
                    )
                ],
                [(say("Lines, {unit} in present value", unit=unit), lines)],
                [(say("Lines of the account"), pictures[LINES_FIGURE])],
            ),
            Section(
                say("Who bears it"),
                [
                    say(
                        "What each party gains, from what is paid to whom. The parties add up to "
                        "the same sum as the lines, draw by draw. Buyers are all who buy in China, "
                        "those in the regions among them. What local budgets have left goes to "
                        "general services, so it is counted as their residents'. Public money "
                        "counts at what a yuan of it costs taxpayers."
                    )
                ],
                [(say("Parties, {unit} in present value", unit=unit), parties)],
                [(say("Who gains and who loses"), pictures[PARTIES_FIGURE])],
            ),
            Section(
                say("Beside the account"),
                [say("Wages, jobs and debt change too. They are no part of the sum.")],
                [(say("Change against the baseline"), beside)],
            ),
        ]

    report_answer(
        found,
        results,
        inputs.stamp(
            budget=found.budget.describe(), horizon=f"{found.horizon:g}", runs=f"{found.runs}"
        ),
        say(
            "What {strategies} cost and bring the nation",
            strategies=say.join([say.name(name) for name in found.names]),
        ),
        _PAGE,
        {
            say(
                "Net national benefit to {year}, {unit} in present value",
                year=f"{found.horizon:g}",
                unit=unit,
            ): lines,
            say("Who gains and who loses"): parties,
        },
        lay_out,
        json=json,
        vectors=False,
        record={"balance": found.measure_gap()},
    )


def shorten(found: Account, table: pd.DataFrame) -> pd.DataFrame:
    """Round a table for a screen, and leave out what is the same in every row."""
    import pandas as pd

    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.wording.prose import format_number

    small = pd.DataFrame({str(name): table[name] for name in table if not _is_number(table[name])})
    if len(found.names) == 1:
        small = small.drop(columns="strategy")
    unit, factor = say.unit("Myuan")
    small[unit] = [format_number(factor * value) for value in table["median"]]
    if found.several:
        pairs = zip(table["low"], table["high"], strict=True)
        small["90 %"] = [
            say(
                "{low} to {high}",
                low=format_number(factor * low),
                high=format_number(factor * high),
            )
            for low, high in pairs
        ]
    small[mark("per yuan")] = [f"{round(value, 2) + 0.0:.2f}" for value in table["per yuan"]]
    if found.several:
        counts = zip(table["draws above zero"], table["draws"], strict=True)
        small[mark("above zero in")] = [
            say("{count} of {total}", count=count, total=total) for count, total in counts
        ]
    return small


def _is_number(column: pd.Series) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column))
