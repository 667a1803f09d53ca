"""Run strategies in many worlds, each at equal cost."""
