"""Give a calibration of an earlier version the hashes by which alterations are noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from smecluster.calibration.data.case import fingerprint_case, list_cases, load_case
from smecluster.calibration.store.findings import FILES, MANIFEST, open_findings
from smecluster.calibration.store.named import CASES, write_manifest
from smecluster.model.errors import InputError
from smecluster.model.support.files import read_text
from smecluster.model.support.formats import check_format
from smecluster.model.support.ledger import list_again


def seal_calibration(folder: str | Path) -> Path:
    """Write the SHA-256 of a calibration's files, and of its cases, into its manifest.

    Parameters
    ----------
    folder : str or Path
        The calibration's folder. Its tables, and the cases of its regions, are taken as they are:
        nobody can say whether they were altered before.

    Returns
    -------
    Path
        The manifest.

    Raises
    ------
    InputError
        If the folder holds no calibration, or one that has hashes already.
    """
    place = Path(folder)
    path = place / MANIFEST
    if not path.is_file():
        raise InputError(f"{place} holds no calibration: {MANIFEST} is missing")
    try:
        content = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid JSON: {str(error)[:100]}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} must hold an object")
    if FILES in content:
        raise InputError(f"{path} has hashes already: a calibration that was altered is made again")
    facts = check_format(content, "calibration", path)
    facts[CASES] = dict(_find_cases(place, [str(name) for name in facts.get("regions", ())]))
    tables = [path.name for path in place.glob("*.csv")]
    # Earlier versions kept no list of what they wrote. Whoever seals these says that they did.
    list_again(place, MANIFEST, *tables)
    written = write_manifest(place, facts, tables)
    open_findings(place)
    return written


def _find_cases(place: Path, regions: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Find the cases that a calibration was made from: the folder around it, or those by name."""
    around = place.resolve().parent
    candidates = [around] if (around / "case.toml").is_file() else [Path(n) for n in list_cases()]
    for candidate in candidates:
        case = load_case(candidate)
        if case.place.name in regions:
            yield case.place.name, fingerprint_case(case.path)
