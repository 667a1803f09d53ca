"""The page on strategy files: every key, the rules, and examples that are run as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.model.inputs import read_toml
from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.support.files import read_text
from smecluster.policies.reference.keys import Key, list_keys

if TYPE_CHECKING:
    from smecluster.model import Model

#: The examples of the page, whole files.
EXAMPLES = Path(__file__).with_name("examples")
_LEVELS = {"local": ("central",), "central": ("local",)}
_HEADS = {
    "": "The head of the file",
    "history": "`[history]`: policy as now",
    "local": "`[local]`: what the regions run",
    "central": "`[central]`: what the centre runs",
}
_RULES = """\
A strategy is a file in TOML. `smecluster list strategies` lists those that come with the program;
`smecluster run my-strategy.toml` checks and runs one. An unknown key, a value outside of its range
or a name that does not exist is refused in one line with the nearest right name.

- **Money is additional** to policy as now unless the file says `money = "replaces"`. Policy as now
  is what governments spend already, carried on.
- **Comparisons set the money.** Commands that compare strategies multiply each one's money by a
  factor until all spend the same additional amount. What the file says decides how it is divided
  among governments and levers, and over the years. `compare --as-written` keeps the file's money.
- **A trigger waits for firms.** One that was passed before the comparison starts begins with the
  start, never in the past.
- **Spans are watched.** Where both levels together spend more on a lever than is plausible
  (`smecluster list levers`), a warning names lever, share and span.
- **A region without a calibration** is named "not calibrated" in the record of every output; one
  that is still an empty template is refused."""


def list_examples() -> tuple[Path, ...]:
    """List the files of the examples, in the order of the page."""
    order = ("one-region", "exceptions", "trigger", "replaces")
    return tuple(EXAMPLES / f"{name}.toml" for name in order)


def tabulate_keys(model: Model) -> pd.DataFrame:
    """Make a row of every key of a strategy file.

    Parameters
    ----------
    model : Model
        The model, whose ranges and regions hold too.

    Returns
    -------
    pandas.DataFrame
        Columns: table, key, type, unit, default, allowed, example, meaning.
    """
    contents = [read_toml(path) for path in list_examples()]
    rows = [
        {
            "table": key.table,
            "key": key.name,
            "type": key.kind,
            "unit": key.unit,
            "default": key.default,
            "allowed": key.allowed,
            "example": _find_example(key, contents),
            "meaning": key.meaning,
        }
        for key in list_keys(model)
    ]
    return pd.DataFrame(rows)


def write_page(model: Model, command: str, calibration: str, table: str) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    model : Model
        The model, whose ranges and regions hold too.
    command : str
        The command that made it.
    calibration : str
        Where the model's values come from.
    table : str
        Name of the file beside the page that holds every key.

    Returns
    -------
    str
        The page.
    """
    keys = tabulate_keys(model)
    lines = ["# Strategy files", "", say_how_made(command, model.hash, calibration), "", _RULES]
    lines += ["", f"All keys in one table: [{table}]({table})."]
    for name, head in _HEADS.items():
        lines += ["", f"## {head}", ""]
        lines += ["| key | type | unit | default | allowed | example | meaning |"]
        lines += ["|---|---|---|---|---|---|---|"]
        for row in keys[keys["table"] == name].drop(columns="table").to_dict("records"):
            cells = [f"`{row.pop('key')}`", *row.values()]
            cells[5] = f"`{cells[5]}`"
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    lines += ["", "## Examples", ""]
    lines += ["Each is a whole file, which the tests load and run."]
    for path in list_examples():
        lines += ["", f"### {read_toml(path)['title']}", ""]
        lines += ["```toml", read_text(path).strip(), "```"]
    return "\n".join(lines) + "\n"


def _find_example(key: Key, contents: list[dict[str, object]]) -> str:
    """Give the value that an example gives a key, as the file writes it."""
    # Both levels have most keys in common, so one may borrow the other's example.
    for name in (key.table, *_LEVELS.get(key.table, ())):
        for content in contents:
            table = content.get(name, {}) if name else content
            if isinstance(table, dict) and key.name in table:
                return _spell(key, table[key.name])
    raise LookupError(f"no example gives {key.path}")


def _spell(key: Key, value: object) -> str:
    if isinstance(value, dict):
        name, inner = next(iter(value.items()))
        shown = "{...}" if isinstance(inner, dict) else f"{inner}"
        rest = ", ..." if len(value) > 1 else ""
        return f"[{key.path}] {_quote(str(name))} = {shown}{rest}"
    if isinstance(value, list):
        return f"{key.name} = [{', '.join(_quote(str(one)) for one in value)}]"
    spelt = _quote(value) if isinstance(value, str) else f"{value}"
    return f"{key.name} = {spelt}"


def _quote(text: str) -> str:
    return f'"{text}"'
