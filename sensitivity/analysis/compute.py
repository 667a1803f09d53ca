"""From stored runs to indices, how far to trust them, and the ranking of strategies."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from smecluster.sensitivity.analysis.analysis import Analysis
from smecluster.sensitivity.analysis.cases import (
    Rows,
    arrange_rows,
    describe_outputs,
    prepare_outputs,
    select_principal,
)
from smecluster.sensitivity.analysis.collector import FEWER, Collector, Tell, count_size
from smecluster.sensitivity.analysis.enough import Verdict, judge_size
from smecluster.sensitivity.analysis.index_table import COLUMNS, PAIRS, build_index_table
from smecluster.sensitivity.analysis.scenario_ranking import (
    join_tables,
    rank_scenarios,
    tabulate_rankings,
)
from smecluster.sensitivity.design.study_tables import Enough
from smecluster.sensitivity.methods import Method, find_method
from smecluster.sensitivity.methods.estimates import Bootstrap
from smecluster.sensitivity.methods.regional import Notable, count_notable, estimate_regional
from smecluster.sensitivity.store.results import Results


def analyse(results: Results, *, method: str | None = None, tell: Tell | None = None) -> Analysis:
    """Analyse the stored runs of a study.

    Parameters
    ----------
    results : Results
        The runs.
    method : str, optional
        A method that takes the runs as they are laid out; the study's own if left out.
    tell : callable, optional
        Called with the number of finished outputs and of all outputs.

    Returns
    -------
    Analysis

    Raises
    ------
    InputError
        If the runs are laid out for another method, the store cannot be read, or a part of it was
        altered.
    """
    results.refuse_damage()
    chosen = _choose_method(results, method or results.method)
    rows = arrange_rows(results, chosen)
    bootstrap = _make_bootstrap(results)
    found = Collector(results, rows, bootstrap, tell or (lambda done, of: None))
    fewer = replace(bootstrap, resamples=FEWER)
    rankings = rank_scenarios(results, found.random, found.cube, fewer)
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
            "swings": join_tables(found.swings),
            "convergence": join_tables(found.convergence),
            **tabulate_rankings(rankings),
            "failed": results.failed,
        },
        rankings=rankings,
        remarks=tuple(sorted(found.remarks(table), key=lambda remark: remark.weight)),
        verdict=_judge(results, judged, rows),
    )


def judge_runs(results: Results) -> Verdict:
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
    chosen = _choose_method(results, results.method).brief
    rows, columns, parts = arrange_rows(results, chosen), select_principal(results), []
    for place, scenario in enumerate(results.scenarios):
        table = results.table(columns, place)
        values = {str(name): table[name].to_numpy() for name in table}
        for prepared in prepare_outputs(
            results, rows, values, describe_outputs(columns, scenario.name)
        ):
            parts.append(
                build_index_table(
                    prepared.sample, prepared.outputs, chosen, _make_bootstrap(results)
                )
            )
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return _judge(results, table, rows)


def _judge(results: Results, table: pd.DataFrame, rows: Rows) -> Verdict:
    enough = results.study.enough or Enough()
    return judge_size(
        table,
        rows.method.headline,
        count_size(results, rows),
        enough.width,
        enough.leading,
        rows.method.least,
        indicative=rows.method.headline in rows.method.indicative,
    )


def _choose_method(results: Results, name: str) -> Method:
    chosen = find_method(name)
    if name != "regional":
        return chosen
    settings = results.study.analysis
    notable = Notable(settings.quantile, settings.threshold, settings.below)
    return replace(
        chosen,
        estimate=partial(estimate_regional, notable=notable),
        count_effective=partial(count_notable, notable=notable),
    )


def _make_bootstrap(results: Results) -> Bootstrap:
    settings = results.study.analysis
    return Bootstrap(results.study.seed, settings.resamples, settings.confidence)
