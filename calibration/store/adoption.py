"""Write a calibration's estimate into the model file and the case folders.

    python -m smecluster.calibration.store.adoption [CALIBRATION] [MODEL]

The model file then shows in Vensim what the project's commands use, and the cases carry the
same regional values. It changes nothing that a command computes with this calibration.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from smecluster.calibration.authoring import region_values
from smecluster.calibration.store.named import SHIPPED as CALIBRATION
from smecluster.calibration.store.named import apply_calibration, open_calibration
from smecluster.model import load
from smecluster.model.support.errors import InputError
from smecluster.model.support.files import write_atomic
from smecluster.model.vensim.document import SHIPPED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m smecluster.calibration.store.adoption",
        description="Write a calibration's estimate into the model file and the case folders.",
    )
    parser.add_argument("calibration", nargs="?", default=CALIBRATION, help="name or folder")
    parser.add_argument(
        "model", type=Path, nargs="?", default=SHIPPED, help="a model file (default: the shipped)"
    )
    given = parser.parse_args(arguments)
    try:
        calibration = open_calibration(given.calibration)
        write_atomic(given.model, apply_calibration(load(given.model), calibration).text)
        print(f"{given.model}: {len(calibration.values)} values of {calibration.name}")
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return region_values.main([str(given.model)])


if __name__ == "__main__":
    sys.exit(main())
