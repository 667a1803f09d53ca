"""``smecluster desk``: the model in one HTML file, with sliders, for a browser without network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.errors import InputError
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, note

EXAMPLES = (
    "smecluster desk",
    "smecluster desk central local mine.toml --out results/desk.html",
    "smecluster desk --from my-region --draws 32",
    "smecluster desk any-model.mdl --out any-model.html",
)

#: Draws behind the bands, unless asked otherwise.
DRAWS = 64
#: How the names of models end.
MODELS = (".mdl", ".xmile", ".stmx", ".xml")


def desk(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Offered as starting points: names, or paths of TOML files; by default every "
            "strategy whose money sliders can show. Or any other model (.mdl, .xmile), alone: "
            "sliders for its constants, without draws.",
            show_default=False,
        ),
    ] = None,
    draws: Annotated[int, typer.Option(min=2, max=500, help="Draws behind the bands.")] = DRAWS,
    seed: Annotated[int, typer.Option(min=1, help="Seed of the draws.")] = 1,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    out: Annotated[Path, typer.Option(help="The file.")] = Path("results/desk.html"),
) -> None:
    """Write the model, its draws and its texts as one HTML file that works offline."""
    check_desk(out)
    models = [Path(name) for name in strategies or [] if Path(name).suffix in MODELS]
    if models:
        if strategies != [str(models[0])] or calibration or region or from_:
            raise InputError(
                f"{models[0]} is shown alone and as it is: strategies, calibration and regions are "
                "for the shipped model; leave them out"
            )
        finish(write_model_desk(out, models[0]))
        return
    files = write_desk(
        out,
        strategies or [],
        draws=draws,
        seed=seed,
        calibration=calibration,
        regions=region or [],
        folders=from_ or [],
    )
    finish(files)


def write_model_desk(out: Path, path: Path) -> list[Path]:
    """Write the desk of any model."""
    from smecluster.model import load
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.desk.anymodel import collect_model
    from smecluster.policies.desk.page import write_page

    found = load(path)
    content = collect_model(found, make_stamp(found.hash))
    return [write_atomic(out, write_page(content, say.language.code))]


def check_desk(out: Path) -> None:
    """Refuse a place where the desk cannot be written, before any work.

    Raises
    ------
    InputError
        If the name is no HTML file's, or a file of somebody else is there.
    """
    from smecluster.model.support.ledger import check_file

    if out.suffix != ".html":
        raise InputError(f"--out {out}: the desk is HTML, give a name that ends in .html")
    check_file(out)


def write_desk(
    out: Path,
    strategies: Sequence[str] = (),
    *,
    draws: int = DRAWS,
    seed: int = 1,
    calibration: str | None = None,
    regions: Sequence[str] = (),
    folders: Sequence[Path] = (),
) -> list[Path]:
    """Write a desk; arguments as of the command."""
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.drawing import draw_values
    from smecluster.calibration.loading import load_calibrated
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.desk.content import Sources, collect_content, load_cases
    from smecluster.policies.desk.page import write_page
    from smecluster.policies.desk.presets import check_presets
    from smecluster.policies.desk.published import read_published
    from smecluster.policies.strategy import load, names

    chosen = [load(name) for name in (strategies or names())]
    model = load_calibrated(regions, folders, calibration)
    if strategies:
        check_presets(chosen, model)
    drawn = draw_values(calibration, draws, seed, model.regions, folders)
    stamp = make_stamp(
        model.hash,
        calibration=describe_origin(folders, calibration, drawn=True),
        draws=str(draws),
        seed=str(seed),
    )
    published = read_published(model)
    for problem in published.missing:
        note(say("left out: {problem}", problem=problem))
    note(say("compiling the model for a browser ..."))
    cases = load_cases(model, folders)
    content = collect_content(model, Sources(drawn, chosen, cases, published, stamp))
    return [write_atomic(out, write_page(content, say.language.code))]
