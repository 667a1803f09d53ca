"""Which regional constants are believed to be alike: the file ``calibration/alike.toml``."""

from __future__ import annotations

from pathlib import Path

from smecluster.model import Model
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION
from smecluster.model.inputs import read_toml
from smecluster.model.support.workspace import locate

#: The file.
ALIKE = Path(__file__).parents[1] / "alike.toml"
_TABLE = "share"


def read_shares(model: Model, path: str | Path | None = None) -> dict[str, float]:
    """Read the share of the prior's variance that regions have in common.

    Parameters
    ----------
    model : Model
        Whose constants these are.
    path : str or Path, optional
        Another file.

    Returns
    -------
    dict of str to float
        By constant, Dmnl, above 0 and below 1; the constants that are not in it are independent.

    Raises
    ------
    InputError
        If a name is not that of a regional constant, or a share is not between 0 and 1.
    """
    place = locate(ALIKE) if path is None else Path(path)
    content = read_toml(place)
    known = [
        name
        for name, one in model.variables.items()
        if one.kind == "constant" and REGION in one.dims
    ]
    for table in content:
        if table != _TABLE:
            raise InputError(f"{place}: {UnknownNameError('table', table, [_TABLE])}")
    found = {}
    for name, share in content.get(_TABLE, {}).items():
        if name not in known:
            raise InputError(f"{place}: {UnknownNameError('regional constant', name, known)}")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
            raise InputError(f"{place}: share of {name!r} must be between 0 and 1, not {share!r}")
        found[name] = float(share)
    return found
