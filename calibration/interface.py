"""Calibrate with one call: what the command line and a notebook use."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from smecluster.calibration.choosing import find_calibration
from smecluster.calibration.data.case import (
    Case,
    fingerprint_case,
    list_cases,
    load_case,
    make_region,
)
from smecluster.calibration.further import assemble_further_problem, load_beside
from smecluster.calibration.nesting.boundaries import find_parts
from smecluster.calibration.pipeline import Effort, run_pipeline
from smecluster.calibration.problem.assembly import Problem, assemble_problem
from smecluster.calibration.saving import check_target, save_calibration
from smecluster.calibration.stages import Tell
from smecluster.calibration.store.findings import MANIFEST, Findings, read_findings
from smecluster.calibration.store.mismatches import (
    BESIDE,
    HELD,
    TITLES,
    CalibrationWarning,
    name_beside,
    name_held,
)
from smecluster.calibration.store.named import CASES, SHIPPED
from smecluster.calibration.store.own import OWN
from smecluster.calibration.validation.holdout import SPLIT, check_split
from smecluster.model import Region, load
from smecluster.model.engine.run.settings import check_count, check_time_step
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.support.checkpoints import drop
from smecluster.model.support.ledger import check_name
from smecluster.model.support.limits import MOST_STARTS
from smecluster.model.support.provenance import make_stamp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from smecluster.calibration.report.figures.panels import Drawn

#: Time step of the runs, years; the last fit uses the model's own.
TIME_STEP = 0.25
#: The folder of unfinished work, in that of the calibration.
_WORK = "work"
_QUICK_STARTS = 8

CaseLike = str | Path | Case


@dataclass(frozen=True)
class CalibrationResult:
    """A calibration: estimates, tests and figures.

    Attributes
    ----------
    findings : Findings
        All tables of the calibration, and its manifest.
    folder : Path or None
        Where it was saved; ``--calibration FOLDER`` of other commands takes it.
    """

    findings: Findings
    folder: Path | None

    def table(self) -> pd.DataFrame:
        """Give the estimates.

        Returns
        -------
        pandas.DataFrame
            A row a parameter: ``parameter``, ``unit``, ``scope`` (shared or regional),
            ``estimate``, the ends ``90 % low`` and ``90 % high`` of its interval, ``prior mean``,
            ``lower bound`` and ``upper bound`` (all in that unit), and ``verdict``: whether the
            figures identify it.
        """
        names = {
            "name": "parameter",
            "unit": "unit",
            "scope": "scope",
            "estimate": "estimate",
            "low": "90 % low",
            "high": "90 % high",
            "prior mean": "prior mean",
            "lower": "lower bound",
            "upper": "upper bound",
            "verdict": "verdict",
        }
        return self.findings["parameters"][list(names)].rename(columns=names)

    def figure(self, name: str | None = None) -> Figure:
        """Draw one figure: by default the model beside the published figures.

        Parameters
        ----------
        name : str, optional
            One of the names of `figures`.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            If there is no figure of that name.
        """
        drawn = self._draw()
        if name is None:
            return next(drawn).figure
        names = []
        for each in drawn:
            if each.name == name:
                return each.figure
            names.append(each.name)
        raise UnknownNameError("figure", name, names)

    def figures(self) -> dict[str, Figure]:
        """Draw all figures of the report, by name: fits, parameters, profiles, forecasts, ..."""
        return {each.name: each.figure for each in self._draw()}

    def answers(self) -> dict[str, str]:
        """Answer what a reader asks first: fit, parameters, forecasts, intervals, caveats."""
        from smecluster.calibration.report.summary import answer_questions

        return answer_questions(self.findings)

    def to_excel(self, path: str | Path) -> Path:
        """Write estimates, fit and forecast scores as a workbook, with answers and provenance.

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

        tables = {"parameters": self.table()}
        tables |= {
            name: self.findings[name]
            for name in ("fits", "scores", "figures", "reforms")
            if self.findings.has(name)
        }
        stamp = self.findings.manifest.get("stamp", {})
        return write_excel(tables, path, {**self.answers(), **stamp})

    def _draw(self) -> Iterator[Drawn]:
        from smecluster.calibration.report.gallery import draw_all

        return (drawn for pages in draw_all(self.findings).values() for drawn in pages)


def calibrate(
    cases: CaseLike | Sequence[CaseLike] | None = None,
    *,
    out: str | Path | None = None,
    name: str | None = None,
    include: Sequence[str] = (),
    seed: int = 1,
    starts: int = 64,
    until: int | None = None,
    quick: bool = False,
    steps: int = 100_000,
    recovery: int = 0,
    time_step: float = TIME_STEP,
    calibration: str | None = None,
    beside: Sequence[CaseLike] = (),
    restart: bool = False,
    anew: bool = False,
    tell: Tell = lambda stage, done, total: None,
) -> CalibrationResult:
    """Fit the model to published figures.

    Parameters
    ----------
    cases : str, Path, Case or sequence of these, optional
        One case (a shipped name or a folder): its own parameters are fitted, all other regions
        and the shared parameters are held at `calibration`. Several cases: they are fitted
        together, with the shared parameters. By default the shipped cases together.
    out : str or Path, optional
        Folder to save to. An interrupted calibration resumes there. By default nothing is kept,
        and an interruption loses the work.
    name : str, optional
        Name of the calibration; by default ``three-cases``, or the folder's name for one case.
    include : sequence of str
        ``"remembered"`` adds figures given from memory, with twice the error.
    seed : int
        For all that is random.
    starts : int
        Starts of the search.
    until : int, optional
        Last year that the hold-out test fits to, 0 for no such test; by default 2015, where there
        are figures before and after it.
    quick : bool
        Whether to estimate parameters and approximate intervals only: no posterior, no tests.
    steps : int
        Steps after which a posterior that has not converged is refused.
    recovery : int
        Number of simulated data sets with known parameters that the intervals are tested on.
    time_step : float
        Time step of the runs, years: 1 over a whole number.
    calibration : str, optional
        Calibration at which the other regions are held, with one case; by default the shipped one.
    beside : sequence of str, Path or Case
        With one case: folders of further regions that stand beside it, each held at its own
        calibration, or at its own values without one.
    restart : bool
        Whether to drop unfinished work in `out` first.
    anew : bool
        Whether a `quick` fit may replace one in `out` that has draws, which it would lose.
    tell : callable
        Receives the stage, how much of it is done, and how much there is.

    Returns
    -------
    CalibrationResult

    Raises
    ------
    InputError
        If a case does not exist or is malformed, a parameter has no effect on any figure, or
        `out` is in use or holds other work.

    Examples
    --------
    >>> result = calibrate(quick=True, starts=1, time_step=0.5)  # doctest: +SKIP
    >>> result.table()  # doctest: +SKIP
    """
    check_time_step(time_step)
    if name is not None:
        check_name(name, "name")
    if out is not None:
        _check_out(Path(out), cases)
        if quick and not anew:
            _keep_draws(Path(out))
    base = {"TIME STEP": time_step}
    facts: dict[str, Any] = {"seed": seed, "include": list(include), "quick": quick}
    if cases is None or (isinstance(cases, Sequence) and not isinstance(cases, str)):
        if calibration is not None:
            raise InputError(
                f"calibration {calibration!r} holds the other regions while one case is fitted; "
                "here all are fitted together"
            )
        if beside:
            raise InputError("other regions stand beside one case: here all are fitted together")
        several = [_load(each) for each in cases or list_cases()]
        facts[CASES] = _fingerprint(several)
        problem = assemble_together(several, include, base)
        called = name or SHIPPED
    else:
        case = _load(cases)
        facts[CASES] = _fingerprint([case])
        facts[TITLES] = {case.place.name: case.place.title}
        others = [_load(each) for each in beside]
        problem, facts[HELD] = assemble_alone(case, include, base, calibration, others)
        if others:
            facts[BESIDE] = name_beside([each.path for each in others])
        called = name or case.name
    effort = choose_effort(
        problem, seed=seed, starts=starts, until=until, quick=quick, steps=steps, recovery=recovery
    )
    if out is None:
        with TemporaryDirectory(prefix="smecluster-") as folder:
            _fit(problem, effort, Path(folder), called, facts, tell)
            return CalibrationResult(read_findings(folder), None)
    target = Path(out)
    if restart:
        drop(target / _WORK)
    _fit(problem, effort, target, called, facts, tell)
    return CalibrationResult(read_findings(target), target)


def assemble_together(
    cases: Sequence[CaseLike], include: Sequence[str], base: Mapping[str, Any]
) -> Problem:
    """Assemble the problem of several cases and of the parameters that they share.

    Parameters
    ----------
    cases : sequence of str, Path or Case
        Shipped names or folders.
    include : sequence of str
        ``"remembered"`` adds figures given from memory.
    base : mapping
        Inputs that all runs set.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If a case does not exist or is malformed.
    """
    loaded = [_load(case) for case in cases]
    shipped = {load_case(name).path for name in list_cases()}
    added = [case for case in loaded if case.path not in shipped]
    model = load()
    parts: dict[str, tuple[str, ...]] = {}
    if added:
        own = {case.place.name for case in added}
        kept = [Region(name) for name in model.regions if name not in own]
        model = load(regions=[*kept, *map(make_region, added)])
        parts = find_parts(model.regions, [case.place for case in loaded])
    return assemble_problem(model, loaded, include=include, base=base, parts=parts)


def assemble_alone(
    case: Case,
    include: Sequence[str],
    base: Mapping[str, Any],
    calibration: str | None = None,
    others: Sequence[Case] = (),
) -> tuple[Problem, str]:
    """Assemble the problem of one case, all other regions held at a calibration.

    Parameters
    ----------
    case : Case
        The case.
    include : sequence of str
        ``"remembered"`` adds figures given from memory.
    base : mapping
        Inputs that all runs set.
    calibration : str, optional
        See `calibration.choosing.find_calibration`.
    others : sequence of Case
        Further regions that stand beside it.

    Returns
    -------
    Problem, str
        The problem, and the name and hash of the calibration that holds the others.

    Raises
    ------
    InputError
        If the case names nothing to estimate or has no figures.
    """
    held = find_calibration(calibration)
    model, parts = load_beside(case, held, others)
    problem = assemble_further_problem(model, case, include=include, base=base, parts=parts)
    return problem, name_held(held)


def choose_effort(
    problem: Problem,
    *,
    seed: int = 1,
    starts: int = 64,
    until: int | None = None,
    quick: bool = False,
    steps: int = 100_000,
    recovery: int = 0,
) -> Effort:
    """Choose how much work a calibration does; see `calibrate` for the parameters."""
    check_count("starts", starts, MOST_STARTS)
    check_count("steps", steps)
    if recovery:
        check_count("recovery", recovery, MOST_STARTS)
    if quick:
        if until:  # a year that is none is refused, also where it is not used
            _choose_split(problem, until)
        few = min(starts, _QUICK_STARTS)
        return Effort(seed, few, None, search=0, profiles=False, bootstrap=0, draws=0)
    split = _choose_split(problem, until)
    return Effort(seed, starts, split, steps=steps, recovery=recovery)


def _check_out(out: Path, cases: CaseLike | Sequence[CaseLike] | None) -> None:
    """Refuse to write where a case is read, or over files of others."""
    every = [cases] if isinstance(cases, str | Path | Case) else cases or []
    for case in every:
        folder = case.path if isinstance(case, Case) else Path(case)
        if folder.resolve() == out.resolve():
            raise InputError(
                f"--out {out} is the region's own folder: choose another one, such as {out / OWN}"
            )
    check_target(out)


def _keep_draws(out: Path) -> None:
    """Refuse to replace a full fit by a quick one, which has no draws, without being told to."""
    if not (out / MANIFEST).is_file():
        return
    draws = len(read_findings(out)["draws"])
    if draws:
        raise InputError(
            f"{out} holds a full fit with {draws:,} draws, which a quick one would "
            "lose: --anew replaces it, --out takes another folder"
        )


def _choose_split(problem: Problem, until: int | None) -> int | None:
    """Choose the last year that the hold-out test fits to; None for no such test."""
    if until == 0:
        return None
    try:
        check_split(problem, SPLIT if until is None else until)
    except InputError as error:
        if until is not None:
            raise
        warnings.warn(f"no hold-out test: {error}", CalibrationWarning, stacklevel=4)
        return None
    return SPLIT if until is None else until


def _fit(
    problem: Problem, effort: Effort, folder: Path, name: str, facts: dict[str, Any], tell: Tell
) -> None:
    fitted = run_pipeline(problem, folder / _WORK, effort, tell)
    origin = make_stamp(
        problem.model.hash,
        data=problem.hash,
        calibration=name,
        seed=str(effort.seed),
        held=facts.get(HELD),
    )
    save_calibration(fitted, folder, name, facts, origin)


def _fingerprint(cases: Sequence[Case]) -> dict[str, dict[str, str]]:
    """Fingerprint what is fitted, before the fit: files that are edited meanwhile are not it."""
    return {case.place.name: fingerprint_case(case.path) for case in cases}


def _load(case: CaseLike) -> Case:
    """Load a case; a folder's is checked to the last line first."""
    from smecluster.calibration.authoring.case_check import check_case

    if isinstance(case, Case):
        return case
    if isinstance(case, str) and (case in list_cases() or not Path(case).exists()):
        return load_case(case)
    problems = check_case(case).problems
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{problems[0]}{more}; smecluster case check {case} lists them")
    # By its full path: the folder may have the name of a shipped case.
    return load_case(Path(case).resolve())
