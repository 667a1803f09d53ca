"""One page for a reader in a hurry: the answer first, then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL, shows_only_changes
from smecluster.model.presentation.formatting import capitalise, display_unit
from smecluster.model.presentation.page import Section, render_page
from smecluster.policies.comparison.text import (
    answer_comparison,
    answer_futures,
    describe_basis,
)
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.ensemble.recovery import LOSS, YEARS
from smecluster.policies.wording.headlines import HEADLINES
from smecluster.policies.wording.prose import format_interval, format_share

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

CAPTIONS = {
    "overview": "Value added gained and local public debt, by region and in total",
    "gained-per-yuan": "Value added gained for each yuan of additional money, by future",
    "changes": "Change of outcomes by the end, by region and in total",
    "differences": "Value added gained beyond the other strategies, in the same draw",
    "spillovers": "Whose programme does what to whom",
    "paths": "Change of value added over time",
    "who-pays": "Additional money by payer",
    "timing": "Years until half of the effect is reached",
    "probabilities": "How often one strategy is better than another",
    "futures": "What each future does to what a strategy gains",
}

Files = Mapping[str, Path]


def write_compare_page(
    comparison: Comparison, title: str, drawn: Files, stamp: Mapping[str, str]
) -> str:
    """Write the page of a comparison.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    title : str
        What it is about.
    drawn : mapping of str to Path
        The figures that were written (`policies.comparison.figures`), by name.
    stamp : mapping
        Where it came from.

    Returns
    -------
    str
        The page, HTML.
    """
    text = f"Changes are against {comparison.baseline.title.lower()} in the same future."
    if comparison.several:
        text = (
            f"Changes are against {comparison.baseline.title.lower()} in the same draw and future: "
            "the median, and the 90 % interval in brackets. Intervals of two strategies may "
            "overlap although one is better in nearly all draws, because draws move both alike."
        )
    sections = [
        Section(
            "What each strategy does",
            [f"{capitalise(comparison.describe_budget())}.", text],
            [(title_headlines(comparison), table_headlines(comparison))],
            _pick(drawn, "overview", "differences", "changes", "probabilities"),
        ),
        Section(
            "Money: what it brings and who pays",
            [],
            [],
            _pick(drawn, "gained-per-yuan", "who-pays", "spillovers"),
        ),
        Section("When", [], [], _pick(drawn, "paths", "timing")),
    ]
    if len(comparison.futures) > 1:
        sections += [_compare_futures(comparison, drawn), describe_futures(comparison)]
    return render_page(
        title, answer_comparison(comparison), [*sections, describe_rest(comparison)], stamp
    )


def write_futures_page(
    comparison: Comparison, title: str, drawn: Files, stamp: Mapping[str, str]
) -> str:
    """Write the page on what futures do to strategies; see `write_compare_page`."""
    sections = [
        _compare_futures(comparison, drawn),
        describe_futures(comparison),
        describe_rest(comparison),
    ]
    return render_page(title, answer_futures(comparison), sections, stamp)


def title_headlines(comparison: Comparison) -> str:
    """Say what the table of `table_headlines` shows."""
    return (
        f"All regions, {comparison.end:g}: level under {comparison.baseline.title.lower()}, and "
        f"change against it (discounted: from {comparison.start:g} on). Money: "
        f"{comparison.describe_budget()}"
    )


def table_headlines(comparison: Comparison) -> pd.DataFrame:
    """Put the chosen outcomes of all regions together into a small table.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, unit, the baseline (median), and for each strategy, by its name, the
        change against it: the median, with several draws the 90 % interval in brackets; base
        future. An outcome that is known up to a constant has no level.
    """
    rows = []
    for name in (one for one in HEADLINES if one in comparison.ends):
        unit, factor = display_unit(comparison.ends[name].attrs.get("unit", ""))
        ends, changes = (
            _total(data).sel({FUTURE: comparison.futures[0].name}) * factor
            for data in (comparison.ends[name], comparison.changes[name])
        )
        row: dict[str, object] = {"outcome": capitalise(name), "unit": unit}
        level = ends.sel({STRATEGY: comparison.baseline.name}).median().item()
        row[comparison.baseline.name] = float("nan") if shows_only_changes(name) else level
        for strategy in comparison.names:
            row[strategy] = format_interval(changes.sel({STRATEGY: strategy}).values)
        rows.append(row)
    return pd.DataFrame(rows)


def describe_futures(comparison: Comparison) -> Section:
    """Say what each future is."""
    rows = [
        {
            "future": one.title,
            "what happens": one.description,
            "from": f"{one.year:g}" if one.bend else "",
            "sizes from": one.source,
        }
        for one in comparison.futures
    ]
    return Section("The futures", [], [("What each future is", pd.DataFrame(rows))])


def describe_rest(comparison: Comparison) -> Section:
    """Say what a comparison rests on, and what each strategy is."""
    strategies = pd.DataFrame(
        [
            {"strategy": one.name, "title": one.title, "what it does": one.description}
            for one in (comparison.baseline, *comparison.strategies)
        ]
    )
    return Section(
        "What this rests on", describe_basis(comparison), [("The strategies", strategies)]
    )


def _total(values: xr.DataArray) -> xr.DataArray:
    return values.sel({PLACE: TOTAL}, drop=True) if PLACE in values.dims else values


def _pick(drawn: Files, *names: str) -> list[tuple[str, Path]]:
    return [(CAPTIONS[name], drawn[name]) for name in names if name in drawn]


def _compare_futures(comparison: Comparison, drawn: Files) -> Section:
    data = comparison.recovered.sel({PLACE: TOTAL})
    rows = []
    for future in comparison.futures[1:]:
        for name in (comparison.baseline.name, *comparison.names):
            here = data.sel({FUTURE: future.name, STRATEGY: name})
            years = here[YEARS]
            row = {
                "future": future.title,
                "strategy": comparison.titles[name],
                "lost, % of a year's value added": format_interval(here[LOSS].values),
                "years to recover": format_interval(years.values),
            }
            if comparison.several:
                share = format_share(float(years.notnull().mean()))
                row["recovers in"] = f"{share} of the draws"
            rows.append(row)
    return Section(
        "In other futures",
        [
            "A future's loss is against the same strategy's own base future, so a strategy that "
            "gains more has more to lose. Value added has recovered when it stays within 1 % of "
            "that path; the years are those of the draws that recover, 0 where they never leave it."
        ],
        [("All regions together", pd.DataFrame(rows))],
        _pick(drawn, "futures"),
    )
