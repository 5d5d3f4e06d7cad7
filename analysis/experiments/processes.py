"""Diffusion processes by name, and curves over their noise levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..reading.values import show

PROCESSES = {"edm": "EDM", "ou": "VP (OU)", "vp": "VP (linear β)", "ve": "VE"}


@dataclass(frozen=True)
class Series:
    """Values over the noise levels, with standard errors where they are sampled."""

    value: np.ndarray
    error: np.ndarray | None
    done: np.ndarray


def process_title(name: str) -> str:
    return PROCESSES.get(name, name)


def number(value: float) -> str:
    return show(float(f"{value:.6g}"))
