"""The kinds of files that the program reads: a sound one of each, and the commands that read it."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz import attempt as attempts
from tests.fuzz import domains, mutate
from tests.fuzz.attempt import Attempt
from tests.fuzz.edition import HERE
from tests.fuzz.oracles import Expectation

DATA = HERE / "tests" / "model" / "data"
MODELS = ("two_towns", "functions", "delays", "lookups", "subscripts", "arithmetic")
XMILE = (Path(__file__).parent / "seeds" / "tub.xmile").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    name : str
        Its name in identifiers and reports.
    make : callable
        Puts sound files into the attempt's folder; gives those that may be harmed.
    read : callable
        Runs the command that reads them.
    weight : int
        How often it is drawn, relative to the others.
    hashed : bool
        Whether the file carries a hash, so that any other content must be refused.
    domain : str
        Its table in ``domains.toml``.
    optional : bool
        Whether an edition may be without it.
    """

    name: str
    make: Callable[[Attempt], list[Path]]
    read: Callable[[Attempt, Expectation], None]
    weight: int = 10
    hashed: bool = False
    domain: str = ""
    optional: bool = False


def attack(attempt: Attempt, kind: Kind, mutator: str) -> None:
    """Harm one file of a kind, and let a command read it; ``none`` harms nothing."""
    targets = kind.make(attempt)
    expected = Expectation()
    if mutator != "none":
        target = attempt.random.choice(targets)
        sound = target.read_bytes()
        table = mutate.mutators(target.name)
        harmed = table.get(mutator, mutate.flip)(sound, attempt.random)
        target.write_bytes(harmed)
        if kind.hashed and harmed != sound and mutator not in mutate.HARMLESS:
            expected.refuse = f"{_general(target, attempt)} was altered"
        elif kind.domain:
            expected.refuse = domains.outside(kind.domain, target.name, sound, harmed)
    kind.read(attempt, expected)


def _general(target: Path, attempt: Attempt) -> str:
    """Name a file without what differs from run to run."""
    if target.suffix in (".parquet", ".npz", ".kernel"):
        return f"a {target.suffix} file"
    return target.name


# What is read ---------------------------------------------------------------------------------


def _model(attempt: Attempt) -> list[Path]:
    name = attempt.random.choice(MODELS[:1] * 5 + MODELS)
    return [attempt.copy(DATA / f"{name}.mdl", "m.mdl")]


def simulate(
    attempt: Attempt, path: str, expected: Expectation | None = None, *, fresh: bool = False
) -> None:
    """Read a model and run it once, through the package's face."""

    def one() -> str:
        model = attempt.edition.module("model")
        run = model.simulate(model.load(path))
        return str(run.sum().to_array().values.tolist())

    attempt.python("simulate", one, expected, fresh=fresh)


def _read_model(attempt: Attempt, expected: Expectation) -> None:
    match attempt.random.randrange(6):
        case 0:
            attempt.command("describe", "People", "--model", "m.mdl", expected=expected)
        case 1:
            attempt.copy(DATA / "town_checks", "checks")
            attempt.command("check", "--model", "m.mdl", "--checks", "checks", expected=expected)
        case 2:
            attempt.command("check", "loops", "--model", "m.mdl", expected=expected)
        case _:
            simulate(attempt, "m.mdl", expected)


def _shipped(attempt: Attempt) -> list[Path]:
    return [attempt.copy(attempt.edition.model_file, "m.mdl")]


def _read_shipped(attempt: Attempt, expected: Expectation) -> None:
    attempt.command("describe", "value added", "--model", "m.mdl", "--json", expected=expected)


def _xmile(attempt: Attempt) -> list[Path]:
    return [attempt.write("m.xmile", XMILE)]


def _read_xmile(attempt: Attempt, expected: Expectation) -> None:
    simulate(attempt, "m.xmile", expected)


def _any_of(folder: str, *but: str) -> Callable[[Attempt], list[Path]]:
    def make(attempt: Attempt) -> list[Path]:
        files = sorted((attempt.edition.root / folder).glob("*.toml"))
        chosen = attempt.random.choice([file for file in files if file.stem not in but])
        return [attempt.copy(chosen, "f.toml")]

    return make


def _read_strategy(attempt: Attempt, expected: Expectation) -> None:
    if attempt.random.random() < 0.03:
        attempt.command("compare", "central", "f.toml", "--out", "o", expected=expected)
    else:
        attempt.command("run", "f.toml", "--json", expected=expected)


def _read_future(attempt: Attempt, expected: Expectation) -> None:
    attempt.command(
        "stress", "futures", "central", "--futures", "f.toml",
        "--draws", "1", "--json", "--out", "o",
        expected=expected,
    )  # fmt: skip


POLICY_STUDY = """title = "Two of them"
strategies = ["central", "local"]
futures = ["base", "demand"]
draws = 1
seed = 1
budget = 500000.0
start = 2025

[[need]]
outcome = "value added"
year = 2040
at_least = 1.0
"""


def _policy_study(attempt: Attempt) -> list[Path]:
    text = POLICY_STUDY.replace("year = 2040\n", "")
    return [attempt.write("f.toml", text)]


def _read_policy_study(attempt: Attempt, expected: Expectation) -> None:
    attempt.command(
        "stress", "robust", "--study", "f.toml", "--json", "--out", "o", expected=expected
    )


STUDY = """title = "small"
question = "Which?"
seed = 1
strategies = ["local"]

[method]
name = "morris"
size = 4

[settings]
"TIME STEP" = 0.125

[[factor]]
input = "preference for variety"
within = 0.1

[[factor]]
input = "upgrading rate"
distribution = "triangular"
low = 0.02
mode = 0.0376
high = 0.06

[[factor]]
lever = "talent training"
effect = "multiply"
low = 0.0
high = 2.0

[[output]]
outcome = "value added"
place = "total"
year = 2040

[analysis]
confidence = 0.9
resamples = 50

[failures]
largest_share = 0.05
"""


def _study(attempt: Attempt) -> list[Path]:
    return [attempt.write("f.toml", STUDY)]


def _read_study(attempt: Attempt, expected: Expectation) -> None:
    attempt.command("study", "run", "f.toml", "--out", "o", "--json", expected=expected)


def _case(attempt: Attempt) -> list[Path]:
    folder = attempt.copy(attempt.edition.root / "calibration" / "cases" / "wenzhou", "case")
    for name in ("README.md",):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(folder.parent / "data.csv", folder / "mine.csv")
    if not (folder / "sources.csv").exists():
        shared = attempt.edition.root / "calibration" / "cases" / "sources.csv"
        shutil.copy(shared, folder / "sources.csv")
    return sorted(path for path in folder.iterdir() if path.name != "mine.csv")


def _read_case(attempt: Attempt, expected: Expectation) -> None:
    # What is estimated is read by fits and by the check, and changes nothing in a run.
    name = Path("case") / "parameters.csv"
    shipped = attempt.edition.root / "calibration" / "cases" / "wenzhou" / name.name
    harmed = (attempt.work / name).read_bytes() != shipped.read_bytes()
    match 2 if harmed else attempt.random.randrange(8):
        case 0:
            attempt.command("export", "z.mdl", "--from", "case", expected=expected)
        case 1:
            attempt.command("run", "central", "--from", "case", "--json", expected=expected)
        case _:
            # A check lists what it finds, and status 2 is how it says that there is something.
            attempt.command("case", "check", "case", expected=expected)


def _read_reform(attempt: Attempt, expected: Expectation) -> None:
    attempt.command("reforms", "f.toml", "--json", "--out", "o", expected=expected)


def _checks(attempt: Attempt) -> list[Path]:
    attempt.copy(DATA / "two_towns.mdl", "m.mdl")
    return [attempt.copy(DATA / "town_checks" / "towns.yaml", "checks/towns.yaml")]


def _read_checks(attempt: Attempt, expected: Expectation) -> None:
    attempt.command("check", "--model", "m.mdl", "--checks", "checks", expected=expected)


FACT = """fact: More pull, more people
section: "1"
means: A town that pulls twice as much grows.
scenarios:
  pulled: {"pull[here]": {times: 2}}
starts: [1985, 1995]
numbers:
  gain after 20 years: {of: People, scenario: pulled, gain over: base, after: 20}
comes out where:
  - {of: gain after 20 years, above: 0.001}
"""


def _facts(attempt: Attempt) -> list[Path]:
    attempt.copy(DATA / "two_towns.mdl", "m.mdl")
    return [attempt.write("facts/towns.yaml", FACT)]


def _read_facts(attempt: Attempt, expected: Expectation) -> None:
    edition = attempt.edition
    name = "model.checking.stylised_facts" if edition.prefix else "model.facts"

    def one() -> None:
        edition.module(name).run_facts("m.mdl", "facts")

    attempt.python("facts", one, expected)


def _calibration(*names: str) -> Callable[[Attempt], list[Path]]:
    def make(attempt: Attempt) -> list[Path]:
        shipped = attempt.edition.root / "calibration" / "results" / "every-constant"
        folder = attempt.copy(shipped, "cal")
        shutil.copy(attempt.work / "data.csv", folder / "mine.csv")
        return sorted(path for name in names for path in folder.glob(name) if path.stem != "mine")

    return make


def _read_calibration(attempt: Attempt, expected: Expectation) -> None:
    if attempt.random.random() < 0.7:
        attempt.command("export", "z.mdl", "--calibration", "cal", expected=expected)
    else:
        attempt.command("run", "central", "--calibration", "cal", "--json", expected=expected)


def _read_draws(attempt: Attempt, expected: Expectation) -> None:
    # All draws, since a sample of them need not hold the harmed one.
    attempt.command(
        "reforms", "registration", "--draws", "2", "--calibration", "cal", "--json", "--out", "o",
        expected=expected,
    )  # fmt: skip


def _read_report(attempt: Attempt, expected: Expectation) -> None:
    attempt.command("calibrate", "report", "cal", "--out", "o", expected=expected)


def _results(*names: str) -> Callable[[Attempt], list[Path]]:
    def make(attempt: Attempt) -> list[Path]:
        made = shop(attempt, "study", _make_results)
        folder = attempt.copy(made, "o")
        return sorted(path for name in names for path in folder.rglob(name))

    return make


def _make_results(attempt: Attempt, folder: Path) -> None:
    study = folder.with_suffix(".toml")
    study.write_text(STUDY, encoding="utf-8")
    with contextlib.suppress(SystemExit):
        attempt.edition.main(["study", "run", str(study), "--out", str(folder), "--json"])


_OWN = ("home/work/o/analysis", "home/work/o/.lock", "home/work/o/failed")


def _read_results(attempt: Attempt, expected: Expectation) -> None:
    expected.own = _OWN
    attempt.command("study", "analyse", "o", "--json", expected=expected)


def _read_manifest(attempt: Attempt, expected: Expectation) -> None:
    expected.own = _OWN
    if attempt.random.random() < 0.3:
        attempt.command("study", "status", "o", "--json", expected=expected)
    else:
        _read_results(attempt, expected)


SEARCH = (
    "optimise", "central", "local", "--draws", "1", "--unseen", "1", "--generations", "1",
    "--population", "8", "--step", "0.25", "--json", "--out",
)  # fmt: skip


def _checkpoints(attempt: Attempt) -> list[Path]:
    folder = attempt.copy(shop(attempt, "search", _make_checkpoints), "o")
    files = [path for path in folder.rglob("*") if path.suffix in (".npz", ".json", ".parquet")]
    return sorted(path for path in files if path.stat().st_size)


def _make_checkpoints(attempt: Attempt, folder: Path) -> None:
    with contextlib.suppress(SystemExit):
        attempt.edition.main([*SEARCH, str(folder)])


def _read_checkpoints(attempt: Attempt, expected: Expectation) -> None:
    expected.own = ("home/work/o/",)
    attempt.command(*SEARCH, "o", expected=expected)


BATCH = """\
social discount rate,preference for variety,history switch
0.03,0.35,1
0.05,0.36,1
0.02,0.37,0
"""


def _batch(attempt: Attempt) -> list[Path]:
    return [attempt.write("t.csv", BATCH)]


def _read_batch(attempt: Attempt, expected: Expectation) -> None:
    attempt.command(
        "batch", "t.csv", "--output", "value added", "--year", "2040", "--out", "o.csv",
        expected=expected,
    )  # fmt: skip


def _parquet(attempt: Attempt) -> list[Path]:
    import io

    import pandas as pd

    target = attempt.work / "t.parquet"
    pd.read_csv(io.StringIO(BATCH)).to_parquet(target)
    return [target]


def _read_parquet(attempt: Attempt, expected: Expectation) -> None:
    attempt.command(
        "batch", "t.parquet", "--output", "value added", "--year", "2040", "--out", "o.csv",
        expected=expected,
    )  # fmt: skip


def _workspace(*names: str) -> Callable[[Attempt], list[Path]]:
    def make(attempt: Attempt) -> list[Path]:
        marker = attempt.write("smecluster.toml", 'format = 1\nmade_with = "0"\n')
        root = attempt.edition.root
        copies = [attempt.copy(root / name, name) for name in names if (root / name).exists()]
        return [marker, *copies * 4]

    return make


def _read_workspace(attempt: Attempt, expected: Expectation) -> None:
    if attempt.random.random() < 0.3:
        attempt.command("run", "central", "--json", expected=expected)
    else:
        attempt.command("list", "levers", "--json", expected=expected)


def _excel(attempt: Attempt) -> list[Path]:
    import io

    import pandas as pd

    target = attempt.work / "t.xlsx"
    pd.read_csv(io.StringIO(BATCH)).to_excel(target, index=False)
    return [target]


def _read_excel(attempt: Attempt, expected: Expectation) -> None:
    attempt.command(
        "batch", "t.xlsx", "--output", "value added", "--year", "2040", "--out", "o.csv",
        expected=expected,
    )  # fmt: skip


FIGURES = """\
年份,第二产业增加值(亿元),第三产业增加值(亿元),在岗职工平均工资(元),户籍人口(万人),
1990年,30.5,13,1900,600,
2000年,"1,200",800,9500,650,
2010年,3000,2500,31000,,
"""


def _spreadsheet(attempt: Attempt) -> list[Path]:
    import io

    import pandas as pd

    if attempt.random.random() < 0.6:
        return [attempt.write("figures.csv", FIGURES)]
    target = attempt.work / "figures.xlsx"
    pd.read_csv(io.StringIO(FIGURES)).to_excel(target, index=False)
    return [target]


def _read_spreadsheet(attempt: Attempt, expected: Expectation) -> None:
    name = next(path.name for path in sorted(attempt.work.glob("figures.*")))
    expected.own = ("home/work/o/",)
    attempt.command("case", "import", name, "--into", "o", "--json", expected=expected)


@contextlib.contextmanager
def own_cache(attempt: Attempt) -> Any:
    """Give an attempt a cache of its own."""
    import os

    shared = os.environ.get("SMECLUSTER_CACHE", "")
    folder = attempt.base / "cache"
    os.environ["SMECLUSTER_CACHE"] = str(folder)
    try:
        yield folder
    finally:
        os.environ["SMECLUSTER_CACHE"] = shared


def own_town(attempt: Attempt, name: str = "m.mdl") -> str:
    """Write a model whose code no process has in memory: its equations are no other's."""
    text = (DATA / "two_towns.mdl").read_text(encoding="utf-8")
    people = 100 + attempt.random.randrange(1, 800)
    own = text.replace("\t100, 2000", f"\t{people}, 2000")
    attempt.write(
        name, own.replace("{UTF-8}\n", f"{{UTF-8}}\nattempt {people} = 1 ~ Dmnl ~ |\n", 1)
    )
    return text


def attack_cache(attempt: Attempt, mutator: str) -> None:
    """Harm an entry of the cache: a run must notice, build it again, and give the same numbers."""
    own_town(attempt)
    with own_cache(attempt) as folder:
        simulate(attempt, "m.mdl", fresh=True)
        sound = attempt.outcomes[-1]
        entries = sorted(
            path for path in folder.rglob("*") if path.suffix in (".json", ".kernel", ".so", ".o")
        )
        kernels = [path for path in entries if path.suffix != ".json"]
        if not entries or sound.status != 0:
            attempt.claim("status", "nothing is kept in the cache", sound.err)
            return
        target = attempt.random.choice(kernels if mutator == "header" and kernels else entries)
        content = target.read_bytes()
        if mutator == "header":  # the first line says how the rest is laid out
            head, _, rest = content.partition(b"\n")
            change = attempt.random.choice((mutate.digit, mutate.flip))
            harmed = change(head[:4096], attempt.random) + head[4096:] + b"\n" + rest
        else:
            harmed = mutate.TEXT.get(mutator, mutate.flip)(content, attempt.random)
        target.write_bytes(harmed)
        simulate(attempt, "m.mdl", Expectation(own=("cache/",)), fresh=True)
        result = attempt.outcomes[-1]
        if result.status == 2:
            attempt.claim("silent", "a damaged cache entry is not built again", result.err)
        elif result.status == 0 and result.out != sound.out:
            attempt.claim("silent", f"an altered {target.suffix} entry of the cache is used")


def shop(attempt: Attempt, name: str, make: Callable[[Attempt, Path], None]) -> Path:
    """Give a folder that takes long to make: made once, by whichever process needs it first."""
    attempt.shop.mkdir(parents=True, exist_ok=True)
    done = attempt.shop / f"{name}.done"
    if done.exists():
        return attempt.shop / name
    attempts.announce(True)
    with (attempt.shop / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            import io

            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                make(attempt, attempt.shop / name)
            done.write_text("")
    attempts.announce(False)
    return attempt.shop / name


KINDS = {
    kind.name: kind
    for kind in (
        Kind("model", _model, _read_model, 14),
        Kind("shipped model", _shipped, _read_shipped, 4),
        Kind("xmile", _xmile, _read_xmile, 8),
        Kind("strategy", _any_of("policies/strategies"), _read_strategy, 12, domain="strategy"),
        Kind("future", _any_of("policies/futures", "base"), _read_future, 6, domain="future"),
        Kind("policy study", _policy_study, _read_policy_study, 6, domain="policy study"),
        Kind("study", _study, _read_study, 8, domain="study"),
        Kind("case", _case, _read_case, 12, domain="case"),
        Kind("reform", _any_of("calibration/reforms"), _read_reform, 6, domain="reform"),
        Kind("checks", _checks, _read_checks, 8),
        Kind("facts", _facts, _read_facts, 4),
        Kind(
            "calibration",
            _calibration("manifest.json", "parameters.csv"),
            _read_calibration,
            8,
            hashed=True,
        ),
        Kind("draws", _calibration("draws.csv"), _read_draws, 12, hashed=True),
        Kind("calibration report", _calibration("*.csv", "*.json"), _read_report, 2),
        Kind("results manifest", _results("manifest.json"), _read_manifest, 8, hashed=True),
        Kind("results runs", _results("*.parquet", "*.npz"), _read_results, 4, hashed=True),
        Kind("checkpoints", _checkpoints, _read_checkpoints, 2),
        Kind("batch", _batch, _read_batch, 10, domain="batch"),
        Kind(
            "workspace",
            _workspace("policies/levers.toml", "policies/strategies/central.toml"),
            _read_workspace,
            4,
        ),
        Kind("spreadsheet", _spreadsheet, _read_spreadsheet, 4, optional=True),
        Kind("batch excel", _excel, _read_excel, 4, optional=True),
        Kind("batch parquet", _parquet, _read_parquet, 4, optional=True),
    )
}
CACHE = ("header", "header", "digit", "flip", "cut", "empty", "number")


def names_of(toml: bytes) -> dict[str, Any]:
    """Parse a TOML file, empty where it cannot be."""
    try:
        return tomllib.loads(toml.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
