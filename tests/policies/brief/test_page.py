"""The brief in both languages: nothing untranslated, words that match numbers, files that open."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np
import pytest

from smecluster.model.presentation.documents.html import write_html
from smecluster.model.presentation.documents.word import write_word
from smecluster.model.presentation.documents.workbook import ENDS, write_workbook
from smecluster.model.presentation.exports import write_figure
from smecluster.model.presentation.language.catalogue import CHINESE, ENGLISH, load_language
from smecluster.model.presentation.language.numbers import format_number
from smecluster.policies.accounting.measures import ACCOUNT, DEBT, sum_parties
from smecluster.policies.brief.figures import draw_brief
from smecluster.policies.brief.page import FIGURE, make_voice, write_brief
from smecluster.policies.brief.parts.losers import summarise_losers
from smecluster.policies.brief.parts.tasks import summarise_tasks
from smecluster.policies.brief.verdict import MOST, write_verdict
from smecluster.policies.brief.words.evidence import ASSIGNMENT, MAP, Evidence
from smecluster.policies.brief.words.voice import bound_chance
from smecluster.policies.ensemble.gains import HORIZON
from smecluster.policies.money_map.tables import SHARE

LANGUAGES = (ENGLISH, CHINESE)
BUDGETS, BASELINES = ("0.1%", "3%"), ("as-now", "end-all-policy")
# Names that stay as they are: of files, commands, people, the licence, and of the work to cite.
LATIN = re.compile(
    r"smecluster[\w .\"'%-]*|https?://\S+|calibration/\w+|docs/[\w.]+|Apache-2\.0|Qu Li[^，。]*"
    r"|The smecluster contributors[^（]*|--draws|LEVER"
)


def speak(code: str, evidence: Evidence):
    return make_voice(load_language(code), evidence)


def read_texts(document) -> list[str]:
    """List every string of a document."""
    texts = [document.title, document.lead, *document.verdict, document.stamp_title]
    texts += [
        *document.stamp,
        *document.labels.values(),
        *(one.caption for one in document.pictures),
    ]
    for part in document.parts:
        texts += [part.title, *part.text]
        for table in part.tables:
            texts += [table.sheet, table.caption, *table.notes]
            texts += [column.heading for column in table.columns]
            texts += [cell.text for row in table.rows for cell in row]
    return texts


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("budget", BUDGETS)
def test_no_string_of_the_page_is_left_untranslated(make, budget, baseline):
    evidence = make(budget, baseline)
    stamp = {"command": "-", "model hash": "-", "draws": "-", "versions": "-", "runs": "-"}
    document = write_brief(load_language(CHINESE), evidence, stamp)
    left = [
        text for text in read_texts(document) if re.search(r"[A-Za-z]{2,}", LATIN.sub("", text))
    ]
    assert left == []
    figure = draw_brief(speak(CHINESE, evidence), evidence)
    from matplotlib.text import Text

    drawn = [one.get_text() for one in figure.findobj(Text) if isinstance(one, Text)]
    assert [text for text in drawn if re.search(r"[A-Za-z]{2,}", text)] == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("budget", BUDGETS)
def test_the_verdict_is_short_and_names_the_money_the_years_and_the_baseline(
    make, budget, baseline, code
):
    evidence = make(budget, baseline)
    voice = speak(code, evidence)
    verdict = write_verdict(voice, evidence)
    assert 3 <= len(verdict) <= MOST
    stop = "." if code == ENGLISH else "。"
    assert all(one.endswith(stop) for one in verdict)
    if code == ENGLISH:
        # Each sentence of the nation is short enough to be read aloud in one breath.
        assert max(len(one.split()) for one in verdict[1:3]) <= 55
    first = verdict[0]
    assert voice.money([evidence.comparison.budget.money]) in first
    assert f"{100 * evidence.comparison.budget.share:.3g} %" in first
    assert "2040" in verdict[1]
    assert "2060" in verdict[2]
    assert (voice.title("end-all-policy") in first) == (baseline != "as-now")
    assert "every draw" not in " ".join(verdict)
    # Sums against an end of all policy are not what the money alone brings.
    share = "so with what policy as now brings" if code == ENGLISH else "含现行政策"
    assert (share in first) == (baseline != "as-now")
    assert "e+" not in " ".join(verdict)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_verdict_turns_with_the_numbers(make, code):
    """The same evidence with all signs of the account turned says the opposite."""
    evidence = make("3%", "as-now")
    account = evidence.account
    turned = account.changes.assign({ACCOUNT: -account.changes[ACCOUNT]})
    other = replace(evidence, account=replace(account, changes=turned))
    voice = speak(code, evidence)
    said, opposite = (write_verdict(voice, one)[2] for one in (evidence, other))
    middle = float(np.median(account.benefit("local").values))
    assert middle > 0
    gains, loses = ("it gains", "it loses") if code == ENGLISH else ("净得", "净失")
    tail, turned_tail = (
        text.rpartition("2060" if code == ENGLISH else "计至2060")[2] for text in (said, opposite)
    )
    assert gains in tail
    assert gains not in turned_tail
    assert loses in turned_tail


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("budget", BUDGETS)
def test_every_party_that_loses_under_either_of_the_first_two_is_named_with_its_sum(
    make, budget, code
):
    evidence = make(budget, "as-now")
    voice = speak(code, evidence)
    said = write_verdict(voice, evidence)[3]
    sums = sum_parties(evidence.account)
    largest = abs(sums.median("draw")).max("party")
    for name in evidence.comparison.names:
        for party in sums["party"].values:
            middle = float(sums.sel(strategy=name, party=party).median())
            heavy = -middle > 0.05 * float(largest.sel(strategy=name))
            assert (voice.money([-middle]) in said) or not heavy
    assert "2060" in said


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("along", "told", "not_told"),
    [
        (HORIZON, ("the years that are counted", "所计年限"), ("the money", "资金规模")),
        (SHARE, ("the money", "资金规模"), ("the years that are counted", "所计年限")),
    ],
)
def test_the_order_is_said_to_turn_only_with_what_turns_it(make, code, along, told, not_told):
    evidence = make("0.1%", "as-now")
    ready = evidence.ready[MAP]
    cells = ready.tables[MAP]
    least = cells[along].min()
    ahead = np.where(cells[along] == least, "central", "local")
    tables = {**ready.tables, MAP: cells.assign(ahead=ahead)}
    turned = replace(evidence, ready={MAP: replace(ready, tables=tables)})
    said = write_brief(load_language(code), turned, {}).lead
    at = 0 if code == ENGLISH else 1
    assert told[at] in said
    assert not_told[at] not in said


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ((3.0, 4.0), "3.5 % higher"),
        ((-3.0, -4.0), "3.5 % lower"),
        ((-1.0, 4.0), "not clearly higher or lower"),
        ((0.01, 0.02), "hardly different"),
    ],
)
def test_debt_is_higher_or_lower_only_where_nearly_all_draws_say_so(make, shares, told):
    evidence = make("3%", "as-now")
    account = evidence.account
    level = account.levels[DEBT].sel(year=2040)
    change = account.changes[DEBT].copy(deep=True)
    spread = np.linspace(*shares, change.sizes["draw"])
    change.loc[{"strategy": "local", "year": 2040}] = spread * level.values / 100
    other = replace(account, changes=account.changes.assign({DEBT: change}))
    said = summarise_losers(speak(ENGLISH, evidence), other, ["local"])
    assert f"{told} under local programmes" in said


def test_the_runs_of_the_page_are_counted_once(make):
    evidence = make("0.1%", "as-now")
    document = write_brief(load_language(ENGLISH), evidence, {"runs": "1"})
    runs = evidence.comparison.runs + evidence.account.runs
    assert document.stamp["runs"] == str(runs)
    assert any(text.startswith(f"{runs:,} runs.") for text in read_texts(document))


@pytest.mark.parametrize("code", LANGUAGES)
def test_failures_are_counted_and_left_out(make, code):
    evidence = make("3%", "as-now")
    comparison = evidence.comparison
    ends = comparison.ends.copy(deep=True)
    gone = {"strategy": "central", "draw": comparison.ends["draw"].values[0]}
    for name in ends.data_vars:
        ends[name].loc[gone] = np.nan
    row = {"strategy": "central", "future": "base", "draw": 0, "reason": "injected"}
    failures = comparison.failures.reindex([0]).assign(**row)
    other = replace(
        evidence,
        comparison=replace(comparison, ends=ends, failures=failures),
        account=replace(evidence.account, failed=0),
    )
    document = write_brief(load_language(code), other, {})
    verdict = document.verdict[0]
    assert ("all 5 draws" if code == ENGLISH else "所运行的5次抽样") in verdict
    said = "1 run has no result" if code == ENGLISH else "有1次运行没有结果"
    assert any(said in text for text in read_texts(document))


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_not_known_is_left_out(make, code):
    evidence = make("0.1%", "as-now")
    bare = replace(evidence, ready={}, account=None, trust={}, commands={MAP: "smecluster map a b"})
    document = write_brief(load_language(code), bare, {})
    assert any("smecluster map a b" in text for text in read_texts(document))
    assert len(document.parts) < len(write_brief(load_language(code), evidence, {}).parts)


def test_the_numbers_of_the_page_are_those_of_the_account(make):
    evidence = make("3%", "as-now")
    document = write_brief(load_language(ENGLISH), evidence, {})
    table = next(one for one in document.tables if one.sheet == "account")
    row = next(one for one in table.rows if one[0].text == "net national benefit")
    for name, cell in zip(evidence.comparison.names, row[1:], strict=True):
        middle = float(np.median(evidence.account.benefit(name).values)) * 1e-3
        assert cell.value == pytest.approx(middle)
        assert cell.text.startswith(format_number(middle))


@pytest.mark.parametrize("code", LANGUAGES)
def test_page_word_file_and_workbook_say_the_same(make, tmp_path, code):
    import docx
    import openpyxl

    evidence = make("0.1%", "as-now")
    say = load_language(code)
    picture = write_figure(draw_brief(speak(code, evidence), evidence), tmp_path, FIGURE, {})
    document = write_brief(say, evidence, {"model hash": "abc"})
    page = html.unescape(write_html(document, {FIGURE: picture}))
    word = docx.Document(str(write_word(document, {FIGURE: picture}, tmp_path / "a.docx")))
    book = openpyxl.load_workbook(write_workbook(document, tmp_path / "a.xlsx"))
    paragraphs = {one.text for one in word.paragraphs}
    assert f'lang="{"en" if code == ENGLISH else "zh-CN"}"' in page
    for sentence in document.verdict:
        assert sentence in page
        assert sentence in paragraphs
        assert sentence in {cell.value for cell in book.worksheets[0]["A"]}
    assert len(word.tables) == len(document.tables) == len(book.worksheets) - 2
    for table, sheet in zip(document.tables, book.worksheets[1:-1], strict=True):
        assert table.caption in page
        assert sheet["A1"].value == table.caption
        heads = [cell.value or "" for cell in sheet[3]]
        own = [at for at, head in enumerate(heads) if head not in ENDS]
        assert [heads[at] for at in own] == [column.name for column in table.columns]
        assert [sheet[4][at].value or "" for at in own] == [one.unit for one in table.columns]
        for row, cells in zip(table.rows, sheet.iter_rows(min_row=5), strict=False):
            for cell, at in zip(row, own, strict=True):
                written = cells[at]
                expected = cell.text if cell.value is None else cell.value
                assert (written.value or "") == expected or written.value == pytest.approx(expected)
                if cell.ends:
                    # What stands in brackets on the page has columns in the workbook.
                    assert [one.value for one in cells[at + 1 : at + 3]] == pytest.approx(cell.ends)


def test_no_table_is_wider_or_longer_than_a_sheet(make):
    document = write_brief(load_language(ENGLISH), make("0.1%", "as-now"), {})
    assert max(len(table.rows) for table in document.tables) <= 20
    assert max(len(table.columns) for table in document.tables) <= 9


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_a_share_of_draws_is_off_by_more_than_is_said_in_at_most_a_case_of_twenty(count):
    ahead = np.random.default_rng(4).binomial(count, 0.5, size=20_000)
    off = 100.0 * np.abs(ahead / count - 0.5)
    assert np.mean(off > bound_chance(count)) <= 0.05
    # Nor is the bound so wide that it says nothing.
    assert np.mean(off > bound_chance(count) / 2) >= 0.2


@pytest.mark.parametrize(
    ("best", "told"),
    [
        ("both", "no lever is clearly best run by the centre or by the regions alone"),
        (
            "centre",
            "the centre is clearly best at legal framework; the regions are clearly best at none",
        ),
        (
            "regions",
            "the centre is clearly best at none; the regions are clearly best at legal framework",
        ),
    ],
)
def test_the_words_name_the_levers_that_a_level_runs_clearly_best(make, best, told):
    evidence = make(BUDGETS[0], BASELINES[0])
    ready = evidence.ready[ASSIGNMENT]
    levers = ready.tables[ASSIGNMENT].assign(ahead=0)
    one = levers["lever"] == "legal framework"
    levers.loc[one, ["best", "ahead"]] = best, int(levers.loc[one, "draws"].iloc[0])
    tables = {**ready.tables, ASSIGNMENT: levers}
    turned = replace(evidence, ready={**evidence.ready, ASSIGNMENT: replace(ready, tables=tables)})
    assert summarise_tasks(speak(ENGLISH, turned), turned).endswith(f"; {told}.")


def test_the_shipped_answers_are_on_the_page(make):
    evidence = make("0.1%", "as-now")
    titles = [part.title for part in write_brief(load_language(ENGLISH), evidence, {}).parts]
    assert {ASSIGNMENT, MAP} <= set(evidence.ready)
    assert titles[:3] == ["Who should do what", "How much money, to which year", "Money and losers"]
