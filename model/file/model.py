"""Our model: the shipped file, or one of its kind, with the regions that are chosen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from smecluster.model.engine import model as engine
from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION, Region, check_region_name, set_regions
from smecluster.model.support.workspace import locate

#: The model that comes with the package.
SHIPPED = Path(__file__).parents[1] / "sme_cluster.mdl"


class Model(engine.Model):
    """A model that may have regions; see `engine.model.Model`."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions; none if the model has no range ``Region``."""
        return self.subscripts.get(REGION, ())


def load(
    path: str | Path | None = None,
    regions: Iterable[Region] | None = None,
    data: Iterable[str | Path] = (),
) -> Model:
    """Read a model.

    Parameters
    ----------
    path : str or Path, optional
        A ``.mdl`` or XMILE file; that of the workspace or the package if left out.
    regions : iterable of Region, optional
        The regions of the range ``Region`` with their values; as in the file if left out.
    data : iterable of str or Path
        Files with series for the data variables of a Vensim model (``.dat``, ``.csv``, ``.tab``).

    Returns
    -------
    Model

    Raises
    ------
    InputError
        If the file cannot be read or used; the message says why, and where in the file.
    """
    read = engine.read_model(locate(SHIPPED) if path is None else path, data)
    model = Model(read.text, read.path)
    for name in model.regions:
        check_region_name(name)
    if regions is not None:
        if model.xmile:
            raise InputError("regions can be chosen for Vensim files only")
        model = Model(set_regions(model.text, regions), model.path)
    model.program  # noqa: B018  refuse now what cannot be computed, not at the first run
    return model
