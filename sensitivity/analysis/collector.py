"""Read the outputs of a study, some columns at a time, and estimate everything about each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from smecluster.model.presentation.language.spoken import say
from smecluster.sensitivity.analysis.cases import (
    Rows,
    describe_outputs,
    prepare_outputs,
    select_cube,
    select_principal,
)
from smecluster.sensitivity.analysis.convergence import trace_convergence
from smecluster.sensitivity.analysis.index_table import COLUMNS, build_index_table
from smecluster.sensitivity.analysis.ranking import Ranking
from smecluster.sensitivity.analysis.scenario_ranking import find_place
from smecluster.sensitivity.analysis.speaking import summarise_names
from smecluster.sensitivity.analysis.swings import convert_effects, measure_swings
from smecluster.sensitivity.analysis.trust import (
    Remark,
    find_constant,
    make_note,
    make_warning,
    remark_on_constants,
    remark_on_dependence,
    remark_on_indices,
    remark_on_size,
)
from smecluster.sensitivity.design.crossing import Scenario
from smecluster.sensitivity.design.outputs import Column
from smecluster.sensitivity.methods.estimates import Array, Bootstrap
from smecluster.sensitivity.store.results import Results

Tell = Callable[[int, int], None]

# Numbers read at a time: 128 MiB.
_NUMBERS = 16_777_216
# Runs that swings are measured in, at most.
_SWINGS = 131_072
# Resamples of what is drawn, not concluded from: convergence, causes of another ranking.
FEWER = 100


class Collector:
    """What is found as the outputs are read, some columns at a time."""

    def __init__(self, results: Results, rows: Rows, bootstrap: Bootstrap, tell: Tell) -> None:
        self.results, self.rows, self.bootstrap = results, rows, bootstrap
        self.principal = select_principal(results)
        self.parts: list[pd.DataFrame] = []
        self.distributions: list[pd.DataFrame] = []
        self.swings: list[pd.DataFrame] = []
        self.convergence: list[pd.DataFrame] = []
        self.constants: list[str] = []
        self.empty: list[str] = []
        self.left_out: dict[int, list[str]] = {}
        self.random = results.random_runs
        self.cube = select_cube(results, self.random)
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
        outputs = describe_outputs(columns, scenario)
        self.distributions.append(_summarise_outputs(outputs, values, self.results, place, columns))
        seen: set[str] = set()
        before = len(self.parts)
        for prepared in prepare_outputs(self.results, self.rows, values, outputs):
            self.parts.append(
                build_index_table(
                    prepared.sample, prepared.outputs, self.rows.method, self.bootstrap
                )
            )
            names = list(prepared.outputs["output"])
            seen.update(names)
            if prepared.left_out:
                self.left_out.setdefault(prepared.left_out, []).extend(label + n for n in names)
            same = find_constant(prepared.sample.y)
            self.constants += [label + n for n, one in zip(names, same, strict=True) if one]
        self.empty += [label + column.name for column in columns if column.name not in seen]
        chosen = [column for column in columns if column in self.principal]
        if chosen:
            found = pd.concat(self.parts[before:]) if seen else pd.DataFrame(columns=list(COLUMNS))
            self._look_closer(scenario, describe_outputs(chosen, scenario), values, found)

    def _look_closer(
        self,
        scenario: str,
        outputs: pd.DataFrame,
        values: dict[str, Array],
        found: pd.DataFrame,
    ) -> None:
        fewer = replace(self.bootstrap, resamples=min(FEWER, self.bootstrap.resamples))
        self.convergence.append(trace_convergence(self.results, self.rows, values, outputs, fewer))
        unit = 1 if self.fast else self.results.design.unit
        effects = found[found["index"] == "mu"].dropna(subset=["value"])
        for row in outputs.itertuples(index=False):
            y = values[str(row.output)][: len(self.beginning)]
            whole = np.isfinite(y).reshape(-1, unit).all(axis=1)
            known = y[np.repeat(whole, unit)]
            if not len(known) or find_constant(known[:, None]).all():
                continue
            mu = effects[effects["output"] == row.output]
            if len(mu):
                half = (mu["high"] - mu["value"]).to_numpy()
                moved = convert_effects(
                    list(mu["factor"]), float(known.mean()), mu["value"].to_numpy(), half
                )
            else:
                moved = measure_swings(
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
                self.results.output(column, find_place(self.results, name, ranking.future))
                for name in (first, second)
            ]
            name = _name_scenario(f"{first} less {second}", ranking.future)
            values = {column.name: pair[0] - pair[1]}
            for prepared in prepare_outputs(
                self.results, self.rows, values, describe_outputs([column], name)
            ):
                self.parts.append(
                    build_index_table(
                        prepared.sample, prepared.outputs, self.rows.method, self.bootstrap
                    )
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
        remarks = remark_on_size(rows.method, count_size(results, rows))
        remarks.append(make_note(_describe_runs(results)))
        if not results.complete:
            remarks.append(make_warning(say("Some runs of the study are still missing.")))
        for count, names in self.left_out.items():
            remarks.append(
                make_warning(
                    say.sentences(
                        [
                            say(
                                "{count} of {total} {units} are left out for {outputs}.",
                                count=f"{count:,}",
                                total=f"{rows.size:,}",
                                units=say.word(rows.units),
                                outputs=summarise_names(names),
                            ),
                            results.rule,
                        ]
                    )
                )
            )
        if self.empty:
            remarks.append(
                make_warning(
                    say("{outputs}: no run has a value.", outputs=summarise_names(self.empty))
                )
            )
        remarks += remark_on_constants(self.constants)
        if rows.method.name == "regional":
            remarks.append(_remark_on_notable(results))
        draws = results.design.draws
        if draws is not None and results.runs > draws:
            remarks.append(
                make_warning(
                    say(
                        "{runs} runs share {draws} draws of the calibration and repeat them: that "
                        "adds no evidence, and intervals are too narrow.",
                        runs=f"{results.runs:,}",
                        draws=f"{draws:,}",
                    )
                )
            )
        if own and not rows.method.given_data:
            dependence: list[Remark] = []
        else:
            dependence = remark_on_dependence(rows.method, results.factors, rows.cube)
        if self.bootstrap.resamples > rows.method.resamples:
            remarks.append(
                make_note(
                    say(
                        "Intervals come from {count} resamples, the limit for {method}.",
                        count=rows.method.resamples,
                        method=say(rows.method.title),
                    )
                )
            )
        if own and results.method != "sobol" and len(results.scenarios) > 1:
            remarks += _remark_on_ranking(results)
        remarks += dependence
        return remarks + remark_on_indices(table, rows.method, dependent=bool(dependence))


def count_size(results: Results, rows: Rows) -> int:
    """Give the size of the sample: of FAST's, not the number of curves but that of their runs."""
    own = rows.method.name == results.method
    return results.size if own and results.method == "fast" else rows.size


def _describe_runs(results: Results) -> str:
    """Say what differs among the runs, and what does not."""
    said = [
        say(
            "The runs vary the study's {count} factors; every other constant, the equations and "
            "the national drivers stay as they are.",
            count=len(results.factors),
        )
    ]
    if results.manifest.budget:
        # In the language in which the study was run.
        said.append(
            say(
                "Each strategy with a programme spends {money}.",
                money=results.manifest.budget,
            )
        )
    return say.sentences(said)


def _remark_on_notable(results: Results) -> Remark:
    chosen = results.study.analysis
    if chosen.threshold is None:
        where = say("the {share} quantile of all runs", share=f"{chosen.quantile:g}")
    else:
        where = say("{value} in the output's own unit", value=f"{chosen.threshold:g}")
    if chosen.below:
        return make_note(
            say("Notable runs are those whose output lies below {where}.", where=where)
        )
    return make_note(say("Notable runs are those whose output lies above {where}.", where=where))


def _remark_on_ranking(results: Results) -> list[Remark]:
    if results.is_random:
        return []
    return [
        make_note(
            say(
                "Strategies are not ranked: runs laid out for {method} are not a random sample.",
                method=results.method,
            )
        )
    ]


def _summarise_outputs(
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


def _name_scenario(strategies: str, future: str) -> str:
    return Scenario(strategies, future or None).name
