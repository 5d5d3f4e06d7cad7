"""exact_score on a real record: figures 12-14, the exact law, the bias, unfinished sweeps."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from command import analyse, check_page
from records import parts_of, set_pending
from undecided import undecided

from analysis.experiments.exact_score.data import METRICS, Curves
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "exact_score"
trials = 1500
steps = 120
[axes]
theta = { linspace = [0.0, 1.0, 7], unit = "pi" }
seed = [0, 1]
method = ["plane", "full"]
time = [0.0, 0.5, 1.0, 2.0]
[run]
title = "Figures 12-14, small"
"""


@pytest.fixture(scope="module")
def path(run_job):
    return run_job(JOB)


def perfect_values(a: float, dimension: int) -> dict[str, float]:
    """Accuracy, plane MSE and NLL of exact samples of P_0(y|x_0) for unit variance and means at
    distance a from the origin."""
    right, wrong = NormalDist().cdf(a), NormalDist().cdf(-a)
    z = np.linspace(-12, 12, 4801)
    weight = np.exp(-z**2 / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    label = weight @ np.logaddexp(0, -2 * a * (a + z))
    both = weight @ np.logaddexp(0, -2 * a * (2 * a + math.sqrt(2) * z))
    return {"accuracy": right**2 + wrong**2, "mse": 1 + 2 * a**2 * wrong,
            "nll": dimension / 2 * math.log(2 * math.pi * math.e) + float(label - both)}


def test_figures_in_the_papers_order(record):
    found = [figure.key for figure in content(record).figures]
    assert found == ["figure-12", "figure-13", "figure-14", "observables", "no-effect",
                     "terminal-variance", "class-history", "plane-full"]


def test_exact_law_is_what_the_dashed_lines_show(record):
    curves = Curves(record)
    expected = perfect_values(math.sqrt(32) * 0.5, 32)
    assert expected["accuracy"] == pytest.approx(0.99533, abs=1e-5)
    assert expected["nll"] == pytest.approx(45.41255, abs=1e-5)
    for metric in METRICS:
        assert curves.perfect(metric) == pytest.approx(expected[metric.key], rel=1e-9)


def test_seeds_are_averaged_with_their_errors(record):
    curves = Curves(record)
    delta = curves.delta(METRICS[1], "printed", "late", 0.5)
    raw, error = (record[name].at(method="plane", score="printed", schedule="late", g=0.5,
                                  theta=0.0).values for name in ("delta_mse", "delta_mse_error"))
    assert delta.mean[0] == pytest.approx(raw.mean())
    assert delta.error[0] == pytest.approx(np.hypot(*error) / 2)
    assert "of each of 2 seeds" in curves.trials_text


def test_printed_score_has_the_effect_and_the_exact_ones_have_none(record):
    claims = content(record).claims
    verdicts = {claim.where: claim.verdict for claim in claims}
    assert verdicts["appendix C, conclusion"] == Verdict.CONTRADICTED
    assert verdicts["appendix C, (142)"] == Verdict.CONTRADICTED
    aligned, misaligned = claims[0], claims[1]
    assert aligned.verdict == misaligned.verdict == Verdict.REPRODUCED
    table = content(record).tables[0]
    assert [row[-1] for row in table.rows] == ["effect"] * 3 + ["no effect seen"] * 6


def test_too_weak_a_coupling_decides_no_sign(run_job):
    found = undecided(run_job(JOB, "--set", "axes.g=[1e-9]", "--set", "experiment.trials=40",
                              "--set", "experiment.steps=20", "--set", "axes.seed=[0]"))
    assert set(found) == {"appendix C"}
    aligned, misaligned, change = found["appendix C"]
    assert "$\\theta\\leq\\pi/4$" in aligned and aligned.endswith("0 of 0 clear signs agree.")
    assert misaligned.endswith("0 of 0 clear signs agree.")
    assert change == "No clear sign change in the measured cells."


def test_the_printed_score_alone_does_not_tell_a_genuine_effect(run_job):
    found = undecided(run_job(JOB, "--set", 'axes.score=["printed"]', "--set",
                              "experiment.trials=200", "--set", "experiment.steps=20"))
    assert found["appendix C, conclusion"] == ["This record holds no exact score to compare with."]


def test_terminal_variance_against_its_closed_form(record):
    curves = Curves(record)
    printed = curves.terminal_variance("printed", "constant")
    np.testing.assert_allclose(printed.limit, [1.0063, 1.0409, 1.1834], atol=5e-5)
    assert (np.abs(printed.mean - printed.exact) < 4 * printed.error).all()
    for score in ("path", "joint"):
        exact = curves.terminal_variance(score, "early")
        np.testing.assert_allclose(exact.limit, 1, atol=1e-5)


def test_report(path, tmp_path):
    part = set_pending(path, tmp_path / "part.h5", lambda unit: unit in (3, 8, 9))
    empty = set_pending(path, tmp_path / "empty.h5", lambda unit: True)
    done = analyse(part, empty, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    text = (tmp_path / "r/report.html").read_text()
    assert len(check_page(text).images) == 8 + 2 + 8 + 1
    assert "11 of 14 units done" in done.stdout and "0 of 14 units done" in done.stdout


def test_any_set_of_finished_units_can_be_laid_out(path, tmp_path):
    for record in parts_of(path, tmp_path, np.linspace(0.05, 0.95, 19)):
        assert content(record).summary
