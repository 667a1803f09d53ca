"""Options that several commands share: regions, calibration, other inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.errors import InputError

if TYPE_CHECKING:
    from smecluster.model.engine.run.dask import Cluster


def explain_regions(context: typer.Context, given: list[str] | None) -> list[str] | None:
    """Say why numbers of some regions differ from those of a run with all (``--region``)."""
    if given:
        from smecluster.model import load
        from smecluster.model.presentation.language.catalogue import ENGLISH
        from smecluster.model.presentation.language.spoken import say, speaking
        from smecluster.scripts.shared.printing import note

        known = load().regions
        left = [name for name in known if name not in given]
        # A name that is no region's is refused soon, and may be that of a folder's region.
        if left:
            # The command that will speak has not begun.
            with speaking(context.params.get("lang", ENGLISH)):
                note(
                    say(
                        "{regions} left out: the rest of China sells what they sold, so numbers "
                        "differ from those of a run with all regions",
                        regions=say.join([say.name(one) for one in left]),
                    )
                )
    return given


Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        help="Only this region; repeat for several. The others then count as the rest of China, so "
        "numbers differ from those among all.",
        callback=explain_regions,
        show_default=False,
    ),
]


def find_given_folders(given: list[Path] | None) -> list[Path] | None:
    """Find the case folders of ``--from``, which may be names of cities with commas between."""
    if not given:
        return given
    from smecluster.calibration.data.case import find_folders

    return find_folders(given)


Folders = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        help="Add a region from its case folder, or a shipped city by its name (suzhou, quanzhou, "
        "chengdu); repeat for several, or put commas between.",
        callback=find_given_folders,
        show_default=False,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help='Another input, e.g. "social discount rate=0.03", held in every draw; repeatable.',
    ),
]
CalibrationName = Annotated[
    str | None,
    typer.Option(
        "--calibration",
        help="Name or folder of a calibration; by default the values of the model's file, which "
        "are calibrated, with the draws of every-constant. none: these values, without draws.",
        show_default=False,
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        help="'remembered' adds figures from memory, with twice the error.",
        show_default=False,
    ),
]
Restart = Annotated[
    bool,
    typer.Option("--restart", help="Drop work that was kept for another model, data or settings."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Address of a Dask scheduler to distribute the runs, such as tls://host:8786. Dask "
        "unpickles what a scheduler sends: use only one that you trust.",
        show_default=False,
    ),
]
Authority = Annotated[
    Path | None,
    typer.Option(
        "--tls-ca-file",
        help="With --cluster tls://...: certificate authority of the scheduler, a PEM file. "
        "Without it, Dask's configuration counts.",
        show_default=False,
    ),
]
Certificate = Annotated[
    Path | None,
    typer.Option(
        "--tls-cert", help="Your certificate for the scheduler, a PEM file.", show_default=False
    ),
]
Key = Annotated[
    Path | None,
    typer.Option("--tls-key", help="Its private key, a PEM file.", show_default=False),
]


def choose_cluster(
    address: str | None, authority: Path | None, certificate: Path | None, key: Path | None
) -> Cluster | None:
    """Put the options of a Dask scheduler together.

    Parameters
    ----------
    address, authority, certificate, key
        Values of `Scheduler`, `Authority`, `Certificate` and `Key`.

    Returns
    -------
    Cluster or None
        None where no scheduler is asked for.

    Raises
    ------
    InputError
        If certificates are given without a scheduler or without TLS, or a file is missing.
    """
    if address is None:
        if authority or certificate or key:
            raise InputError(
                "--tls-ca-file, --tls-cert and --tls-key belong to --cluster tls://..."
            )
        return None
    from smecluster.model.engine.run.dask import Cluster

    return Cluster(address, authority, certificate, key)
