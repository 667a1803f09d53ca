"""The tables of the page on forecasts."""

from __future__ import annotations

import math

import pandas as pd

from smecluster.calibration.evaluation.bar_names import name_bar, name_limit
from smecluster.calibration.evaluation.forecasts import MODEL
from smecluster.calibration.evaluation.simple_forecasts import NATION, NO_CHANGE
from smecluster.calibration.evaluation.summary import FORECASTERS, PANELS
from smecluster.calibration.report.series_names import name_series
from smecluster.model.presentation.language.spoken import say

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
