"""Experiments with trained networks: the same bits on any number of ranks and in teams."""

import pathlib

import pytest
from processes import SUCCESS, Run, observables

JOB = """
[experiment]
name = "trained_regimes"
data_path = "/usr/share/datasets/fashion-mnist"
padded_size = 28
{network}
images_seen = 256
batch = 32
steps = 30
samples = 20
resamples = 20
path_step = 0.5
classifier_epochs = 1
classifier_width = 8
classifier_batch = 256
group = 3
models = "models_{name}"
[axes]
images = [8, 20]
path = {{ range = [0, 5] }}
trajectory = {{ range = [0, 10] }}
strip = [0]
branch_time = [2.0, 0.5]
[run]
ranks_per_unit = {team}
"""


NETWORKS = {
    "unet": "width = 4\nmultipliers = [1, 2]\ngroups = 2",
    "dit": 'network = "dit"\ndit_patch = 7\ndit_width = 8\ndit_depth = 2\ndit_heads = 2\n'
           "dit_warmup = 2",
}


def run(syncgap, folder, network, ranks, team):
    name = f"{ranks}_{team}"
    job = folder / f"{name}.toml"
    job.write_text(JOB.format(name=name, team=team, network=NETWORKS[network]))
    record = folder / f"{name}.h5"
    code, out, err = Run(ranks, [syncgap, "run", job, "--record", record, "--quiet"],
                         cwd=folder).finish(400)
    assert code == SUCCESS, f"exit code {code}\n{out}\n{err}"
    return observables(record)


# Side by side, where both units want one classifier, and as teams that share their groups.
@pytest.mark.parametrize("network, shared", [("unet", ((2, 1), (2, 2), (3, 3), (4, 2))),
                                             ("dit", ((2, 1), (2, 2)))])
def test_trained_regimes_have_the_same_bits_on_any_ranks(syncgap, tmp_path, network, shared):
    if not pathlib.Path("/usr/share/datasets/fashion-mnist").exists():
        pytest.skip("dataset-fashion-mnist is not installed")
    reference = run(syncgap, tmp_path, network, 1, 1)
    for ranks, team in shared:
        found = run(syncgap, tmp_path, network, ranks, team)
        assert [name for name in reference if found[name] != reference[name]] == []
        assert len(list((tmp_path / f"models_{ranks}_{team}").iterdir())) == 3
