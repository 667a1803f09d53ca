"""What is to be expected of an outcome given some constants: a sparse polynomial through draws.

Each constant enters by its normal score (its rank among the draws, as a standard normal number), in
Hermite polynomials up to the fourth degree, which are uncorrelated for independent constants. Where
there are few constants, Legendre polynomials of the rank up to the eighth degree follow waves, too.
The leading constants enter in products of two as well. Terms are taken one after the other by
orthogonal matching pursuit, and their number is the one with the least extended Bayesian
information criterion (Chen and Chen 2008, doi:10.1093/biomet/asn034), which charges for how many
terms there were to choose from: noise among hundreds of constants seldom gets a term. (Blatman and
Sudret 2011, doi:10.1016/j.jcp.2010.12.021, build sparse polynomials likewise.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.polynomial import hermite_e, legendre
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

# Shapes of one constant: Hermite polynomials of degrees 1 to 4, then Legendre's of 3 to 8.
_SMOOTH, _WAVES = 4, 6
# With more constants than this the waves would only offer noise more to fit.
_FEW = 80
# Constants with the largest share of the fit enter in products of two.
_PAIRED = 12
# Terms at most, and as a share of the draws.
_MOST_TERMS, _DRAWS_A_TERM = 120, 10
# How many terms without a better criterion end the search.
_PATIENCE = 4
# What is left of a term once those before it are taken off, as a share: less is rounding.
_ALIKE = 1e-6


@dataclass(frozen=True)
class Term:
    """A product of polynomials: constants (columns) and the shape of each, 1 up."""

    columns: tuple[int, ...]
    shapes: tuple[int, ...]


@dataclass(frozen=True)
class Surface:
    """A fitted sparse polynomial.

    Attributes
    ----------
    terms : tuple of Term
        Its terms, the most telling first.
    constant : float
        What is expected without terms, in the outcome's unit.
    weights : ndarray (terms,)
        Coefficients, in the outcome's unit.
    """

    terms: tuple[Term, ...]
    constant: float
    weights: Floats

    def predict(self, scores: Floats) -> Floats:
        """Give the expected outcome at normal scores, shape (n, constants): shape (n,)."""
        if not self.terms:
            return np.full(len(scores), self.constant)
        return np.asarray(self.constant + _build(scores, self.terms) @ self.weights)


def find_scores(values: Floats) -> Floats:
    """Turn values, shape (draws, constants), into normal scores by their ranks; ties are alike."""
    values = np.asarray(values, dtype=float)
    if not values.size:
        return np.zeros(values.shape)
    return np.asarray(ndtri((rankdata(values, axis=0) - 0.5) / len(values)))


@dataclass(frozen=True)
class Offer:
    """Terms of single constants that a fit may take, built once for many fits.

    Attributes
    ----------
    scores : ndarray (draws, constants)
        Normal scores.
    terms : tuple of Term
        The terms.
    table : ndarray (draws, terms)
        Their values.
    """

    scores: Floats
    terms: tuple[Term, ...]
    table: Floats


def offer_terms(scores: Floats) -> Offer:
    """Build what fits may take of constants, from normal scores of shape (draws, constants)."""
    shapes = _SMOOTH + (_WAVES if scores.shape[1] <= _FEW else 0)
    terms = tuple(
        Term((at,), (shape,)) for at in range(scores.shape[1]) for shape in range(1, shapes + 1)
    )
    return Offer(scores, terms, _build(scores, terms))


def fit_surface(
    offer: Offer, outcome: Floats, rows: Truths | None = None, kept: int = 0
) -> Surface:
    """Fit what is to be expected of an outcome given constants.

    Parameters
    ----------
    offer : Offer
        The terms, see `offer_terms`.
    outcome : ndarray (draws,)
        The outcome, finite.
    rows : ndarray of bool (draws,), optional
        The draws to fit to; all if left out.
    kept : int
        How many of the first terms are in every fit, whether they help or not.

    Returns
    -------
    Surface
        Without others where none helps.
    """
    scores, table = offer.scores, offer.table
    if rows is not None:
        scores, table, outcome = scores[rows], table[rows], outcome[rows]
    if not offer.terms:
        return Surface((), float(outcome.mean()), np.empty(0))
    first = _pursue(table, outcome, offer.terms, kept)
    leading = _rank_columns(first)[:_PAIRED]
    pairs = [
        Term((one, other), both)
        for place, one in enumerate(leading)
        for other in leading[place + 1 :]
        for both in ((1, 1), (2, 1), (1, 2))
    ]
    if not pairs:
        return first
    both = np.concatenate([table, _build(scores, pairs)], axis=1)
    return _pursue(both, outcome, [*offer.terms, *pairs])


def _rank_columns(surface: Surface) -> list[int]:
    """List the constants of a surface, the one with the largest share of its variance first."""
    share: dict[int, float] = {}
    for term, weight in zip(surface.terms, surface.weights, strict=True):
        share[term.columns[0]] = share.get(term.columns[0], 0.0) + float(weight) ** 2
    return sorted(share, key=lambda at: -share[at])


def _pursue(table: Floats, outcome: Floats, terms: Sequence[Term], kept: int = 0) -> Surface:
    """Take terms (columns of the table) one after the other, as many as the criterion wants."""
    draws = len(outcome)
    centred = table - table.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    usable = size > _ALIKE * np.sqrt(draws)
    centred = np.divide(centred, size, out=np.zeros_like(centred), where=usable)
    rest = outcome - outcome.mean()
    whole = float(rest @ rest)
    most = min(_MOST_TERMS, draws // _DRAWS_A_TERM, len(terms))
    basis = np.empty((draws, most))
    chosen: list[int] = []
    best, least = 0, draws * np.log(whole) if whole > 0 else -np.inf
    forced = list(range(min(kept, most)))
    charge = np.log(draws) + 2 * np.log(len(terms))
    while len(chosen) < most and len(chosen) - best < _PATIENCE:
        pull = np.where(usable, np.abs(rest @ centred), 0.0)
        must = bool(forced)
        at = forced.pop(0) if must else int(pull.argmax())
        if must and not usable[at]:
            continue
        if not must and not pull[at] > _ALIKE * np.sqrt(whole):
            break
        usable[at] = False
        new = centred[:, at] - basis[:, : len(chosen)] @ (
            basis[:, : len(chosen)].T @ centred[:, at]
        )
        left = float(np.sqrt(new @ new))
        if left <= _ALIKE:
            continue
        basis[:, len(chosen)] = new / left
        rest = rest - (rest @ basis[:, len(chosen)]) * basis[:, len(chosen)]
        chosen.append(at)
        criterion = draws * np.log(max(float(rest @ rest), whole * _ALIKE**2))
        criterion += len(chosen) * charge
        if must or criterion < least:
            best, least = len(chosen), criterion
    taken = chosen[:best]
    if not taken:
        return Surface((), float(outcome.mean()), np.empty(0))
    columns = np.column_stack([np.ones(draws), table[:, taken]])
    weights = np.asarray(np.linalg.lstsq(columns, outcome, rcond=None)[0], dtype=np.float64)
    return Surface(tuple(terms[at] for at in taken), float(weights[0]), weights[1:])


def _build(scores: Floats, terms: Sequence[Term]) -> Floats:
    """Build the columns of terms, shape (draws, terms)."""
    built = np.empty((len(scores), len(terms)))
    known: dict[tuple[int, int], Floats] = {}
    for at, term in enumerate(terms):
        for place, part in enumerate(zip(term.columns, term.shapes, strict=True)):
            if part not in known:
                known[part] = compute_shape(scores[:, part[0]], part[1])
            built[:, at] = known[part] if place == 0 else built[:, at] * known[part]
    return built


def compute_shape(scores: Floats, shape: int) -> Floats:
    """Compute a polynomial of one constant: 1 to 4 by Hermite, then by Legendre; of variance 1."""
    if shape <= _SMOOTH:
        weights = np.eye(shape + 1)[shape] / np.sqrt(factorial(shape))
        return np.asarray(hermite_e.hermeval(scores, weights))
    degree = shape - _SMOOTH + 2
    weights = np.eye(degree + 1)[degree] * np.sqrt(2 * degree + 1)
    return np.asarray(legendre.legval(2 * ndtr(scores) - 1, weights))


def share_variance(surface: Surface, scores: Floats, outcome: Floats) -> Floats:
    """Give the share of an outcome's variance that a surface's terms with each constant have.

    Parameters
    ----------
    surface : Surface
        The surface.
    scores : ndarray (draws, constants)
        The scores that it was fitted to.
    outcome : ndarray (draws,)
        The outcome.

    Returns
    -------
    ndarray (constants,)
        A term of two constants counts for both, Dmnl.
    """
    found = np.zeros(scores.shape[1])
    variance = float(outcome.var())
    if not surface.terms or variance == 0:
        return found
    parts = (_build(scores, surface.terms) * surface.weights).var(axis=0) / variance
    for term, part in zip(surface.terms, parts, strict=True):
        found[list(term.columns)] += part
    return found


def split_folds(labels: Integers, folds: int, seed: int) -> Integers:
    """Split draws into folds; draws with the same label stay together.

    Parameters
    ----------
    labels : ndarray of int (draws,)
        Which draws belong together.
    folds : int
        How many.
    seed : int
        Of the split.

    Returns
    -------
    ndarray of int (draws,)
        The fold of each, 0 up.
    """
    known, place = np.unique(labels, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(known))
    return np.asarray((order % folds)[place], dtype=np.int64)


def predict_unseen(offer: Offer, outcome: Floats, folds: Integers, kept: int = 0) -> Floats:
    """Predict the outcome of each draw from surfaces that were fitted without its fold.

    Parameters
    ----------
    offer : Offer
        The terms, see `offer_terms`.
    outcome : ndarray (draws,)
        The outcome, finite.
    folds : ndarray of int (draws,)
        See `split_folds`.
    kept : int
        See `fit_surface`.

    Returns
    -------
    ndarray (draws,)
        In the outcome's unit.
    """
    found = np.empty(len(outcome))
    for fold in np.unique(folds):
        here = folds == fold
        found[here] = fit_surface(offer, outcome, ~here, kept).predict(offer.scores[here])
    return found


def estimate_error(values: Floats, labels: Integers) -> float:
    """Estimate the standard error of a mean of draws; those with the same label count once.

    Parameters
    ----------
    values : ndarray (draws,)
        One a draw.
    labels : ndarray of int (draws,)
        Which draws belong together.

    Returns
    -------
    float
        In the values' unit; missing with a single label.
    """
    known, place = np.unique(labels, return_inverse=True)
    if len(known) < 2:
        return float("nan")
    sums = np.bincount(place, weights=values - values.mean())
    return float(np.sqrt(len(known) / (len(known) - 1) * (sums**2).sum()) / len(values))
