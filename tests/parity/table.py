"""The parity table: verdicts for each model and engine, their totals, and the page."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.parity.engines import PACKAGES, Answer
from tests.parity.judging import RELATIVE, ZERO, compare
from tests.parity.published import Case, Key, list_own, read_results

VERDICTS = (
    *("right", "rounded", "short", "wrong", "empty"),
    *("refused", "traceback", "no end", "others"),
)
# Published results that are not the model's, each with the reason.
DOUBTED = Path(__file__).with_name("doubted.toml")
_HEAD = f"""\
# Other people's models, and the results published with them

Made by `python -m tests.parity PATH PATH --page docs/parity.md`. Each PATH is a checkout of a
public suite: [SDXorg/test-models](https://github.com/SDXorg/test-models), or
[SDEverywhere](https://github.com/climateinteractive/SDEverywhere) for the models of its tests.
Nothing of them is copied here. Each engine reads the same files, in a process of its own. The
published results are Vensim's or Stella's.

| verdict | |
|---|---|
| right | every published series was computed, and lies within {RELATIVE:g} of its value (or \
both within {ZERO:g} of 0), the tolerance of SDXorg's own comparison |
| rounded | the same but for values that lie within the last digit that was printed, or within \
what single precision has lost; they are listed below |
| short | as right or rounded, but some published series was not computed |
| wrong | a value lies outside |
| empty | no published series was computed |
| refused | the kernel says in one line why it does not compute the model |
| traceback | an error of the engine's own; PySD and pysimlin refuse models so |
| others | the published results are another model's; they are listed below |

Models that draw random numbers are left out: no two programs draw alike. That makes 266 models of
test-models out of the 267 with published results; pages that counted 265 were made from a copy
without its one file whose name ends in `.MDL`.

The *kernel* is what every command uses. The *interpreter* carries out one after another the
operations that the kernel compiles. What is not plainly right is listed for the first engine.
"""


@dataclass(frozen=True)
class Row:
    """A model and its verdicts.

    Attributes
    ----------
    name : str
        Its path in the suite.
    verdicts : mapping of str to (str, str)
        For each engine one of `VERDICTS`, and what it rests on.
    """

    name: str
    verdicts: Mapping[str, tuple[str, str]]


def judge(case: Case, answer: Answer) -> tuple[str, str]:
    """Judge what an engine computed for a model.

    Parameters
    ----------
    case : Case
        The model.
    answer : Answer
        What became of its run.

    Returns
    -------
    verdict : str
        One of `VERDICTS`.
    text : str
        What it rests on.
    """
    doubt = read_doubted().get(case.name, {})
    if answer.outcome != "ran":
        return answer.outcome, answer.text
    if "others" in doubt:
        return "others", doubt["others"]
    published = list_own(read_results(case.results))
    verdict = compare(published, answer.results, doubt.get("loss"))
    if verdict.gaps:
        return "wrong", f"{len(verdict.gaps)} of {verdict.compared}; {verdict.gaps[0]}"
    if not verdict.compared:
        return "empty", f"{len(published)} published, {len(answer.results)} computed"
    if verdict.missing:
        names = ", ".join(map(_spell, verdict.missing[:3]))
        return "short", f"{len(verdict.missing)} of {len(published)} missing: {names}"
    if verdict.rounded:
        return "rounded", f"{len(verdict.rounded)} of {verdict.compared}; {verdict.rounded[0]}"
    return "right", f"{verdict.compared} series"


@cache
def read_doubted() -> dict[str, dict[str, Any]]:
    """Read which published results are doubted, and why."""
    with DOUBTED.open("rb") as file:
        return tomllib.load(file)


def _spell(key: Key) -> str:
    return f"{key[0]}[{', '.join(key[1:])}]" if key[1:] else key[0]


def write_totals(rows: Sequence[Row], engines: Sequence[str]) -> list[str]:
    """Write how often each engine got each verdict, as a table."""
    lines = [
        "| engine | " + " | ".join(VERDICTS) + " |",
        "|---" + "|---:" * len(VERDICTS) + "|",
    ]
    for engine in engines:
        counts = Counter(row.verdicts[engine][0] for row in rows)
        named = f"{engine} {version(PACKAGES[engine])}" if engine in PACKAGES else engine
        lines.append(f"| {named} | " + " | ".join(str(counts[v]) for v in VERDICTS) + " |")
    return lines


def count_models(files: int, cases: Sequence[Case]) -> str:
    """Say how many models a suite has, and which are not held against anything.

    Parameters
    ----------
    files : int
        Its model files.
    cases : sequence of Case
        Those with published results.
    """
    drawn = ", ".join(f"`{case.name}`" for case in cases if case.random)
    left_out = f" (left out because they draw random numbers: {drawn})" if drawn else ""
    return f"Of {files} model files, {len(cases)} have published results{left_out}."


def write_page(
    rows: Mapping[str, Sequence[Row]], engines: Sequence[str], counts: Mapping[str, str]
) -> str:
    """Write the page.

    Parameters
    ----------
    rows : mapping of str to sequence of Row
        The models of each suite.
    engines : sequence of str
        Those that ran, the kernel first.
    counts : mapping of str to str
        What `count_models` says of each suite.

    Returns
    -------
    str
        Markdown.
    """
    lines = [_HEAD]
    for suite, found in rows.items():
        lines += [f"## {suite}: {len(found)} models", "", counts[suite], ""]
        lines += [*write_totals(found, engines), ""]
        lines += _list_notes(found, engines)
    return "\n".join(lines)


def _list_notes(rows: Sequence[Row], engines: Sequence[str]) -> Iterator[str]:
    first = engines[0]
    doubted = read_doubted()
    titles = {
        "rounded": "Published values that are rounded:",
        "short": "Published series that the file does not hold:",
        "wrong": "Wrong:",
        "others": "Results of another model:",
        "refused": "Refused:",
    }
    for verdict, title in titles.items():
        found = [row for row in rows if row.verdicts[first][0] == verdict]
        if not found:
            continue
        yield from (title, "")
        for row in found:
            text = row.verdicts[first][1]
            why = doubted.get(row.name, {}).get("why")
            shown = f"{text} ({why})" if why and verdict == "rounded" else text
            others = ", ".join(f"{other}: {row.verdicts[other][0]}" for other in engines[1:])
            yield f"- `{row.name}`: {_escape(shown)}" + (f" ({others})" if others else "")
        yield ""


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
