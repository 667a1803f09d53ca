"""A page in Markdown, and the table beside it: checked before any work, written together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_SUFFIX = ".md"


class Page:
    """Where a page goes, with its table (CSV and a record of where that came from).

    Parameters
    ----------
    path : Path
        The page.
    option : str
        The option that named it, for messages.

    Raises
    ------
    InputError
        If the name does not end in .md, or one of the files is not ours to replace.
    """

    def __init__(self, path: Path, option: str) -> None:
        from smecluster.model.errors import InputError
        from smecluster.model.presentation.exports import RECORDED
        from smecluster.model.support.ledger import check_file

        if path.suffix != _SUFFIX:
            raise InputError(
                f"{option} {path}: the page is Markdown, give a name that ends in {_SUFFIX}"
            )
        for suffix in (_SUFFIX, *RECORDED):
            check_file(path.with_suffix(suffix))
        self.path = path
        self.table = path.with_suffix(".csv")

    def write(self, text: str, table: pd.DataFrame, stamp: Mapping[str, str]) -> list[Path]:
        """Write the table, then the page that names it; give every file written."""
        from smecluster.model.presentation.exports import write_csv
        from smecluster.model.support.files import write_atomic

        return [*write_csv(table, self.table, stamp), write_atomic(self.path, text)]
