"""Former place of `model.inputs`."""

from smecluster.model.inputs import Schema, validate

__all__ = ["Schema", "validate"]
