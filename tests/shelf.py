"""``python -m tests.shelf``: make the tables again that a brief takes ready-made; ``make ready``.

Each is what a command writes, in policies/brief/shelf, with the record of where it came from. Names
of answers after the command make only these.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from smecluster.model.presentation.exports import read_stamp, write_csv
from smecluster.policies.brief.parts.doubts import COMPARISONS, OPTIONS
from smecluster.policies.brief.shelf import FILES, SHELF
from smecluster.policies.brief.words.evidence import (
    ASSIGNMENT,
    DECISION,
    EVALUATION,
    GAME,
    MAP,
    TIPPING,
    WHY,
)
from smecluster.policies.wording.quantiles import compute_quantiles
from smecluster.sensitivity.decision.groups import BY_CONSTANT
from smecluster.sensitivity.decision.result import Decision
from smecluster.sensitivity.decision.worlds import YARDSTICKS

ROOT = Path(__file__).parents[1]
WORK = Path("results") / "ready"
STRATEGIES = ("central", "local")
#: Answers that a command writes as they are.
COMMANDS: Mapping[str, tuple[str, ...]] = {
    # A share of 200 draws may be off by seven points, of 1,000 by three.
    MAP: ("map", *STRATEGIES, "--draws", "1000"),
    ASSIGNMENT: ("assign",),
    GAME: ("game", "--draws", "100", "--unseen", "400", "--centre", "--page", "docs/game.md"),
}
#: The levels of the divisions of labour, which the desk offers as starting points.
DIVISION = "who-runs-what.csv"
OUTCOME, YEAR = "value added", 2040
# The lever that is worth most to the nation a yuan; see the assignment.
BEST = "quality supervision"
_DRAWS = 4000
NATION = "net national benefit"


def run(*words: str) -> str:
    """Run the command line in the project's folder and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "smecluster", *words],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def make_written(name: str) -> None:
    """Make an answer that a command writes, and keep its tables."""
    folder = WORK / name
    run(*COMMANDS[name], "--out", folder.as_posix())
    keep(name, ROOT / folder)
    if name == ASSIGNMENT:
        copy(ROOT / folder / DIVISION, ROOT / "policies" / "desk" / "published" / DIVISION)


def keep(name: str, folder: Path) -> None:
    """Keep the tables of an answer, each with its record."""
    place = SHELF / name
    place.mkdir(parents=True, exist_ok=True)
    for file in FILES[name].values():
        copy(folder / file, place / file)


def copy(source: Path, target: Path) -> None:
    """Copy a table and its record."""
    shutil.copyfile(source, target)
    record = json.loads(source.with_suffix(".json").read_text(encoding="utf-8"))
    # The rows stand in the table.
    record.pop("rows", None)
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    target.with_suffix(".json").write_text(text, encoding="utf-8")


def make_tipping() -> None:
    """Make the constants that turn the order, and the comparisons in which they do."""
    found = json.loads(run("stress", "tipping", *STRATEGIES, "--json"))
    stamp = {
        **found["stamp"],
        "strategies": read_stamp(SHELF / MAP / FILES[MAP][MAP])["strategies"],
        "tried": str(found["tried"]),
    }
    for table, rows in ((TIPPING, "constants"), (COMPARISONS, "comparisons")):
        place = SHELF / TIPPING / FILES[TIPPING][table]
        write_csv(pd.DataFrame(found[rows]).drop(columns="reason", errors="ignore"), place, stamp)


def make_paths() -> None:
    """Explain the levers on which the shipped strategies spend most, and the best one."""
    from smecluster import policies
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_calibrated
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.brief.parts.causes import tabulate_chains
    from smecluster.policies.brief.shelf import list_levers
    from smecluster.policies.explanation import explain
    from smecluster.policies.strategy import names

    plans = [one.allocation for name in names() for one in policies.load(name).programmes]
    model = load_calibrated((), [], None)
    levers = dict.fromkeys([*list_levers(plans), BEST])
    found = [explain(model, lever, OUTCOME, year=YEAR) for lever in levers]
    stamp = make_stamp(
        model.hash,
        calibration=describe_origin([], None),
        budget=found[0].facts["budget"].describe(),
    )
    stamp["command"] = f'smecluster explain why LEVER "{OUTCOME}" --year {YEAR}'
    table = pd.concat([tabulate_chains(one) for one in found], ignore_index=True)
    write_csv(table, SHELF / WHY / FILES[WHY][WHY], stamp)


def make_decision() -> None:
    """Value what could be known before choosing, by net national benefit."""
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_model
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.strategy import load
    from smecluster.sensitivity.decision.compute import decide
    from smecluster.sensitivity.decision.draws import draw_everything

    model = load_model()
    chosen = [load(name) for name in STRATEGIES]
    drawn = draw_everything(model, None, _DRAWS, 1)
    found = decide(model, chosen, drawn)
    stamp = make_stamp(
        model.hash,
        strategies=", ".join(f"{one.name} {one.hash}" for one in chosen),
        budget=f"{found.budget}: {found.gains.money:,.0f} Myuan",
        horizon=f"{found.horizon}",
        calibration=describe_origin([], drawn=True),
    )
    stamp["command"] = f"smecluster stress decide {' '.join(STRATEGIES)}"
    write_csv(tabulate_knowing(found), SHELF / DECISION / FILES[DECISION][DECISION], stamp)
    write_csv(tabulate_options(found), SHELF / DECISION / FILES[DECISION][OPTIONS], stamp)


def tabulate_options(found: Decision) -> pd.DataFrame:
    """Tabulate what each option gains with everything varied, and how often it is the best."""
    values = found.gains.values[..., YARDSTICKS.index(NATION)]
    best = values.argmax(axis=1)
    rows = []
    for at, option in enumerate(found.gains.options):
        (low, middle, high), _ = compute_quantiles(values[:, at])
        others = [one for one in range(len(STRATEGIES)) if one != at]
        ahead = (values[:, [at]] > values[:, others]).all(axis=1)
        rows.append(
            {
                "option": option,
                "low": float(low),
                "median": float(middle),
                "high": float(high),
                "best": int((best == at).sum()),
                "ahead of the other strategies": int(ahead.sum()),
                "draws": len(values),
            }
        )
    return pd.DataFrame(rows)


def tabulate_knowing(found: Decision) -> pd.DataFrame:
    """Tabulate what knowing is worth, Myuan: everything, then constants worth more than chance."""
    value, error = found.perfect[NATION]
    rows = [{"kind": "everything", "name": "", "value": value, "error": error, "changed": 1.0}]
    table = found.information[NATION]
    own = table[(table["way"] == BY_CONSTANT) & table["distinct"]]
    for row in own.sort_values("value", ascending=False).to_dict("records"):
        kept = {key: row[key] for key in ("value", "error", "changed")}
        rows.append({"kind": "study", "name": row["group"], **kept})
    return pd.DataFrame(rows)


def make_evaluation() -> None:
    """Copy the scores of forecasts."""
    keep(EVALUATION, ROOT / "docs")


MAKERS: Mapping[str, Callable[[], None]] = {
    **{name: (lambda name=name: make_written(name)) for name in COMMANDS},
    EVALUATION: make_evaluation,
    WHY: make_paths,
    TIPPING: make_tipping,
    DECISION: make_decision,
}


def main(names: list[str]) -> None:
    """Make the answers that are named, or all."""
    for name in names or MAKERS:
        print(name, flush=True)
        MAKERS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
