"""dataset_regimes: what the regimes paper publishes about its image sets."""

from __future__ import annotations

# The table of the paper: n, d, Lambda, t_S.
PUBLISHED = {"MNIST": (10000, 1024, 7.66, 1.02), "CIFAR": (3000, 3072, 16.72, 1.41),
             "ImageNet16": (2000, 768, 3.05, 0.56), "ImageNet32": (2000, 3072, 12.11, 1.25),
             "LSUN": (40000, 12288, 60.52, 2.05)}
# MNIST's row again; its classes are found by their eigenvalue, as the appendix names others.
MNIST_PAIR, MNIST_EIGENVALUE, MNIST_TIME = {1, 8}, 7.66, 1.02
