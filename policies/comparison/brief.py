"""One page for a reader in a hurry: the answer first, then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL, shows_only_changes
from smecluster.model.presentation.documents.page import Section, render_page
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.comparison.text import (
    answer_comparison,
    answer_futures,
    describe_basis,
)
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.ensemble.recovery import LOSS, YEARS
from smecluster.policies.wording.headlines import HEADLINES
from smecluster.policies.wording.prose import format_interval, format_share, lower_title

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

CAPTIONS = {
    "overview": mark("Value added gained and local public debt, by region and in total"),
    "gained-per-yuan": mark("Value added gained for each yuan of additional money, by future"),
    "changes": mark("Change of outcomes by the end, by region and in total"),
    "differences": mark("Value added gained beyond the other strategies, in the same draw"),
    "spillovers": mark("Whose programme does what to whom"),
    "paths": mark("Change of value added over time"),
    "who-pays": mark("Additional money by payer"),
    "timing": mark("Years until half of the effect is reached"),
    "probabilities": mark("How often one strategy is better than another"),
    "futures": mark("What each future does to what a strategy gains"),
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
    baseline = _lower(comparison)
    text = say("Changes are against {baseline} in the same future.", baseline=baseline)
    if comparison.several:
        text = say(
            "Changes are against {baseline} in the same draw and future: the median, and the 90 % "
            "interval in brackets. Intervals of two strategies may overlap although one is better "
            "in nearly all draws, because draws move both alike.",
            baseline=baseline,
        )
    sections = [
        Section(
            say("What each strategy does"),
            [say("{said}.", said=capitalise(comparison.describe_budget())), text],
            [(title_headlines(comparison), table_headlines(comparison))],
            _pick(drawn, "overview", "differences", "changes", "probabilities"),
        ),
        Section(
            say("Money: what it brings and who pays"),
            [],
            [],
            _pick(drawn, "gained-per-yuan", "who-pays", "spillovers"),
        ),
        Section(say("When"), [], [], _pick(drawn, "paths", "timing")),
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
    return say(
        "All regions, {year}: level under {baseline}, and change against it (discounted: from "
        "{start} on). Money: {money}",
        year=f"{comparison.end:g}",
        baseline=_lower(comparison),
        start=f"{comparison.start:g}",
        money=comparison.describe_budget(),
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
        unit, factor = say.unit(comparison.ends[name].attrs.get("unit", ""))
        ends, changes = (
            _total(data).sel({FUTURE: comparison.futures[0].name}) * factor
            for data in (comparison.ends[name], comparison.changes[name])
        )
        row: dict[str, object] = {mark("outcome"): say.capital(name), mark("unit"): unit}
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
            mark("future"): one.title,
            mark("what happens"): one.description,
            mark("from"): f"{one.year:g}" if one.bend else "",
            mark("sizes from"): one.source,
        }
        for one in comparison.futures
    ]
    return Section(say("The futures"), [], [(say("What each future is"), pd.DataFrame(rows))])


def describe_rest(comparison: Comparison) -> Section:
    """Say what a comparison rests on, and what each strategy is."""
    strategies = pd.DataFrame(
        [
            {
                mark("strategy"): one.name,
                mark("title"): one.title,
                mark("what it does"): one.description,
            }
            for one in (comparison.baseline, *comparison.strategies)
        ]
    )
    return Section(
        say("What this rests on"), describe_basis(comparison), [(say("The strategies"), strategies)]
    )


def _total(values: xr.DataArray) -> xr.DataArray:
    return values.sel({PLACE: TOTAL}, drop=True) if PLACE in values.dims else values


def _pick(drawn: Files, *names: str) -> list[tuple[str, Path]]:
    return [(say(CAPTIONS[name]), drawn[name]) for name in names if name in drawn]


def _compare_futures(comparison: Comparison, drawn: Files) -> Section:
    data = comparison.recovered.sel({PLACE: TOTAL})
    rows = []
    for future in comparison.futures[1:]:
        for name in (comparison.baseline.name, *comparison.names):
            here = data.sel({FUTURE: future.name, STRATEGY: name})
            years = here[YEARS]
            row = {
                mark("future"): future.title,
                mark("strategy"): comparison.titles[name],
                mark("lost, % of a year's value added"): format_interval(here[LOSS].values),
                mark("years to recover"): format_interval(years.values),
            }
            if comparison.several:
                share = format_share(float(years.notnull().mean()))
                row[mark("recovers in")] = say("{share} of the draws", share=share)
            rows.append(row)
    return Section(
        say("In other futures"),
        [
            say(
                "A future's loss is against the same strategy's own base future, so a strategy "
                "that gains more has more to lose. Value added has recovered when it stays within "
                "1 % of that path; the years are those of the draws that recover, 0 where they "
                "never leave it."
            )
        ],
        [(say("All regions together"), pd.DataFrame(rows))],
        _pick(drawn, "futures"),
    )


def _lower(comparison: Comparison) -> str:
    title = comparison.baseline.title
    return title.lower() if say.english else lower_title(title)
