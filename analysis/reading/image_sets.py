"""Which image set a record is of, as far as its options tell, and what it and its classes are
called."""

from __future__ import annotations

import re

from .record import Record
from .values import show

FASHION = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
           "ankle boot")


def is_fashion(record: Record) -> bool:
    """Whether the data look like Fashion-MNIST: a guess from the folder's name."""
    return "fashion" in str(record.option("data_path", "")).lower()


def class_text(record: Record, classes: tuple[int, ...]) -> str:
    """"T-shirt / ankle boot", or "classes 1 / 8"."""
    if is_fashion(record) and all(0 <= c < len(FASHION) for c in classes):
        return " / ".join(FASHION[c] for c in classes)
    return "classes " + " / ".join(str(c) for c in classes)


def data_text(record: Record) -> str:
    """The data set in words."""
    path = str(record.option("data_path", ""))
    name = "Fashion-MNIST" if is_fashion(record) else \
        "MNIST" if is_mnist(record) else path.rstrip("/").rsplit("/", 1)[-1]
    size = record.option("padded_size")
    channels = record.option("channels", 1)
    colours = f" × {channels}" if channels > 1 else ""
    return f"{name}, {show(size)} × {show(size)} pixels{colours}"


def is_mnist(record: Record) -> bool:
    """Whether the data look like MNIST itself, whose values the papers print: a guess likewise."""
    named = f"{record.option('data_path', '')}/{record.option('file_prefix', '')}".lower()
    # EMNIST, KMNIST, QMNIST and MedMNIST are other sets.
    others = re.search(r"[a-z]mnist", named) or is_fashion(record)
    return "mnist" in named and not others
