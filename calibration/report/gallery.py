"""All figures of a calibration, in the order of its page."""

from __future__ import annotations

from collections.abc import Iterator

from smecluster.calibration.report.diagnostics import (
    compute_residuals,
    correlate_draws,
    tabulate_autocorrelation,
)
from smecluster.calibration.report.figures.bounds import draw_bounds
from smecluster.calibration.report.figures.correlation import draw_correlations
from smecluster.calibration.report.figures.fits import draw_fits
from smecluster.calibration.report.figures.forecasts import draw_forecasts
from smecluster.calibration.report.figures.panels import Drawn
from smecluster.calibration.report.figures.profile_curves import draw_profiles
from smecluster.calibration.report.figures.residuals import draw_residuals
from smecluster.calibration.report.figures.starts import draw_starts
from smecluster.calibration.store.findings import Findings


def draw_all(findings: Findings) -> dict[str, Iterator[Drawn]]:
    """Draw the figures of a calibration, each page when it is first needed.

    Parameters
    ----------
    findings : Findings
        The calibration's tables.

    Returns
    -------
    dict of str to iterator of Drawn
        Pages by kind: fits, bounds, profiles, correlations, forecasts, residuals, starts. Parts
        that were not carried out have none.
    """
    return {
        "fits": draw_fits(findings),
        "bounds": draw_bounds(findings),
        "profiles": draw_profiles(findings),
        "correlations": _draw_correlations(findings),
        "forecasts": draw_forecasts(findings),
        "residuals": _draw_residuals(findings),
        "starts": draw_starts(findings),
    }


def _draw_correlations(findings: Findings) -> Iterator[Drawn]:
    yield from draw_correlations(correlate_draws(findings))


def _draw_residuals(findings: Findings) -> Iterator[Drawn]:
    errors = compute_residuals(findings)
    yield from draw_residuals(errors, tabulate_autocorrelation(errors))
