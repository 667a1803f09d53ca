"""The folder of a command's results: what will be in it is named once, before any is made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.plotting import Figure

Origin = Mapping[str, str]


class Results:
    """What a command writes into a folder; it writes nothing that it has not named before.

    Parameters
    ----------
    folder : Path
        The folder.
    tables : iterable of str
        Tables as CSV, Parquet and JSON, without suffix.
    plain : iterable of str
        Tables as CSV and JSON, without suffix.
    figures : iterable of str
        Figures as PNG, without suffix.
    vectors : iterable of str
        Figures as SVG, without suffix.
    files : iterable of str
        Other files.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tables: Iterable[str] = (),
        plain: Iterable[str] = (),
        figures: Iterable[str] = (),
        vectors: Iterable[str] = (),
        files: Iterable[str] = (),
    ) -> None:
        from smecluster.model.presentation.exports import FIGURE, RECORDED, TABLE, VECTOR

        self.folder = folder
        kinds = [(tables, TABLE), (plain, RECORDED), (files, ("",))]
        kinds += [(figures, (FIGURE,)), (vectors, (VECTOR,))]
        self.names = {
            f"{name}{suffix}" for names, suffixes in kinds for name in names for suffix in suffixes
        }

    def check(self) -> None:
        """Refuse a folder in which the results cannot be written, before any long work.

        Raises
        ------
        InputError
            If it cannot be written, holds files but none that the program wrote, or one of the
            program's files in it was changed since; or if a file of others has the name of a
            result.
        """
        from smecluster.model.support.files import check_writable
        from smecluster.model.support.ledger import list_files

        check_writable(self.folder, {*self.names, *list_files(self.folder)})

    def write_table(
        self, name: str, table: pd.DataFrame, origin: Origin, values: Sequence[str] = ()
    ) -> list[Path]:
        """Write a table as CSV, Parquet and JSON; see `exports.write_table`."""
        from smecluster.model.presentation.exports import TABLE, write_table

        self._expect(name, TABLE)
        return write_table(table, self.folder, name, origin, values=values)

    def write_tables(
        self, tables: Mapping[str, pd.DataFrame], origin: Origin, values: Collection[str] = ()
    ) -> list[Path]:
        """Write tables; of each the columns in `values` have the unit in the column ``unit``."""
        files = []
        for name, table in tables.items():
            own = [column for column in values if column in table] if "unit" in table else []
            files += self.write_table(name, table, origin, own)
        return files

    def write_csv(
        self, name: str, table: pd.DataFrame, origin: Origin, values: Sequence[str] = ()
    ) -> list[Path]:
        """Write a table as CSV and JSON; see `exports.write_csv`."""
        from smecluster.model.presentation.exports import RECORDED, write_csv

        self._expect(name, RECORDED)
        return write_csv(table, self.folder / f"{name}{RECORDED[0]}", origin, values=values)

    def draw(self, figures: Mapping[str, Figure], origin: Origin) -> dict[str, Path]:
        """Write figures as PNG, and give their files by name."""
        from smecluster.model.presentation.exports import FIGURE, write_figure

        drawn = {}
        for name, figure in figures.items():
            self._expect(name, (FIGURE,))
            drawn[name] = write_figure(figure, self.folder, name, origin)
        return drawn

    def draw_vectors(self, figures: Mapping[str, Figure], origin: Origin) -> list[Path]:
        """Write figures as SVG, and give their files."""
        from smecluster.model.presentation.exports import VECTOR, write_vector

        for name in figures:
            self._expect(name, (VECTOR,))
        return [write_vector(figure, self.folder, name, origin) for name, figure in figures.items()]

    def write(self, name: str, text: str) -> Path:
        """Write another file, such as the page."""
        from smecluster.model.support.files import write_atomic

        return write_atomic(self.place(name), text)

    def place(self, name: str) -> Path:
        """Give the path of another file, for a library that writes it."""
        self._expect(name, ("",))
        return self.folder / name

    def _expect(self, name: str, suffixes: Sequence[str]) -> None:
        missing = {f"{name}{suffix}" for suffix in suffixes} - self.names
        if missing:
            raise RuntimeError(f"{min(missing)} was not named as a result before")
