"""``smecluster reforms``: published effects of reforms, beside those of the model."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smecluster.calibration.choosing import describe_origin
from smecluster.calibration.drawing import draw_values
from smecluster.calibration.experiments.reform import say_use
from smecluster.calibration.loading import load_calibrated
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, print_json, print_table, print_text
from smecluster.scripts.shared.results import Results

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = (
    "smecluster reforms",
    "smecluster reforms registration public_capital --out results/reforms",
    "smecluster reforms --draws 200",
    "smecluster reforms path/to/mine.toml --region Wenzhou --calibration none",
    "smecluster reforms --json",
)
_EFFECTS, _RUNS = "effects", "reforms"


def reforms(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Reforms, or paths of TOML files; by default all."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Draws of the calibration; 0 for its best values alone.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=1, help="Seed of the draws.")] = 1,
    region: Regions = None,
    from_: Folders = None,
    calibration: CalibrationName = None,
    out: Annotated[Path, typer.Option(help="Folder for the table.")] = Path("results/reforms"),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run published reforms on the model and count the effects within the published ranges."""
    from smecluster.calibration.experiments.reform import find_reforms
    from smecluster.calibration.experiments.run import run_reforms
    from smecluster.calibration.experiments.score import count_effects, tabulate_effects
    from smecluster.model.support.provenance import make_stamp

    results = Results(out, plain=[_EFFECTS, _RUNS])
    results.check()
    chosen = find_reforms(names or [])
    model = load_calibrated(region or [], from_ or [], calibration)
    table = run_reforms(
        model,
        chosen,
        draw_values(calibration, draws, seed, model.regions, from_ or []) if draws else None,
    )
    origin = make_stamp(
        model.hash,
        reforms=sha256("".join(each.model_dump_json() for each in chosen).encode()).hexdigest(),
        calibration=describe_origin(from_ or [], calibration, drawn=draws > 0),
        seed=str(seed) if draws else None,
    )
    effects = tabulate_effects(table)
    files = [
        *results.write_csv(_EFFECTS, effects, origin),
        *results.write_csv(_RUNS, table, origin),
    ]
    if json:
        print_json(
            {
                "stamp": origin,
                "reforms": [each.model_dump(exclude={"change", "response"}) for each in chosen],
                "responses": table.to_dict("records"),
                "effects": effects.to_dict("records"),
                "tally": count_effects(effects).to_dict(),
                "files": [str(path) for path in files],
            }
        )
        return
    _print_effects(effects, drawn=bool((table["draws"] > 0).any()))
    print()
    for line in _sum_up(effects):
        print_text(line)
    finish(files)


def _print_effects(effects: pd.DataFrame, *, drawn: bool) -> None:
    print_table(
        [
            *(mark("study"), mark("effect"), "published", mark("range"), "model", "verdict"),
            mark("counts"),
        ],
        [
            [
                _shorten(row["study"]),
                _name_effect(row),
                _format(row["published"]),
                _format_range(row),
                _format_model(row, drawn),
                row["verdict"],
                _say_count(row),
            ]
            for row in effects.to_dict("records")
        ],
        say("Published effects and the model's: best values and 90 % interval")
        if drawn
        else say("Published effects and the model's"),
        say("The model's effect is the median over the regions of the experiment."),
    )


def _name_effect(row: Mapping[Hashable, Any]) -> str:
    effect = say.word(row["response"])
    if row["unit"] in ("%", "Dmnl"):
        return effect
    return say("{name}, {unit}", name=effect, unit=say.own_unit(say.word(row["unit"])))


def _sum_up(effects: pd.DataFrame) -> Iterator[str]:
    """Say how many effects come out, by the rules of `calibration.experiments.score`."""
    from smecluster.calibration.experiments.score import (
        REQUIRED_EFFECTS,
        REQUIRED_STUDIES,
        count_effects,
        select_left_out,
    )

    tally = count_effects(effects)
    yield say(
        "{within} of {sized} sized effects lie within range, from {studies}; {lost} more cannot be "
        "run on this model. Contradictory studies count as one effect, and studies that the model "
        "uses do not count.",
        within=tally.sized_within,
        sized=tally.sized,
        studies=say.plural(tally.studies, "{count} study", "{count} studies"),
        lost=tally.sized_not_run,
    )
    if tally.signs or tally.signs_not_run:
        yield say(
            "{within} of {signs} signs are right; {lost} more cannot be run.",
            within=tally.signs_within,
            signs=tally.signs,
            lost=tally.signs_not_run,
        )
    if tally.sized:
        share = f"{100 * tally.share:.0f}"
        yield say("With signs weighing at most a third: {share} %.", share=share)
    left = count_effects(select_left_out(effects))
    if left.sized:
        yield say(
            "Of the studies that no fit may use, {within} of {sized} sized effects lie within "
            "range.",
            within=left.sized_within,
            sized=left.sized,
        )
    if len(effects["study"].unique()) >= REQUIRED_STUDIES:
        required = {"effects": REQUIRED_EFFECTS, "studies": REQUIRED_STUDIES}
        if tally.enough:
            yield say(
                "Required: {effects} sized effects from {studies} studies, two thirds of them "
                "within range. Reached.",
                **required,
            )
        else:
            yield say(
                "Required: {effects} sized effects from {studies} studies, two thirds of them "
                "within range. Not reached.",
                **required,
            )


def _shorten(study: str) -> str:
    """Shorten three and more authors, as in "Lu et al. 2019"."""
    if not say.english and say.name(study) != study:
        return say.name(study)  # one that is called after what it is, not after its authors
    authors, _, year = study.rpartition(" ")
    first, *others = authors.replace(" and ", ", ").split(", ")
    return say("{first} et al. {year}", first=first, year=year) if len(others) > 1 else study


def _say_count(row: Mapping[Hashable, Any]) -> str:
    """Say whether an effect counts, and as what."""
    if row["used"]:
        return say("no: {reason}", reason=say_use(row["used"]))
    if row["lacks"]:
        return say("no: {reason}", reason=row["lacks"])
    kind = say("size") if row["kind"] == "sized" else say("sign")
    return say("{kind}, paired: {pair}", kind=kind, pair=row["pair"]) if row["pair"] else kind


def _format_model(row: Mapping[Hashable, Any], drawn: bool) -> str:
    value = _format(row["effect"])
    if not drawn or row["effect"] != row["effect"]:
        return value
    low, high = _format(row["effect low"]), _format(row["effect high"])
    return say("{median} ({low} to {high})", median=value, low=low, high=high)


def _format_range(row: Mapping[Hashable, Any]) -> str:
    """Write the accepted range; of a sign alone there is one bound."""
    low, high = row["published low"], row["published high"]
    if low != low or high != high:
        if high != high:
            return say("above {low}", low=_format_bound(low))
        return say("below {most}", most=_format_bound(high))
    return say("{low} to {high}", low=_format_bound(low), high=_format_bound(high))


def _format(value: float) -> str:
    """Write a response with three significant digits, never as a power of ten."""
    if value != value:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    import numpy as np

    return np.format_float_positional(value, precision=3, fractional=False, trim="-")


def _format_bound(value: float) -> str:
    return f"{value:g}"
