"""The report says what the tables of a calibration say, and nothing that they do not."""

import json

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.posterior.shift import AFTER, BEFORE, CLIP, CLIPPED, SHIFT
from smecluster.calibration.report import page
from smecluster.calibration.report.diagnostics import (
    compute_residuals,
    find_close_pairs,
    measure_autocorrelation,
    tabulate_autocorrelation,
)
from smecluster.calibration.report.figures import bounds, fits, profile_curves, residuals
from smecluster.calibration.report.summary import answer_questions
from smecluster.calibration.store import findings
from smecluster.calibration.store.named import write_manifest
from smecluster.model.errors import InputError
from smecluster.model.support.files import write_atomic
from smecluster.model.support.ledger import list_again

REGIONS = ("Northland", "Southland")
YEARS = np.arange(2000, 2020)
SERIES = ["region", "variable", "segment"]


def synthetic(folder, parameters=6, variables=3):
    """Write the tables of a calibration that never was, of regions that are nowhere."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)

    def write(name, rows, columns):
        pd.DataFrame(rows, columns=columns.split("|")).to_csv(folder / f"{name}.csv", index=False)

    verdicts = ("identified", "repeats its prior", "at a bound")
    names = [f"synthetic {at}" for at in range(parameters)]
    names += [f"synthetic regional[{region}]" for region in REGIONS]
    rows, draws = [], {}
    common = random.normal(size=200)
    for at, name in enumerate(names):
        verdict = verdicts[at % 3]
        middle = 10.0 ** (at % 5 - 2)
        width = {"identified": 0.1, "repeats its prior": 0.3, "at a bound": 0.2}[verdict]
        own = random.normal(size=200)
        noise = common + 0.1 * own if at in (0, 3) else own
        draws[name] = middle * np.exp(width * noise)
        low, high = np.quantile(draws[name], (0.05, 0.95))
        scope = "regional" if "[" in name else "shared"
        bounds = (middle / 3, middle * 3, middle, 0.3)
        rows.append((name, "Dmnl", "log", scope, *bounds, middle, low, high, verdict))
    write(
        "parameters",
        rows,
        "name|unit|scale|scope|lower|upper|prior mean|prior sd|estimate|low|high|verdict",
    )
    pd.DataFrame(draws).to_csv(folder / "draws.csv", index=False)
    starts = [(at, 100 + max(0, at - 5) ** 2 / 3, 40, "converged") for at in range(12)]
    write("starts", [*starts, (12, np.inf, 3, "failed")], "start|cost|evaluations|message")
    grid = np.linspace(0.4, 2.5, 15)
    write(
        "profiles",
        [
            (row[0], row[6] * g, (np.log(g) / (0.1 if row[-1] == "identified" else 0.8)) ** 2 / 2)
            for row in rows
            for g in grid
        ],
        "name|value|cost above the best",
    )
    figures, fits, held, scores = [], [], [], []
    for region in REGIONS:
        for variable in ["value added", *(f"synthetic series {at}" for at in range(1, variables))]:
            key = (region, variable, "" if variable == "value added" else "one definition")
            path = 1000 * np.exp(0.06 * (YEARS - 2000))
            values = path * np.exp(0.05 * random.normal(size=len(YEARS)))
            compare, factor = ("level", 1.0) if variable == "value added" else ("scale", 2.0)
            for at, year in enumerate(YEARS):
                status = "remembered" if year == 2003 else "read"
                place = (*key, "Myuan/Year")
                about = path[at] * factor
                figure = (year, values[at] * factor, status)
                figures.append(
                    (*place, compare, factor, *figure, about, 0.95 * about, 1.05 * about, 0.05)
                )
                if year > 2015:
                    naive = (0.9 * about, 1.1 * about, 1.2 * about)
                    held.append((*place, *figure, about, 0.9 * about, 1.1 * about, *naive))
            fits.append((*key, "in", compare, 16, 1, 0.98, 4.0, 0.01, 0.02, 0.97))
            fits.append((*key, "out", compare, 4, 0, 0.9, 5.0, 0.3, 0.1, 0.6))
            better = region == "Northland"
            scores.append(
                (*key, 4, 0.05 if better else 0.2, 0.1, 0.15, 0.18, 0.5 if better else -1)
            )
    write(
        "figures",
        figures,
        "region|variable|segment|unit|compare|factor|year|value|status|fitted|low|high|sigma",
    )
    write(
        "fits",
        fits,
        "region|variable|segment|sample|compare|figures|remembered|R2|MAPE|U^M|U^S|U^C",
    )
    write(
        "holdout",
        held,
        "region|variable|segment|unit|year|value|status|forecast|low|high|random walk"
        "|exponential|logistic",
    )
    write(
        "scores",
        scores,
        "region|variable|segment|figures|model|random walk|exponential|logistic|skill",
    )
    write(
        "reforms",
        [
            ("opening", "Northland", "entry", "%", 20, 12, 30, 10, 25, 35, "matches", True, "-"),
            ("closing", "Southland", "exit", "%", 50, 40, 60, 10, 25, 35, "too strong", False, "-"),
            ("moving", "-", "jobs", "%", *[None] * 3, 1, 2, 3, "cannot be run", False, "-"),
        ],
        "reform|region|response|unit|model|model low|model high|published low|published"
        "|published high|verdict|agrees|source",
    )
    write(
        "coverage",
        [("all", 0.9, 50, 0.88), ("synthetic 0", 0.9, 50, 0.5)],
        "name|level|sets|covered",
    )
    write(
        "leave-one-out",
        [
            ("synthetic 0", "Northland", 1.0, 0.8, 1.2, True),
            ("synthetic 1", "Southland", 1, 0, 2, False),
        ],
        "name|left out|estimate|low|high|inside",
    )
    write(
        "partial",
        [("supply", "synthetic 0", "Dmnl", 20, 0.02, 0.01, 0.03, 0.01, False)],
        "sector|name|unit|figures|estimate|low|high|whole|agrees",
    )
    manifest = {"name": "synthetic", "runs": 12345, "seconds": 90, "stamp": {"model hash": "abc"}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def seal(folder):
    """Give the folder the hashes of what the test has written into it."""
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    list_again(folder, "manifest.json")
    write_manifest(folder, content, [path.name for path in folder.glob("*.csv")])
    return folder


def read_findings(folder):
    return findings.read_findings(seal(folder))


def write_report(folder):
    return page.write_report(seal(folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return synthetic(tmp_path_factory.mktemp("calibrations") / "synthetic")


def change(folder, name, **columns):
    """Write other values into the columns of a table."""
    path = folder / f"{name}.csv"
    pd.read_csv(path).assign(**columns).to_csv(path, index=False)


@pytest.fixture
def copy(tmp_path):
    return synthetic(tmp_path / "synthetic")


def replies(folder):
    return answer_questions(read_findings(folder))


def test_the_page_holds_the_answer_the_figures_and_the_stamp(folder):
    text = write_report(folder).read_text(encoding="utf-8")
    drawn = list((folder / "figures").glob("*.png"))
    assert text.count("data:image/png;base64,") == len(drawn) >= 8
    assert text.index("How well does it fit?") < text.index("<h2>")
    assert "abc" in text
    assert "12,345 model runs" in text


def test_the_fit_is_told_by_region_and_against_its_goal(copy):
    reply = replies(copy)["How well does it fit?"]
    assert "4.0 % (Northland) and 4.0 % (Southland)" in reply
    assert "4 of 4 come within 20 %" in reply
    assert "at most 0.01" in reply
    change(copy, "fits", **{"MAPE": 33.0, "U^M": 0.5})
    reply = replies(copy)["How well does it fit?"]
    assert "0 of 4 come within 20 %" in reply
    assert "synthetic series 1 (Northland, one definition) 33 %" in reply
    assert "too high or too low as a whole" in reply


def test_a_region_of_another_size_than_its_figures_is_called_so(copy):
    assert "Wrong size" not in replies(copy)["How well does it fit?"]
    change(copy, "figures", value=100.0)
    reply = replies(copy)["How well does it fit?"]
    assert reply.startswith("Wrong size: value added of Northland (")
    assert "times the figures" in reply


def test_parameters_are_counted_by_their_verdict_and_named(folder):
    reply = replies(folder)
    assert "3 of 8 estimated parameters" in reply["What do the figures tell about the parameters?"]
    untold = reply["What do they not tell?"]
    assert "3 parameters only repeat their prior (synthetic 1, synthetic 4 and" in untold
    assert "2 parameters hit a bound (synthetic 2 and synthetic 5)" in untold
    assert "synthetic 0 with synthetic 3 (+0.9" in untold


def test_an_unknown_verdict_is_told_in_its_own_words(copy):
    change(copy, "parameters", verdict=["identified"] * 7 + ["weakly identified"])
    assert "1 parameter is weakly identified" in replies(copy)["What do they not tell?"]


def test_the_forecast_names_the_regions_where_it_is_no_better_than_the_naive(folder):
    reply = replies(folder)["How does it forecast years that it never saw?"]
    assert "after 2015" in reply
    assert "in 1 of 2 regions (not in Southland)" in reply
    assert (
        "beats the random walk in 3 (50 %), an exponential trend in 3 and a logistic one in 3"
        in reply
    )


def test_remembered_figures_are_counted_among_the_cautions(copy):
    caution = "What should you be careful about?"
    assert "6 of 120 figures are from memory" in replies(copy)[caution]
    change(copy, "figures", status="read")
    assert "memory" not in replies(copy)[caution]


def test_parameters_that_other_fits_contradict_are_named(copy):
    caution = replies(copy)["What should you be careful about?"]
    assert "alone, these differ: synthetic 0 (supply)" in caution
    assert "rest on one region: synthetic 1 (without Southland)" in caution
    rows = [("Northland", 60, 30, 90, 3.0), ("Southland", 60, 30, 31, 1.1)]
    columns = ["left out", "figures", "cost", "cost without", "times as large"]
    pd.DataFrame(rows, columns=columns).to_csv(copy / "leave-one-out-costs.csv", index=False)
    caution = replies(copy)["What should you be careful about?"]
    assert "the errors of Northland are 3.0 times as large" in caution
    assert "errors of Southland" not in caution


def test_a_logistic_is_counted_where_there_is_one(copy):
    change(copy, "scores", logistic=[0.18, 0.18, 0.18, 0.18, 0.18, np.nan])
    said = replies(copy)["How does it forecast years that it never saw?"]
    assert "and a logistic one in 3 of 5." in said


def test_forecasts_whose_last_error_vanishes_or_stays_are_told_apart(copy):
    question = "How does it forecast years that it never saw?"
    assert "vanished at once" not in replies(copy)[question]
    change(copy, "scores", **{"path: skill": -0.1, "joined: skill": 0.2})
    said = replies(copy)[question]
    assert "If it vanished at once, 0 series would beat the random walk" in said
    assert "if it persisted in full, 6 would." in said


def test_figures_that_scatter_more_than_stated_are_told(copy):
    caution = "What should you be careful about?"
    assert "stated errors" not in replies(copy)[caution]
    assert "2.5 times as far from the fit as their stated" in tell(copy, dispersion=2.5)


def tell(folder, **facts):
    """Put facts into the manifest."""
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))
    return replies(folder)["What should you be careful about?"]


def test_walks_that_have_not_converged_are_called_so(copy):
    chain = {"R-hat": 1.01, "effective draws": 500.0}
    assert "have converged (R-hat at most 1.010, effective draws at" in tell(copy, chain=chain)
    assert "have NOT converged" in tell(copy, chain={**chain, "R-hat": 1.3})


def test_what_the_global_search_found_is_told(copy):
    assert "global search" not in replies(copy)["What should you be careful about?"]
    assert "found no better fit" in tell(copy, **{"global search": 0.0})
    assert "a better fit, which was taken" in tell(copy, **{"global search": -3.0})


def test_costs_of_another_search_are_not_mixed_with_those_of_the_starts(copy):
    starts = pd.read_csv(copy / "starts.csv").assign(method="multi-start")
    other = starts.iloc[:1].assign(cost=1.0, method="global")
    pd.concat([starts, other]).to_csv(copy / "starts.csv", index=False)
    assert "6 of 13 starts" in replies(copy)["What should you be careful about?"]


def test_intervals_from_resampled_figures_are_compared_in_the_scale_of_estimation(copy):
    known = pd.read_csv(copy / "parameters.csv")
    middle = known["estimate"]
    wide = {
        "low 90": middle * (known["low"] / middle) ** 2,
        "high 90": middle * (known["high"] / middle) ** 2,
    }
    pd.DataFrame({"name": known["name"], **wide}).to_csv(copy / "bootstrap.csv", index=False)
    assert "2.0 times as wide" in replies(copy)["Do its intervals hold what they promise?"]


def test_estimates_outside_the_evidence_are_named(copy):
    question = "What do they not tell?"
    assert "outside the range" not in replies(copy)[question]
    change(copy, "parameters", **{"prior sd": 0.3, "prior mean": lambda t: t["estimate"]})
    table = pd.read_csv(copy / "parameters.csv")
    table.loc[1, "prior mean"] *= 2
    table.to_csv(copy / "parameters.csv", index=False)
    assert "range of the evidence: synthetic 1. That" in replies(copy)[question]


def test_a_path_without_bounds_keeps_the_band_at_the_figures(copy):
    rows = [("Northland", "value added", year, 1000.0, None, None) for year in range(1990, 2030)]
    columns = ["region", "variable", "year", "value", "low", "high"]
    pd.DataFrame(rows, columns=columns).to_csv(copy / "paths.csv", index=False)
    panel = next(iter(fits.draw_fits(read_findings(copy)))).figure.axes[0]
    corners = panel.collections[0].get_paths()[0].vertices
    assert set(YEARS) <= set(corners[:, 0])
    assert len(panel.collections[0].get_paths()) == 1


def test_a_best_fit_that_only_one_start_found_is_doubted(copy):
    caution = "What should you be careful about?"
    best = "6 of 13 starts found the best fit; the others end 0.3 to 12.0 higher."
    assert best in replies(copy)[caution]
    change(copy, "starts", cost=np.where(np.arange(13) < 4, 0.0, 1.31))
    best = "4 of 13 starts found the best fit; the others end 1.3 higher."
    assert best in replies(copy)[caution]
    change(copy, "starts", cost=np.arange(13.0) * 5)
    assert "Only one of 13 starts" in replies(copy)[caution]


def test_intervals_that_are_too_narrow_are_called_so(copy):
    question = "Do its intervals hold what they promise?"
    assert "covered the truth in 88 %" in replies(copy)[question]
    assert "too narrow" not in replies(copy)[question]
    change(copy, "coverage", covered=0.6)
    assert "they are too narrow" in replies(copy)[question]
    change(copy, "coverage", sets=4)
    assert "too few sets to judge by" in replies(copy)[question]


def test_effects_that_miss_the_published_range_are_named_by_how(folder):
    reply = replies(folder)["Does it repeat published reforms?"]
    assert "1 of 2 published effects (of 2 reforms)" in reply
    assert "Too strong - closing: exit (Southland)." in reply


def test_an_estimate_without_uncertainty_is_shown_as_such(copy):
    change(copy, "parameters", verdict="", low=np.nan, high=np.nan)
    change(copy, "figures", low=np.nan, high=np.nan)
    reply = replies(copy)
    assert "was not tested" in reply["What do the figures tell about the parameters?"]
    findings = read_findings(copy)
    assert len(list(bounds.draw_bounds(findings))) == 2
    labels = [
        text.get_text() for text in next(iter(fits.draw_fits(findings))).figure.legends[0].texts
    ]
    assert "90 % of the draws" not in labels


def test_what_was_not_done_is_said_and_left_out(copy):
    for path in copy.glob("*.csv"):
        if path.stem != "parameters":
            path.unlink()
    text = write_report(copy).read_text(encoding="utf-8")
    for words in (
        "fit of the series was not measured",
        "No posterior was drawn",
        "No years were held out",
        "not tested on data simulated",
        "reforms were not run",
    ):
        assert words in text
    assert "<h2>Forecasts</h2>" not in text


def test_a_second_report_is_the_same_and_leaves_no_old_figure(tmp_path):
    folder = synthetic(tmp_path / "small", parameters=1, variables=1)
    first = write_report(folder).read_bytes()
    old = folder / "figures" / "profiles-9.png"
    write_atomic(old, b"")
    assert write_report(folder).read_bytes() == first
    assert not old.exists()


def test_a_path_through_all_years_takes_the_place_of_the_line_between_figures(copy):
    def years():
        figure = next(iter(fits.draw_fits(read_findings(copy)))).figure
        return len(figure.axes[0].lines[0].get_xdata())

    assert years() == 20
    rows = [
        ("Northland", "value added", year, 1000.0, 900.0, 1100.0)
        for year in np.arange(1990, 2030, 0.5)
    ]
    columns = ["region", "variable", "year", "value", "low", "high"]
    pd.DataFrame(rows, columns=columns).to_csv(copy / "paths.csv", index=False)
    assert years() == 39


def test_variables_of_one_region_alone_stand_close_together(copy):
    figures = pd.read_csv(copy / "figures.csv")
    alone = figures["variable"].eq("synthetic series 2") & figures["region"].eq("Southland")
    figures[~alone].to_csv(copy / "figures.csv", index=False)
    figure = next(iter(fits.draw_fits(read_findings(copy)))).figure
    titles = [axis.get_title(loc="left").partition(",")[0] for axis in figure.axes]
    assert titles[:2] == ["Northland: value added", "Southland: value added"]
    assert titles[4:] == ["Northland: synthetic series 2", ""]


def test_series_of_a_single_figure_have_no_panel_of_residuals(copy):
    figures = pd.read_csv(copy / "figures.csv")
    figures[figures["year"] == 2001].to_csv(copy / "figures.csv", index=False)
    findings = read_findings(copy)
    errors = compute_residuals(findings)
    assert not list(residuals.draw_residuals(errors, tabulate_autocorrelation(errors)))
    assert len(list(fits.draw_fits(findings))) == 1


def test_sixty_parameters_are_drawn_on_several_pages(tmp_path):
    findings = read_findings(synthetic(tmp_path / "many", parameters=58))
    assert len(list(profile_curves.draw_profiles(findings))) == 3
    assert [drawn.name for drawn in bounds.draw_bounds(findings)] == [
        "parameters-shared-1",
        "parameters-shared-2",
        "parameters-regional-1",
    ]


def test_names_from_files_are_shown_as_text(copy):
    change(copy, "fits", segment="<script>alert(1)</script>")
    for name in ("figures", "holdout", "profiles", "draws", "starts"):
        (copy / f"{name}.csv").unlink()
    text = write_report(copy).read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script" in text


def test_a_folder_that_is_no_calibration_is_named(copy, tmp_path):
    with pytest.raises(InputError, match="no such calibration folder"):
        findings.read_findings(tmp_path / "nowhere")
    (copy / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json has no SHA-256 at its end"):
        findings.read_findings(copy)


def test_a_malformed_table_ends_in_one_line(copy):
    change(copy, "fits", MAPE="much")
    with pytest.raises(InputError, match="'MAPE' is no number: 'much'"):
        read_findings(copy)
    pd.DataFrame({"region": []}).to_csv(copy / "fits.csv", index=False)
    with pytest.raises(InputError, match="has no column 'variable'"):
        read_findings(copy)
    (copy / "fits.csv").write_text("")
    with pytest.raises(InputError, match="is no table"):
        read_findings(copy)


def test_a_stamp_above_a_table_is_passed_over(copy):
    path = copy / "fits.csv"
    path.write_text("# model hash: abc\n" + path.read_text())
    assert len(read_findings(copy)["fits"]) == 12


def test_autocorrelation_counts_neighbouring_years_only():
    years = pd.Series([2000, 2001, 2002, 2003, 2010, 2011])
    same = pd.Series([1.0] * 6)
    assert measure_autocorrelation(years, same) == pytest.approx(1)
    assert measure_autocorrelation(years, pd.Series([1.0, -1.0] * 3)) == pytest.approx(-1)
    assert np.isnan(measure_autocorrelation(years[:3], same[:3]))


def test_parameters_that_move_together_are_paired(folder):
    pairs = find_close_pairs(read_findings(folder))
    assert list(pairs["first"]) == ["synthetic 0"]
    assert list(pairs["second"]) == ["synthetic 3"]


def test_a_calibration_whose_draws_were_moved_says_so_on_its_page(copy):
    pd.DataFrame(
        [("synthetic 0", "Dmnl", 1.0, 1.1, 0.31, 7, 0.2), ("synthetic 1", "Dmnl", 1, 1, 0, 0, 0)],
        columns=[*("name", "unit", BEFORE, AFTER, SHIFT, CLIPPED, CLIP)],
    ).to_csv(copy / "shift.csv", index=False)
    path = copy / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["draws shifted"] = {"draws": 200, "draws clipped": 7}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    page = write_report(copy).read_text(encoding="utf-8")
    assert "All 200 draws were shifted with the estimate" in page
    assert "7 were then clipped at a bound: synthetic 0 (7, by up to 0.2)." in page
    table = page[page.index("Draws moved to the model") :]
    table = table[: table.index("</table>")]
    assert "synthetic 0" in table
    assert "synthetic 1" not in table
