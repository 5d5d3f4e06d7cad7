"""pathwise_entropy on real records: figures, claims, unfinished sweeps."""

import pytest
from command import analyse, check_page
from records import parts_of, set_pending
from undecided import undecided

from analysis import open_record
from analysis.experiments.pathwise_entropy.data import cases, mixture_text
from analysis.experiments.table import content
from analysis.page.content import Verdict

YES, NO = Verdict.REPRODUCED, Verdict.CONTRADICTED

FIGURE_3 = """
[experiment]
name = "pathwise_entropy"
means = [2.3, 1.7, -1.7, -2.3]
variance = 0.0
time_unit = "one"
trials = 400
[axes]
process = ["edm", "ou"]
d = [1]
u = { linspace = [0.02, 3.0, 60] }
position = { linspace = [-5.0, 5.0, 31] }
"""
FIGURE_4 = """
[experiment]
name = "pathwise_entropy"
trials = 300
[axes]
d = [4, 16, 256]
u = { linspace = [0.1, 2.0, 39] }
"""
FIGURE_5 = """
[experiment]
name = "pathwise_entropy"
means = [1.0, -1.0]
variance = 0.0
trials = 300
[axes]
process = ["edm", "ou"]
d = [16, 64, 256]
u = { linspace = [0.05, 4.0, 80] }
"""
JOBS = (FIGURE_3, FIGURE_4, FIGURE_5)


def verdicts(record) -> dict[str, Verdict]:
    return {claim.where + ": " + claim.statement[:24]: claim.verdict
            for claim in content(record).claims}


def keys(record) -> list[str]:
    return [figure.key for figure in content(record).figures]


def test_figure_3_shows_paths_and_what_they_amount_to(record_of):
    with open_record(record_of(FIGURE_3)) as record:
        assert keys(record) == ["figure-3-edm", "figure-3-ou", "ensemble-edm", "ensemble-ou"]
        found = verdicts(record)
        assert found["Section 7, figure 3: The pathwise entropy can"] is YES
        assert found["Sections 5, 8: Peaks of the entropy rat"] is NO
        assert mixture_text(record) == "4 points at (2.3, 1.7, -1.7, -2.3)"


def test_figure_4_peaks_at_the_speciation_time(record_of):
    with open_record(record_of(FIGURE_4)) as record:
        assert keys(record) == ["figure-4", "peak"]
        assert mixture_text(record) == "two Gaussians of variance 1 at ±√(4d/3)"
        said = {c.where: c for c in content(record).claims}
        assert said["Section 7.1, figure 4"].verdict is YES
        assert "-0.0045 (d = 256)" in said["Section 7.1, figure 4"].measured
        assert said["Appendix A.2, (90)"].verdict is YES and said["(72), (83)"].verdict is YES
        time, height, width = cases(record)[2].main_peak()
        assert (height, width) == (pytest.approx(0.0536288911, abs=1e-9),
                                   pytest.approx(1.0496, abs=1e-4))


def test_figure_5_has_a_peak_under_both_processes(record_of):
    with open_record(record_of(FIGURE_5)) as record:
        assert keys(record) == ["figure-5", "variance-edm", "variance-ou", "peak"]
        said = {c.where: c for c in content(record).claims}
        assert said["Appendix A.4, figure 5a"].verdict is YES
        assert said["Appendix A.4, figure 5b"].verdict is YES
        assert said["Section 7.1"].verdict is NO


def test_small_dimensions_and_few_trajectories_decide_nothing_of_the_limits(run_job):
    """Wide Gaussians at d = 2 and 3: the limit of large d is far; 40 trajectories without a rise
    leave room for one in a hundred."""
    found = undecided(run_job(FIGURE_4, "--set", "axes.d=[2,3]", "--set",
                              'axes.process=["edm","ou"]', "--set", "experiment.variance=4.0",
                              "--set", "experiment.trials=40", "--set",
                              "experiment.rise_threshold=50.0", "--set",
                              "axes.u={linspace=[0.05,12.0,240]}"))
    assert found == {
        "Section 7, figure 3": ["0% of the trajectories (EDM, d = 2) rise by more than 50 nat at "
                                "some point."],
        "Section 7.1, figure 4": ["Peak minus $t_S$: +0.5874 (d = 2), +0.4225 (d = 3)."],
        "Appendix A.4, figure 5a": ["Full width over √d: 2.1965 (d = 2), 1.9011 (d = 3)."],
        "Appendix A.4, figure 5b": ["Full width: 1.0247 (d = 2), 1.0513 (d = 3)."]}


@pytest.mark.parametrize("number", range(len(JOBS)))
def test_any_set_of_finished_units_can_be_laid_out(record_of, tmp_path, number):
    for record in parts_of(record_of(JOBS[number]), tmp_path, (0.3, 0.7, 1.0), seed=number):
        assert content(record).summary


def test_reports_of_whole_and_half_finished_records(record_of, tmp_path):
    whole = record_of(FIGURE_3)
    half = [set_pending(record_of(job), tmp_path / f"half-{i}.h5", lambda unit: unit > 0)
            for i, job in enumerate((FIGURE_4, FIGURE_5))]
    done = analyse(whole, *half, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    page = check_page((tmp_path / "r/report.html").read_text())
    assert len(page.images) >= 8
