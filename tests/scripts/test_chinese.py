"""For a reader who knows only Chinese, what a command prints and draws leaves no English.

Names of files, commands and studies apart, and variables of the model that no shipped page names.
"""

import html
import re

import pytest
from matplotlib.text import Text

from smecluster.model.presentation import exports
from smecluster.model.presentation.language.spoken import say, speaking
from smecluster.model.writing import writer
from smecluster.scripts.main import COMMANDS, find_part, load_command, main

FEW = ("--draws", "2")
OPTIMISED = (
    *("--draws", "1", "--unseen", "2", "--generations", "1", "--population", "8"),
    *("--single", "--step", "0.25"),
)
#: What is run of each command that speaks Chinese and needs no hour.
CALLS = {
    "compare": ("central", "local", "--futures", "base,demand", *FEW),
    "account": ("central", "local", *FEW),
    "map": ("central", "local", "--budget", "0.5%", "--horizon", "2040", *FEW),
    "assign": ("--lever", "talent training", *FEW),
    "explain why": ("talent training",),
    "stress robust": ("central", "local", "--futures", "base,demand", *FEW),
    "stress tipping": ("central", "local", "--budget", "0.5%", "--constant", "brand premium"),
    "doctor": ("--no-run",),
    "run": ("as-now",),
    "list futures": (),
    "list levers": ("talent training", "--returns"),
    "explain contributions": ("central", "--step", "0.25"),
    "explain timing": ("--from-year", "2020", "--step", "0.25", *FEW),
    "optimise": ("local", *OPTIMISED),
    "explain dominance": ("as-now", "local", "--since", "2035", "--step", "0.25"),
    "explain statistics": ("local", "--step", "0.25", *FEW),
    "game": ("--synthetic", "3", "--step", "0.5"),
    "forecast histories": (),
    "list regions": (),
    "list strategies": (),
}
FOLDERS = {
    "compare",
    "account",
    "map",
    "assign",
    "explain why",
    "stress robust",
    "explain contributions",
    "explain timing",
    "optimise",
    "explain dominance",
    "explain statistics",
}
#: Commands that write a page in Markdown, with the option that asks for it.
PAGES = {
    "stress tipping": "--out",
    "list levers": "--out",
    "game": "--page",
    "forecast histories": "--page",
}
#: What takes longer than a few seconds.
SLOW = {
    "compare",
    "explain contributions",
    "explain timing",
    "optimise",
    "explain dominance",
    "explain statistics",
    "game",
    "forecast histories",
}
# Names that stay: commands and options, files, codes of versions and methods, the paper.
STAY = re.compile(
    r"`[^`\u4e00-\u9fff]+`|smecluster(?: [\w\-]+| \"[\w \-]+\"| [\w/\-]+\.toml)*|--[\w\-]+"
    r"|[\w./\-]*(?:docs|calibration|policies)/[\w./\-]+"
    r"|[\w*\-]+\.(?:html|csv|json|png|docx|xlsx|toml)|every-constant|PRIM|GDP|GiB|UTF-8"
    r"|Qu Li .*? SME Clusters|https://[\w./]+|Apache-2\.0|\b[0-9a-f]{12}\b"
    r"|The smecluster contributors, smecluster: [\w ,:\-]+ strategy"
    # Names of studies, as pages cite them, and of methods; a column of a file, a page beside it.
    r"|[A-Z]\w+(?:, [A-Z]\w+)*(?: and [A-Z]\w+)? \d{4} \([\w: ]+\)|source(?=列)"
    r"|\(\w+\.md(?:#[\w\-]+)?\)"
    r"|(?:[A-Z][\w.\-]+|van|von|de|der|(?<=[\w、])[和等]|[、 （])+ ?\d{4}|\bet al\."
    r"|Loops That Matter|pysimlin|MAPE|Sobol|Epsilon|epsilon|CRPS|R-hat|Vensim|BibTeX|IAMC"
    r"|(?:NBER|CEPR)(?=工作论文|讨论稿)|\(\.\./[\w./\-]+\)|--gdp VALUE --year YEAR"
    r"|(?<=转引自)[A-Z]\w+和[A-Z]\w+|(?<=\t)[a-z_]+(?=\t\d{4}-)",
    re.ASCII,
)
WORD = re.compile(r"[A-Za-z]{3,}")
NEEDS_FONT = {"doctor"}  # says which font and processor this computer has


def find_english(texts):
    return [text for text in texts if WORD.search(STAY.sub("", text))]


def read_page(path):
    """Give the texts of a page; where it came from stands in its foot, as it was typed."""
    body = path.read_text(encoding="utf-8").partition("<footer>")[0]
    body = re.sub(r"<style.*?</style>|<[^>]*>", "\n", body, flags=re.S)
    return [line.strip() for line in html.unescape(body).splitlines() if line.strip()]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a command in Chinese: what it prints, its page, and the texts of its figures."""
    patch = pytest.MonkeyPatch()
    drawn = []
    real = exports.write_figure

    def write(figure, *rest):
        path = real(figure, *rest)
        drawn.extend(one.get_text() for one in figure.findobj(Text) if one.get_text().strip())
        return path

    def call(name, capsys):
        drawn.clear()
        out = tmp_path_factory.mktemp("out")
        options = ("--out", str(out)) if name in FOLDERS else ()
        if name in PAGES:
            options = (*options, PAGES[name], str(out / "page.md"))
        if name in ("game", "forecast histories"):
            options = (*options, "--out", str(out / "kept"))
        for module in (exports, writer):
            patch.setattr(module, "write_figure", write)
        with pytest.raises(SystemExit) as ended:
            main([*name.split(), *CALLS[name], "--lang", "zh", *options])
        printed = capsys.readouterr().out
        assert ended.value.code == 0
        pages = [text for path in sorted(out.glob("*.html")) for text in read_page(path)]
        pages += [
            line for path in out.glob("*.md") for line in path.read_text("utf-8").splitlines()
        ]
        return printed, pages, list(drawn)

    yield call
    patch.undo()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in CALLS],
)
def test_no_sentence_is_left_in_english(run, capsys, name):
    printed, pages, figures = run(name, capsys)
    lines = [line for line in printed.splitlines() if name not in NEEDS_FONT or "\t" not in line]
    assert re.search(r"[\u4e00-\u9fff]", printed)
    assert find_english(lines) == []
    assert find_english(pages) == []
    assert find_english(figures) == []
    assert bool(pages) == (name in FOLDERS or name in PAGES)
    assert bool(figures) == (name in FOLDERS or name == "forecast histories")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_that_speaks_languages_has_the_option(words):
    options = {one for parameter in load_command(*words).params for one in parameter.opts}
    assert ("--lang" in options) == find_part(*words).speaks


def test_a_language_is_spoken_within_its_block_alone():
    assert say("yes") == "yes"
    with speaking("zh"):
        assert (say("yes"), say.name("Wenzhou"), say.unit("Myuan")[0]) == ("是", "温州", "亿元")
        with speaking("en"):
            assert say("yes") == "yes"
        assert say("yes") == "是"
    assert say.english
