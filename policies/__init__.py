"""Levers, strategies and their comparison at equal cost: what a policy analyst edits."""

from smecluster.policies.levers import Lever, check_catalogue, read_levers
from smecluster.policies.strategy import Strategy, load, names

__all__ = ["Lever", "Strategy", "check_catalogue", "load", "names", "read_levers"]
