"""What every result offers to whoever works in a notebook: tables, figures and a workbook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from smecluster.model.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.plotting import Figure

T = TypeVar("T")


class PolicyResult(ABC):
    """A result as sentences, labelled tables, figures and a workbook."""

    @abstractmethod
    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""

    @abstractmethod
    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""

    @abstractmethod
    def tables(self) -> dict[str, pd.DataFrame]:
        """Give its tables by name, the most important first."""

    def labelled(self) -> dict[str, pd.DataFrame]:
        """Give its tables in the units of the screen, which their headings say."""
        return self.tables()

    @abstractmethod
    def figures(self) -> dict[str, Figure]:
        """Draw its figures, by name, the most important first."""

    def table(self, name: str | None = None) -> pd.DataFrame:
        """Give one table, the most important one without a name.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        made = self.labelled()
        return pick_named("table", next(iter(made)) if name is None else name, made)

    def figure(self, name: str | None = None) -> Figure:
        """Draw one figure, the most important one without a name.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        made = self.figures()
        return pick_named("figure", next(iter(made)) if name is None else name, made)

    def to_excel(self, path: str | Path) -> Path:
        """Write its tables, and what they rest on, as an Excel workbook.

        Parameters
        ----------
        path : str or Path
            The workbook, ``.xlsx``.

        Returns
        -------
        Path
            The workbook.

        Raises
        ------
        InputError
            If the name does not end in ``.xlsx``, or the file cannot be written.
        """
        from smecluster.model.presentation.exports import write_excel

        return write_excel(self.labelled(), path, [*self.answer(), *self.basis()])


def pick_named(kind: str, name: str, made: Mapping[str, T]) -> T:
    """Give what has a name.

    Parameters
    ----------
    kind : str
        What it is, for the error.
    name : str
        The name.
    made : mapping
        Everything by name.

    Returns
    -------
    object

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in made:
        raise UnknownNameError(kind, name, made)
    return made[name]
