"""Names, measures and tables of robustness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.robustness.prim import describe_limits

if TYPE_CHECKING:
    pass
if TYPE_CHECKING:
    from smecluster.policies.robustness.result import Robustness

ENOUGH, ALL_WORLDS = "share good enough", "all futures"
FAILS, BEATEN = "fails", "is beaten"


def _box_table(judged: Robustness) -> pd.DataFrame:
    rows = []
    for strategy, searched in judged.discoveries.items():
        for what, discovery in searched.items():
            for number, box in enumerate(discovery.boxes, 1):
                words = describe_limits(box.limits, judged.worlds)
                for (factor, limit), said in zip(box.limits.items(), words, strict=True):
                    is_set = isinstance(limit, frozenset)
                    low, high = (np.nan, np.nan) if isinstance(limit, frozenset) else limit
                    rows.append(
                        {
                            STRATEGY: strategy,
                            "what": what,
                            "share": discovery.share,
                            "box": number,
                            "coverage": box.coverage,
                            "density": box.density,
                            "mass": box.mass,
                            "factor": factor,
                            "low": low if np.isfinite(low) else np.nan,
                            "high": high if np.isfinite(high) else np.nan,
                            "names": ", ".join(sorted(map(str, limit))) if is_set else "",
                            "quasi p": box.quasi_p[factor],
                            "reproduced": box.reproduced[factor],
                            "words": said,
                        }
                    )
    columns = [STRATEGY, "what", "share", "box", "coverage", "density", "mass", "factor"]
    columns += ["low", "high", "names", "quasi p", "reproduced", "words"]
    return pd.DataFrame(rows, columns=columns)
