"""The regions' histories: published figures, prices, and the model values of each region."""

from smecluster.calibration.data.case import Case, cases, load, region

__all__ = ["Case", "cases", "load", "region"]
