"""The line at the top of a page in Markdown: which command made it, and from what."""

from __future__ import annotations

from smecluster.model.presentation.language.spoken import say


def say_how_made(command: str, model_hash: str, calibration: str) -> str:
    """Say at the top of a page in Markdown which command made it, and from what.

    Parameters
    ----------
    command : str
        The command that makes the page again.
    model_hash : str
        Fingerprint of the model that was run.
    calibration : str
        Where its values come from.

    Returns
    -------
    str
        Two sentences.
    """
    return say(
        "Made by `{command}` from the model with the fingerprint `{model}` (values: {values}). Do "
        "not edit; make it again.",
        command=command,
        model=model_hash[:12],
        values=say.word(calibration),
    )
