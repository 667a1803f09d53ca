"""What a notebook calls: one function that runs and analyses a study, and its result."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.model.errors import UnknownNameError
from smecluster.model.support.ledger import check_name
from smecluster.sensitivity.design.study import Study, find_study, load_study, read_study_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from smecluster.model import Model
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.running import Progress
    from smecluster.sensitivity.store.results import Results

#: Where runs are stored, in a folder of the study's name, unless another one is given.
_RESULTS = Path("results/sensitivity")
RANKED = "ranked"


@dataclass(frozen=True)
class Sensitivity:
    """A sensitivity study that was run and analysed.

    Attributes
    ----------
    results : Results
        The runs: ``results.table()`` gives every run's outputs, ``results.design.values()`` the
        values of its factors.
    analysis : Analysis
        What they say: all tables, rankings and the verdict.
    """

    results: Results
    analysis: Analysis

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer, the verdict and how far to trust it, most important first."""
        from smecluster.sensitivity.report.sentences import describe_analysis

        return describe_analysis(self.analysis)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name in the units of the screen, see `sensitivity.report.tables`."""
        from smecluster.sensitivity.report.tables import present_tables

        return present_tables(self.analysis)

    def table(self) -> pd.DataFrame:
        """Rank the factors of every principal output.

        Returns
        -------
        pandas.DataFrame
            A row for each scenario, output and factor, the factors that matter most first: the
            headline index with the ends of its interval, their unit (``Dmnl`` for shares of
            variance), and what more of the factor does to the output (``raises``, ``lowers``,
            ``unclear``; missing for groups of factors).
        """
        from smecluster.sensitivity.report.tables import rank_factors

        return rank_factors(self.analysis)

    def figure(self, name: str = RANKED) -> Figure:
        """Draw one figure.

        Parameters
        ----------
        name : str
            ``ranked`` (which factors matter, and which way), ``tornado``, ``scatter``,
            ``heat-map``, ``convergence`` and others that fit the method; with several scenarios
            the scenario follows (``ranked-local-base``), the first one if left out.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            If there is no such figure.
        """
        from smecluster.sensitivity.report.figures import list_figures

        figures = list_figures(self.results, self.analysis)
        first = [known for known in figures if known == name or known.startswith(f"{name}-")]
        if not first:
            raise UnknownNameError("figure", name, figures)
        return figures[name if name in figures else first[0]]()

    def figures(self) -> dict[str, Figure]:
        """Draw every figure that fits the study, by name."""
        from smecluster.sensitivity.report.figures import list_figures

        return {name: draw() for name, draw in list_figures(self.results, self.analysis).items()}

    def to_excel(self, path: str | Path) -> Path:
        """Write the ranking, all other tables, and what they rest on as an Excel workbook.

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

        tables = {"ranking of factors": self.table(), **self.tables}
        notes = dict(enumerate(self.sentences, 1)) | self.results.stamp()
        return write_excel(tables, path, {str(name): text for name, text in notes.items()})


def choose_folder(name: str) -> Path:
    """Choose the folder of a study's results, where nobody names one.

    Parameters
    ----------
    name : str
        The study's name.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If the name is not one part of a path.
    """
    check_name(name, "a study's name,")
    return _RESULTS / name


def run_sensitivity(
    study: str | Path | Study = "quick",
    *,
    size: int | None = None,
    method: str | None = None,
    out: str | Path | None = None,
    restart: bool = False,
    workers: int | None = None,
    watch: Callable[[], AbstractContextManager[Progress]] | None = None,
    model: Model | None = None,
) -> Sensitivity:
    """Run a sensitivity study and analyse it; finished runs are kept and never run twice.

    Parameters
    ----------
    study : str, Path or Study
        A shipped study (``quick``, ``levers``, ``groups``, ``ranking``), the path of a TOML file,
        or a study made in Python.
    size : int, optional
        Another size of the sample, see `sensitivity.study_tables.Method`.
    method : str, optional
        Another method of analysis that suits the sample.
    out : str or Path, optional
        Folder for the runs; by default ``results/sensitivity/STUDY``, where the command
        ``smecluster study`` finds them too.
    restart : bool
        Whether runs of a different model, data, calibration or study in that folder are dropped.
    workers : int, optional
        Threads; one for each processor if left out.
    watch : callable, optional
        Gives a context whose value is called with the number of finished runs and of all runs.
    model : Model, optional
        Any model in the place of the shipped one, used as it is: with its own values and regions.

    Returns
    -------
    Sensitivity
        The runs and their analysis.

    Raises
    ------
    InputError
        If the study cannot be carried out, or the folder holds other runs.

    Examples
    --------
    >>> import smecluster as sc
    >>> found = sc.sensitivity("quick")  # doctest: +SKIP
    >>> found.table().head()  # doctest: +SKIP
    >>> found.figure()  # doctest: +SKIP
    >>> found.to_excel("quick.xlsx")  # doctest: +SKIP
    """
    from smecluster.sensitivity.analysis.compute import analyse
    from smecluster.sensitivity.design.scenarios import resolve_study
    from smecluster.sensitivity.running import extend_study
    from smecluster.sensitivity.store.folder import read_store

    if isinstance(study, Study):
        chosen, text, name = study, "", study.name
    else:
        chosen, text, name = load_study(study), read_study_text(study), find_study(study).stem
    folder = choose_folder(name) if out is None else Path(out)
    if size is not None:
        chosen = chosen.resized(size)
    resolved = resolve_study(chosen, model)
    for _ in extend_study(
        chosen, resolved, folder, text=text, restart=restart, workers=workers, watch=watch
    ):
        pass
    results = read_store(folder, chosen)
    return Sensitivity(results, analyse(results, method=method))
