"""The thresholds of a calibration's verdicts, and the words for them.

Computations apply them; the page and its figures repeat them.
"""

from __future__ import annotations

from smecluster.model.presentation.language.catalogue import mark

IDENTIFIED = mark("identified")
PARTLY = mark("partly identified")
PRIOR = mark("repeats its prior")
BOUND = mark("at a bound")

#: Contraction: the share of the prior's variance that the figures take away. Where it is
#: three quarters, the standard deviation is halved. Source of the measure: Schad, Betancourt
#: and Vasishth 2021, Psychological Methods 26(1); the thresholds are conventions.
MUCH, LITTLE = 0.75, 0.2
#: A parameter counts as unmoved within this many standard deviations of its prior.
MOVED = 0.5
#: Pairs correlated more closely cannot be separated. Source: Dormann et al. 2013, Ecography
#: 36, where estimates begin to suffer.
CONFOUNDED = 0.7
#: Nearer to a bound than this share of the distance between the bounds counts as at the bound.
AT_BOUND = 0.01
#: A normal distribution holds 90 % within this many standard deviations.
NORMAL_90 = 1.645

#: Half the 95 % quantile of a chi-square of one degree of freedom: the 95 % interval of one
#: parameter holds the values whose cost is at most this far above the lowest.
CUT_95 = 1.92
#: The same at 90 %.
CUT_90 = 1.353
#: Optima whose costs are this close to the lowest count as the same fit.
SAME_FIT = 0.1

#: Convergence: rank-normalised split R-hat below, effective sample size (bulk and tail) above.
#: Source: Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021, Bayesian Analysis 16(2).
R_HAT, ESS = 1.05, 400.0
