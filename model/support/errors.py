"""Former place of `model.errors`."""

from smecluster.model.errors import InputError, UnknownNameError, shorten, suggest_name

__all__ = ["InputError", "UnknownNameError", "shorten", "suggest_name"]
