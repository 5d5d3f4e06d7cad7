"""information_dynamics on real records: figures, claims, unfinished sweeps."""

import numpy as np
import pytest
from command import analyse, check_page
from records import changed, parts_of, set_pending
from undecided import undecided

from analysis import open_record
from analysis.experiments.information_dynamics.data import Dynamics, dynamics
from analysis.experiments.information_dynamics.paths import merges
from analysis.experiments.table import content
from analysis.page.content import Verdict

YES, NO = Verdict.REPRODUCED, Verdict.CONTRADICTED

DYNAMICS = """
[experiment]
name = "information_dynamics"
trials = 4000
spectrum_trials = 100
[axes]
data = ["two_points", "four_points", "unequal_points", "triangle", "tree"]
noise = { logspace = [0.1, 5.0, 41] }
position = { linspace = [-4.0, 4.0, 41] }
"""
DIMENSIONS = """
[experiment]
name = "information_dynamics"
trials = 500
spectrum_trials = 50
ambient_dimension = 8
subspace_dimension = 3
subspace_variance = 900.0
[axes]
data = ["subspace", "cloud", "circle"]
noise = { logspace = [0.1, 5.0, 12] }
eigenvalue = { range = [0, 8] }
"""
JOBS = (DYNAMICS, DIMENSIONS)


def verdicts(record) -> dict[str, Verdict]:
    return {claim.where + ": " + claim.statement[:24]: claim.verdict
            for claim in content(record).claims}


def keys(record) -> list[str]:
    return [figure.key for figure in content(record).figures]


def test_dynamics_draws_figure_1_and_says_where_the_peaks_are(record_of):
    with open_record(record_of(DYNAMICS)) as record:
        found = keys(record)
        assert {"figure-1-two-points-edm", "figure-1-four-points-ou", "paths-tree", "tree-tree",
                "entropy", "identities-triangle", "spectrum-tree"} <= set(found)
        said = {c.where: c for c in content(record).claims}
        assert said["Sections 1, 5, 8"].verdict is NO
        assert "0.643803" in said["Sections 1, 5, 8"].measured
        assert said["Section 7.1"].verdict is YES
        assert said["(44)"].verdict is YES and said["Below (41)"].verdict is NO
        two, four = dynamics(record)[:2]
        assert two.branchings() == [(pytest.approx(1.0, abs=1e-12), False)]
        assert [n for n, _ in four.branchings()] == pytest.approx([0.3, 1.976653190037], abs=1e-11)
        peaks, branchings = content(record).tables[:2]
        assert peaks.rows[0][2:] == ["1", "0.643803", "0.862108"]
        assert any("1.97665319004" in cell for row in branchings.rows for cell in row)


def test_identities_of_the_record_hold(record_of):
    with open_record(record_of(DYNAMICS)) as record:
        for d in dynamics(record):
            common = d.common()
            assert common.sum() > 10
            for name in ("gap_score_norm", "gap_denoising"):
                gap = d.series(name)
                known = common & np.isfinite(gap.value)  # too few events have no value
                assert known.sum() > 10
                assert (np.abs(gap.value) <= 4.5 * gap.error)[known].all()


def test_trees_are_built_from_the_matrix_of_branchings():
    inf = np.nan
    noise = np.array([[0, 1, 3, 3, inf], [1, 0, 3, 3, inf], [3, 3, 0, 2, inf], [3, 3, 2, 0, inf],
                      [inf] * 5])
    found = merges(noise)
    assert [level for level, _ in found] == [1, 2, 3]
    assert sorted(map(sorted, found[2][1])) == [[0, 1], [2, 3]]


def test_dimensions_are_counted(record_of):
    with open_record(record_of(DIMENSIONS)) as record:
        assert {"spectrum-subspace", "spectrum-circle", "concentration-cloud"} <= set(keys(record))
        found = verdicts(record)
        assert found["(36)-(38), (61): Data in a subspace of di"] is YES
        subspace = Dynamics(record, "subspace")
        assert subspace.dimension == 8 and (subspace.values("manifold_dimension") == 3).all()


def test_strong_noise_decides_nothing_of_the_dimension(run_job):
    found = undecided(run_job(DIMENSIONS, "--set", 'axes.data=["subspace"]', "--set",
                              "experiment.subspace_variance=1.0", "--set",
                              "axes.noise={logspace=[0.5,5.0,12]}"))
    text, = found["(36)-(38), (61)"]
    assert "of 8 dimensions at σ/α = 0.5" in text and text.endswith("$D_{data}$ = 3.")


def test_branchings_that_were_not_told_apart_are_not_decided(record_of, tmp_path):
    """As numbers of a record that no quadrature gives: kinds unknown, a centre that is never
    stable together with the points."""
    path = changed(record_of(DYNAMICS), tmp_path / "unknown.h5", branching_jump=np.nan,
                   centre_noise=100.0)
    found = undecided(path)
    assert found["(44)"][0].startswith("equal weights: a branching of unknown kind at σ = 1; ")
    assert found["Below (41)"] == ["The centre becomes stable no earlier than the paths end."]


@pytest.mark.parametrize("number", range(len(JOBS)))
def test_any_set_of_finished_units_can_be_laid_out(record_of, tmp_path, number):
    for record in parts_of(record_of(JOBS[number]), tmp_path, (0.3, 0.7, 1.0), seed=number):
        assert content(record).summary


def test_reports_of_whole_and_half_finished_records(record_of, tmp_path):
    whole = record_of(DIMENSIONS)
    half = [set_pending(record_of(job), tmp_path / f"half-{i}.h5", lambda unit: unit > 0)
            for i, job in enumerate((DYNAMICS,))]
    done = analyse(whole, *half, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    page = check_page((tmp_path / "r/report.html").read_text())
    assert len(page.images) >= 10
