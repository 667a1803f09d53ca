"""Unfinished work: finished parts of it, what they depend on, and their removal."""

from smecluster.model.support.checkpoints.identities import (
    describe_mixture,
    is_identity,
    name_differences,
)
from smecluster.model.support.checkpoints.removal import drop, remove_abandoned, remove_parts
from smecluster.model.support.checkpoints.store import Checkpoints

__all__ = [
    "Checkpoints",
    "describe_mixture",
    "drop",
    "is_identity",
    "name_differences",
    "remove_abandoned",
    "remove_parts",
]
