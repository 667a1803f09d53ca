"""The regions' histories: published figures, prices, and the model values of each region."""

from smecluster.calibration.data.case import Case, list_cases, load_case, make_region

__all__ = ["Case", "list_cases", "load_case", "make_region"]
