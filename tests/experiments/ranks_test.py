"""Contract 1 for real experiments: the same bits on any number of ranks."""

import pytest
from processes import ROOT, SUCCESS, Run, observables

# Jobs with several units and small settings, so that ranks share the work and it takes a second.
JOBS = {
    "regimes_figure2_oracle": ["experiment.trials=40", "axes.dimension=[4, 16]"],
    "regimes_figure3_oracle": ["experiment.evaluations=8", "axes.dimension=[24, 64]",
                               "axes.points=[300]"],
    "information_dimensions": ["experiment.trials=20", "experiment.spectrum_trials=4",
                               'axes.data=["subspace", "circle"]', "axes.noise=[0.1, 1.0]"],
    "information_figure3": ["experiment.trials=20", "axes.u=[0.2, 1.0, 3.0]",
                            "axes.position=[-1.0, 1.0]"],
    "information_figure4": ["experiment.trials=20", "axes.d=[4, 16]", "axes.u=[0.2, 1.0, 1.5]"],
}


def run(syncgap, folder, job, settings, ranks):
    record = folder / f"{job}_{ranks}.h5"
    words = [syncgap, "run", ROOT / "jobs" / f"{job}.toml", "--profile", "smoke", "--record",
             record]
    for setting in settings:
        words += ["--set", setting]
    code, out, err = Run(ranks, words, cwd=folder).finish()
    assert code == SUCCESS, f"exit code {code}\n{out}\n{err}"
    return observables(record)


@pytest.mark.parametrize("job", JOBS)
def test_experiments_give_the_same_bits_on_any_ranks(syncgap, tmp_path, job):
    reference = run(syncgap, tmp_path, job, JOBS[job], 1)
    for ranks in (2, 3, 4):
        found = run(syncgap, tmp_path, job, JOBS[job], ranks)
        assert found.keys() == reference.keys()
        assert [name for name in reference if found[name] != reference[name]] == []
