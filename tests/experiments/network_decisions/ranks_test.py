"""network_decisions as a user runs it: the same bits on any ranks, one model for all jobs on a
network."""

import pytest
from processes import SUCCESS, Run, observables

# A network that trains in a second.
NETWORK = """
images = 200
epochs = 2
batch = 20
shards = 4
patch = 7
width = 16
depth = 2
heads = 2
steps = 10
context_samples = 8
classifier_epochs = 1
classifier_width = 8
resamples = 20
"""
# Five groups of trunks, three of images: some ranks have fewer than others.
DECISIONS = """
group = 8
loss_images = 20
trunks = 9
clones = 4
[axes]
step = [0, 100, 400, 700, 999]
"""
PAIRS = """
pairs = 4
coarse_step = 2
[axes]
g = [0.0]
shown = [0, 10]
"""


def run(syncgap, folder, ranks=1, experiment="network_decisions", more=DECISIONS, seeds="[1]"):
    folder.mkdir(exist_ok=True)
    job, record = folder / f"{experiment}.toml", folder / f"{experiment}.h5"
    job.write_text(f'[experiment]\nname = "{experiment}"\n{NETWORK}{more}seed = {seeds}\n'
                   f"[run]\nranks_per_unit = {ranks}\n")
    code, out, err = Run(ranks, [syncgap, "run", job, "--record", record, "--quiet"],
                         cwd=folder).finish(300)
    assert code == SUCCESS, f"exit code {code}\n{out}\n{err}"
    return observables(record)


@pytest.fixture(scope="module")
def reference(syncgap, tmp_path_factory):
    return run(syncgap, tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize("ranks", [2, 3, 4])
def test_same_bits_on_any_ranks(syncgap, tmp_path, reference, ranks):
    found = run(syncgap, tmp_path / "team", ranks)
    assert found.keys() == reference.keys()
    assert [name for name in reference if found[name] != reference[name]] == []


def test_the_model_is_that_of_replica_speciation(syncgap, tmp_path):
    folder = tmp_path / "both"

    def models():
        return {path.name: path.stat().st_mtime_ns for path in folder.glob("out/models/*")}

    run(syncgap, folder, experiment="replica_speciation", more=PAIRS)
    before = models()
    assert len(before) == 2  # the transformer, and the classifier that judges its samples
    run(syncgap, folder)
    assert models() == before
