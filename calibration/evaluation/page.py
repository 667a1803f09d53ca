"""The page on forecasts: what is not beaten first, then what was done and every table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from smecluster.calibration.evaluation.findings import state_results
from smecluster.calibration.evaluation.interface import Evaluation
from smecluster.calibration.evaluation.page_tables import (
    write_bars,
    write_horizons,
    write_panels,
    write_predictions,
    write_regions,
    write_series,
)
from smecluster.calibration.evaluation.simple_forecasts import RIVALS
from smecluster.calibration.evaluation.unseen import FITTED, LIKE, SIZE
from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.language.spoken import say


def write_page(found: Evaluation, table: str) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    found : Evaluation
        The evaluation.
    table : str
        Name of the file beside the page that holds the scores of every series.

    Returns
    -------
    str
        The page.
    """
    tables, interval = found.tables, f"{found.protocol.scores.interval:.0%}"
    lines = [
        say("# Forecasts against fair rivals"),
        "",
        say_how_made(
            "smecluster forecast evaluate --page docs/evaluation.md",
            found.model_hash,
            say("fitted anew from every origin"),
        ),
        "",
        *state_results(found),
        "",
        say("## What was done"),
        "",
        *_describe_method(found),
        "",
        say("## The bars"),
        "",
        *write_bars(tables["bars"]),
        "",
        say("## Forecasters"),
        "",
        say(
            "CRPS over that of no change, averaged over series (below 1: better than no change); "
            "in how many series the forecaster is worse than the model; logarithmic score less "
            "that of no change, averaged over series (below 0: better); share of all figures in "
            "the {interval} interval.",
            interval=interval,
        ),
        "",
        *write_panels(tables["panels"]),
        "",
        say("## By horizon"),
        "",
        *write_horizons(tables["horizons"]),
        "",
        say("## Series by series"),
        "",
        say("CRPS over that of no change. All scores: [{table}]({table}).", table=table),
        "",
        *write_series(tables["series"]),
        "",
        say("## One region left out"),
        "",
        say(
            "The fit sees all figures of the other regions and the first {count} figures of each "
            "of its series; all later ones are forecast, up to thirty years ahead, with known "
            "drivers. Error: of value added, the mean absolute error of the median in per cent.",
            count=found.protocol.regions.figures,
        ),
        "",
        *write_regions(tables["left-out"], "left out"),
        "",
        say("## Regions never used"),
        "",
        *_describe_unseen(tables),
        "",
        *write_regions(tables["unseen"], "region"),
        "",
        say(
            "Value added in {unit} of 2010, the model's prediction with its {interval} interval:",
            unit=_name_money(),
            interval=interval,
        ),
        "",
        *write_predictions(tables["unseen-forecasts"]),
    ]
    return "\n".join(lines) + "\n"


def _name_money() -> str:
    return "billion yuan" if say.english else say.unit("Myuan")[0]


def _describe_method(found: Evaluation) -> list[str]:
    protocol = found.protocol
    first, last = found.origins[0], found.origins[-1]
    horizons = protocol.origins.horizons
    told = {
        "first": first,
        "last": last,
        "figures": protocol.origins.figures,
        "near": horizons[0],
        "far": horizons[-1],
    }
    return [
        say(
            "From each origin, {first} to {last}, every series with at least {figures} figures so "
            "far is forecast {near} to {far} years ahead. All constants of the model, shared ones "
            "included, are fitted anew to the figures up to the origin; changing later figures "
            "changes no forecast (a test does so).",
            **told,
        ),
        "",
        say(
            "- **Drivers.** *Known*: everybody is handed the national figures that came; the model "
            "also the dated policy history. *Extrapolated*: every dated table ends at the origin "
            "and goes on as it was; national output is uncertain."
        ),
        say(
            "- **Model.** Draws around the mode of the posterior over every constant, and errors "
            "that fade from the last ones by the likelihood's own law ({draws} draws a fit, not "
            "weighted).",
            draws=protocol.model.draws,
        ),
        say("- **Loops cut.** The same model and fit, with the links of the paper's loops frozen."),
        say(
            "- **Rivals.** {names}: each a distribution, with errors that are estimated from the "
            "series so far.",
            names=say.join([say.word(name) for name in RIVALS]),
        ),
        say(
            "- **Scores.** CRPS and logarithmic score of the logarithm of each figure. Origins "
            "overlap, and three regions share one nation: the number of independent tests is far "
            "below the number of forecasts."
        ),
        "",
        say(
            "It took {minutes} minutes and {runs} runs of the model.",
            minutes=f"{found.seconds / 60:.0f}",
            runs=f"{found.runs:,}",
        ),
    ]


def _describe_unseen(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    lines = [
        say(
            "Each is a shipped case brought to size by one figure (`smecluster case new NAME "
            "--like REGION --gdp VALUE --year YEAR`); which case was written down before the first "
            "run ([assignment](../calibration/unused/README.md)). They stand in the model "
            "together, beside the shipped regions, and are taken out of the rest of China. The fit "
            "sees all figures of the shipped regions and that one figure; value added of all later "
            "years is predicted, with known drivers. Fitted: the mean absolute error, in per cent, "
            "once all figures of the region are fitted too, which is no test."
        ),
        "",
        say("| region | like | times its size | figure of | predicted | fitted, error |"),
        "|---|---|---:|---:|---:|---:|",
    ]
    return lines + [
        f"| {say.name(row['region'])} | {say.name(row[LIKE])} | {row[SIZE]:.3g} | "
        f"{row['year']} | {row['figures']} | {row[FITTED]:.1f} |"
        for row in tables["made"].to_dict("records")
    ]
