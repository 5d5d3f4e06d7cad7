"""Experiments with trained networks as a user runs them: any ranks, teams, kills, drains."""

import json
import os
import signal

import h5py
import numpy as np
import pytest
from processes import DRAINED, ROOT, SUCCESS, Run, observables, wait_until

# Networks that train in a second.
BRIEF = ["experiment.images=200", "experiment.epochs=2", "experiment.batch=20",
         "experiment.shards=4", "experiment.resamples=20", "experiment.checkpoint_seconds=0"]
UNET = [*BRIEF, "experiment.width=4", "experiment.multipliers=[1, 2]", "experiment.groups=2"]
DIT = [*BRIEF, "experiment.network=dit", "experiment.dit_patch=7", "experiment.dit_width=8",
       "experiment.dit_depth=2", "experiment.dit_heads=2", "experiment.dit_warmup=2"]
FOLLOWED = ["experiment.samples=4", "experiment.denoising_samples=4", "axes.horizon=[20]",
            "axes.step={range=[0, 20]}", "axes.intervention_step=[5, 15]",
            "axes.image_step=[19, 0]"]
CLONED = ["experiment.trajectories=6", "experiment.group=4", "experiment.classifier_width=8",
          'axes.schedule=["linear"]', "axes.horizon=[20]", "axes.branch_step=[5, 15]",
          "axes.sample=[0, 5]"]
# By the file of the job and what its denoisers are.
JOBS = {
    "synchronization_table1": [*UNET, *FOLLOWED],
    "coupled_cloning_figure10": [*UNET, *CLONED],
    "synchronization_table1 dit": [*DIT, *FOLLOWED],
    "coupled_cloning_figure10 dit": [*DIT, *CLONED],
}
# Timings: not the same from run to run.
TIMINGS = {"images_per_second"}


def words(syncgap, folder, job, settings=()):
    out = [syncgap, "run", ROOT / "jobs" / f"{job.split()[0]}.toml", "--profile", "smoke",
           "--record", folder / "record.h5"]
    for setting in (*JOBS[job], *settings):
        out += ["--set", setting]
    return out


def run(syncgap, folder, job, ranks=1, settings=(), expect=SUCCESS):
    folder.mkdir(exist_ok=True)
    code, out, err = Run(ranks, words(syncgap, folder, job, settings), cwd=folder).finish(300)
    assert code == expect, f"exit code {code}\n{out}\n{err}"
    return observables(folder / "record.h5")


def assert_same(found, reference):
    assert found.keys() == reference.keys()
    different = {name for name in reference if found[name] != reference[name]}
    assert different - TIMINGS == set()


@pytest.fixture(scope="module")
def reference(syncgap, tmp_path_factory):
    made = {}

    def of(job):
        if job not in made:
            made[job] = run(syncgap, tmp_path_factory.mktemp(job) / "alone", job)
        return made[job]

    return of


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("ranks", [2, 3])
def test_same_bits_on_any_ranks(syncgap, tmp_path, reference, job, ranks):
    assert_same(run(syncgap, tmp_path / "many", job, ranks), reference(job))


@pytest.mark.parametrize("ranks", [2, 4])
def test_same_bits_when_ranks_train_one_model_together(syncgap, tmp_path, reference, ranks):
    job = "synchronization_table1"
    assert_same(run(syncgap, tmp_path / "team", job, ranks, [f"run.ranks_per_unit={ranks}"]),
                reference(job))


def models(folder):
    return sorted(p.name for p in folder.glob("out/models/*.safetensors"))


def test_transformers_have_the_same_bits_when_ranks_train_and_clone_together(
        syncgap, tmp_path, reference):
    job = "coupled_cloning_figure10 dit"
    assert_same(run(syncgap, tmp_path / "team", job, 2, ["run.ranks_per_unit=2"]), reference(job))


@pytest.mark.parametrize("job", ["synchronization_table1", "coupled_cloning_figure10"])
def test_a_record_says_which_network_it_is_of(syncgap, tmp_path, job):
    different = {}
    for name in (job, f"{job} dit"):
        folder = tmp_path / name.split()[-1]
        run(syncgap, folder, name)
        with h5py.File(folder / "record.h5") as file:
            options = json.loads(file.attrs["options"])
            identity = file.attrs["identity"]
            different[options["network"]] = file["parameters"][()].flat[0]
        of_unet = {"width", "multipliers", "learning_rate", "warmup"}
        of_dit = {"dit_width", "dit_depth", "dit_patch", "dit_learning_rate", "dit_rate"}
        own, other = (of_dit, of_unet) if options["network"] == "dit" else (of_unet, of_dit)
        assert own <= options.keys() and not other & options.keys()
        # A U-Net's identity has no word of the choice: records made before there was one go on.
        assert ("option network" in identity) == (options["network"] == "dit")
        assert all(f"option {name} = " in identity for name in own)
        assert not any(f"option {name} = " in identity for name in other)
    assert different["unet"] != different["dit"]


def test_models_are_trained_once_and_shared_by_jobs(syncgap, tmp_path):
    folder = tmp_path / "twice"
    first = run(syncgap, folder, "synchronization_table1")
    before = {name: (folder / "out/models" / name).stat().st_mtime_ns for name in models(folder)}
    assert len(before) == 2
    os.rename(folder / "record.h5", folder / "first.h5")
    again = run(syncgap, folder, "synchronization_table1")
    after = {name: (folder / "out/models" / name).stat().st_mtime_ns for name in models(folder)}
    assert before == after
    assert_same(again, first)


@pytest.mark.parametrize("job", ["synchronization_table1", "synchronization_table1 dit"])
def test_killed_training_goes_on_where_it_was(syncgap, tmp_path, reference, job):
    folder = tmp_path / "killed"
    folder.mkdir()
    for _ in range(3):
        count = len(models(folder))
        going = Run(1, words(syncgap, folder, job), cwd=folder)
        wait_until(lambda run=going, count=count: list(folder.glob("out/models/*.training"))
                   or run.process.poll() is not None or len(models(folder)) > count,
                   "a checkpoint", 60)
        going.kill()
        going.finish()
    assert_same(run(syncgap, folder, job), reference(job))
    assert not list(folder.glob("out/models/*.training"))


def test_drained_training_leaves_a_checkpoint_and_goes_on(syncgap, tmp_path, reference):
    job, folder = "synchronization_table1", tmp_path / "drained"
    folder.mkdir()
    going = Run(1, words(syncgap, folder, job), cwd=folder)
    wait_until(lambda: list(folder.glob("out/models/*.training")), "a checkpoint", 60)
    os.kill(going.pid, signal.SIGUSR2)
    code, out, err = going.finish()
    assert code == DRAINED, f"exit code {code}\n{out}\n{err}"
    assert_same(run(syncgap, folder, job), reference(job))


def test_refusals_name_the_remedy(syncgap, tmp_path):
    for job, setting, message in (
            ("synchronization_table1", "experiment.side=32", "set experiment.side"),
            ("synchronization_table1", "axes.sample=[4]", "give numbers below 4"),
            ("synchronization_table1", "experiment.groups=3", "divide into groups"),
            ("synchronization_table1", "axes.pixel_low=[1.0]", "darker than white"),
            ("synchronization_table1", "axes.g=[1.0]", "axes.g, saw 1): give values between -1"),
            ("coupled_cloning_figure10", "experiment.classes=[1]", "at least two classes"),
            ("coupled_cloning_figure10", "experiment.dit_width=8",
             "option 'dit_width' goes with network = \"dit\""),
            ("coupled_cloning_figure10 dit", "experiment.width=8",
             "option 'width' goes with network = \"unet\""),
            ("coupled_cloning_figure10 dit", "experiment.dit_patch=3",
             "experiment.side = 28, experiment.dit_patch = 3"),
            ("coupled_cloning_figure10 dit", "experiment.dit_heads=3", "divides into heads"),
            ("coupled_cloning_figure10", "axes.branch_step=[5, 20]", "saw 20"),
            ("coupled_cloning_figure10", "axes.branch_step=[15, 5]", "branch_step")):
        folder = tmp_path / "refused"
        folder.mkdir(exist_ok=True)
        code, out, err = Run(1, words(syncgap, folder, job, [setting]), cwd=folder).finish()
        assert code == 2, f"{setting}: exit code {code}\n{out}\n{err}"
        assert message in err, f"{setting}: {err}"


def test_agreement_and_gap_of_a_record_fit_together(syncgap, tmp_path):
    folder = tmp_path / "fit"
    run(syncgap, folder, "coupled_cloning_figure10")
    with h5py.File(folder / "record.h5") as file:
        agreement, independent = (np.squeeze(file[name][()])
                                  for name in ("agreement", "independent_agreement"))
        excess = np.squeeze(file["excess_agreement"][()])
        shares = np.squeeze(file["class_share"][()])
    assert np.allclose(shares.sum(axis=-1), 1)
    n = 6
    assert np.allclose(independent, (n * (shares**2).sum(axis=-1) - 1) / (n - 1))
    with np.errstate(invalid="ignore"):
        expected = (agreement - independent[..., None]) / (1 - independent[..., None])
    known = np.isfinite(excess)
    assert np.allclose(excess[known], expected[known])
    assert known.any() or np.all(independent == 1)
