"""Write the desk as one HTML file, with a policy that keeps it off the network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smecluster.model.presentation.language.catalogue import CHINESE, ENGLISH
from smecluster.policies.desk.strings import list_names, read_strings

_PARTS = Path(__file__).with_name("page")
# Every file comes after those that it imports from.
_THREAD = ("run/kernel.js", "run/outcomes.js", "run/causes.js", "run/worker.js")
_SCRIPT = (
    *_THREAD,
    "run/failures.js",
    "run/engine.js",
    "controls/settings.js",
    "controls/link.js",
    "controls/words.js",
    "controls/elements.js",
    "run/summary.js",
    "charts/lines.js",
    "charts/figure.js",
    "charts/stacks.js",
    "charts/diagram.js",
    "charts/scene.js",
    "controls/tools.js",
    "controls/levers.js",
    "panels/sources.js",
    "panels/worth.js",
    "panels/why.js",
    "panels/map.js",
    "panels/saved.js",
    "panels/assumptions.js",
    "panels/numbers.js",
    "panels/panels.js",
    "explore.js",
    "app.js",
)
# A module file becomes part of one script: what it imports stands above it.
_IMPORT = re.compile(r"^import\s.*?;\n", re.M | re.S)
_EXPORT = re.compile(r"^export\s+", re.M)


def write_page(content: Mapping[str, Any], language: str = ENGLISH) -> str:
    """Write the page.

    Parameters
    ----------
    content : mapping
        From `policies.desk.content.collect_content` or `policies.desk.anymodel.collect_model`.
    language : str
        In which it opens, of `model.presentation.language.catalogue.LANGUAGES`. One in English
        opens in Chinese in a Chinese browser; a button changes either.

    Returns
    -------
    str
        HTML with everything in it. Its policy (Content-Security-Policy) allows only its own script
        and style, by their hashes, and no connection.
    """
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    script = f"{join_scripts(_SCRIPT)}\nopen();\n"
    thread = f"{join_scripts(_THREAD)}\nserve(self);\n"
    style = read_part("desk.css")
    strings = read_strings(list_names(content))
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)} 'wasm-unsafe-eval'",
            "worker-src blob:",
            f"style-src {_hash(style)}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    data = {"content": content, "strings": strings, "worker": thread}
    template = Environment(
        loader=FileSystemLoader(_PARTS), autoescape=select_autoescape(["html", "jinja"])
    ).get_template("desk.html.jinja")
    from markupsafe import Markup

    return template.render(
        policy=Markup(policy),
        language="zh-Hans" if language == CHINESE else language,
        title=content.get("title", strings["text"]["title"][language]),
        noscript="This page needs JavaScript and WebAssembly.",
        style=Markup(style),
        script=Markup(script),
        data={name: Markup(write_json(value)) for name, value in data.items()},
    )


def join_scripts(names: tuple[str, ...]) -> str:
    """Join module files into one script."""
    parts = (_EXPORT.sub("", _IMPORT.sub("", read_part(name))) for name in names)
    return '"use strict";\n' + "\n".join(parts)


def read_part(name: str) -> str:
    """Read a file of the page."""
    return (_PARTS / name).read_text(encoding="utf-8")


def write_json(value: Any) -> str:
    """Write JSON that can stand in a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
