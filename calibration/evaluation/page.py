"""The page on forecasts: what is not beaten first, then what was done and every table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import pandas as pd

from smecluster.calibration.evaluation.forecasts import CUT, MODEL
from smecluster.calibration.evaluation.interface import Evaluation
from smecluster.calibration.evaluation.protocol import EXTRAPOLATED, KNOWN
from smecluster.calibration.evaluation.simple_forecasts import NATION, NO_CHANGE, RIVALS
from smecluster.calibration.evaluation.summary import ADDED, ALL, FORECASTERS, PANELS
from smecluster.calibration.evaluation.unseen import FITTED, LIKE, SIZE
from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.prose import join_names

#: The file that says what was fixed before.
PROTOCOL = "calibration/evaluation/protocol.toml"
# Of the predictions of regions never used every fifth year is shown.
_EVERY = 5
# With and without the loops.
_LOOPS = (MODEL, CUT)


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
    tables = found.tables
    lines = [
        "# Forecasts against fair rivals",
        "",
        say_how_made(
            "smecluster evaluate --page docs/evaluation.md",
            found.model_hash,
            "fitted anew from every origin",
        ),
        "",
        *_state_results(found),
        "",
        "## What was done",
        "",
        *_describe_method(found),
        "",
        "## The bars",
        "",
        *_write_bars(tables["bars"]),
        "",
        "## Forecasters",
        "",
        "CRPS over that of no change, averaged over series (below 1: better than no change); in "
        "how many series the forecaster is worse than the model; logarithmic score less that of no "
        "change, averaged over series (below 0: better); share of all figures in the "
        f"{found.protocol.scores.interval:.0%} interval.",
        "",
        *_write_panels(tables["panels"]),
        "",
        "## By horizon",
        "",
        *_write_horizons(tables["horizons"]),
        "",
        "## Series by series",
        "",
        f"CRPS over that of no change. All scores: [{table}]({table}).",
        "",
        *_write_series(tables["series"]),
        "",
        "## One region left out",
        "",
        "The fit sees all figures of the other regions and the first "
        f"{found.protocol.regions.figures} figures of each of its series; all later ones are "
        "forecast, up to thirty years ahead, with known drivers. Error: of value added, the mean "
        "absolute error of the median in per cent.",
        "",
        *_write_regions(tables["left-out"], "left out"),
        "",
        "## Regions never used",
        "",
        *_describe_unseen(tables),
        "",
        *_write_regions(tables["unseen"], "region"),
        "",
        "Value added in billion yuan of 2010, the model's prediction with its "
        f"{found.protocol.scores.interval:.0%} interval:",
        "",
        *_write_predictions(tables["unseen-forecasts"]),
    ]
    return "\n".join(lines) + "\n"


def _state_results(found: Evaluation) -> list[str]:
    """Say first where the model does not beat its rivals, with the figures."""
    panels = found.tables["panels"]
    bars = found.tables["bars"]
    missed = bars[~bars["met"].astype(bool)]
    kinds = (KNOWN, EXTRAPOLATED)
    ratios = {each: _pick(panels, each, "ratio") for each in itertools.product(PANELS, kinds)}
    lines = []
    for (panel, drivers), ratio in ratios.items():
        mine = ratio[MODEL]
        ahead = [f"{name} ({ratio[name]:.2f})" for name in RIVALS if ratio[name] <= mine]
        behind = [f"{name} ({ratio[name]:.2f})" for name in RIVALS if ratio[name] > mine]
        text = f"{panel[0].upper()}{panel[1:]}, {drivers} drivers"
        text += f": the model has {mine:.2f} of no change's CRPS."
        if ahead:
            text += f" **It does not beat {join_names(ahead)}.**"
        if behind:
            text += f" It beats {join_names(behind)}."
        series = _pick(panels, (panel, drivers), "series")
        worse = _pick(panels, (panel, drivers), "worse than the model")
        best = max(RIVALS, key=lambda name: series[name] - worse[name])
        text += (
            f" Series by series {best} is as close or closer in {series[best] - worse[best]:.0f} "
            f"of {series[best]:.0f}."
        )
        lines.append(f"- {text}")
    covered = " and ".join(
        f"{_pick(panels, (ADDED, each), 'coverage')[MODEL]:.0%}" for each in kinds
    )
    loops = [
        _compare_loops(panel, *([ratios[panel, each][name] for each in kinds] for name in _LOOPS))
        for panel in PANELS
    ]
    head = (
        f"**{len(missed)} of {len(bars)} bars are missed: "
        + "; ".join(
            f"{row['bar']} ({row['drivers']} drivers: {row['model']:.2f}, {row['limit']})"
            for row in missed.to_dict("records")
        )
        + ".** "
        if len(missed)
        else f"All {len(bars)} bars are met. "
    )
    return [
        head
        + "The bars, the rivals and the method were committed before any score was computed "
        + f"(`{PROTOCOL}`).",
        "",
        *lines,
        f"- Nominal {found.protocol.scores.interval:.0%} intervals hold {covered} of value added "
        "(known and extrapolated drivers).",
        *(f"- {each}" for each in loops),
        "- **The model is less blind than its rivals.** Its constants are fitted to what was known "
        "at each origin, but whoever wrote its equations and judged its priors knew all figures, "
        "and some priors are centred on what a region's series show later. Three regions of one "
        "country that all grew fast are a small sample. Being ahead here is no promise.",
        "",
        f"**What the model is for instead.** {_say_what_for(ratios[ALL, EXTRAPOLATED])}",
    ]


def _pick(panels: pd.DataFrame, of: tuple[str, str], column: str) -> dict[str, float]:
    """Pick a score of every forecaster, of a panel and a kind of drivers."""
    some = panels[(panels["panel"] == of[0]) & (panels["drivers"] == of[1])]
    return {str(row["forecaster"]): float(row[column]) for row in some.to_dict("records")}


def _compare_loops(panel: str, own: Sequence[float], cut: Sequence[float]) -> str:
    better = [mine < other for mine, other in zip(own, cut, strict=True)]
    numbers = " and ".join(f"{a:.2f} against {b:.2f}" for a, b in zip(own, cut, strict=True))
    ending = f" ({numbers} with the loops cut, known and extrapolated drivers)."
    if all(better):
        return f"Of {panel} the loops improve the forecasts{ending}"
    if not any(better):
        return f"Of {panel} **the loops do not improve the forecasts**{ending}"
    kind = KNOWN if better[0] else EXTRAPOLATED
    return f"Of {panel} **the loops improve the forecasts with {kind} drivers only**{ending}"


def _say_what_for(blind: Mapping[str, float]) -> str:
    ahead = [name for name in RIVALS if blind[name] <= blind[MODEL]]
    said = (
        f"simple rivals ({join_names(ahead)}) are as good or better there"
        if ahead
        else "it beats the simple rivals there, in this one country and few series"
    )
    return (
        "Nobody knows the nation's figures beforehand, so what counts for a forecast are the rows "
        f"with extrapolated drivers, and {said}. The model is for asking what a policy changes, "
        "and through what, which no rival on this page can answer; whether its sizes are right is "
        "tested by [published effects](limitations.md#published-effects), not here."
    )


def _describe_method(found: Evaluation) -> list[str]:
    protocol = found.protocol
    first, last = found.origins[0], found.origins[-1]
    horizons = protocol.origins.horizons
    return [
        f"From each origin, {first} to {last}, every series with at least "
        f"{protocol.origins.figures} figures so far is forecast {horizons[0]} to {horizons[-1]} "
        "years ahead. All constants of the model, shared ones included, are fitted anew to the "
        "figures up to the origin; changing later figures changes no forecast (a test does so).",
        "",
        "- **Drivers.** *Known*: everybody is handed the national figures that came; the model "
        "also the dated policy history. *Extrapolated*: every dated table ends at the origin and "
        "goes on as it was; national output is uncertain.",
        "- **Model.** Draws around the mode of the posterior over every constant, and errors that "
        "fade from the last ones by the likelihood's own law "
        f"({protocol.model.draws} draws a fit, not weighted).",
        "- **Loops cut.** The same model and fit, with the links of the paper's loops frozen.",
        f"- **Rivals.** {join_names(RIVALS)}: each a distribution, with errors that are estimated "
        "from the series so far.",
        "- **Scores.** CRPS and logarithmic score of the logarithm of each figure. Origins "
        "overlap, and three regions share one nation: the number of independent tests is far below "
        "the number of forecasts.",
        "",
        f"It took {found.seconds / 60:.0f} minutes and {found.runs:,} runs of the model.",
    ]


def _write_bars(bars: pd.DataFrame) -> list[str]:
    lines = ["| bar | drivers | model | limit | |", "|---|---|---:|---|---|"]
    for row in bars.to_dict("records"):
        verdict = "met" if row["met"] else "**missed**"
        lines.append(
            f"| {row['bar']} | {row['drivers']} | {row['model']:.3f} | {row['limit']} | {verdict} |"
        )
    return lines


def _write_panels(panels: pd.DataFrame) -> list[str]:
    lines = [
        "| drivers | panel | forecaster | series | forecasts | CRPS ratio | worse than the model "
        "in | log score | in interval |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in panels.to_dict("records"):
        worse = "" if row["forecaster"] == MODEL else f"{row['worse than the model']}"
        lines.append(
            f"| {row['drivers']} | {row['panel']} | {row['forecaster']} | {row['series']} | "
            f"{row['forecasts']} | {row['ratio']:.3f} | {worse} | {row['log score']:+.2f} | "
            f"{row['coverage']:.0%} |"
        )
    return lines


def _write_horizons(horizons: pd.DataFrame) -> list[str]:
    shown = (MODEL, NATION, NO_CHANGE)
    years = sorted(horizons["horizon"].unique())
    lines = [
        f"Share of figures in the interval, by years ahead; in brackets the model's CRPS over that "
        f"of {NATION}.",
        "",
        f"| drivers | panel | forecaster | {' | '.join(map(str, years))} |",
        f"|---|---|---|{'---:|' * len(years)}",
    ]
    table = horizons.set_index(["drivers", "panel", "forecaster", "horizon"])
    covered, ratios = (table[name].to_dict() for name in ("coverage", "ratio"))
    for drivers in dict.fromkeys(horizons["drivers"]):
        for panel in PANELS:
            for name in shown:
                cells = []
                for year in years:
                    cell = f"{covered[drivers, panel, name, year]:.0%}"
                    if name == MODEL:
                        mine, theirs = (ratios[drivers, panel, x, year] for x in (MODEL, NATION))
                        cell += f" ({mine / theirs:.2f})"
                    cells.append(cell)
                lines.append(f"| {drivers} | {panel} | {name} | {' | '.join(cells)} |")
    return lines


def _write_series(series: pd.DataFrame) -> list[str]:
    lines = [
        f"| drivers | region | series | forecasts | {' | '.join(FORECASTERS)} |",
        f"|---|---|---|---:|{'---:|' * len(FORECASTERS)}",
    ]
    keys = ["drivers", "region", "variable", "segment"]
    for (drivers, region, variable, segment), part in series.groupby(keys, sort=False):
        ratios = part.set_index("forecaster")["ratio"]
        best = ratios.min()
        cells = [
            f"**{ratios[name]:.2f}**" if ratios[name] == best else f"{ratios[name]:.2f}"
            for name in FORECASTERS
        ]
        name = f"{variable}, {segment}" if segment else variable
        lines.append(
            f"| {drivers} | {region} | {name} | {part['forecasts'].iloc[0]} | {' | '.join(cells)} |"
        )
    return lines


def _describe_unseen(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    lines = [
        "Each is a shipped case brought to size by one figure (`smecluster case new NAME --like "
        "REGION --gdp VALUE --year YEAR`); which case was written down before the first run "
        "([assignment](../calibration/unused/README.md)). They stand in the model together, beside "
        "the shipped regions, and are taken out of the rest of China. The fit sees all figures of "
        "the shipped regions and that one figure; value added of all later years is predicted, "
        "with known drivers. Fitted: the mean absolute error, in per cent, once all figures of the "
        "region are fitted too, which is no test.",
        "",
        "| region | like | times its size | figure of | predicted | fitted, error |",
        "|---|---|---:|---:|---:|---:|",
    ]
    return lines + [
        f"| {row['region']} | {row[LIKE]} | {row[SIZE]:.3g} | {row['year']} | {row['figures']} | "
        f"{row[FITTED]:.1f} |"
        for row in tables["made"].to_dict("records")
    ]


def _write_predictions(table: pd.DataFrame) -> list[str]:
    """Write some years of the blind predictions beside the figures."""
    own = table[table["forecaster"] == MODEL]
    years = sorted(own["year"].unique())
    shown = [year for year in years if year % _EVERY == 0 or year == years[-1]]
    lines = [
        f"| region | {' | '.join(map(str, shown))} |",
        f"|---|{'---:|' * len(shown)}",
    ]
    for region, part in own.groupby("region", sort=False):
        rows = part.set_index("year")[["value", "median", "low", "high"]].to_dict("index")
        cells = []
        for year in shown:
            if year not in rows:
                cells.append("-")
                continue
            actual, *found = (f"{math.exp(each) / 1000:,.0f}" for each in rows[year].values())
            cells.append(f"{found[0]} ({found[1]}-{found[2]}); came {actual}")
        lines.append(f"| {region} | {' | '.join(cells)} |")
    return lines


def _write_regions(table: pd.DataFrame, by: str) -> list[str]:
    lines = [
        "| region | forecaster | series | forecasts | CRPS ratio | in interval | error |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in table.to_dict("records"):
        error = f"{row['error']:.1f}" if row["error"] == row["error"] else "-"
        lines.append(
            f"| {row[by]} | {row['forecaster']} | {row['series']} | {row['forecasts']} | "
            f"{row['ratio']:.2f} | {row['coverage']:.0%} | {error} |"
        )
    return lines
