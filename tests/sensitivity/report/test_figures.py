"""Figures exist for every method, hold their stamp, and stay readable with many factors."""

from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest

from smecluster.model.support.ledger import NAME
from smecluster.sensitivity.analysis.compute import analyse
from smecluster.sensitivity.report.figures import _DPI, _lay_out, draw_figures
from smecluster.sensitivity.report.figures.bars import draw_bars
from smecluster.sensitivity.report.figures.heat import draw_heat_map
from smecluster.sensitivity.report.figures.plane import draw_plane
from smecluster.sensitivity.report.figures.settling import draw_convergence
from smecluster.sensitivity.report.figures.strategies import draw_strategies
from smecluster.sensitivity.report.figures.style import assign_colours, group_rest, wrap_name
from smecluster.sensitivity.report.page import write_page

YEARS = (2020.0, 2030.0, 2040.0)


def outputs():
    def at(year):
        return lambda x: x[:, 0] * (year - 2010) + x[:, 1:] @ np.ones(x.shape[1] - 1)

    return {("value added", "total", year): at(year) for year in YEARS}


@pytest.mark.parametrize(
    ("method", "size", "expected"),
    [
        ("sobol", 32, {"ranked", "over-time", "over-time-intervals", "convergence"}),
        ("morris", 8, {"ranked", "plane", "over-time-intervals", "convergence"}),
        ("regional", 128, {"ranked", "over-time-intervals"}),
    ],
)
def test_each_method_has_the_figures_that_fit_it(method, size, expected, tmp_path, stored):
    results = stored(method, size, outputs(), analysis={"resamples": 20})
    files = draw_figures(results, analyse(results), tmp_path / "figures")
    pictures = {path.stem for path in files if path.suffix == ".png"}
    assert pictures == expected | {"heat-map", "tornado", "scatter"}
    assert {path.stem for path in files if path.suffix == ".pdf"} == pictures
    for path in files:
        if path.suffix == ".png":
            assert b"model hash" in path.read_bytes()
            assert matplotlib.image.imread(path).std() > 0


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_no_legend_is_cut_at_the_edge(method, stored):
    long = [f"initial public infrastructure[Pearl River Delta], part {part} of 3" for part in "123"]
    results = stored(method, 32, outputs(), labels=long, analysis={"resamples": 20})
    analysis = analyse(results)
    for drawn in (draw_convergence, draw_plane) if method == "morris" else (draw_convergence,):
        figure = drawn(results, analysis, "base")
        _lay_out(figure)
        figure.set_dpi(_DPI)  # as it is written
        figure.draw_without_rendering()
        ends = [axis.get_legend().get_window_extent().x1 for axis in figure.axes]
        assert max(ends) <= figure.bbox.x1


def test_the_heat_map_names_the_strategy_however_long_the_output(stored):
    long = ("transaction cost as a share of the value added of firms", "Pearl River Delta", 2040.0)
    names = ("local", "central")
    results = stored("sobol", 16, {long: [lambda x: x[:, 0]] * 2}, strategies=names)
    figure = draw_heat_map(results, analyse(results))
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert [label.splitlines()[-1] for label in labels] == ["(local)", "(central)"]


def test_no_title_of_two_panels_reaches_into_the_other(stored):
    def output(x):
        return x[:, 0]

    def other(x):
        return x[:, 1] + 0.1

    columns = {("discounted value added", place, 2040.0): [output, other] for place in "abcd"}
    results = stored("sobol", 64, columns, strategies=("of one", "of quite another kind"))
    figure = draw_strategies(results, analyse(results))
    _lay_out(figure)
    lower = figure.axes[1:]
    assert len(lower) == 4
    for axis in lower:
        # Titles stand at the left.
        ends = axis._left_title.get_window_extent()
        assert ends.x1 <= axis.get_window_extent().x1 + 10


def test_a_study_without_variation_draws_nothing_but_tells(tmp_path, stored):
    results = stored("sobol", 16, {("value added", "total", 2040.0): lambda x: np.ones(len(x))})
    analysis = analyse(results)
    assert draw_figures(results, analysis, tmp_path) == []
    page = write_page(results, analysis, [], tmp_path).read_text(encoding="utf-8")
    assert "No output varies: there is no answer." in page


def test_shares_of_factors_that_depend_on_one_another_are_neither_stacked_nor_summed(
    tmp_path, stored
):
    results = stored("rbd-fast", 64, outputs(), factors=15, analysis={"resamples": 20})
    drawn = results.study.factor[0].model_copy(update={"input": None, "from_": "calibration"})
    results = replace(results, study=results.study.model_copy(update={"factor": (drawn,)}))
    assert results.dependent
    analysis = analyse(results)
    files = draw_figures(results, analysis, tmp_path)
    assert "over-time.png" not in {path.name for path in files}
    figure = draw_bars(results, analysis, "base")
    assert "what moves with it" in figure.get_suptitle()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[-1] == "other 5 (greatest)"
    page = write_page(results, analysis, files, tmp_path).read_text(encoding="utf-8")
    assert "explained on its own" not in page


def test_the_ranked_figure_shows_which_way_a_factor_works(stored):
    """A factor may rank high because it hurts: colour, hatching and marker say so."""

    def value(x):
        return 5 * x[:, 0] - 3 * x[:, 1]

    analysis_of = {("value added", "total", 2040.0): value}
    results = stored("sobol", 64, analysis_of, factors=2, analysis={"resamples": 20})
    figure = draw_bars(results, analyse(results), "base")
    axis = figure.axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["x0", "x1"]
    markers = [line.get_marker() for line in axis.lines if line.get_marker() in ("^", "v")]
    assert markers == ["^", "v"]
    first, second = axis.containers[0].patches
    assert not first.get_hatch()
    assert second.get_hatch()
    assert first.get_facecolor() != second.get_facecolor()
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend[:2] == ["more of it raises the outcome", "more of it lowers the outcome"]
    assert "more is better" in " ".join(figure.get_suptitle().split())


def test_factors_beyond_the_named_ones_are_summed(stored):
    analysis = analyse(stored("sobol", 32, outputs(), factors=15))
    table = analysis.tables["indices"]
    part = table[table["output"] == "value added, total, 2040"]
    names, values = group_rest(part, ["total", "first order"], summed=True)
    assert len(names) == 11
    assert names[-1] == "other 5 (together)"
    total = part[part["index"] == "total"]["value"]
    assert values["total"]["value"].sum() == pytest.approx(total.sum())
    assert len(assign_colours(analysis)) == 8


def test_what_an_earlier_analysis_has_drawn_is_removed_and_nothing_else(tmp_path, stored):
    own = tmp_path / "my-plane.png"
    own.write_bytes(b"mine")
    first = stored("morris", 8, outputs(), analysis={"resamples": 20})
    earlier = draw_figures(first, analyse(first), tmp_path)
    assert {"plane.png", "plane.pdf"} <= {path.name for path in earlier}
    second = stored("regional", 128, outputs(), analysis={"resamples": 20})
    files = draw_figures(second, analyse(second), tmp_path)
    left = {path for path in tmp_path.iterdir() if path.is_file()}
    assert left == {own, tmp_path / NAME, *files}


def test_long_names_are_broken_and_cut():
    name = "elasticity of transaction cost to infrastructure and to the network of the region " * 2
    lines = wrap_name(name, 30).splitlines()
    assert len(lines) == 3
    assert all(len(line) <= 30 for line in lines)
    assert lines[-1].endswith("…")


def test_the_page_begins_with_the_answer(tmp_path, stored):
    results = stored(
        "rbd-fast",
        64,
        {("value added", "total", 2040.0): [lambda x: x[:, 0] + x[:, 1], lambda x: 2 * x[:, 2]]},
        strategies=("local", "central"),
        enough={"width": 0.01},
        analysis={"resamples": 20},
    )
    analysis = analyse(results)
    files = draw_figures(results, analysis, tmp_path)
    names = {path.name for path in files}
    assert {"strategies.png", "ranked-local.png", "ranked-central.png"} <= names
    page = write_page(results, analysis, files, tmp_path).read_text(encoding="utf-8")
    assert page.index("strategies rank") < page.index("How far to trust it")
    assert "The runs are not enough" in page
    assert page.count("<img") == sum(path.suffix == ".png" for path in files)
