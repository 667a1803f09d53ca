"""The page on forecasts: what is not beaten first, then what was done and every table.

The tables of the page on forecasts.

What the page on forecasts says first: where the model does not beat its rivals.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import pandas as pd

from smecluster.calibration.data.series_names import name_series
from smecluster.calibration.forecasts.distributions import NATION, NO_CHANGE, RIVALS
from smecluster.calibration.forecasts.interface import Evaluation
from smecluster.calibration.forecasts.protocol import EXTRAPOLATED, KNOWN
from smecluster.calibration.forecasts.rolling import CUT, MODEL
from smecluster.calibration.forecasts.scores import (
    ADDED,
    ALL,
    FORECASTERS,
    PANELS,
    name_bar,
    name_limit,
)
from smecluster.calibration.forecasts.unseen import FITTED, LIKE, SIZE
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


# The tables of the page on forecasts.

# Of the predictions of regions never used every fifth year is shown.
_EVERY = 5


def write_bars(bars: pd.DataFrame) -> list[str]:
    """Write the bars, and whether they are met."""
    lines = [say("| bar | drivers | model | limit | |"), "|---|---|---:|---|---|"]
    for row in bars.to_dict("records"):
        verdict = say("met") if row["met"] else say("**missed**")
        lines.append(
            f"| {name_bar(row['bar'])} | {say(row['drivers'])} | {row['model']:.3f} | "
            f"{name_limit(row['limit'])} | {verdict} |"
        )
    return lines


def write_panels(panels: pd.DataFrame) -> list[str]:
    """Write the scores of every forecaster."""
    lines = [
        say(
            "| drivers | panel | forecaster | series | forecasts | CRPS ratio | worse than the "
            "model in | log score | in interval |"
        ),
        "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in panels.to_dict("records"):
        worse = "" if row["forecaster"] == MODEL else f"{row['worse than the model']}"
        lines.append(
            f"| {say(row['drivers'])} | {say.word(row['panel'])} | {say.word(row['forecaster'])} "
            f"| {row['series']} | "
            f"{row['forecasts']} | {row['ratio']:.3f} | {worse} | {row['log score']:+.2f} | "
            f"{row['coverage']:.0%} |"
        )
    return lines


def write_horizons(horizons: pd.DataFrame) -> list[str]:
    """Write how scores change with the years ahead."""
    shown = (MODEL, NATION, NO_CHANGE)
    years = sorted(horizons["horizon"].unique())
    lines = [
        say(
            "Share of figures in the interval, by years ahead; in brackets the model's CRPS over "
            "that of {rival}.",
            rival=say.word(NATION),
        ),
        "",
        say("| drivers | panel | forecaster | {years} |", years=" | ".join(map(str, years))),
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
                lines.append(
                    f"| {say(drivers)} | {say.word(panel)} | {say.word(name)} | "
                    f"{' | '.join(cells)} |"
                )
    return lines


def write_series(series: pd.DataFrame) -> list[str]:
    """Write the ratios of every series, the best of each in bold."""
    named = " | ".join(say.word(name) for name in FORECASTERS)
    lines = [
        say("| drivers | region | series | forecasts | {forecasters} |", forecasters=named),
        f"|---|---|---|---:|{'---:|' * len(FORECASTERS)}",
    ]
    keys = ["drivers", "region", "variable", "segment"]
    for key, part in series.groupby(keys, sort=False):
        drivers, region, variable, segment = map(str, key)
        ratios = part.set_index("forecaster")["ratio"]
        best = ratios.min()
        cells = [
            f"**{ratios[name]:.2f}**" if ratios[name] == best else f"{ratios[name]:.2f}"
            for name in FORECASTERS
        ]
        lines.append(
            f"| {say(drivers)} | {say.name(region)} | {name_series(variable, segment)} "
            f"| {part['forecasts'].iloc[0]} | {' | '.join(cells)} |"
        )
    return lines


def write_predictions(table: pd.DataFrame) -> list[str]:
    """Write some years of the blind predictions beside the figures."""
    own = table[table["forecaster"] == MODEL]
    years = sorted(own["year"].unique())
    shown = [year for year in years if year % _EVERY == 0 or year == years[-1]]
    # In English billion yuan, in Chinese 亿元.
    factor = 1e-3 if say.english else say.unit("Myuan")[1]
    lines = [
        say("| region | {years} |", years=" | ".join(map(str, shown))),
        f"|---|{'---:|' * len(shown)}",
    ]
    for region, part in own.groupby("region", sort=False):
        rows = part.set_index("year")[["value", "median", "low", "high"]].to_dict("index")
        cells = []
        for year in shown:
            if year not in rows:
                cells.append("-")
                continue
            actual, *found = (f"{math.exp(each) * factor:,.0f}" for each in rows[year].values())
            told = dict(zip(("median", "low", "high"), found, strict=True))
            cells.append(say("{median} ({low}-{high}); came {actual}", actual=actual, **told))
        lines.append(f"| {say.name(str(region))} | {' | '.join(cells)} |")
    return lines


def write_regions(table: pd.DataFrame, by: str) -> list[str]:
    """Write the scores of regions of which little or nothing was known."""
    lines = [
        say("| region | forecaster | series | forecasts | CRPS ratio | in interval | error |"),
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in table.to_dict("records"):
        error = f"{row['error']:.1f}" if row["error"] == row["error"] else "-"
        lines.append(
            f"| {say.name(row[by])} | {say.word(row['forecaster'])} | {row['series']} | "
            f"{row['forecasts']} | "
            f"{row['ratio']:.2f} | {row['coverage']:.0%} | {error} |"
        )
    return lines


# What the page on forecasts says first: where the model does not beat its rivals.

#: The file that says what was fixed before.
PROTOCOL = "calibration/forecasts/protocol.toml"
# With and without the loops.
_LOOPS = (MODEL, CUT)


def state_results(found: Evaluation) -> list[str]:
    """Say first where the model does not beat its rivals, with the figures."""
    panels = found.tables["panels"]
    bars = found.tables["bars"]
    kinds = (KNOWN, EXTRAPOLATED)
    ratios = {each: _pick(panels, each, "ratio") for each in itertools.product(PANELS, kinds)}
    lines = []
    for (panel, drivers), ratio in ratios.items():
        parts = [
            say(
                "{panel}, {drivers} drivers: the model has {ratio} of no change's CRPS.",
                panel=say.capital(panel),
                drivers=say(drivers),
                ratio=f"{ratio[MODEL]:.2f}",
            )
        ]
        if ahead := _list_rivals(ratio, ahead=True):
            parts.append(say("**It does not beat {rivals}.**", rivals=ahead))
        if behind := _list_rivals(ratio, ahead=False):
            parts.append(say("It beats {rivals}.", rivals=behind))
        series = _pick(panels, (panel, drivers), "series")
        worse = _pick(panels, (panel, drivers), "worse than the model")
        best = max(RIVALS, key=lambda name: series[name] - worse[name])
        parts.append(
            say(
                "Series by series {rival} is as close or closer in {count} of {all}.",
                rival=say.word(best),
                count=f"{series[best] - worse[best]:.0f}",
                all=f"{series[best]:.0f}",
            )
        )
        lines.append(f"- {say.sentences(parts)}")
    covered = [f"{_pick(panels, (ADDED, each), 'coverage')[MODEL]:.0%}" for each in kinds]
    loops = [
        _compare_loops(panel, *([ratios[panel, each][name] for each in kinds] for name in _LOOPS))
        for panel in PANELS
    ]
    return [
        say.sentences(
            [
                _count_missed(bars),
                say(
                    "The bars, the rivals and the method were committed before any score was "
                    "computed (`{protocol}`).",
                    protocol=PROTOCOL,
                ),
            ]
        ),
        "",
        *lines,
        say(
            "- Nominal {interval} intervals hold {known} and {extrapolated} of value added (known "
            "and extrapolated drivers).",
            interval=f"{found.protocol.scores.interval:.0%}",
            known=covered[0],
            extrapolated=covered[1],
        ),
        *(f"- {each}" for each in loops),
        say(
            "- **The model is less blind than its rivals.** Its constants are fitted to what was "
            "known at each origin, but whoever wrote its equations and judged its priors knew all "
            "figures, and some priors are centred on what a region's series show later. Three "
            "regions of one country that all grew fast are a small sample. Being ahead here is no "
            "promise."
        ),
        "",
        _say_what_for(ratios[ALL, EXTRAPOLATED]),
    ]


def _list_rivals(ratio: Mapping[str, float], *, ahead: bool) -> str:
    """List the rivals that are ahead of the model or as good, or those that are behind it."""
    return say.join(
        [
            say("{rival} ({ratio})", rival=say.word(name), ratio=f"{ratio[name]:.2f}")
            for name in RIVALS
            if (ratio[name] <= ratio[MODEL]) is ahead
        ]
    )


def _count_missed(bars: pd.DataFrame) -> str:
    missed = bars[~bars["met"].astype(bool)]
    if missed.empty:
        return say("All {count} bars are met.", count=len(bars))
    named = [
        say(
            "{bar} ({drivers} drivers: {model}, {limit})",
            bar=name_bar(row["bar"]),
            drivers=say(row["drivers"]),
            model=f"{row['model']:.2f}",
            limit=name_limit(row["limit"]),
        )
        for row in missed.to_dict("records")
    ]
    return say(
        "**{missed} of {count} bars are missed: {bars}.**",
        missed=len(missed),
        count=len(bars),
        bars=say.semicolons(named),
    )


def _pick(panels: pd.DataFrame, of: tuple[str, str], column: str) -> dict[str, float]:
    """Pick a score of every forecaster, of a panel and a kind of drivers."""
    some = panels[(panels["panel"] == of[0]) & (panels["drivers"] == of[1])]
    return {str(row["forecaster"]): float(row[column]) for row in some.to_dict("records")}


def _compare_loops(panel: str, own: Sequence[float], cut: Sequence[float]) -> str:
    better = [mine < other for mine, other in zip(own, cut, strict=True)]
    numbers = say.join(
        [
            say("{mine} against {cut}", mine=f"{mine:.2f}", cut=f"{other:.2f}")
            for mine, other in zip(own, cut, strict=True)
        ]
    )
    told = {"panel": say.word(panel), "numbers": numbers}
    if all(better):
        return say(
            "Of {panel} the loops improve the forecasts ({numbers} with the loops cut, known and "
            "extrapolated drivers).",
            **told,
        )
    if not any(better):
        return say(
            "Of {panel} **the loops do not improve the forecasts** ({numbers} with the loops cut, "
            "known and extrapolated drivers).",
            **told,
        )
    return say(
        "Of {panel} **the loops improve the forecasts with {kind} drivers only** ({numbers} with "
        "the loops cut, known and extrapolated drivers).",
        kind=say(KNOWN if better[0] else EXTRAPOLATED),
        **told,
    )


def _say_what_for(blind: Mapping[str, float]) -> str:
    ahead = [say.word(name) for name in RIVALS if blind[name] <= blind[MODEL]]
    said = (
        say("simple rivals ({rivals}) are as good or better there", rivals=say.join(ahead))
        if ahead
        else say("it beats the simple rivals there, in this one country and few series")
    )
    return say(
        "**What the model is for instead.** Nobody knows the nation's figures beforehand, so what "
        "counts for a forecast are the rows with extrapolated drivers, and {said}. The model is "
        "for asking what a policy changes, and through what, which no rival on this page can "
        "answer; whether its sizes are right is tested by [published "
        "effects](limitations.md#published-effects), not here.",
        said=said,
    )
