"""What a record is a record of: images by their pixels, wherever they lie; options that decide a
number, and none that only say where and how. And what `plan` must not read."""

import gzip
import shutil

import h5py
import pytest
from image_files import made_up, write_hdf5, write_idx
from processes import BAD_INPUT, PENDING, ROOT, SUCCESS, Run, observables

JOB = """
[experiment]
name = "dataset_regimes"
data_path = "images"
padded_size = 12
measure = ["spectrum"]
resamples = 20
[axes]
classes = ["0-1"]
images = [16, 20]
"""
PIXELS = "images/train-images-idx3-ubyte"


@pytest.fixture
def call(call, tmp_path):
    """Runs `syncgap COMMAND job.toml WORDS` beside the images; returns standard output, error."""
    (tmp_path / "images").mkdir()
    write_idx(tmp_path / "images", *made_up(1, 12))
    (tmp_path / "job.toml").write_text(JOB)
    return lambda command, *words, **how: call(command, "job.toml", *words, **how)


def sweep(call, *settings, ranks=1, expect=SUCCESS):
    words = [word for setting in settings for word in ("--set", setting)]
    return call("run", "--record", "result.h5", *words, ranks=ranks, expect=expect)


def fact(record, name):
    with h5py.File(record) as file:
        return file.attrs[f"fact_{name}"]


def identity(record):
    with h5py.File(record) as file:
        return file.attrs["identity"]


def test_other_pixels_at_the_same_place_are_refused_with_the_difference(call, tmp_path):
    sweep(call)
    record, pixels = tmp_path / "result.h5", tmp_path / PIXELS
    before, recorded = record.read_bytes(), fact(record, "data")
    assert f"fact data = {recorded}\n" in identity(record)
    content = bytearray(pixels.read_bytes())
    content[-1] ^= 1  # one pixel of the last image, by one grey level
    pixels.write_bytes(content)
    _, err = sweep(call, ranks=2, expect=BAD_INPUT)
    assert err.count("syncgap: ") == 1 and "internal error" not in err
    assert "the record belongs to another job (result.h5):" in err
    assert f"fact data: recorded {recorded}, the job has " in err
    assert "Give this job its own file with --record" in err
    assert record.read_bytes() == before
    # What the job has is what a record of its own says.
    call("run", "--record", "other.h5")
    assert f"the job has {fact(tmp_path / 'other.h5', 'data')}" in err


def test_other_labels_are_other_data(call, tmp_path):
    images, labels = made_up(1, 12)
    sweep(call)
    write_idx(tmp_path / "images", images, labels[::-1])
    assert "fact data: recorded " in sweep(call, expect=BAD_INPUT)[1]


def test_the_same_images_at_another_place_resume(call, tmp_path):
    sweep(call)
    before = (tmp_path / "result.h5").read_bytes()
    images, labels = made_up(1, 12)
    shutil.move(tmp_path / "images", tmp_path / "moved")
    (tmp_path / "packed").mkdir()
    write_idx(tmp_path / "packed", images, labels, gzip.compress, ".gz")
    write_hdf5(tmp_path / "set.h5", images, labels)
    for where in (["data_path=\"moved\""], ["data_path=\"packed\""],
                  ["data_path=\"set.h5\"", "data_format=\"hdf5\""]):
        out, _ = sweep(call, *(f"experiment.{setting}" for setting in where))
        assert "2 of 2 units done (2 before this run)" in out
    assert (tmp_path / "result.h5").read_bytes() == before


def test_what_was_left_is_run_from_another_place(call, tmp_path):
    """Units before and after a move are those of a run in one place."""
    call("run", "--record", "whole.h5")
    sweep(call)
    with h5py.File(tmp_path / "result.h5") as file:
        status = file["unit_status"].id.get_offset()
    with open(tmp_path / "result.h5", "r+b") as file:
        file.seek(status + 1)
        file.write(bytes([PENDING]))  # as if drained after the first unit
    shutil.move(tmp_path / "images", tmp_path / "moved")
    out, _ = sweep(call, 'experiment.data_path="moved"')
    assert "2 of 2 units done (1 before this run)" in out
    assert observables(tmp_path / "result.h5") == observables(tmp_path / "whole.h5")


@pytest.mark.parametrize("setting, difference", [
    ("padded_size=14", "option padded_size: recorded 12, the job has 14"),
    ('subset="first"', 'option subset: recorded "random", the job has "first"'),
    ('precision="double"', 'option precision: recorded "single", the job has "double"')])
def test_an_option_that_decides_a_number_is_refused(call, setting, difference):
    sweep(call)
    assert difference in sweep(call, f"experiment.{setting}", expect=BAD_INPUT)[1]


def test_the_kind_of_device_is_a_fact_and_the_option_is_not(call, tmp_path):
    sweep(call)
    text = identity(tmp_path / "result.h5")
    assert "fact distance products = cpu\n" in text
    for option in ("device", "data_path", "data_format", "images_dataset", "labels_dataset"):
        assert f"option {option} = " not in text


def test_where_weights_and_checkpoints_go_may_change(syncgap, with_torch, tmp_path):
    small = ["experiment.images=200", "experiment.epochs=1", "experiment.batch=20",
             "experiment.shards=2", "experiment.width=4", "experiment.multipliers=[1, 2]",
             "experiment.groups=2", "experiment.resamples=20", "experiment.samples=4",
             "experiment.denoising_samples=4", 'axes.pairing=["main"]', "axes.horizon=[10]",
             "axes.step={range=[0, 10]}", "axes.intervention_step=[5]", "axes.image_step=[9, 0]"]

    def run(*settings):
        command = [syncgap, "run", ROOT / "jobs/quickstart_training.toml", "--profile", "smoke",
                   "--record", "result.h5"]
        for setting in (*small, *settings):
            command += ["--set", setting]
        code, out, err = Run(1, command, cwd=tmp_path).finish(300)
        assert code == SUCCESS, f"exit code {code}\n{out}\n{err}"
        return out

    run('experiment.models="models"', "experiment.checkpoint_seconds=5")
    before = (tmp_path / "result.h5").read_bytes()
    for changed in ('experiment.models="elsewhere"', "experiment.checkpoint_seconds=60",
                    'experiment.device="cpu"'):
        assert "before this run)" in run('experiment.models="models"', changed)
    assert (tmp_path / "result.h5").read_bytes() == before


def test_plan_reads_no_pixel(call, tmp_path):
    pixels = tmp_path / PIXELS
    whole = call("plan")[0]
    pixels.write_bytes(pixels.read_bytes()[:16])  # the header and nothing else
    assert call("plan")[0] == whole
    _, err = call("run", expect=BAD_INPUT)
    assert f"{PIXELS}, byte offset 16" in err
    assert not list(tmp_path.rglob("*.h5")) and not list(tmp_path.rglob("*.lock"))


def test_plan_refuses_what_a_header_shows(call, tmp_path):
    pixels = tmp_path / PIXELS
    pixels.write_bytes(b"\1" + pixels.read_bytes()[1:])
    assert "not an IDX file" in call("plan", expect=BAD_INPUT)[1]
    pixels.unlink()
    assert "labels without images" in call("plan", expect=BAD_INPUT)[1]
    for file in pixels.parent.iterdir():
        file.unlink()
    assert "set data_path" in call("plan", expect=BAD_INPUT)[1]
