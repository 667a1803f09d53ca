"""Stored runs become indices, rankings and warnings; nothing is made up where nothing varies."""

import numpy as np
import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.model.presentation.exports import read_csv, read_stamp
from smecluster.model.support.ledger import NAME
from smecluster.sensitivity.analysis.compute import analyse, judge_runs
from smecluster.sensitivity.analysis.convergence import choose_sizes
from smecluster.sensitivity.analysis.index_table import COLUMNS
from smecluster.sensitivity.report.files import write_analysis
from smecluster.sensitivity.report.sentences import describe_analysis

LAST = ("value added", "total", 2040.0)


def steep(x):
    return 4 * x[:, 0] + 2 * x[:, 1] + x[:, 2] * x[:, 0]


def index(analysis, name, output="value added, total, 2040", scenario="base"):
    table = analysis.tables["indices"]
    chosen = (table["output"] == output) & (table["index"] == name)
    return table[chosen & (table["scenario"] == scenario)].set_index("factor")


def test_every_index_has_an_interval(stored):
    analysis = analyse(stored("sobol", 128, {LAST: steep}))
    table = analysis.tables["indices"]
    assert list(table) == list(COLUMNS)
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    total = index(analysis, "total")
    assert list(total.index) == ["x0", "x1", "x2"]  # the greatest first
    assert table["index"].iloc[0] == "total"


@pytest.mark.parametrize(
    "method", ["morris", "fast", "rbd-fast", "delta", "pawn", "hdmr", "regional", "given-data"]
)
def test_every_method_puts_the_factors_in_order(method, stored):
    size = {"morris": 20, "fast": 129}.get(method, 512)
    made = stored(method, size, {LAST: steep}, factors=6, analysis={"resamples": 30})
    analysis = analyse(made)
    ranked = index(analysis, analysis.method.headline)
    assert ranked.index[0] == "x0"
    assert ranked.index[1] == "x1"
    assert ranked["value"].notna().all()


def test_time_series_get_an_index_each_year(stored):
    outputs = {
        ("value added", "total", float(year)): lambda x, w=w: w * x[:, 0] + (1 - w) * x[:, 1]
        for year, w in ((2020, 0.0), (2030, 0.5), (2040, 1.0))
    }
    analysis = analyse(stored("sobol", 256, outputs))
    table = analysis.tables["indices"]
    first = table[(table["index"] == "first order") & (table["factor"] == "x0")]
    by_year = first.set_index("year")["value"]
    assert by_year[2020] == pytest.approx(0, abs=0.02)
    assert by_year[2030] == pytest.approx(0.5, abs=0.05)
    assert by_year[2040] == pytest.approx(1, abs=0.05)


def test_groups_have_one_index_each(stored):
    results = stored("sobol", 128, {LAST: steep}, groups=("a", "b", "a"))
    assert set(index(analyse(results), "total").index) == {"a", "b"}


def test_a_constant_output_has_no_index_and_a_warning(stored):
    outputs = {("value added", "total", 2020.0): lambda x: np.full(len(x), 5.0), LAST: steep}
    analysis = analyse(stored("sobol", 64, outputs))
    same = index(analysis, "total", "value added, total, 2020")
    assert same["value"].isna().all()
    assert any("2020 is the same in all runs" in said for said in describe_analysis(analysis))
    assert index(analysis, "total")["value"].notna().all()


def test_rounding_is_not_variation(stored):
    tiny = {LAST: lambda x: 1e6 + 1e-9 * x[:, 0]}
    analysis = analyse(stored("sobol", 64, tiny))
    assert index(analysis, "total")["value"].isna().all()


def test_a_failed_run_takes_its_block_along_and_never_becomes_zeros(stored):
    def failing(x):
        return np.where(np.arange(len(x)) == 7, np.nan, steep(x))

    analysis = analyse(stored("sobol", 64, {LAST: failing}))
    assert index(analysis, "total")["value"].iloc[0] > 0.5
    said = [text for text in describe_analysis(analysis) if "left out" in text]
    assert said
    assert said[0].startswith("1 of 64 base points are left out for value added, total, 2040.")
    assert len(analysis.tables["failed"]) == 1


def test_an_output_without_a_value_is_told(stored):
    outputs = {("value added", "A", 2040.0): lambda x: np.full(len(x), np.nan), LAST: steep}
    words = describe_analysis(analyse(stored("rbd-fast", 128, outputs)))
    assert any(text == "value added, A, 2040: no run has a value." for text in words)


def test_another_method_takes_the_runs_that_are_stored(stored):
    results = stored("sobol", 512, {LAST: steep}, analysis={"resamples": 30})
    ranked = index(analyse(results, method="pawn"), "PAWN")
    assert ranked.index[0] == "x0"
    assert (ranked["floor"] > 0).all()


def test_runs_that_are_laid_out_otherwise_are_refused(stored):
    results = stored("morris", 10, {LAST: steep})
    with pytest.raises(InputError, match="laid out for morris cannot be analysed by sobol"):
        analyse(results, method="sobol")
    with pytest.raises(InputError, match=r"allowed: morris$"):
        analyse(results, method="pawn")


def test_the_ranking_of_strategies_is_looked_at_in_each_draw(stored):
    results = stored(
        "sobol",
        256,
        {LAST: [lambda x: x[:, 0], lambda x: np.full(len(x), 0.25)]},
        strategies=("local", "central"),
    )
    analysis = analyse(results)
    ranking = analysis.rankings[0]
    assert ranking.strategies == ("local", "central")
    assert ranking.share[0] == pytest.approx(0.25, abs=0.02)
    assert ranking.causes["factor"].iloc[0] == "x0"
    assert describe_analysis(analysis)[0].startswith(
        "By value added, total, 2040, strategies rank local before central on average; the order "
        "differs in"
    )
    assert "What changes it most is x0" in describe_analysis(analysis)[0]
    # The lead of the one over the other has indices of its own.
    lead = index(analysis, "total", scenario="local less central")
    assert lead.index[0] == "x0"
    assert lead["value"].iloc[0] == pytest.approx(1, abs=0.1)


def test_less_can_be_better(stored):
    results = stored(
        "sobol",
        64,
        {LAST: [lambda x: 2 + x[:, 0], lambda x: x[:, 0]]},
        strategies=("local", "central"),
        better="less",
    )
    ranking = analyse(results).rankings[0]
    assert ranking.strategies == ("central", "local")
    assert ranking.share[0] == 0


def test_enough_is_judged_by_the_leading_factors(stored):
    narrow = {"enough": {"width": 0.01, "largest": 4096}}
    wide = {"enough": {"width": 5.0, "largest": 4096}}
    outputs = {LAST: steep}
    unasked = analyse(stored("sobol", 64, outputs))  # is judged, too, by what is usual
    assert unasked.enough is False
    assert "wider than the limit of 0.1" in unasked.verdict.text
    analysis = analyse(stored("sobol", 64, outputs, **narrow))
    assert analysis.enough is False
    assert any("The runs are not enough" in text for text in describe_analysis(analysis))
    verdict = judge_runs(stored("sobol", 64, outputs, **wide))
    assert verdict.enough


def test_fasts_size_is_that_of_a_curve_in_the_verdict(stored):
    verdict = analyse(stored("fast", 129, {LAST: steep}, factors=6)).verdict
    assert "instead of 129 should be enough" in verdict.text


def test_convergence_ends_with_the_whole_study(stored):
    analysis = analyse(stored("sobol", 128, {LAST: steep}))
    table = analysis.tables["convergence"]
    assert sorted(table["size"].unique()) == [16, 32, 64, 128]
    last = table[table["size"] == 128].set_index("factor")["value"]
    pd.testing.assert_series_equal(last, index(analysis, "total")["value"])
    assert choose_sizes(1024, 16) == [64, 128, 256, 512, 1024]
    assert choose_sizes(10, 16) == [10]


def test_all_is_written_with_its_stamp(tmp_path, stored):
    results = stored("sobol", 64, {LAST: steep})
    files = write_analysis(analyse(results), results, tmp_path / "analysis")
    names = {path.name for path in files}
    assert {"words.txt", "indices.csv", "indices.parquet", "swings.csv"} <= names
    assert read_stamp(tmp_path / "analysis" / "indices.csv")["model hash"] == "a"
    again = read_csv(tmp_path / "analysis" / "indices.csv")
    assert len(again) == len(analyse(results).tables["indices"])


def test_no_table_of_an_earlier_analysis_is_left(tmp_path, stored):
    lead = {LAST: [steep, lambda x: x[:, 1]]}
    several = stored("sobol", 16, lead, strategies=("local", "central"))
    write_analysis(analyse(several), several, tmp_path)
    assert (tmp_path / "ranking.csv").exists()
    one = stored("sobol", 16, {LAST: steep})
    files = write_analysis(analyse(one), one, tmp_path)
    left = {path for path in tmp_path.iterdir() if path.is_file()}
    assert left == {tmp_path / NAME, *files}


def test_nothing_depends_on_which_outputs_are_analysed_together(stored):
    alone = analyse(stored("delta", 128, {LAST: steep}, analysis={"resamples": 20}))
    outputs = {("value added", "A", 2040.0): lambda x: x[:, 2], LAST: steep}
    together = analyse(stored("delta", 128, outputs, analysis={"resamples": 20}))
    pd.testing.assert_frame_equal(
        index(alone, "delta")[["value", "low", "high"]],
        index(together, "delta")[["value", "low", "high"]],
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"quantile": 0.75}, "lies above the 0.75 quantile of all runs."),
        ({"threshold": 2.5, "below": True}, "lies below 2.5 in the output's own unit."),
    ],
)
def test_regional_analysis_says_which_runs_are_notable(settings, said, stored):
    results = stored("regional", 128, {LAST: steep}, analysis={"resamples": 20, **settings})
    assert any(word.endswith(said) for word in describe_analysis(analyse(results)))
