"""Experiments on replica-coupled transformers as a user runs them: any ranks, teams, kills."""

import h5py
import numpy as np
import pytest
from processes import SUCCESS, Run, observables, wait_until

NETWORK = ["experiment.images=200", "experiment.epochs=2", "experiment.batch=20",
           "experiment.shards=4", "experiment.width=16", "experiment.depth=2",
           "experiment.heads=2", "experiment.patch=7", "experiment.steps=10",
           "experiment.classes=[1, 8]", "experiment.pairs=6", "experiment.group=2",
           "experiment.context_samples=8",
           "experiment.checkpoint_seconds=0", "axes.g=[0.0, 0.8]"]
JOBS = {
    "replica_speciation": [
        *NETWORK, "experiment.classifier_width=8", "experiment.classifier_epochs=1",
        "experiment.coarse_step=2", "experiment.resamples=20",
        "axes.noise_correlation=[0.0, 1.0]", "axes.shown=[0, 5, 10]"],
    "layer_energies": [*NETWORK, "experiment.splits=2", "experiment.chance_draws=10"],
    "difference_patching": [*NETWORK, "experiment.classifier_width=8",
                            "experiment.classifier_epochs=1", "experiment.modes=4",
                            "experiment.mode_pairs=6", "experiment.patch_length=2",
                            "axes.patch_step=[2, 7]"],
    # Five groups of trunks, three of images: some ranks have fewer than others.
    "network_decisions": [*(word for word in NETWORK if "pairs" not in word and "axes" not in word),
                          "experiment.classifier_width=8", "experiment.classifier_epochs=1",
                          "experiment.resamples=20", "experiment.group=8",
                          "experiment.loss_images=20", "experiment.trunks=9",
                          "experiment.clones=4", "axes.step=[0, 100, 400, 700, 999]"],
    "attention_response": [*NETWORK, "experiment.pairs=8", "experiment.blocks_of_pairs=4",
                           "experiment.trajectories=5", "experiment.whole_states=3",
                           "experiment.modes=4", "experiment.mode_pairs=6",
                           "experiment.chance_draws=99", "axes.seed=[1, 2]"],
}


def words(syncgap, folder, experiment, settings=()):
    job = folder / "job.toml"
    job.write_text(f'[experiment]\nname = "{experiment}"\n[run]\nseed = 3\n')
    out = [syncgap, "run", job, "--record", folder / "record.h5"]
    for setting in (*JOBS[experiment], *settings):
        out += ["--set", setting]
    return out


def run(syncgap, folder, experiment, ranks=1, settings=(), expect=SUCCESS):
    folder.mkdir(exist_ok=True)
    code, out, err = Run(ranks, words(syncgap, folder, experiment, settings),
                         cwd=folder).finish(300)
    assert code == expect, f"exit code {code}\n{out}\n{err}"
    return observables(folder / "record.h5") if expect == SUCCESS else err


@pytest.fixture(scope="module")
def reference(syncgap, tmp_path_factory):
    made = {}

    def of(experiment):
        if experiment not in made:
            made[experiment] = run(syncgap, tmp_path_factory.mktemp(experiment) / "alone",
                                   experiment)
        return made[experiment]

    return of


def assert_same(found, wanted):
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []


@pytest.mark.parametrize("experiment", JOBS)
@pytest.mark.parametrize("ranks, team", [(2, 1), (2, 2), (3, 3), (4, 2)])
def test_same_bits_on_any_ranks(syncgap, tmp_path, reference, experiment, ranks, team):
    found = run(syncgap, tmp_path / "many", experiment, ranks, [f"run.ranks_per_unit={team}"])
    assert_same(found, reference(experiment))


@pytest.mark.parametrize("experiment", JOBS)
def test_a_killed_run_goes_on_with_the_same_bits(syncgap, tmp_path, reference, experiment):
    folder = tmp_path / "killed"
    folder.mkdir()
    going = Run(2, words(syncgap, folder, experiment), cwd=folder)
    wait_until(lambda: list(folder.glob("out/models/*.safetensors")), "a model", 60)
    going.kill()
    going.finish()
    assert_same(run(syncgap, folder, experiment), reference(experiment))


def test_all_jobs_on_one_network_share_its_model(syncgap, tmp_path):
    folder = tmp_path / "shared"
    run(syncgap, folder, "layer_energies")
    (folder / "record.h5").rename(folder / "first.h5")
    run(syncgap, folder, "replica_speciation")

    def models():
        return {path.name: path.stat().st_mtime_ns
                for path in folder.glob("out/models/*.safetensors")}

    before = models()
    assert len(before) == 2  # the transformer, and the classifier that judges its images
    (folder / "record.h5").unlink()
    run(syncgap, folder, "network_decisions")
    assert models() == before


def test_an_adaptive_scan_measures_what_the_full_one_does(syncgap, tmp_path):
    full = tmp_path / "full"
    run(syncgap, full, "replica_speciation", settings=["experiment.adaptive=false"])
    few = tmp_path / "few"
    run(syncgap, few, "replica_speciation", settings=["experiment.coarse_step=5"])
    with h5py.File(full / "record.h5") as a, h5py.File(few / "record.h5") as b:
        every, some = a["pair_agreement"][()], b["pair_agreement"][()]
        measured = b["measured"][()] == 1
        assert a["measured"][()].all() and not measured.all()
        assert np.isnan(every).sum() == 0
        shown = np.isfinite(some)
        assert (shown == measured[..., None, :, None]).all()
        assert (every[shown] == some[shown]).all()
        assert (b["evaluations"][()] < a["evaluations"][()]).all()
        # Never coupled: the same at every coupling and noise, axes g and noise_correlation.
        start = every[..., 0, :]
        assert (start == start[:1, :, :, :1]).all()


PLACES = ["axes.g=[0.0, 0.5]", 'axes.coupled_layers=["all", "2"]',
          'axes.coupled_heads=["all", "1"]', 'axes.g_schedule=["constant", "early"]']


@pytest.mark.parametrize("experiment", ["replica_speciation", "layer_energies"])
def test_coupling_in_some_places_is_that_everywhere_on_any_ranks(syncgap, tmp_path, experiment):
    alone = tmp_path / "alone"
    found = run(syncgap, alone, experiment, settings=PLACES)
    assert_same(run(syncgap, tmp_path / "team", experiment, 2, [*PLACES, "run.ranks_per_unit=2"]),
                found)
    whole = tmp_path / "whole"
    run(syncgap, whole, experiment, settings=PLACES[:1])
    name = {"replica_speciation": "pair_agreement", "layer_energies": "energy"}[experiment]
    with h5py.File(alone / "record.h5") as a, h5py.File(whole / "record.h5") as b:
        split = [dim[0].name.strip("/") for dim in a["unit_status"].dims]
        values = np.moveaxis(a[name][()], [split.index(axis) for axis in (
            "coupled_layers", "coupled_heads", "g_schedule", "g")], [0, 1, 2, 3])
        everywhere = np.moveaxis(b[name][()], [split.index(axis) for axis in (
            "coupled_layers", "coupled_heads", "g_schedule", "g")], [0, 1, 2, 3])
    same = {place: np.array_equal(values[place], everywhere[0, 0, 0], equal_nan=True)
            for place in np.ndindex(2, 2, 2)}
    assert [place for place in same if same[place]] == [(0, 0, 0)]
    for place in np.ndindex(2, 2, 2):  # without coupling it does not matter where
        assert np.array_equal(values[place][0], everywhere[0, 0, 0][0], equal_nan=True)
        others = [values[other][1] for other in np.ndindex(2, 2, 2) if other != place]
        assert not any(np.array_equal(values[place][1], other, equal_nan=True) for other in others)


GRAPHS = ["axes.g=[0.0, 1.0]", "axes.noise_correlation=[0.0]",
          'axes.graph=["complete 2", "complete 3", "star 3", "ring 4"]']


def test_replicas_on_graphs_are_the_same_on_any_ranks_and_a_pair_is_one_of_them(syncgap, tmp_path):
    alone = tmp_path / "alone"
    found = run(syncgap, alone, "replica_speciation", settings=GRAPHS)
    for ranks, teams in ((3, 1), (2, 2)):
        assert_same(run(syncgap, tmp_path / f"{ranks}", "replica_speciation", ranks,
                        [*GRAPHS, f"run.ranks_per_unit={teams}"]), found)
    pair = tmp_path / "pair"
    run(syncgap, pair, "replica_speciation", settings=GRAPHS[:2])
    with h5py.File(alone / "record.h5") as a, h5py.File(pair / "record.h5") as b:
        split = [dim[0].name.strip("/") for dim in a["unit_status"].dims]

        def by_graph(record, name):
            """[graph, g] and what is captured."""
            values = np.moveaxis(record[name][()], [split.index("graph"), split.index("g")], [0, 1])
            return values.reshape(*values.shape[:2], *values.shape[len(split):])

        assert np.array_equal(by_graph(a, "pair_agreement")[:1], by_graph(b, "pair_agreement"),
                              equal_nan=True)
        assert (by_graph(a, "replica_count")[:, 0] == [2, 3, 3, 4]).all()
        count = by_graph(a, "mode_count")[:, 0]
        assert np.array_equal(count, [[1, np.nan], [2, np.nan], [1, 1], [2, 1]], equal_nan=True)
        carried = by_graph(a, "mode_carried")
        assert np.allclose(carried[:, 0][np.isfinite(count)], 1)
        assert np.allclose(carried[:, 1], [[0, np.nan], [1 / 4, np.nan], [1 / 2, 0], [1 / 2, 0]],
                           equal_nan=True)
        every, modes = by_graph(a, "agreement"), by_graph(a, "mode_agreement")
        # Modes that are all alike are every two replicas; of orthogonal ones the mean is.
        assert np.array_equal(modes[:2, :, 0], every[:2], equal_nan=True)
        assert np.isnan(modes[:2, :, 1]).all()
        means = every[..., 1:, :]  # the cosine has a median
        mean = np.einsum("k,gkms->gms", [2 / 3, 1 / 3], modes[3, :, :, 1:])
        assert np.allclose(mean, means[3], equal_nan=True, atol=1e-6)
        # Replicas that nothing couples are alike on every graph of as many.
        assert np.array_equal(every[1, 0], every[2, 0], equal_nan=True)
        assert not np.array_equal(every[1, 1], every[2, 1], equal_nan=True)


def test_refusals_name_the_remedy(syncgap, tmp_path):
    for experiment, setting, message in (
            ("replica_speciation", "axes.g=[1.5]", "from 0 to 1"),
            ("replica_speciation", "axes.told_class=[2]", "0 to 1"),
            ("replica_speciation", "axes.t_int=[0, 5]", "end with experiment.steps = 10"),
            ("replica_speciation", "axes.t_int=[0, 5, 10]", "experiment.adaptive = false"),
            ("replica_speciation", "axes.noise_correlation=[2.0]", "from -1 to 1"),
            ("replica_speciation", "axes.graph=[\"ring 3\"]", "write \"complete 3\""),
            ("replica_speciation", "axes.graph=[\"ring 6\"]", "axes.graph_mode = {"),
            ("replica_speciation", "axes.coupled_layers=[\"all\", \"1-2\"]", "leave one out"),
            ("replica_speciation", "axes.metric=[\"fine\"]", "axis 'metric' has the values"),
            ("replica_speciation", "axes.replica=[\"B\", \"A\"]", "leave it out"),
            ("layer_energies", "axes.channels=[\"normalised\", \"plain\"]", "leave it out"),
            ("layer_energies", "axes.chance_step=[5, 2]", "each larger than the one before"),
            ("layer_energies", "axes.replacement=[\"uniform\"]", "leave it out"),
            ("replica_speciation", "axes.coupled_layers=[\"3\"]", "numbers from 1 to 2"),
            ("replica_speciation", "axes.coupled_layers=[\"late\"]", "name blocks, 1 to 2"),
            ("layer_energies", "axes.coupled_heads=[\"0-2\"]", "numbers from 0 to 1"),
            ("layer_energies", "axes.g_schedule=[\"5-10\"]", "steps from 0 to 9"),
            ("layer_energies", "axes.g_schedule=[\"early\"]", "lower g to 0.5"),
            ("layer_energies", "axes.g_schedule=[\"piecewise\"]", "as many piece_factors"),
            ("replica_speciation", "experiment.variance=\"learned\"", "learned no variance"),
            ("replica_speciation", "experiment.guidance=2.0", "guidance leads towards a class"),
            ("replica_speciation", "experiment.patch=5", "divides the side"),
            ("replica_speciation", "experiment.step_grid=\"strided\" ", "stride"),
            ("layer_energies", "experiment.start_spread=0.0", "stay alike"),
            ("layer_energies", "experiment.speciation_steps=[5]", "as many"),
            ("layer_energies", "experiment.published=\"XL/3\"", "XL with a patch"),
            ("layer_energies", "experiment.published=\"XL/2\"", "dl.fbaipublicfiles.com"),
            ("layer_energies", "experiment.weights=\"no.pt\"", "no such file")):
        folder = tmp_path / "refused"
        extra = ["experiment.steps=99", "axes.shown=[0]"] if "strided" in setting else []
        err = run(syncgap, folder, experiment, settings=[*extra, setting.strip()], expect=2)
        assert message in err, f"{setting}: {err}"


def test_a_published_network_names_every_file_it_misses(syncgap, tmp_path):
    weights = tmp_path / "net.pt"
    weights.write_bytes(b"x")
    decoder = tmp_path / "decoder.safetensors"
    decoder.write_bytes(b"x")
    published = ["experiment.published=\"S/8\"", "experiment.side=32", "experiment.heads=6",
                 f"experiment.weights=\"{weights}\""]
    folder = tmp_path / "published"
    err = run(syncgap, folder, "replica_speciation", settings=published, expect=2)
    assert "sd-vae-ft" in err and "MIT" in err
    err = run(syncgap, folder, "replica_speciation", expect=2,
              settings=[*published, f"experiment.decoder_weights=\"{decoder}\""])
    assert "resnet50" in err and "download.pytorch.org" in err
