"""Which edition this is: the program's version, and fingerprints of model and calibrations."""

from __future__ import annotations

from importlib.metadata import version

from smecluster.calibration.store.findings import MANIFEST
from smecluster.calibration.store.named import DRAWN, RESULTS, open_calibration
from smecluster.model.engine.read.source import hash_equations
from smecluster.model.file.model import SHIPPED as MODEL
from smecluster.model.support.files import read_text


def describe_edition() -> tuple[str, ...]:
    """Say which edition this is.

    Returns
    -------
    tuple of str
        Lines: version, model, and the shipped calibration if it is there, as ``name hash``. The
        first twelve digits of the hashes are those on pages and in stamps.
    """
    lines = [f"smecluster {version('smecluster')}"]
    lines.append(f"model {hash_equations(read_text(MODEL))[:12]}")
    if (RESULTS / DRAWN / MANIFEST).is_file():
        lines.append(f"calibration {DRAWN} {open_calibration(DRAWN).hash[:12]}")
    return tuple(lines)
