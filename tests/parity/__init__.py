"""Parity with programs that are no part of the tests."""
