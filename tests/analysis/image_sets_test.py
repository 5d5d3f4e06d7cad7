"""Which image set a record is of: a guess from names, never a set it is not."""

import pytest
from synthetic import toy_plan, write

from analysis import open_record
from analysis.reading.image_sets import data_text, is_mnist


@pytest.mark.parametrize("path, prefix, name", [
    ("/data/mnist", "", "MNIST"),
    ("~/MNIST/raw", "", "MNIST"),
    ("/data/emnist", "", None),
    ("/data/gzip", "emnist-letters-", None),
    ("/data/qmnist", "", None),
    ("/data/pathmnist.npz", "", None),
    ("/data/kmnist", "", None),
    ("/usr/share/datasets/fashion-mnist", "", "Fashion-MNIST"),
    ("/data/cifar-10-batches-bin", "", None),
])
def test_relatives_of_mnist_are_not_taken_for_it(tmp_path, path, prefix, name):
    plan = toy_plan()
    plan.options = {"data_path": path, "file_prefix": prefix, "padded_size": 32, "channels": 1}
    with open_record(write(tmp_path / "record.h5", plan)) as record:
        assert is_mnist(record) == (name == "MNIST")
        assert data_text(record).startswith(f"{name or path.rsplit('/', 1)[-1]}, 32")
