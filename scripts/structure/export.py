"""``smecluster export``: the Vensim file with other regions or values, to open in Vensim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.calibration.loading import load_calibrated
from smecluster.model.engine.run.settings import parse_settings
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import print_json

EXAMPLES = (
    "smecluster export mine.mdl",
    "smecluster export wenzhou.mdl --region Wenzhou",
    "smecluster export four.mdl --from path/to/your-region",
    'smecluster export steep.mdl --set "preference for variety=0.5"',
)


def export(
    out: Annotated[Path, typer.Argument(help="The file to write, ending in .mdl.")],
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    calibration: CalibrationName = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the model as one Vensim file, views included."""
    from smecluster.model.engine.read.values import set_values
    from smecluster.model.errors import InputError
    from smecluster.model.support.files import write_atomic

    if out.suffix != ".mdl":
        raise InputError(f"{out}: a Vensim model is written to a file that ends in .mdl")
    model = load_calibrated(region or (), from_ or (), calibration)
    if model.xmile:
        raise InputError(f"{model.path} is XMILE: only a Vensim model is written as one")
    values = parse_settings(model, set_ or ())
    write_atomic(out, set_values(model.text, values) if values else model.text)
    if json:
        print_json({"file": str(out), "regions": model.regions, "set": values})
    else:
        regions = say.commas([say.name(name) for name in model.regions]) or say("no regions")
        print(say("{path}: the model with {regions}", path=out, regions=regions))
