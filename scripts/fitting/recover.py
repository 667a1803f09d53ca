"""``smecluster calibrate recover``: whether known constants and a known answer come back."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.options import Restart
from smecluster.scripts.shared.printing import finish, print_json, print_lines, print_table
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import Seed, Workers

if TYPE_CHECKING:
    from smecluster.calibration.recovery.interface import Recovered

EXAMPLES = (
    "smecluster calibrate recover",
    "smecluster calibrate recover --sets 20 --out results/quick",
)


def recover(
    sets: Annotated[
        int,
        typer.Option(
            min=10,
            max=10_000,
            help="Data sets simulated from known constants; more extend what is there.",
        ),
    ] = 200,
    seed: Seed = None,
    out: Annotated[Path, typer.Option(help="Folder for tables and unfinished work.")] = Path(
        "results/recovery"
    ),
    restart: Restart = False,
    workers: Workers = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Simulate figures from known constants, fit them, and see what comes back (long)."""
    import os

    from smecluster.calibration.recovery.interface import ANSWERS, CONSTANTS, JUDGED, run_recovery
    from smecluster.calibration.recovery.protocol import read_protocol
    from smecluster.calibration.recovery.text import describe_recovery
    from smecluster.model.support.provenance import make_stamp
    from smecluster.scripts.fitting.calibrate import StageProgress
    from smecluster.sensitivity.decision.worlds import compare_two

    names = (JUDGED, CONSTANTS, ANSWERS)
    results = Results(out, plain=names)
    results.check()
    design = read_protocol().design
    threads = workers or os.cpu_count() or 1
    answer = partial(
        compare_two,
        names=(design.first, design.second),
        budget=design.budget,
        horizon=design.horizon,
        workers=threads,
    )
    with StageProgress() as tell:
        found = run_recovery(
            out / "work",
            answer,
            sets=sets,
            seed=seed or 1,
            workers=threads,
            restart=restart,
            tell=tell,
        )
    stamp = make_stamp(
        found.model_hash, seed=f"{seed or 1}", sets=f"{found.sets}", draws=f"{design.draws}"
    )
    files = [path for name in names for path in results.write_csv(name, found.tables[name], stamp)]
    said = describe_recovery(found)
    if json:
        tables = {name: found.tables[name].to_dict("records") for name in names}
        print_json({"stamp": stamp, "said": said, **tables, "files": [str(path) for path in files]})
        return
    _print(found)
    print_lines(["", *said])
    finish(files)


def _print(found: Recovered) -> None:
    from smecluster.calibration.recovery.interface import JUDGED

    print_table(
        [
            *(mark("of"), mark("constants"), mark("covered"), mark("CRPS / prior")),
            *(mark("width / prior"), mark("coverage"), mark("better")),
        ],
        [
            [
                row["of"],
                row["constants"] or "",
                f"{row['covered']:.0%}",
                f"{row['crps ratio']:.2f}",
                f"{row['width ratio']:.2f}",
                say("met") if row["coverage met"] else say("missed"),
                say("met") if row["better than the prior"] else say("missed"),
            ]
            for row in found.tables[JUDGED].to_dict("records")
        ],
        say("What {count} data sets give back: 90 % intervals", count=found.sets),
    )
