"""Forms of pictures: what is given is what is drawn, in the reader's unit and language."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster.model.writing.forms import draw
from smecluster.model.writing.pages import Drawing
from smecluster.model.writing.pictures import Bars, HeatMap, Intervals, Lines, Matrix, Wedges

YEARS = [2025, 2030, 2035]
WORDS = {
    "title": "Title",
    "note": "Note",
    "x": "Across",
    "y": "Up",
    "shade": "Shade",
    "value": "value",
    "interval": "90 %",
    "others": "others",
}


def drawn(picture, language="en"):
    return draw(Drawing("one", picture, WORDS), language)


def texts(figure):
    figure.canvas.draw()
    return [one.get_text() for one in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def lines():
    rows = [
        {"panel": place, "series": name, "x": year, "y": 1000.0 * at, "low": 0.0, "high": 5000.0}
        for place in ("Wenzhou", "Zhongguancun")
        for name in ("central", "local")
        for at, year in enumerate(YEARS)
    ]
    return Lines(pd.DataFrame(rows), unit="Myuan")


def wedges(layers=3):
    rows = [
        {"panel": place, "layer": f"layer {layer}", "x": year, "y": (-1) ** layer * 1000.0}
        for place in ("All regions", "Wenzhou")
        for layer in range(layers)
        for year in YEARS
    ]
    whole = [{"panel": "Wenzhou", "series": "whole", "x": year, "y": 500.0} for year in YEARS]
    return Wedges(pd.DataFrame(rows), pd.DataFrame(whole), unit="Myuan")


def intervals():
    rows = [("Money", name, one, 1.0, 0.5, 2.0) for name in "ab" for one in ("central", "local")]
    columns = ["panel", "name", "series", "middle", "low", "high"]
    return Intervals(pd.DataFrame(rows, columns=columns), {"Money": "Myuan"})


BARS = Bars(
    pd.DataFrame({"name": ["first", "second"], "value": [2000.0, 1000.0], "alone": [1.0, 2.0]}),
    marks=("alone",),
    unit="Myuan",
)
MATRIX = Matrix(pd.DataFrame([[np.nan, 1.0], [-2.0, np.nan]], index=["a", "b"], columns=["a", "b"]))
PLANE = xr.DataArray(
    np.arange(1.0, 10.0).reshape(1, 3, 3),
    {"panel": ["Wenzhou"], "x": YEARS, "y": [1, 2, 3]},
    ("panel", "x", "y"),
)
MAP = HeatMap(
    PLANE, PLANE, PLANE.isel(y=1, drop=True), {"early": (0.0, 4.0), "late": (4.0, np.inf)}
)
ALL = [lines(), wedges(), intervals(), BARS, MATRIX, MAP]


@pytest.mark.parametrize("picture", ALL, ids=lambda picture: type(picture).__name__)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_draws_under_its_title(picture, language) -> None:
    said = texts(drawn(picture, language))
    assert "Title" in said
    assert any("Note" in one for one in said)


def test_lines_are_in_the_readers_unit() -> None:
    figure = drawn(lines())
    line = figure.axes[0].get_lines()[0]
    np.testing.assert_allclose(line.get_ydata(), [0.0, 1.0, 2.0])
    assert figure.axes[0].get_ylabel() == "Up, bn yuan"
    assert drawn(lines(), "zh").axes[0].get_ylabel() == "Up, 亿元"


def test_series_differ_in_dash_so_that_grey_paper_is_enough() -> None:
    first, second = drawn(lines()).axes[0].get_lines()[:2]
    assert first.get_linestyle() != second.get_linestyle()


def test_bars_stand_in_order_from_the_top() -> None:
    axis = drawn(BARS).axes[0]
    assert [one.get_text() for one in axis.get_yticklabels()] == ["second", "first"]
    assert [bar.get_width() for bar in axis.patches] == [1.0, 2.0]


def test_many_layers_are_drawn_as_others() -> None:
    legend = texts(drawn(wedges(layers=9)))
    assert "others" in legend
    assert "layer 8" not in legend


def test_layers_below_zero_go_down() -> None:
    axis = drawn(wedges()).axes[0]
    low, high = axis.dataLim.y0, axis.dataLim.y1
    assert (low, high) == (pytest.approx(-1.0), pytest.approx(2.0))


def test_a_cell_without_a_number_is_empty() -> None:
    said = texts(drawn(MATRIX))
    assert {"1", "-2"} <= set(said)
    assert "nan" not in said
