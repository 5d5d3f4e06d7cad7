"""gap_schedules on real records: figures, claims, any ranks."""

import pytest
from command import figures_of_reports
from processes import ROOT, SUCCESS, Run

from analysis import open_record
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "gap_schedules"
trials = 2000
[axes]
sigma = [0.5, 2.0]
"""


def test_figures_and_claims(record_of):
    with open_record(record_of(JOB)) as record:
        found = content(record)
    assert [figure.key for figure in found.figures] == ["moments"]
    assert [claim.verdict for claim in found.claims] == [Verdict.REPRODUCED]
    assert len(found.tables[0].rows) == 4


def test_reports_of_whole_half_and_empty_records(record_of, tmp_path):
    assert "moments" in figures_of_reports(record_of(JOB), tmp_path)


@pytest.fixture(scope="module")
def sweep(syncgap, tmp_path_factory):
    """The smoke profile of the job on some ranks: the bytes of every observable."""
    def run(ranks):
        folder = tmp_path_factory.mktemp("ranks")
        job = ROOT / "jobs/gap_schedules.toml"
        words = [syncgap, "run", job, "--profile", "smoke", "--record", "record.h5"]
        code, out, err = Run(ranks, words, cwd=folder).finish()
        assert code == SUCCESS, out + err
        with open_record(folder / "record.h5") as record:
            return {name: record[name].values.tobytes() for name in record.names}
    return run


def test_the_same_bits_on_any_ranks(sweep):
    reference = sweep(1)
    assert set(reference) == {"moment", "moment_error", "moment_exact"}
    assert all(sweep(ranks) == reference for ranks in (2, 3))
