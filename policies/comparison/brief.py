"""One page for a reader in a hurry: the answer first, then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.support.formatting import capitalise, display_unit
from smecluster.model.support.page import Section, render_page
from smecluster.policies.comparison.result import Comparison
from smecluster.policies.comparison.text import answer, basis, futures_answer, robust_answer, spread
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.ensemble.recovery import LOSS, YEARS
from smecluster.policies.futures import BASE
from smecluster.policies.headlines import HEADLINES
from smecluster.policies.prose import format_share
from smecluster.policies.robustness.compute import ALL_WORLDS, ENOUGH, Robustness
from smecluster.policies.robustness.regret import BEST, EXPECTED, HIGH, MOST

CAPTIONS = {
    "gained-per-yuan": "Value added gained for a yuan of programme money, by future",
    "changes": "Change of outcomes by the end, by region and in total",
    "outcomes": "Change of outcomes by the end, by region, in total and on the other regions",
    "spillovers": "Whose programme does what to whom",
    "paths": "Change of value added over time",
    "differences": "Change over time",
    "recovery": "What a shock does under each strategy",
    "who-pays": "Programme money by payer",
    "timing": "Years until half of the effect is there",
    "probabilities": "How often one strategy is better than another",
    "futures": "What each future costs",
    "regret": "What each strategy gives away",
    "good-enough": "Where each strategy is good enough",
    "where-it-fails": "Limits of the worlds in which a strategy fails",
}

# Of the table of limits.
_IN_PERCENT = ("coverage", "density", "reproduced")

Files = Mapping[str, Path]


def compare_page(found: Comparison, title: str, drawn: Files, stamp: Mapping[str, str]) -> str:
    """Write the page of a comparison.

    Parameters
    ----------
    found : Comparison
        The comparison.
    title : str
        What it is about.
    drawn : mapping of str to Path
        The figures that were written (`policies.comparison.figures`; of one set of values also
        `policies.comparison.figures_single`), by name.
    stamp : mapping
        Where it came from.

    Returns
    -------
    str
        The page, HTML.
    """
    sections = [
        Section(
            "What each strategy does",
            [
                "Changes are against the baseline of the same draw and future: median, and in "
                "brackets what holds 90 % of the draws. Intervals of two strategies may overlap "
                "although one is better in nearly every draw, because draws move both alike."
                if len(found.draws) > 1
                else "Changes are against the baseline of the same future."
            ],
            [_headlines(found)],
            _pictures(drawn, "changes", "outcomes", "probabilities", "spillovers"),
        ),
        Section(
            "Money: what it brings and who pays",
            [],
            [],
            _pictures(drawn, "gained-per-yuan", "who-pays"),
        ),
        Section("When", [], [], _pictures(drawn, "paths", "differences", "timing", "recovery")),
    ]
    if len(found.futures) > 1:
        sections += [_futures_section(found, drawn), _described(found)]
    return render_page(title, answer(found), [*sections, _rests(found)], stamp)


def futures_page(found: Comparison, title: str, drawn: Files, stamp: Mapping[str, str]) -> str:
    """Write the page on what futures do to strategies; see `compare_page`."""
    sections = [_futures_section(found, drawn), _described(found)]
    return render_page(title, futures_answer(found), [*sections, _rests(found)], stamp)


def robust_page(
    judged: Robustness, found: Comparison, title: str, drawn: Files, stamp: Mapping[str, str]
) -> str:
    """Write the page on how strategies hold up; see `compare_page`."""
    unit, factor = display_unit(found.ends[judged.outcome].attrs.get("unit", ""))
    whole = judged.regrets[judged.regrets[FUTURE] == ALL_WORLDS].drop(columns=FUTURE)
    whole = whole.assign(**{name: whole[name] * factor for name in (EXPECTED, HIGH, MOST)})
    regret = whole.assign(**{BEST: whole[BEST].map(format_share)}).rename(
        columns={BEST: "best in this share of the worlds"}
    )
    shares = judged.shares[judged.shares[FUTURE] == ALL_WORLDS].drop(columns=FUTURE)
    shares = shares.set_index(STRATEGY).map(format_share)
    if len(judged.needs) == 1:
        shares = shares.drop(columns=ENOUGH)
    sections = []
    if len(found.names) > 1:
        caption = f"Regret in {judged.outcome.lower()} ({judged.place}), {unit}"
        sections.append(
            Section(
                "What each strategy gives away",
                ["Regret is what the best strategy of the same world reaches beyond it."],
                [(caption, regret)],
                _pictures(drawn, "regret"),
            )
        )
    sections.append(
        Section(
            "Where each strategy is good enough",
            ["A world is one draw in one future; a study's file says what is needed in it."],
            [("Share of all worlds in which a need is met", shares.reset_index())],
            _pictures(drawn, "good-enough"),
        )
    )
    boxes = judged.boxes
    if len(boxes):
        columns = ["strategy", "what", "box", "words", "coverage", "density", "reproduced"]
        told = boxes[[*columns, "quasi p"]]
        told = told.assign(**{what: told[what].map(format_share) for what in _IN_PERCENT})
        sections.append(
            Section(
                "When a strategy fails",
                [
                    "Boxes of few limits that hold most of the worlds in which a strategy fails or "
                    "is beaten (patient rule induction). Coverage: share of these worlds in the "
                    "box. Density: share of the worlds in the box that are such. Reproduced: how "
                    "often half of the draws show the limit too. Quasi p: how easily chance would "
                    "do as well without the limit, were the futures of a draw independent, which "
                    "they are not."
                ],
                [("Limits", told)],
                _pictures(drawn, "where-it-fails"),
            )
        )
    said = robust_answer(judged, found)
    return render_page(title, said, [*sections, _described(found), _rests(found)], stamp)


def headlines(found: Comparison) -> pd.DataFrame:
    """Put the chosen outcomes of all regions together into a small table.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, unit, the baseline (median), and for each strategy the change against
        it: median, and in brackets the 90 % interval; base future.
    """
    rows = []
    for name in (one for one in HEADLINES if one in found.ends):
        unit, factor = display_unit(found.ends[name].attrs.get("unit", ""))
        ends, changes = (
            _total(data).sel({FUTURE: BASE}) * factor
            for data in (found.ends[name], found.changes[name])
        )
        row: dict[str, object] = {"outcome": capitalise(name), "unit": unit}
        before = ends.sel({STRATEGY: found.baseline.name}).median().item()
        row[found.baseline.title] = before
        for strategy in found.names:
            row[f"{found.titles[strategy]}: change"] = spread(
                changes.sel({STRATEGY: strategy}).values
            )
        rows.append(row)
    return pd.DataFrame(rows)


def _total(values: xr.DataArray) -> xr.DataArray:
    return values.sel({PLACE: TOTAL}, drop=True) if PLACE in values.dims else values


def _headlines(found: Comparison) -> tuple[str, pd.DataFrame]:
    last = f"{found.paths['time'].values[-1]:g}"
    return f"All regions together, {last} (discounted: from {found.start:g} on)", headlines(found)


def _pictures(drawn: Files, *names: str) -> list[tuple[str, Path]]:
    return [(CAPTIONS[name], drawn[name]) for name in names if name in drawn]


def _futures_section(found: Comparison, drawn: Files) -> Section:
    data = found.recovered.sel({PLACE: TOTAL})
    rows = []
    for future in found.futures[1:]:
        for name in (found.baseline.name, *found.names):
            here = data.sel({FUTURE: future.name, STRATEGY: name})
            years = here[YEARS]
            rows.append(
                {
                    "future": future.title,
                    "strategy": found.titles[name],
                    "lost, % of a year's value added": spread(here[LOSS].values),
                    "years to recover": spread(years.values),
                    "recovers in": format_share(float(years.notnull().mean())) + " of the draws",
                }
            )
    return Section(
        "In other futures",
        [
            "A future's loss is against the same strategy's own base future, so a strategy that "
            "brings more has more to lose. Recovered is what stays within 1 % of that path: the "
            "years are those of the draws that recover, 0 where they never leave it."
        ],
        [("All regions together", pd.DataFrame(rows))],
        _pictures(drawn, "futures"),
    )


def _described(found: Comparison) -> Section:
    rows = [
        {
            "future": one.title,
            "what happens": one.description,
            "from": f"{one.year:g}" if one.bend else "",
            "sizes from": one.source,
        }
        for one in found.futures
    ]
    return Section("The futures", [], [("What each future is", pd.DataFrame(rows))])


def _rests(found: Comparison) -> Section:
    strategies = pd.DataFrame(
        [
            {"strategy": one.name, "title": one.title, "what it does": one.description}
            for one in (found.baseline, *found.strategies)
        ]
    )
    return Section("What this rests on", basis(found), [("The strategies", strategies)])
