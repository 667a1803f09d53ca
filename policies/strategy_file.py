"""Write a strategy as the TOML file that it could have been read from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from smecluster.policies.strategy import Strategy


def format_strategy(strategy: Strategy, comments: Sequence[str] = ()) -> str:
    """Write a strategy as a TOML file.

    Parameters
    ----------
    strategy : Strategy
        The strategy.
    comments : sequence of str
        Lines for the head of the file.

    Returns
    -------
    str
        The text; `policies.strategy.load` reads it back.
    """
    lines = [f"# {' '.join(line.split())}" for line in comments]
    lines += [""] * bool(lines) + [f"title = {_quote(strategy.title)}"]
    lines += [f"description = {_quote(strategy.description)}"]
    lines += [f"money = {_quote(strategy.money)}"]
    if strategy.history is not None:
        lines += ["", "[history]", f"until = {strategy.history.until:g}"]
    for level, programme in (("local", strategy.local), ("central", strategy.central)):
        if programme is None:
            continue
        fields = programme.model_dump(exclude_none=True, exclude_defaults=True)
        tables = {name: fields.pop(name) for name in ("allocation", "exceptions") if name in fields}
        lines += ["", f"[{level}]", *_format_fields(fields), "", f"[{level}.allocation]"]
        lines += _format_fields(tables["allocation"])
        for region, changes in tables.get("exceptions", {}).items():
            lines += ["", f"[{level}.exceptions.{_quote(region)}]", *_format_fields(changes)]
    return "\n".join(lines) + "\n"


def _format_fields(content: Mapping[str, object]) -> list[str]:
    return [
        f"{name if name.isidentifier() else _quote(name)} = {_format_value(value)}"
        for name, value in content.items()
    ]


def _format_value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        inner = ", ".join(_format_fields(value))
        return "{" + inner + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_format_value(one) for one in value) + "]"
    return _quote(str(value))


def _quote(value: str) -> str:
    """Quote a text: TOML's basic strings are escaped as JSON's."""
    return json.dumps(value, ensure_ascii=False)
