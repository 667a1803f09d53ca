"""Hold the kernel, PySD and pysimlin against the published results of a suite of models.

python -m tests.parity PATH [PATH ...] [--engine kernel] [--only TEXT] [--details]
python -m tests.parity PATH PATH --page docs/parity.md --keep verdicts.json

PATH is a checkout of SDXorg/test-models or of climateinteractive/SDEverywhere; nothing of it is
copied. The interpreter computes the operations that the kernel compiles, which takes a tenth of the
time for a single run. `docs/parity.md` says what the verdicts mean. With --keep, verdicts are kept
in a file, and a model whose verdict is there already is not run again: delete those of an engine
that has changed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.parity.engines import ENGINES, identify, run_apart
from tests.parity.published import Case, find_cases, list_models
from tests.parity.table import Row, count_models, judge, write_page, write_totals

_FIRST = (
    "{UTF-8}\nx = INTEG(1, 0) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\n"
    "SAVEPER = 1 ~~|\n"
)
# By engine, as `identify` tells them apart, and by model.
Kept = dict[str, dict[str, tuple[str, str]]]


def main() -> None:
    """Print the parity table, or write the page."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.parity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("suites", nargs="+", type=Path, help="checkouts of the suites")
    parser.add_argument("--engine", action="append", choices=list(ENGINES), help="all if left out")
    parser.add_argument("--only", default="", help="models whose path contains this")
    parser.add_argument("--details", action="store_true", help="a line for each model")
    parser.add_argument("--keep", type=Path, help="where verdicts are kept (JSON)")
    parser.add_argument("--page", type=Path, help="write docs/parity.md")
    chosen = parser.parse_args()
    engines = [engine for engine in ENGINES if engine in (chosen.engine or ENGINES)]
    for engine in engines:
        _load(engine)
    kept: Kept = {}
    if chosen.keep and chosen.keep.exists():
        kept = json.loads(chosen.keep.read_text(encoding="utf-8"))
    rows: dict[str, list[Row]] = {}
    counts = {}
    for suite in chosen.suites:
        models = find_cases(suite)
        counts[suite.resolve().name] = count_models(len(list_models(suite)), models)
        cases = [case for case in models if chosen.only in case.name]
        if not cases:
            parser.error(f"{suite} holds no model with published results")
        found = rows[suite.resolve().name] = []
        for case in cases:
            if case.random:
                continue
            found.append(_run(case, engines, kept, details=chosen.details))
            if chosen.keep:
                chosen.keep.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            if sys.stderr.isatty():
                print(f"\r{len(found)} of {len(cases)}", end="", file=sys.stderr)
    for suite_name, found in rows.items():
        print(f"{suite_name}: {len(found)} models", *write_totals(found, engines), sep="\n")
    if chosen.page:
        chosen.page.write_text(write_page(rows, engines, counts), encoding="utf-8")


def _run(case: Case, engines: list[str], kept: Kept, *, details: bool) -> Row:
    verdicts = {}
    for engine in engines:
        known = kept.setdefault(identify(engine), {})
        if case.name not in known:
            known[case.name] = judge(case, run_apart(engine, case))
        verdicts[engine] = verdict, text = known[case.name]
        if details:
            print(f"{verdict:10s} {engine:9s} {case.name}: {text}"[:300], flush=True)
    return Row(case.name, verdicts)


def _load(engine: str) -> None:
    """Let an engine run once, so that what it imports need not be imported for each model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "first.mdl"
        path.write_text(_FIRST, encoding="utf-8")
        ENGINES[engine](Case("first.mdl", path, path, (), random=False))


if __name__ == "__main__":
    main()
