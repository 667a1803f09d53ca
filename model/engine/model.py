"""A model read from its file: a value that can be compared, stored and sent to other machines."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path

from smecluster.model.engine.equations.loading import load_program
from smecluster.model.engine.graph.clock import compute_clock
from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.read.document import SHIPPED, Clock, Document, Variable, read_document
from smecluster.model.engine.read.external import embed_files
from smecluster.model.engine.read.formats import VENSIM, XMILE
from smecluster.model.engine.read.xmile import read_xmile
from smecluster.model.file.regions import REGION, Region, check_region_name, set_regions
from smecluster.model.support.errors import InputError
from smecluster.model.support.files import read_text
from smecluster.model.support.workspace import locate


@dataclass(frozen=True)
class Model:
    """The content of a model file; two models with the same content are equal.

    Attributes
    ----------
    text : str
        The file's text, including the regions that were chosen.
    path : Path
        Where it was read from.
    """

    text: str = field(repr=False)
    path: Path = field(compare=False)

    @property
    def xmile(self) -> bool:
        """Whether the file is XMILE, not Vensim."""
        return self.path.suffix.lower() in XMILE

    @property
    def document(self) -> Document:
        """What the file says about itself."""
        if self.xmile:
            return read_xmile(self.text)
        return read_document(self.text)

    @property
    def program(self) -> Program:
        """The equations as scalar operations (see `engine.graph.graph`)."""
        return load_program(self.text, xmile=self.xmile)

    @property
    def hash(self) -> str:
        """Fingerprint of what determines the numbers: SHA-256 in hexadecimal."""
        return self.document.hash

    @property
    def variables(self) -> Mapping[str, Variable]:
        """The variables by name, in the order of the file."""
        return self.document.variables

    @property
    def subscripts(self) -> Mapping[str, tuple[str, ...]]:
        """The elements of each range."""
        return self.document.subscripts

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions; none if the model has no range ``Region``."""
        return self.subscripts.get(REGION, ())

    @property
    def time(self) -> Clock:
        """When a run starts and ends, its time step, and how often values are saved."""
        written = self.document.time
        if any(map(math.isnan, astuple(written))):
            return Clock(*compute_clock(self.program))
        return written


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
    if path is not None and not isinstance(path, str | os.PathLike):
        raise InputError(f"a model's path must be a text or a Path, not {path!r}")
    place = locate(SHIPPED) if path is None else Path(path)
    if place.suffix.lower() not in (*VENSIM, *XMILE):
        allowed = ", ".join((*VENSIM, *XMILE))
        raise InputError(f"{place} is not a model: its name must end in one of {allowed}")
    text = read_text(place)
    if place.suffix.lower() in VENSIM:
        text = embed_files(text, place, [Path(file) for file in data])
    model = Model(text, place)
    for name in model.regions:
        check_region_name(name)
    if regions is not None:
        if model.xmile:
            raise InputError("regions can be chosen for Vensim files only")
        model = Model(set_regions(model.text, regions), place)
    model.program  # noqa: B018  refuse now what cannot be computed, not at the first run
    return model
