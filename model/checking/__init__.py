"""Checks on the model: scenarios, predicates, stylised facts, loop gains."""
