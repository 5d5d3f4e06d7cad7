"""Small data sets in IDX files."""

import struct

import numpy as np


def write_idx(folder, grey: np.ndarray, labels: np.ndarray) -> None:
    for name, values in (("images-idx3", np.clip(grey, 0, 255)), ("labels-idx1", labels)):
        header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
        (folder / f"train-{name}-ubyte").write_bytes(header + values.astype(np.uint8).tobytes())


def write_halves(folder, count: int, side: int) -> None:
    """Two classes, bright on the left and on the right, with noise."""
    labels = np.arange(count) % 2
    grey = np.full((count, side, side), 60.0)
    grey[labels == 0, :, :side // 2] = 190
    grey[labels == 1, :, side // 2:] = 190
    write_idx(folder, grey + np.random.default_rng(1).normal(0, 30, grey.shape), labels)


def write_plains(folder, count: int, side: int) -> None:
    """Two classes, dark and bright, with noise."""
    labels = np.arange(count) % 2
    grey = np.where(labels[:, None, None] == 1, 190.0, 60.0) * np.ones((count, side, side))
    write_idx(folder, grey + np.random.default_rng(1).normal(0, 25, grey.shape), labels)
