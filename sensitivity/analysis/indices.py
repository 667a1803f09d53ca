"""From stored runs to indices, how far to trust them, and the ranking of strategies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.sensitivity.analysis.cases import (
    Rows,
    cube_of,
    described,
    prepare,
    principal,
    random_runs,
    random_sample,
    rows_for,
)
from smecluster.sensitivity.analysis.convergence import settle
from smecluster.sensitivity.analysis.enough import Verdict, judge
from smecluster.sensitivity.analysis.index_table import COLUMNS, PAIRS, indices
from smecluster.sensitivity.analysis.ranking import Ranking, rank
from smecluster.sensitivity.analysis.swings import from_effects, swings
from smecluster.sensitivity.analysis.trust import (
    Remark,
    about_constants,
    about_dependence,
    about_indices,
    about_size,
    constant,
    listed,
    notice,
    warning,
)
from smecluster.sensitivity.design.crossing import Scenario
from smecluster.sensitivity.design.outputs import Column
from smecluster.sensitivity.methods import Method, find
from smecluster.sensitivity.methods.estimates import Array, Bootstrap
from smecluster.sensitivity.methods.regional import Notable, regional
from smecluster.sensitivity.store.results import Results
from smecluster.sensitivity.study import Enough

Tell = Callable[[int, int], None]

# Numbers read at a time: 128 MiB.
_NUMBERS = 16_777_216
# Runs that swings are measured in, at most.
_SWINGS = 131_072
# Resamples of what is drawn, not concluded from: convergence, causes of another ranking.
_FEWER = 100


@dataclass(frozen=True)
class Analysis:
    """What stored runs say.

    Parameters
    ----------
    method : Method
        How they were analysed.
    outputs : tuple of Column
        The principal outputs, which sentences and figures are about.
    tables : dict of str to pandas.DataFrame
        ``indices``: see `sensitivity.analysis.index_table.indices`; ``pairs``: those of pairs, if
        the design has them; ``outputs``: distribution of each output; ``swings``: principal outputs
        where a factor is low and high (Morris: half its mean effect below and above the mean);
        ``convergence``: the headline index from parts of the runs; ``ranking``,
        ``advantages``, ``causes``: see `sensitivity.analysis.ranking.Ranking`; ``failed``: runs
        that failed, with their inputs.
    rankings : tuple of Ranking
        How strategies rank; empty where fewer than two are crossed.
    remarks : tuple of Remark
        How far to trust the numbers, warnings first.
    verdict : Verdict
        Whether the runs are enough: as the study asks, or else as `sensitivity.study.Enough`
        does.
    """

    method: Method
    outputs: tuple[Column, ...]
    tables: dict[str, pd.DataFrame]
    rankings: tuple[Ranking, ...]
    remarks: tuple[Remark, ...]
    verdict: Verdict

    def by_output(self, name: str, scenario: str) -> list[tuple[Column, pd.DataFrame]]:
        """Take a table's rows of one scenario apart by the principal outputs."""
        table = self.tables[name]
        table = table[table["scenario"] == scenario]
        return [(column, table[table["output"] == column.name]) for column in self.outputs]

    @property
    def enough(self) -> bool:
        """Whether the runs are enough."""
        return self.verdict.enough

    @property
    def words(self) -> tuple[str, ...]:
        """The answer, the verdict and the warnings in sentences, most important first."""
        from smecluster.sensitivity.report.sentences import answers

        return (*answers(self), self.verdict.text, *(remark.text for remark in self.remarks))


def analyse(results: Results, *, method: str | None = None, tell: Tell | None = None) -> Analysis:
    """Analyse the stored runs of a study.

    Parameters
    ----------
    results : Results
        The runs.
    method : str, optional
        A method that takes the runs as they are laid out; the study's own if left out.
    tell : callable, optional
        Is told how many of how many outputs are done.

    Returns
    -------
    Analysis

    Raises
    ------
    InputError
        If the runs are laid out for another method, or the store cannot be read.
    """
    chosen = _method(results, method or results.method)
    rows = rows_for(results, chosen)
    bootstrap = _bootstrap(results)
    found = _Found(results, rows, bootstrap, tell or (lambda done, of: None))
    rankings = _rankings(results, found.random, found.cube, replace(bootstrap, resamples=_FEWER))
    found.add_advantages(rankings)
    table = found.table()
    judged = table[table["output"].isin([column.name for column in found.principal])]
    judged = judged[judged["scenario"].isin([one.name for one in results.scenarios])]
    return Analysis(
        method=chosen,
        outputs=found.principal,
        tables={
            "indices": table[table["index"] != PAIRS].reset_index(drop=True),
            "pairs": table[table["index"] == PAIRS].reset_index(drop=True),
            "outputs": pd.concat(found.distributions, ignore_index=True),
            "swings": _joined(found.swings),
            "convergence": _joined(found.convergence),
            **_ranking_tables(rankings),
            "failed": results.failed,
        },
        rankings=rankings,
        remarks=tuple(sorted(found.remarks(table), key=lambda remark: remark.weight)),
        verdict=_judged(results, judged, rows),
    )


def sufficient(results: Results) -> Verdict:
    """Judge whether the runs are enough, from the principal outputs alone.

    Parameters
    ----------
    results : Results
        The runs.

    Returns
    -------
    Verdict
        The same as of `analyse`, sooner.

    Raises
    ------
    InputError
        As for `analyse`.
    """
    chosen = _method(results, results.method).brief
    rows, columns, parts = rows_for(results, chosen), principal(results), []
    for place, scenario in enumerate(results.scenarios):
        table = results.table(columns, place)
        values = {str(name): table[name].to_numpy() for name in table}
        for prepared in prepare(results, rows, values, described(columns, scenario.name)):
            parts.append(indices(prepared.sample, prepared.outputs, chosen, _bootstrap(results)))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return _judged(results, table, rows)


def _judged(results: Results, table: pd.DataFrame, rows: Rows) -> Verdict:
    enough = results.study.enough or Enough()
    return judge(table, rows.method.headline, _size(results, rows), enough.width, enough.leading)


def _size(results: Results, rows: Rows) -> int:
    """Give the size of the sample: of FAST's, not the number of curves but that of their runs."""
    own = rows.method.name == results.method
    return results.size if own and results.method == "fast" else rows.size


def _bootstrap(results: Results) -> Bootstrap:
    settings = results.study.analysis
    return Bootstrap(results.study.seed, settings.resamples, settings.confidence)


def _method(results: Results, name: str) -> Method:
    chosen = find(name)
    if name != "regional":
        return chosen
    settings = results.study.analysis
    notable = Notable(settings.quantile, settings.threshold, settings.below)
    return replace(chosen, estimate=partial(regional, notable=notable))


class _Found:
    """What is found as the outputs are read, some columns at a time."""

    def __init__(self, results: Results, rows: Rows, bootstrap: Bootstrap, tell: Tell) -> None:
        self.results, self.rows, self.bootstrap = results, rows, bootstrap
        self.principal = principal(results)
        self.parts: list[pd.DataFrame] = []
        self.distributions: list[pd.DataFrame] = []
        self.swings: list[pd.DataFrame] = []
        self.convergence: list[pd.DataFrame] = []
        self.constants: list[str] = []
        self.empty: list[str] = []
        self.left_out: dict[int, list[str]] = {}
        self.random = random_runs(results)
        self.cube = cube_of(results, self.random)
        self.fast = results.method == "fast"
        together = results.design.unit
        # Of FAST's runs none can be spared: each factor has its own.
        some = results.runs if self.fast else max(1, _SWINGS // together) * together
        self.beginning = results.design.cube(0, min(results.runs, some))
        every = len(results.scenarios) * len(results.columns)
        for place, scenario in enumerate(results.scenarios):
            for done, columns in self._batches():
                self._read(place, scenario.name, columns)
                tell(place * len(results.columns) + done, every)

    def _batches(self) -> Iterator[tuple[int, Sequence[Column]]]:
        together = max(1, min(64, _NUMBERS // max(1, self.results.runs)))
        columns = self.results.columns
        for begin in range(0, len(columns), together):
            batch = columns[begin : begin + together]
            yield begin + len(batch), batch

    def _read(self, place: int, scenario: str, columns: Sequence[Column]) -> None:
        table = self.results.table(columns, place)
        values = {str(name): table[name].to_numpy() for name in table}
        several = len(self.results.scenarios) > 1
        label = f"{scenario}: " if several else ""
        outputs = described(columns, scenario)
        self.distributions.append(_distribution(outputs, values, self.results, place, columns))
        seen: set[str] = set()
        before = len(self.parts)
        for prepared in prepare(self.results, self.rows, values, outputs):
            self.parts.append(
                indices(prepared.sample, prepared.outputs, self.rows.method, self.bootstrap)
            )
            names = list(prepared.outputs["output"])
            seen.update(names)
            if prepared.left_out:
                self.left_out.setdefault(prepared.left_out, []).extend(label + n for n in names)
            same = constant(prepared.sample.y)
            self.constants += [label + n for n, one in zip(names, same, strict=True) if one]
        self.empty += [label + column.name for column in columns if column.name not in seen]
        chosen = [column for column in columns if column in self.principal]
        if chosen:
            found = pd.concat(self.parts[before:]) if seen else pd.DataFrame(columns=list(COLUMNS))
            self._look_closer(scenario, described(chosen, scenario), values, found)

    def _look_closer(
        self,
        scenario: str,
        outputs: pd.DataFrame,
        values: dict[str, Array],
        found: pd.DataFrame,
    ) -> None:
        fewer = replace(self.bootstrap, resamples=min(_FEWER, self.bootstrap.resamples))
        self.convergence.append(settle(self.results, self.rows, values, outputs, fewer))
        unit = 1 if self.fast else self.results.design.unit
        effects = found[found["index"] == "mu"].dropna(subset=["value"])
        for row in outputs.itertuples(index=False):
            y = values[str(row.output)][: len(self.beginning)]
            whole = np.isfinite(y).reshape(-1, unit).all(axis=1)
            known = y[np.repeat(whole, unit)]
            if not len(known) or constant(known[:, None]).all():
                continue
            mu = effects[effects["output"] == row.output]
            if len(mu):
                half = (mu["high"] - mu["value"]).to_numpy()
                moved = from_effects(
                    list(mu["factor"]), float(known.mean()), mu["value"].to_numpy(), half
                )
            else:
                moved = swings(
                    self.results.factors,
                    self.beginning,
                    np.where(np.repeat(whole, unit), y, np.nan),
                    unit=unit,
                    confidence=self.bootstrap.confidence,
                    curves=self.fast,
                )
            moved.insert(0, "unit", str(row.unit))
            moved.insert(0, "output", str(row.output))
            moved.insert(0, "scenario", scenario)
            self.swings.append(moved)

    def add_advantages(self, rankings: Sequence[Ranking]) -> None:
        """Estimate, too, what the lead of the best strategy over the second depends on."""
        for ranking in rankings:
            first, second = ranking.strategies[:2]
            column = next(one for one in self.principal if one.name == ranking.output)
            pair = [
                self.results.output(column, _place(self.results, name, ranking.future))
                for name in (first, second)
            ]
            name = _named(f"{first} less {second}", ranking.future)
            values = {column.name: pair[0] - pair[1]}
            for prepared in prepare(self.results, self.rows, values, described([column], name)):
                self.parts.append(
                    indices(prepared.sample, prepared.outputs, self.rows.method, self.bootstrap)
                )

    def table(self) -> pd.DataFrame:
        """Put all indices into one table: by output, the headline first, the greatest ahead."""
        if not self.parts:
            return pd.DataFrame(columns=list(COLUMNS))
        table = pd.concat(self.parts, ignore_index=True)
        names = list(dict.fromkeys(table["index"]))
        names.sort(key=lambda name: name != self.rows.method.headline)
        keys = pd.DataFrame(
            {
                "scenario": pd.factorize(table["scenario"])[0],
                "output": pd.factorize(table["output"])[0],
                "index": table["index"].map({name: at for at, name in enumerate(names)}),
                "value": -table["value"],
            }
        )
        order = keys.sort_values(["scenario", "output", "index", "value"], kind="stable").index
        return table.loc[order].reset_index(drop=True)

    def remarks(self, table: pd.DataFrame) -> list[Remark]:
        """Say how far to trust the indices."""
        results, rows = self.results, self.rows
        own = rows.method.name == results.method
        remarks = about_size(rows.method, _size(results, rows))
        if not results.complete:
            remarks.append(warning("Not all runs of the study are made yet."))
        for count, names in self.left_out.items():
            remarks.append(
                warning(
                    f"{count:,} of {rows.size:,} {rows.units} are left out for "
                    f"{listed(names)}. {results.rule}"
                )
            )
        if self.empty:
            remarks.append(warning(f"{listed(self.empty)}: no run has a value."))
        remarks += about_constants(self.constants)
        if rows.method.name == "regional":
            remarks.append(_about_notable(results))
        draws = results.design.draws
        if draws is not None and results.runs > draws:
            remarks.append(
                warning(
                    f"{results.runs:,} runs have but {draws:,} draws of the calibration to take, "
                    "and repeat them: that is no new evidence, and intervals come out too narrow."
                )
            )
        if own and not rows.method.given_data:
            dependence: list[Remark] = []
        else:
            dependence = about_dependence(rows.method, results.factors, rows.cube)
        if self.bootstrap.resamples > rows.method.resamples:
            remarks.append(
                notice(
                    f"Intervals come from {rows.method.resamples} resamples, the most for "
                    f"{rows.method.title}."
                )
            )
        if own and results.method != "sobol" and len(results.scenarios) > 1:
            remarks += _about_ranking(results)
        remarks += dependence
        return remarks + about_indices(table, rows.method, dependent=bool(dependence))


def _about_notable(results: Results) -> Remark:
    chosen = results.study.analysis
    side = "below" if chosen.below else "above"
    if chosen.threshold is None:
        where = f"the {chosen.quantile:g} quantile of all runs"
    else:
        where = f"{chosen.threshold:g} in the output's own unit"
    return notice(f"Notable are runs whose output lies {side} {where}.")


def _about_ranking(results: Results) -> list[Remark]:
    if random_sample(results):
        return []
    return [
        notice(
            f"The ranking of strategies is not looked at: runs laid out for {results.method} "
            "are no random sample."
        )
    ]


def _distribution(
    outputs: pd.DataFrame,
    values: dict[str, Array],
    results: Results,
    place: int,
    columns: Sequence[Column],
) -> pd.DataFrame:
    rows = []
    for column in columns:
        y = values[column.name]
        y = y[np.isfinite(y)]
        low, middle, high = np.quantile(y, [0.05, 0.5, 0.95]) if len(y) else [np.nan] * 3
        mean, sd = (y.mean(), y.std(ddof=1)) if len(y) > 1 else (np.nan, np.nan)
        rows.append((len(y), results.baseline(column, place), mean, sd, low, middle, high))
    names = ["runs", "baseline", "mean", "sd", "5 %", "50 %", "95 %"]
    return pd.concat([outputs, pd.DataFrame(rows, columns=names)], axis=1)


def _rankings(
    results: Results, runs: NDArray[np.int64], cube: Array, bootstrap: Bootstrap
) -> tuple[Ranking, ...]:
    """Rank the strategies of each future in each principal output that has a better side."""
    if not random_sample(results):
        return ()
    found = []
    for future, places in _crossed(results).items():
        names = [str(results.scenarios[place].strategy) for place in places]
        for column in principal(results):
            if column.better == "neither":
                continue
            values = np.stack([results.output(column, place)[runs] for place in places], axis=1)
            there = np.isfinite(values).all(axis=1)
            if not there.any():
                continue
            found.append(
                rank(
                    values[there],
                    names,
                    results.factors,
                    cube[there],
                    bootstrap,
                    more_is_better=column.better == "more",
                    output=column.name,
                    future=future,
                )
            )
    return tuple(found)


def _crossed(results: Results) -> dict[str, list[int]]:
    """Places of the scenarios of each future that two strategies or more are run in."""
    found: dict[str, list[int]] = {}
    for place, scenario in enumerate(results.scenarios):
        if scenario.strategy is not None:
            found.setdefault(scenario.future or "", []).append(place)
    return {future: places for future, places in found.items() if len(places) > 1}


def _place(results: Results, strategy: str, future: str) -> int:
    wanted = (strategy, future or None)
    return [(one.strategy, one.future) for one in results.scenarios].index(wanted)


def _named(strategies: str, future: str) -> str:
    return Scenario(strategies, future or None).name


def _ranking_tables(rankings: Sequence[Ranking]) -> dict[str, pd.DataFrame]:
    shares, advantages, causes = [], [], []
    for ranking in rankings:
        who = {"future": ranking.future, "output": ranking.output}
        shares.append(
            pd.DataFrame(
                {
                    **who,
                    "strategy": ranking.strategies,
                    "rank": range(1, len(ranking.strategies) + 1),
                    "best in share of draws": ranking.best,
                    "ranking changes in": ranking.share[0],
                    "low": ranking.share[1],
                    "high": ranking.share[2],
                }
            )
        )
        advantages.append(ranking.advantage.assign(**who))
        causes.append(ranking.causes.assign(**who))
    found = {"ranking": shares, "advantages": advantages, "causes": causes}
    return {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    full = [part for part in parts if len(part)]
    if not full:
        return parts[0] if parts else pd.DataFrame()
    table = pd.concat(full, ignore_index=True)
    first = [name for name in ("scenario", "future", "output") if name in table]
    return table[[*first, *(name for name in table if name not in first)]]
