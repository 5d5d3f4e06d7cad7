"""transformer_quality as a user runs it: the same bits on any ranks, one model for all jobs on a
network."""

import pytest
from processes import ROOT, SUCCESS, Run, observables

# A network that trains in a second.
NETWORK = ["experiment.images=200", "experiment.epochs=2", "experiment.batch=20",
           "experiment.shards=4", "experiment.width=16", "experiment.depth=2",
           "experiment.heads=2", "experiment.patch=7", "experiment.steps=10",
           "experiment.context_samples=8", "experiment.classifier_epochs=1",
           "experiment.classifier_width=8"]
SAMPLES = ["experiment.samples=23", "experiment.free_samples=5", "experiment.group=6",
           "experiment.real_images=300", "experiment.feature_components=4",
           "experiment.resamples=20"]


def run(syncgap, folder, ranks=1, job="transformer_quality", settings=SAMPLES):
    folder.mkdir(exist_ok=True)
    record = folder / f"{job}.h5"
    words = [syncgap, "run", ROOT / "jobs" / f"{job}.toml", "--profile", "smoke", "--record",
             record]
    for setting in (*NETWORK, *settings):
        words += ["--set", setting]
    code, out, err = Run(ranks, words, cwd=folder).finish(300)
    assert code == SUCCESS, f"exit code {code}\n{out}\n{err}"
    return observables(record)


@pytest.fixture(scope="module")
def reference(syncgap, tmp_path_factory):
    return run(syncgap, tmp_path_factory.mktemp("alone"))


# Groups of six: four of the samples that are told a class and one of the others, so that some ranks
# have none.
@pytest.mark.parametrize("ranks", [2, 3])
def test_same_bits_on_any_ranks(syncgap, tmp_path, reference, ranks):
    found = run(syncgap, tmp_path / "team", ranks,
                settings=[*SAMPLES, f"run.ranks_per_unit={ranks}"])
    assert found.keys() == reference.keys()
    assert [name for name in reference if found[name] != reference[name]] == []


def test_the_model_is_that_of_replica_speciation(syncgap, tmp_path):
    folder = tmp_path / "both"
    run(syncgap, folder)
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("out/models/*")}
    assert len(before) == 2  # the transformer, and the classifier that judges its samples
    run(syncgap, folder, job="replica_quickstart",
        settings=["experiment.pairs=4", "experiment.coarse_step=2", "experiment.resamples=10",
                  "axes.g=[0.0]", "axes.shown=[0, 10]"])
    assert {path.name: path.stat().st_mtime_ns
            for path in folder.glob("out/models/*")} == before
