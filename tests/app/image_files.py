"""Made-up image sets as files on disk, in every format that is read."""

import pickle
import struct

import h5py
import numpy as np


def made_up(channels: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Thirty images of three classes: (n, C, H, W) bytes and their labels."""
    labels = np.arange(30) % 3
    grey = np.random.default_rng(4).normal(100, 30, (30, channels, size, size))
    grey[labels == 1, :, :, size // 2:] += 60
    grey[labels == 2, :, size // 2:, :] += 60
    return np.clip(grey, 0, 255).astype(np.uint8), labels


def idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + \
        values.astype(np.uint8).tobytes()


def write_idx(folder, images, labels, pack=lambda content: content, ending=""):
    (folder / f"train-images-idx3-ubyte{ending}").write_bytes(pack(idx(images[:, 0])))
    (folder / f"train-labels-idx1-ubyte{ending}").write_bytes(pack(idx(labels)))


def write_cifar(folder, images, labels):
    for batch in range(5):
        here = slice(6 * batch, 6 * batch + 6)
        (folder / f"data_batch_{batch + 1}.bin").write_bytes(b"".join(
            bytes([label]) + image.tobytes() for label, image in zip(labels[here], images[here])))


def write_cifar_pickles(folder, images, labels):
    """The Python version, of a set of as many images in each batch."""
    for batch in range(5):
        here = slice(6 * batch, 6 * batch + 6)
        with open(folder / f"data_batch_{batch + 1}", "wb") as file:
            pickle.dump({"batch_label": f"batch {batch}", "labels": labels[here].tolist(),
                         "data": images[here].reshape(6, -1)}, file, protocol=4)


def write_cifar100_pickle(path, images, labels, protocol=4):
    """The Python version, with keys as those published; labels of superclasses are 19 - label."""
    with open(path, "wb") as file:
        pickle.dump({"filenames": [f"{i}.png" for i in range(len(labels))],
                     "batch_label": "training batch 1 of 1", "fine_labels": labels.tolist(),
                     "coarse_labels": (19 - labels).tolist(),
                     "data": images.reshape(len(images), -1)}, file, protocol=protocol)


def write_npz(path, images, labels, part="train"):
    """As MedMNIST writes its sets: colour last, labels a column."""
    pixels = np.moveaxis(images, 1, -1) if images.shape[1] == 3 else images[:, 0]
    np.savez_compressed(path, **{f"{part}_images": pixels,
                                 f"{part}_labels": labels[:, None].astype(np.uint8)})


def write_hdf5(path, images, labels, **how):
    with h5py.File(path, "w") as file:
        file.create_dataset("images", data=images, **how)
        file.create_dataset("labels", data=labels)
