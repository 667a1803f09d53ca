"""Names in figures are text in any script, whatever fonts the computer has."""

import ast
import warnings
from pathlib import Path

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import smecluster
from smecluster.model.presentation import fonts
from smecluster.model.presentation.exports import write_figure
from smecluster.model.presentation.fonts import FontWarning, choose_fallbacks
from smecluster.model.presentation.plotting import Figure, add_heading

NAME = r"$\foo$ 温州"
HOUSE = Path(smecluster.__file__).parent


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(fonts, "_WARNED", [])
    fonts._choose_fallbacks.cache_clear()
    yield
    fonts._choose_fallbacks.cache_clear()


@pytest.fixture
def no_chinese(monkeypatch):
    """A computer whose only font is DejaVu Sans, which has no Chinese."""
    monkeypatch.setattr(
        fonts.fontManager,
        "ttflist",
        [font for font in fonts.fontManager.ttflist if font.name.startswith("DejaVu")],
    )
    monkeypatch.setattr(fonts, "findSystemFonts", list)


def figure_of(name: str) -> Figure:
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    axes.plot([1, 2], [1, 2], label=name)
    axes.set_xticks([1, 2], labels=[name, "b"])
    axes.set_title(name)
    axes.legend()
    add_heading(figure, name, name)
    return figure


def draw(figure: Figure) -> list[Text]:
    FigureCanvasAgg(figure).draw()
    return [text for text in figure.findobj(Text) if name_in(text)]


def name_in(text: Text) -> bool:
    return text.get_text().endswith(NAME)


def test_a_name_is_never_read_as_a_formula(no_chinese):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        texts = draw(figure_of(NAME))
    # Title, note and heading, tick, legend.
    assert len(texts) >= 4
    assert not any(text.get_parse_math() for text in texts)


def test_a_file_can_be_written_with_a_tight_box(no_chinese, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure_of(NAME).savefig(tmp_path / "a.png", bbox_inches="tight")
        figure_of(NAME).savefig(tmp_path / "a.svg")
    assert r"$\foo$" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_without_a_font_one_warning_says_what_to_install(no_chinese):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        draw(figure_of(NAME))
        draw(figure_of("深圳"))
    assert [warning.category for warning in caught] == [FontWarning]
    message = str(caught[0].message)
    assert "温" in message
    assert "apt install fonts-noto-cjk" in message
    assert "\n" not in message


def test_a_font_that_has_the_characters_is_used_for_every_text(no_chinese, monkeypatch):
    monkeypatch.setattr(
        fonts,
        "_read_characters",
        lambda path: frozenset("温州" if "DejaVuSansMono" in path else map(chr, range(32, 127))),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        texts = draw(figure_of(NAME))
    assert len(texts) >= 4
    assert all(text.get_fontfamily()[-1] == "DejaVu Sans Mono" for text in texts)


def test_a_font_of_the_system_covers_chinese_if_there_is_one():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        chosen = choose_fallbacks("温州市", ["sans-serif"])
    assert bool(chosen) != bool(caught)


def test_latin_names_need_no_other_font():
    assert choose_fallbacks("Wenzhou, Überblick (bn yuan)", ["sans-serif"]) == ()


def test_a_damaged_font_is_passed_over(tmp_path):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    assert fonts._read_characters(str(broken)) == frozenset()
    assert fonts._read_characters(str(tmp_path / "none.ttf")) == frozenset()


def test_drawing_leaves_the_settings_of_the_process_alone():
    before = dict(matplotlib.rcParams)
    draw(figure_of("a"))
    assert dict(matplotlib.rcParams) == before


def test_every_figure_of_the_project_is_one_with_these_settings():
    """A file that makes a figure takes the class from here."""
    wrong = []
    for room in ("model", "policies", "calibration", "sensitivity", "scripts"):
        for file in (HOUSE / room).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            makes = any(
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Figure"
                for node in ast.walk(tree)
            )
            takes = {
                node.module
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                and any(alias.name == "Figure" for alias in node.names)
            }
            if (makes and takes != {"smecluster.model.presentation.plotting"}) or (
                "matplotlib.pyplot" in takes
            ):
                wrong.append(str(file))
    assert wrong == []


def test_a_figure_is_laid_out_once_and_drawn_once_for_a_file(tmp_path, monkeypatch):
    figure = Figure(layout="constrained")
    figure.subplots().plot([0, 1])
    drawn = []
    whole = Figure.draw
    monkeypatch.setattr(
        Figure, "draw", lambda self, renderer: (drawn.append(1), whole(self, renderer))
    )
    write_figure(figure, tmp_path, "picture", {"model hash": "abc"})
    assert len(drawn) == 1
    assert figure.get_layout_engine() is None
