"""Each error that an audit found in the first edition, built into the model again, is seen.

People from nothing, a rival of the wrong size and demand from nothing are in
`tests/model/test_shipped_model.py`, with the balances that they break.
"""

import re
from pathlib import Path

import pytest

from smecluster.model.checking.runner import CHECKS, run_checks
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.files import read_text, write_atomic

LOSES = "what buyers take from the Delta in a scandal they give to the rest of China"
VISITED = "reference points lie within the histories"

# What the first edition did, as a change of the text, and the statements that must fail.
ERRORS = {
    "rivals keep the size of 1978, so nobody loses the demand that a region wins": (
        r"SUM\(market share at reference\[Region!, Market\] \* appeal\[Region!\] \* "
        r"market access\[Region!, Market\]\)",
        "SUM(market share at reference[Region!, Market])",
        LOSES,
    ),
    "the nation's technology counts on top of the firms' own": (
        r"(entrant productivity\[Region, Local kind\] = LN\(national frontier\))",
        r"\1 + LN(national frontier)",
        "firms grow more productive with the nation's best, and not on top of them",
    ),
    "knowledge is compared with 1978 and not with the nation's": (
        r"/ \(national knowledge in wages \* research climate \* national wage\)",
        "/ (national knowledge in wages * additionality of public research money"
        " * initial national wage)",
        "knowledge and infrastructure raise or lower output by two thirds at most",
    ),
    "agglomeration comes on top of constant returns": (
        r"(\ngain from division of labour = )\S+",
        r"\g<1>0.3",
        "returns to scale of a region add up to 1.00 to 1.08",
    ),
    "a reference point that no history visits": (
        r"(\nreference relative price = )\S+",
        r"\g<1>0.5",
        VISITED,
    ),
    "order is built beyond what the law permits": (
        r"\(order ceiling\[Region\] - Market order\[Region\]\) \* response",
        "(1 - Market order[Region]) * response",
        "order stays below what the law permits, however quickly it is built",
    ),
    "a trained worker costs five yearly wages": (
        r"(\ntraining cost in wages = )\S+",
        r"\g<1>5",
        "training a worker costs half a yearly wage to two",
    ),
    "a talent is worth most of what a worker makes": (
        r"(\npremium of talent = )\S+",
        r"\g<1>1.7",
        "one talent more adds at most a third of what a worker makes",
    ),
}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_the_first_edition_is_seen(tmp_path, error):
    pattern, new, statement = ERRORS[error]
    text, count = re.subn(pattern, new, read_text(SHIPPED))
    assert count == 1
    path = write_atomic(tmp_path / "broken.mdl", text)
    (finding,) = run_checks(path, CHECKS, only=statement)[:1]
    assert finding.statement == statement
    assert finding.status == "failed"


def test_a_value_that_a_history_does_not_pass_is_named(tmp_path):
    towns = Path(__file__).parents[1] / "data" / "two_towns.mdl"
    check = "checks: [{it: a, dataset: {of: People}, predicate: {passes: 1.0e+9}}]"
    write_atomic(tmp_path / "checks.yaml", check)
    (found,) = run_checks(towns, tmp_path)
    assert "does not pass 1e+09" in found.detail
