"""Run ``python -m smecluster`` as the command ``smecluster``."""

from smecluster.scripts.main import main

main()
