"""What the commands on strategies under uncertainty share: a study, its draws and its runs."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smecluster.calibration.loading import (
    describe_origin,
    find_calibration,
    load_calibrated,
    sample_draws,
)
from smecluster.model.settings import parse_settings
from smecluster.model.support.errors import InputError
from smecluster.model.support.files import check_writable
from smecluster.scripts.shared.progress import progress

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints
    from smecluster.policies.comparison.compute import Uncertain
    from smecluster.policies.study import Study

StudyName = Annotated[
    str | None,
    typer.Option("--study", help="A study, or the path of its TOML file.", show_default=False),
]
Draws = Annotated[
    int | None,
    typer.Option(min=1, help="Draws of the calibration.", show_default=False),
]
Futures = Annotated[
    list[str] | None,
    typer.Option(
        "--futures",
        help="Futures, or paths of TOML files, with commas between; all for those of the project.",
        show_default=False,
    ),
]
Seed = Annotated[
    int | None, typer.Option(min=1, help="Of the draws; 1 by default.", show_default=False)
]
Start = Annotated[
    float | None,
    typer.Option(
        help="Year from which money and discounted sums count; by default the first in "
        "which the strategies can differ.",
        show_default=False,
    ),
]
Budget = Annotated[
    float | None,
    typer.Option(
        help="Present value that each costs in every world, Myuan; by default the first one's "
        "cost.",
        show_default=False,
    ),
]
# Columns whose unit stands in the column ``unit`` of the same row.
_IN_UNIT = ("low", "median", "high", "expected", "90th percentile", "maximum")

Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Threads; by default one a processor.", show_default=False),
]


@dataclass(frozen=True)
class Examined:
    """A study that was carried out.

    Attributes
    ----------
    study : Study
        The study.
    found : Uncertain
        What was found.
    origin : dict of str to str
        Where it came from.
    """

    study: Study
    found: Uncertain
    origin: dict[str, str]


def study_of(name: str | None, strategies: Sequence[str] | None, **given: Any) -> Study:
    """Read a study, and let what the command line gives take the place of what it says.

    Parameters
    ----------
    name : str, optional
        Name or path of a study.
    strategies : sequence of str, optional
        Names or paths of strategies.
    **given
        Fields of the study; what is None is left as it is.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    InputError
        If there is neither a study nor a strategy, or a file is broken.
    """
    from smecluster.model.support.schema import validate
    from smecluster.policies.study import Study, load

    changes = {field: value for field, value in given.items() if value is not None}
    if strategies:
        changes["strategies"] = tuple(strategies)
    if changes.get("futures"):
        changes["futures"] = tuple(
            one.strip() for text in changes["futures"] for one in text.split(",") if one.strip()
        )
    if name is not None:
        return load(name).model_copy(update=changes)
    if not strategies:
        raise InputError("name strategies to compare, or a study with --study")
    whole = {"name": "strategies", "title": title_of(strategies), **changes}
    return validate(Study, whole, "the command line")


def draws_for(
    study: Study,
    calibration: str | None,
    model: Model,
    folders: Sequence[Path] = (),
    *,
    needed: bool = False,
) -> pd.DataFrame | None:
    """Choose a study's draws, None where no calibration has any.

    Parameters
    ----------
    study : Study
        The study: how many draws, and the seed.
    calibration : str, optional
        Name or folder of the calibration.
    model : Model
        The model; what is drawn for regions that it does not have is left out.
    folders : sequence of Path
        Case folders that were added; see `calibration.loading.sample_draws`.
    needed : bool
        Whether draws were asked for.

    Returns
    -------
    pandas.DataFrame or None
        A row a draw.

    Raises
    ------
    InputError
        If the calibration has not so many, or none where they were asked for.
    """
    found = find_calibration(calibration)
    if found is None or found.findings["draws"].empty:
        if needed:
            raise InputError("draws need a calibration that has some: name one with --calibration")
        return None
    return sample_draws(found, study.draws, study.seed, model.regions, folders)


def examined(
    study: Study,
    calibration: str | None,
    folders: Sequence[Path],
    settings: Sequence[str],
    out: Path,
    workers: int | None = None,
    *,
    needed: bool = False,
    check: Callable[[Model], None] | None = None,
) -> Examined:
    """Carry a study out; one that was stopped goes on where it was.

    Parameters
    ----------
    study : Study
        The study.
    calibration : str, optional
        Name or folder of the calibration; the study's if left out.
    folders : sequence of Path
        Case folders of further regions.
    settings : sequence of str
        Other inputs, ``NAME=VALUE``.
    out : Path
        Where finished runs are kept until all are done.
    workers : int, optional
        Threads.
    needed : bool
        Whether draws were asked for.
    check : callable, optional
        Refuses, of the model, what would be refused once all has been run.

    Returns
    -------
    Examined
        What was found.

    Raises
    ------
    InputError
        If the study cannot be carried out.
    """
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.comparison.compute import examine

    check_writable(out)
    calibration = study.calibration if calibration is None else calibration
    strategies, baseline = study.strategies_loaded(), study.baseline_loaded()
    futures = study.futures_loaded()
    model = load_calibrated(study.regions, folders, calibration)
    if check is not None:
        check(model)
    draws = draws_for(study, calibration, model, folders, needed=needed)
    chosen = parse_settings(model, settings)
    everyone = [*strategies, *([] if baseline is None else [baseline])]
    identity = {
        "model": model.hash,
        "draws": fingerprint(draws),
        "strategies": " ".join(one.hash for one in everyone),
        "futures": " ".join(one.hash for one in futures),
        "settings": repr((chosen, study.start, study.budget, study.outcomes)),
    }
    kept = out / f".runs-{hashlib.sha256(repr(identity).encode()).hexdigest()[:12]}"
    with progress("runs") as tell, _kept(kept, identity) as checkpoints:
        found = examine(
            model,
            strategies,
            draws,
            futures,
            baseline=baseline,
            start=study.start,
            budget=study.budget,
            outcomes=study.outcomes,
            settings=chosen,
            workers=workers,
            checkpoints=checkpoints,
            progress=tell,
        )
    origin = make_stamp(
        model.hash,
        study=study.name,
        strategies=", ".join(f"{one.name} {one.hash}" for one in strategies),
        baseline=f"{found.baseline.name} {found.baseline.hash}",
        futures=", ".join(f"{one.name} {one.hash}" for one in futures),
        calibration=describe_origin(folders, calibration),
        draws=f"{len(found.draws)} {identity['draws']}",
        seed=str(study.seed),
        runs=f"{found.runs}",
    )
    return Examined(study, found, origin)


@contextmanager
def _kept(folder: Path, identity: Mapping[str, str]) -> Iterator[Checkpoints]:
    """Keep finished runs until all are done: interrupted work stays, refused input leaves nothing.

    Parameters
    ----------
    folder : Path
        Where to.
    identity : mapping
        What they depend on, see `model.support.checkpoints.Checkpoints`.
    """
    from smecluster.model.support.checkpoints import Checkpoints

    made = not folder.parent.exists()
    refused = None
    with Checkpoints(folder, identity) as checkpoints:
        try:
            yield checkpoints
        except InputError as error:
            refused = error
    shutil.rmtree(folder, ignore_errors=True)
    if refused is not None:
        if made:
            with suppress(OSError):
                folder.parent.rmdir()
        raise refused


def write_all(
    tables: Mapping[str, pd.DataFrame], out: Path, origin: Mapping[str, str]
) -> list[Path]:
    """Write tables as CSV, Parquet and JSON, in the units of the screen."""
    from smecluster.model.support.exports import write_table

    files = []
    for name, table in tables.items():
        values = [column for column in _IN_UNIT if column in table] if "unit" in table else []
        files += write_table(table, out, name, origin, values=values)
    return files


def draw_all(
    figures: Mapping[str, Figure], out: Path, origin: Mapping[str, str]
) -> dict[str, Path]:
    """Write figures as PNG."""
    from smecluster.model.support.exports import write_figure

    return {name: write_figure(figure, out, name, origin) for name, figure in figures.items()}


def fingerprint(draws: pd.DataFrame | None) -> str:
    """Tell draws apart: SHA-256 in hexadecimal, ``none`` without draws."""
    if draws is None:
        return "none"
    return hashlib.sha256(draws.to_csv(index=False).encode()).hexdigest()


def title_of(strategies: Sequence[str]) -> str:
    """Name a comparison by its strategies."""
    from smecluster.model.support.formatting import capitalise
    from smecluster.policies.prose import join_names

    names = [Path(name).stem if name.endswith(".toml") else name for name in strategies]
    return capitalise(join_names(names, "or"))
