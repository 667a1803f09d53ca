"""What SDEverywhere's compiler computes, against the kernel: every variable in every saved year.

python -m tests.parity.sdeverywhere --packages FOLDER [--model FILE]

SDEverywhere (npm, MIT licence) reads Vensim's files with a parser of its own and writes JavaScript;
it shares no code with PySD, pysimlin or the kernel. FOLDER holds its packages, whose versions stand
in `package.json` beside this file (measured with node 20.20):

    mkdir FOLDER
    cp -r tests/parity/package.json tests/parity/xlsx FOLDER
    npm install --prefix FOLDER

The compiler asks for a reader of spreadsheets that npm's registry does not hold. No model here
reads a spreadsheet, so `xlsx` stands in for it.

SDEverywhere puts a stock's new value in the place of its old one at once, and refuses stocks whose
equations read one another. So every flow gets a variable of its own first: an exact rewrite.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from smecluster import model
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import parse

HERE = Path(__file__).parent
# What is smaller than this share of a variable's largest value is the rounding of differences.
SMALL = 1e-6


def main() -> None:
    """Print how far the results lie apart."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity.sdeverywhere")
    parser.add_argument("--packages", type=Path, required=True, help="where npm has installed them")
    parser.add_argument("--model", type=Path, help="a Vensim file; the shipped one if left out")
    chosen = parser.parse_args()
    gaps = compare(model.load(chosen.model), chosen.packages)
    print(f"{len(gaps)} values in every saved year; the largest gaps, relative:")
    for name in sorted(gaps, key=lambda name: -gaps[name])[:10]:
        print(f"{gaps[name]:10.1e}  {name}")


def compare(m: model.Model, packages: Path) -> dict[str, float]:
    """Give the largest relative gap over time of every element of every variable.

    Parameters
    ----------
    m : Model
        The model.
    packages : Path
        The folder with ``node_modules``.

    Returns
    -------
    dict of str to float
        By variable and elements, in the form of Vensim's comparison of names. A gap is relative to
        the value, or to `SMALL` of the variable's largest value if that is more.
    """
    times, theirs = run_sdeverywhere(separate_flows(m.text), packages)
    ours = model.simulate(m)
    np.testing.assert_array_equal(times, ours["time"])
    gaps = {}
    for name, values in ours.data_vars.items():
        series = values.transpose("time", ...)
        least = SMALL * float(np.abs(series).max()) or 1.0
        for place in np.ndindex(series.shape[1:]):
            cell = [
                str(series[dim].values[at]) for dim, at in zip(series.dims[1:], place, strict=True)
            ]
            key = _name(str(name), cell)
            mine = series.values[(slice(None), *place)]
            size = np.maximum(np.abs(mine), least)
            gaps[key] = float(np.max(np.abs(theirs[key] - mine) / size))
    return gaps


def run_sdeverywhere(text: str, packages: Path) -> tuple[list[float], dict[str, np.ndarray]]:
    """Compile and run a model with SDEverywhere.

    Parameters
    ----------
    text : str
        The Vensim file's text.
    packages : Path
        The folder with ``node_modules``.

    Returns
    -------
    times : list of float
        The saved times.
    values : dict of str to array
        Values at those times by variable and elements.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "node_modules").symlink_to((packages / "node_modules").resolve())
        script = Path(shutil.copy(HERE / "sdeverywhere.mjs", folder))
        (folder / "model.mdl").write_text(text, encoding="utf-8")
        command = ["node", script, folder / "model.mdl", folder]
        subprocess.run(command, check=True, cwd=folder)
        told = json.loads((folder / "results.json").read_text())
    values = {
        _name(
            name.partition("[")[0],
            [part for part in name.partition("[")[2][:-1].split(",") if part],
        ): np.array(series)
        for name, series in zip(told["names"], told["values"], strict=True)
    }
    return told["times"], values


def separate_flows(text: str) -> str:
    """Write a Vensim file in which the net flow of every stock is a variable.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    str
    """
    for block in reversed(parse(text).blocks):
        written = text[block.start : block.end]
        head, found, rest = written.partition("INTEG")
        if block.kind != "equation" or not found or not rest.lstrip().startswith("("):
            continue
        inside = rest.strip()[1:]
        cut = _find_comma(inside)
        left = head.partition("=")[0].strip()
        flow = f"flow of {left}"
        text = (
            f"{text[: block.start]}{flow} = {inside[:cut]}\n\t~ {block.unit}/Year\n\t~ |\n\n"
            f"{left} = INTEG({flow}{inside[cut:]}{text[block.end :]}"
        )
    return text


def _find_comma(text: str) -> int:
    """Find the comma between the flow and the initial value."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            return place
    raise AssertionError(text)


def _name(name: str, cell: list[str]) -> str:
    plain = [fold_name(part) for part in (name, *cell)]
    return f"{plain[0]}[{', '.join(plain[1:])}]" if cell else plain[0]


if __name__ == "__main__":
    main()
