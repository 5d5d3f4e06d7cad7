"""dataset_regimes with its information part: figures, table and claims of made-up images."""

import numpy as np
import pytest
from command import analyse, check_page
from made_up_images import write_plains
from records import set_pending

from analysis.experiments.image_units import units
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "dataset_regimes"
data_path = "{folder}"
class_count = 2
padded_size = 8
samples = 600
steps = 60
resamples = 100
measure = ["spectrum", "posterior", "information", "trajectories"]
[axes]
classes = ["0-1"]
images = [20, 80]
time = {{ logspace = [0.02, 6.0, 40] }}
trajectory = {{ range = [0, 12] }}
strip = {{ range = [0, 12] }}
branch_time = [1.0]
"""


@pytest.fixture(scope="module")
def path(run_job, tmp_path_factory):
    """Two classes 64 x 0.5^2 = 16 apart, so that they part at a positive time."""
    folder = tmp_path_factory.mktemp("images")
    write_plains(folder, count=80, side=8)
    return run_job(JOB.format(folder=folder))


def test_two_clusters_are_in_two_minds_at_the_speciation_time(record):
    for unit in units(record):
        # d mu^2 = 64 (65/255)^2: V_Z is largest where d mu^2 alpha^2 / Gamma = 1.3455,
        # to within the noise of the sample.
        strength, own = 64 * (65 / 255) ** 2, (25 / 255) ** 2
        wanted = 0.5 * np.log(strength / 1.34547767 + 1 - own)
        peak = unit.measured("class_entropy_variance_peak_time")
        assert float(peak.value) == pytest.approx(wanted, abs=0.12)
        assert np.nanmax(unit.array("class_entropy_variance")) == pytest.approx(0.0536, abs=0.012)
        branching = 0.5 * np.log1p(strength - own)
        assert float(unit.array("class_branching_time")) == pytest.approx(branching, abs=0.06)


def test_figures_tables_and_claims(record):
    found = content(record)
    assert [f.key for f in found.figures][:4] == ["decisions", "decisions-2", "decisions-by-number",
                                                  "image-identities"]
    said = {c.where: c for c in found.claims}
    assert said["information (19), (33), (62)"].verdict is Verdict.REPRODUCED
    assert said["information, section 4"].verdict is Verdict.REPRODUCED
    assert said["information, section 7.1"].verdict is Verdict.REPRODUCED
    tables = {t.title: t for t in found.tables}
    assert len(tables["Where entropy is decided"].rows) == 2
    assert all(len(r) == len(t.columns) for t in found.tables for r in t.rows)


def test_report_of_whole_and_unfinished_sweeps(path, tmp_path):
    half = set_pending(path, tmp_path / "half.h5", lambda unit: unit == 1)
    done = analyse(path, half, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    check_page((tmp_path / "r/report.html").read_text(encoding="utf-8"))
    assert {"decisions", "image-identities"} <= {p.stem.split("_")[-1]
                                                 for p in (tmp_path / "r").rglob("*.png")}
