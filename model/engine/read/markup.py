"""An XMILE file as nodes with line numbers; nothing outside the file is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_NESTED


@dataclass
class Node:
    """An element of an XMILE file.

    Attributes
    ----------
    tag : str
        Its name without prefix, in lower case.
    attributes : mapping of str to str
        By name without prefix, in lower case.
    line : int
        Line of the file on which it starts.
    text : str
        The text in it, outside its children.
    children : list of Node
        Its children.
    """

    tag: str
    attributes: Mapping[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def find(self, *tags: str) -> Iterator[Node]:
        """Give the children of some names."""
        return (child for child in self.children if child.tag in tags)

    def first(self, tag: str) -> Node | None:
        """Give the first child of a name."""
        return next(self.find(tag), None)

    @property
    def name(self) -> str:
        """The attribute ``name``: line breaks count as blanks."""
        return " ".join(self.attributes.get("name", "").replace("\\n", " ").split())


def read_markup(text: str) -> Node:
    """Read an XMILE file into nodes.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    Node
        The outermost element.

    Raises
    ------
    InputError
        If it is not well formed, nests too deeply, or declares a document type, which could read
        other files.
    """
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.I):
        raise InputError("the XMILE file declares a document type: remove the <!DOCTYPE ...> part")
    reader = expat.ParserCreate("utf-8")
    root = Node("", {}, 0)
    above = [root]

    def begin(tag: str, attributes: Mapping[str, str]) -> None:
        if len(above) > MOST_NESTED:
            raise InputError(
                f"the XMILE file nests more than {MOST_NESTED} elements, which is the most that "
                "is read"
            )
        bare = {_bare(name): value for name, value in attributes.items()}
        node = Node(_bare(tag), bare, reader.CurrentLineNumber)
        above[-1].children.append(node)
        above.append(node)

    parts: dict[int, list[str]] = {}

    def finish(_: str) -> None:
        node = above.pop()
        node.text = "".join(parts.pop(id(node), ()))

    reader.StartElementHandler = begin
    reader.EndElementHandler = finish
    reader.CharacterDataHandler = lambda data: parts.setdefault(id(above[-1]), []).append(data)
    try:
        reader.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise InputError(f"the XMILE file cannot be read: {error}") from error
    return root.children[0]


def _bare(name: str) -> str:
    return name.rpartition(":")[2].lower()
