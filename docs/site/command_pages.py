"""The reference of the command line, read from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smecluster.scripts.main import find_part, list_examples, load_command
from smecluster.scripts.verbs import VERBS


def write_command_pages(folder: Path) -> list[str]:
    """Write a page for all commands and one for each.

    Parameters
    ----------
    folder : Path
        The staged copy.

    Returns
    -------
    list of str
        The pages, without suffix.
    """
    place = folder / "reference" / "commands"
    place.mkdir(parents=True, exist_ok=True)
    rows = []
    for name, verb in VERBS.items():
        text = f"# smecluster {name}\n\n" + "\n".join(_describe(name, ""))
        for own in verb.parts:
            text += f"\n## smecluster {name} {own}\n\n" + "\n".join(_describe(name, own))
        (place / f"{name}.md").write_text(text, encoding="utf-8")
        rows.append(f"| [`{name}`](commands/{name}.md) | {verb.group} | {verb.line} |")
    listed = "\n".join(f"commands/{name}" for name in VERBS)
    page = (
        "# The command line\n\nRead from the commands when this site was built; "
        "`smecluster COMMAND --help` prints the same. Wrong input ends in one line and status 2, "
        "a failed check in status 1, Ctrl-C in 130.\n\n"
        "| command | group | what it does |\n|---|---|---|\n" + "\n".join(rows)
    )
    page += f"\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    (folder / "reference" / "commands.md").write_text(page, encoding="utf-8")
    return ["reference/commands", *(f"reference/commands/{name}" for name in VERBS)]


def _describe(name: str, own: str) -> Iterator[str]:
    command = load_command(name, own)
    yield find_part(name, own).line
    yield ""
    words = f"smecluster {name}" + (f" {own}" if own else "")
    usage = " ".join([words, *_list_arguments(command), "[OPTIONS]"])
    yield f"```console\n{usage}\n```\n"
    yield "Examples:\n"
    yield "```console"
    yield from list_examples(name, own)
    yield "```\n"
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    if shown:
        yield "| | | default |"
        yield "|---|---|---|"
        yield from map(_row, shown)


def _list_arguments(command: Any) -> list[str]:
    found = []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = str(parameter.name).upper() + "..." * (parameter.nargs != 1)
            found.append(name if parameter.required else f"[{name}]")
    return found


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = f"`{parameter.name.upper()}`"
    else:
        name = ", ".join(f"`{opt}`" for opt in (*parameter.opts, *parameter.secondary_opts))
    meaning = " ".join(str(parameter.help or "").split())
    default = parameter.default
    shown = "" if default in (None, False, ()) or callable(default) else f"`{_plain(default)}`"
    if parameter.required:
        shown = "required"
    return f"| {name} | {_cell(meaning)} | {_cell(shown)} |"


def _plain(default: Any) -> str:
    """Write a default; a file that comes with the package is named without its folder."""
    if isinstance(default, Path):
        return default.name if default.is_absolute() else default.as_posix()
    return str(default)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
