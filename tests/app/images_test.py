"""dataset_regimes on image sets in every format, as files on disk: the same images give the same
numbers however they are stored and on any ranks; damaged files are one message with their place."""

import gzip

import h5py
import numpy as np
import pytest
from image_files import (
    made_up,
    write_cifar,
    write_cifar100_pickle,
    write_cifar_pickles,
    write_hdf5,
    write_idx,
    write_npz,
)
from processes import BAD_INPUT, SUCCESS, Run, observables

JOB = """
[experiment]
name = "dataset_regimes"
data_path = "{path}"
data_format = "{format}"
channels = {channels}
padded_size = 32
samples = 60
steps = 40
resamples = 40
[axes]
classes = ["0-1", "2-1"]
images = [16, 20]
time = [0.1, 0.5, 1.0, 2.0]
path = {{ range = [0, 12] }}
trajectory = {{ range = [0, 8] }}
branch_time = [1.0, 0.2]
image_time = [0.0]
strip = [0]
"""


@pytest.fixture
def measure(syncgap, tmp_path):
    """Runs the job on a data set; returns all observables, or the message it is refused with."""
    count = 0

    def run(path, kind, channels=1, ranks=1, expect=SUCCESS, options=()):
        nonlocal count
        count += 1
        job, record = tmp_path / f"{count}.toml", tmp_path / f"{count}.h5"
        job.write_text(JOB.format(path=path, format=kind, channels=channels))
        settings = [word for option in options for word in ("--set", f"experiment.{option}")]
        code, out, err = Run(ranks, [syncgap, "run", job, "--record", record, "--quiet", *settings],
                             cwd=tmp_path).finish()
        assert code == expect, out + err
        if code != SUCCESS:
            assert err.count("syncgap: ") == 1 and "internal error" not in err
            return err
        with h5py.File(record) as file:
            return {name: file[name][...] for name in observables(record)}

    return run


def check_same(one, other):
    assert one.keys() == other.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


def test_grey_images_are_the_same_however_stored(measure, tmp_path):
    images, labels = made_up(1, 12)
    places = [tmp_path / name for name in ("raw", "packed")]
    for place in places:
        place.mkdir()
    write_idx(places[0], images, labels)
    write_idx(places[1], images, labels, gzip.compress, ".gz")
    want = measure(places[0], "idx")
    check_same(want, measure(places[1], "idx"))
    write_hdf5(tmp_path / "bytes.h5", images[:, 0], labels.astype(">i2"))
    check_same(want, measure(tmp_path / "bytes.h5", "hdf5"))
    write_hdf5(tmp_path / "chunks.h5", images, labels, chunks=(7, 1, 12, 12), compression="gzip")
    check_same(want, measure(tmp_path / "chunks.h5", "hdf5"))
    write_hdf5(tmp_path / "reals.h5", images[:, 0] * np.float32(1 / 255), labels)
    reals = measure(tmp_path / "reals.h5", "hdf5")
    np.testing.assert_allclose(reals["largest_eigenvalue"], want["largest_eigenvalue"], rtol=1e-6)


def test_colour_images_are_the_same_however_stored(measure, tmp_path):
    images, labels = made_up(3, 32)
    (tmp_path / "cifar").mkdir()
    write_cifar(tmp_path / "cifar", images, labels)
    want = measure(tmp_path / "cifar", "cifar10", 3)
    assert (want["dimension"] == 3072).all()
    write_hdf5(tmp_path / "first.h5", images, labels)
    check_same(want, measure(tmp_path / "first.h5", "hdf5", 3))
    write_hdf5(tmp_path / "last.h5", np.moveaxis(images, 1, -1), labels)
    check_same(want, measure(tmp_path / "last.h5", "hdf5", 3))
    # The eigenvalue is that of the first channel, whatever else is kept.
    np.testing.assert_array_equal(
        measure(tmp_path / "cifar", "cifar10", 1)["largest_eigenvalue"],
        want["largest_eigenvalue"])


def test_images_are_read_as_people_have_them(measure, tmp_path, monkeypatch):
    """Prefixes, transposed images, a folder a file, arrays of NumPy, pickles, ~: the same bits."""
    images, labels = made_up(1, 12)
    home = tmp_path / "home"
    (home / "images").mkdir(parents=True)
    write_idx(home / "images", images, labels)
    monkeypatch.setenv("HOME", str(home))
    want = measure("~/images", "idx")

    emnist = tmp_path / "emnist"
    emnist.mkdir()
    write_idx(emnist, images.swapaxes(2, 3), labels)
    for path in emnist.iterdir():
        path.rename(emnist / f"emnist-letters-{path.name}")
        (emnist / f"emnist-digits-{path.name}").write_bytes(b"of another set")
    check_same(want, measure(emnist, "idx", options=["file_prefix=emnist-letters-",
                                                     "transposed=true"]))
    assert 'prefixes of its files "emnist-digits-", "emnist-letters-"' in measure(
        emnist, "idx", expect=BAD_INPUT)

    kaggle = tmp_path / "kaggle"
    for path in (home / "images").iterdir():
        (kaggle / path.name).mkdir(parents=True)
        dotted = path.name.replace("-idx", ".idx")
        (kaggle / path.name / dotted).write_bytes(path.read_bytes())
    check_same(want, measure(kaggle, "idx"))
    write_npz(tmp_path / "set.npz", images, labels)
    check_same(want, measure(tmp_path / "set.npz", "npz"))

    colour, labels = made_up(3, 32)
    places = [tmp_path / name for name in ("binary", "pickles")]
    for place, write in zip(places, (write_cifar, write_cifar_pickles)):
        place.mkdir()
        write(place, colour, labels)
    want = measure(places[0], "cifar10", 3)
    check_same(want, measure(places[1], "cifar10", 3))
    write_npz(tmp_path / "colour.npz", colour, labels)
    check_same(want, measure(tmp_path / "colour.npz", "npz", 3))


def test_cifar100_has_labels_of_classes_and_of_superclasses(measure, tmp_path):
    colour, labels = made_up(3, 32)
    write_npz(tmp_path / "fine.npz", colour, labels)
    want = measure(tmp_path / "fine.npz", "npz", 3)
    (tmp_path / "cifar").mkdir()
    for protocol in (3, 4, 5):
        write_cifar100_pickle(tmp_path / "cifar/train", colour, labels, protocol)
        check_same(want, measure(tmp_path / "cifar", "cifar100", 3))
    coarse = ["cifar100_labels=coarse", "class_count=20"]
    write_cifar100_pickle(tmp_path / "cifar/train", colour, 19 - labels)
    check_same(want, measure(tmp_path / "cifar", "cifar100", 3, options=coarse))
    write_cifar100_pickle(tmp_path / "cifar/train", colour, labels)
    message = measure(tmp_path / "cifar", "cifar100", 3, expect=BAD_INPUT, options=coarse[:1])
    assert "label 19 of image 0, with 10 classes): set class_count" in message


def test_arrays_of_numpy_have_parts_and_either_order_of_bytes(measure, tmp_path):
    images, labels = made_up(1, 12)
    path = tmp_path / "set.npz"
    write_npz(path, images, labels)
    want = measure(path, "npz")
    for part in ("val", "test"):
        write_npz(path, images, labels, part)
        check_same(want, measure(path, "npz", options=[f"data_part={part}"]))
    message = measure(path, "npz", expect=BAD_INPUT, options=["data_part=val"])
    assert "no images of the part val" in message
    assert "which holds test_images.npy, test_labels.npy): set data_part" in message

    reals = images[:, 0] / 255
    np.savez(path, x_train=reals, y_train=labels)
    want = measure(path, "npz")
    for pixels, numbers in ((">f8", ">i8"), (">f8", ">u2"), ("<f8", ">i4")):
        np.savez(path, x_train=reals.astype(pixels), y_train=labels.astype(numbers))
        check_same(want, measure(path, "npz"))
    np.savez(path, x_train=reals.astype("<f4"), y_train=labels)
    want = measure(path, "npz")
    np.savez(path, x_train=reals.astype(">f4"), y_train=labels)
    check_same(want, measure(path, "npz"))
    np.savez(path, x_train=images[:, 0].astype(">u2"), y_train=labels)
    assert "array x_train.npy, whole numbers of 2 bytes)" in measure(path, "npz",
                                                                      expect=BAD_INPUT)


def test_images_of_another_kind_are_named_with_what_to_do(measure, tmp_path):
    write_cifar(tmp_path, *made_up(3, 32))
    message = measure(tmp_path, "idx", expect=BAD_INPUT)
    assert f"({tmp_path}, which holds data_batch_1.bin): set data_format = \"cifar10\"" in message
    assert "fashion" not in message
    message = measure(tmp_path / "none", "cifar100", expect=BAD_INPUT)
    assert "train.bin[.gz] is not there" in message and "there is no such file or folder" in message
    write_npz(tmp_path / "set.npz", *made_up(1, 12))
    assert f"set data_path = \"{tmp_path}/set.npz\"" in measure(tmp_path, "npz", expect=BAD_INPUT)


@pytest.mark.parametrize("ranks", [2, 3, 4])
def test_bits_are_the_same_on_any_ranks(measure, tmp_path, ranks):
    write_idx(tmp_path, *made_up(1, 12))
    check_same(measure(tmp_path, "idx"), measure(tmp_path, "idx", ranks=ranks))


def test_damaged_files_are_one_message_with_their_place(measure, tmp_path):
    images, labels = made_up(1, 12)

    def refusal(kind="idx", path=tmp_path):
        return measure(path, kind, ranks=2, expect=BAD_INPUT)

    write_idx(tmp_path, images, labels, lambda content: content[:-1])
    assert f"train-labels-idx1-ubyte, byte offset {8 + 30 - 1}" in refusal()
    write_idx(tmp_path, images[:-1], labels)
    pixels = tmp_path / "train-images-idx3-ubyte"
    pixels.write_bytes(pixels.read_bytes()[:-9])
    assert f"train-images-idx3-ubyte, byte offset {16 + 29 * 144 - 9}" in refusal()
    write_idx(tmp_path, images, labels, lambda content: b"\1" + content[1:])
    assert "not an IDX file" in refusal() and "byte offset 0" in refusal()
    write_idx(tmp_path, images, labels[:-1])
    assert "holds 30 images" in refusal()
    write_idx(tmp_path, images, np.where(np.arange(30) == 4, 10, labels))
    assert "byte offset 12, label 10 of image 4" in refusal()
    write_cifar(tmp_path, *made_up(3, 32))
    with open(tmp_path / "data_batch_3.bin", "ab") as file:
        file.write(b"\3")
    assert f"data_batch_3.bin, byte offset {6 * 3073 + 1}" in refusal("cifar10")
    path = tmp_path / "set.h5"
    write_hdf5(path, images, np.where(np.arange(30) == 7, -1, labels))
    assert "entry 7, byte offset" in refusal("hdf5", path)
    with open(path, "r+b") as file:
        file.truncate(3000)
    assert "set.h5" in refusal("hdf5", path)
    path.write_bytes(b"not an HDF5 file")
    assert "as HDF5" in refusal("hdf5", path)
