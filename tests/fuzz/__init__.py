"""The attack on the program: mutated files, hostile models and options, killed processes.

``python -m tests.fuzz --help`` runs it; ``docs/reliability.md`` says what it is for.
"""
