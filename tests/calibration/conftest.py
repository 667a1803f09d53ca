"""An objective to try things on that is small enough to know the answer of."""

import threading
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

# Regions' series: years with gaps, error and autocorrelation, known up to a factor or not.
SERIES = {
    "output[North]": ([*range(1990, 2008), *range(2010, 2021)], 0.08, 0.5, "level"),
    "output[South]": (list(range(1995, 2021)), 0.06, 0.3, "level"),
    "index[South]": (list(range(2000, 2021, 2)), 0.10, 0.2, "scale"),
}
#: name, lower, upper, prior mean, prior sd, truth; all on the scale of logarithms.
PARAMETERS = [
    ("growth", np.log(0.05), np.log(0.5), np.log(0.2), 0.4, np.log(0.18)),
    ("capacity[North]", np.log(50), np.log(5000), np.log(500), 0.8, np.log(400)),
    ("capacity[South]", np.log(50), np.log(5000), np.log(500), 0.8, np.log(900)),
    ("first[North]", np.log(1), np.log(200), np.log(20), 0.7, np.log(25)),
    ("first[South]", np.log(1), np.log(200), np.log(20), 0.7, np.log(12)),
    ("idle", np.log(0.5), np.log(2), 0.0, 0.3, 0.0),
]


class Logistic:
    """The interface of `calibration.problem.objective.Objective` on three logistic series of two
    regions."""

    def __init__(self, values=None, *, workers=1):
        self.names = tuple(row[0] for row in PARAMETERS)
        table = np.array([row[1:] for row in PARAMETERS], dtype=float)
        self.lower, self.upper, self.prior_mean, self.prior_sd, self.truth = table.T
        self.start = self.prior_mean.copy()
        self.workers = workers
        self.runs = 0
        self._counting = threading.Lock()
        rows = [
            (name, year, sigma) for name, (years, sigma, _, _) in SERIES.items() for year in years
        ]
        figures = pd.DataFrame(rows, columns=["observable", "year", "sigma"])
        observables = pd.DataFrame(
            {
                name: {
                    "compare": compare,
                    "sigma": sigma,
                    "rho": rho,
                    "figures": len(years),
                    "effective figures": max(1.0, len(years) * (1 - rho) / (1 + rho)),
                }
                for name, (years, sigma, rho, compare) in SERIES.items()
            }
        ).T
        figures["region"] = figures["observable"].str.extract(r"\[(.*)\]")[0]
        for column in ("sigma", "rho", "figures", "effective figures"):
            observables[column] = observables[column].astype(float)
        self._north = (figures["region"] == "North").to_numpy()
        self._scaled = (figures["observable"] == "index[South]").to_numpy()
        self._age = figures["year"].to_numpy(float) - 1990
        share = figures["observable"].map(observables["effective figures"] / observables["figures"])
        self._weights = np.sqrt(share.to_numpy(float)) / figures["sigma"].to_numpy()
        if values is None:
            values = self.simulate(self.truth)[0]
        self.values = np.asarray(values, dtype=float)
        figures["value"] = self.values
        self.problem = SimpleNamespace(measurements=figures, observables=observables)

    def simulate(self, points, workers=None):
        points = np.atleast_2d(points)
        with self._counting:
            self.runs += len(points)
        growth = np.exp(points[:, [0]])
        top = np.exp(np.where(self._north, points[:, [1]], points[:, [2]]))
        first = np.exp(np.where(self._north, points[:, [3]], points[:, [4]]))
        return top / (1 + (top / first - 1) * np.exp(-growth * self._age))

    def errors(self, points, workers=None):
        logs = np.log(self.simulate(points) / self.values)
        part = logs[:, self._scaled]
        logs[:, self._scaled] = part - part.mean(axis=1, keepdims=True)
        return logs

    def residuals(self, points, workers=None):
        points = np.atleast_2d(np.asarray(points, dtype=float))
        prior = (points - self.prior_mean) / self.prior_sd
        return np.hstack([self.errors(points) * self._weights, prior])

    def cost(self, points, workers=None):
        return 0.5 * (self.residuals(points) ** 2).sum(axis=1)

    def to_natural(self, points):
        return np.exp(np.asarray(points, dtype=float))

    def to_scale(self, values):
        return np.log(np.asarray(values, dtype=float))

    def tabulate(self, points):
        return pd.DataFrame(np.atleast_2d(self.to_natural(points)), columns=list(self.names))

    def with_measurements(self, values):
        return Logistic(values, workers=self.workers)


@pytest.fixture(scope="session")
def logistic():
    """The objective of figures with a known error."""
    rng = np.random.default_rng(5)
    objective = Logistic()
    sigma = objective.problem.measurements["sigma"].to_numpy()
    return objective.with_measurements(objective.values * np.exp(rng.normal(0, sigma)))
