"""The thresholds of a calibration's verdicts, and the words for them.

Computations apply them; the page and its figures repeat them.
"""

from __future__ import annotations

from smecluster.model.presentation.language.catalogue import mark

IDENTIFIED = mark("identified")
PARTLY = mark("partly identified")
PRIOR = mark("repeats its prior")

#: Contraction: the share of the prior's variance that the figures take away. Where it is
#: three quarters, the standard deviation is halved. Source of the measure: Schad, Betancourt
#: and Vasishth 2021, Psychological Methods 26(1); the thresholds are conventions.
MUCH, LITTLE = 0.75, 0.2
#: A parameter counts as unmoved within this many standard deviations of its prior.
MOVED = 0.5
#: Pairs correlated more closely cannot be separated. Source: Dormann et al. 2013, Ecography
#: 36, where estimates begin to suffer.
CONFOUNDED = 0.7
#: A normal distribution holds 90 % within this many standard deviations.
NORMAL_90 = 1.645

#: Convergence: rank-normalised split R-hat below, effective sample size (bulk and tail) above.
#: Source: Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021, Bayesian Analysis 16(2).
R_HAT, ESS = 1.05, 400.0
