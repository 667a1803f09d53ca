"""Whether the views of a Vensim file show every variable once, and nothing else."""

from __future__ import annotations

import re
from collections import Counter

from smecluster.model.engine.read.document import read_document
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import parse


def find_faults(text: str) -> list[str]:
    """List what is wrong with the views of a model.

    Parameters
    ----------
    text : str
        The Vensim file.

    Returns
    -------
    list of str
        One line for each variable that is in no view or in several, and for each name in a view
        that the model does not have. Empty if nothing is wrong.
    """
    document = read_document(text)
    known = {fold_name(name): name for name in document.variables}
    standing: Counter[str] = Counter()
    shown: set[str] = set()
    for line in parse(text).sketch.splitlines():
        match = re.match(r'10,\d+,("(?:[^"\\]|\\.)*"|[^,]*),(?:-?\d+,){5}(\d+)', line)
        if match:
            folded = fold_name(match[1])
            shown.add(folded)
            if int(match[2]) % 2:
                standing[folded] += 1
    faults = []
    for folded, name in known.items():
        if document.variables[name].kind == "control":
            continue
        if standing[folded] == 0:
            faults.append(f"{name!r} is in no view")
        elif standing[folded] > 1:
            faults.append(f"{name!r} is in {standing[folded]} views")
    strange = sorted(shown - known.keys() - {"time"})
    return faults + [f"a view shows {name!r}, which the model does not have" for name in strange]
