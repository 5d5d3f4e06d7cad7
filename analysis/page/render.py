"""Draws many figures at once, on every core this process may use."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
import multiprocessing
import os

from . import drawing
from .content import Figure
from .forgiving import forgives

MOST_PROCESSES = 8
_figures: list[Figure] = []


def draw_all(figures: list[Figure], formats: tuple[str, ...]) -> list[dict[str, bytes] | str]:
    """Draws figures on every core this process may use.

    Parameters
    ----------
    figures : list of Figure
        In any order.
    formats : tuple of str
        Of png, pdf and svg.

    Returns
    -------
    list
        For each figure its files' bytes by format, or a text that says why it could not be drawn.
    """
    workers = min(len(figures), len(os.sched_getaffinity(0)), MOST_PROCESSES)
    # The largest first: nobody waits in the end for one that takes long.
    order = sorted(range(len(figures)), key=lambda i: -math.prod(figures[i].size))
    jobs = [(i, formats) for i in order]
    _figures[:] = figures
    if workers < 2:
        drawn = [_draw(*job) for job in jobs]
    else:
        drawing.load(formats)  # once, and not in every process
        # Forked processes inherit the figures, whose drawing functions could not be sent to them.
        with multiprocessing.get_context("fork").Pool(workers, _begin) as pool:
            drawn = pool.starmap(_draw, jobs, chunksize=1)
    return [result for _, result in sorted(zip(order, drawn), key=lambda pair: pair[0])]


def _begin() -> None:
    """Prepares a process that draws. GNU's OpenMP, where NumPy's BLAS uses it, waits without end
    for threads that a fork left behind in the parent; it asks for none where one is enough. All of
    a figure lives until it is written: garbage is collected between figures, of which each is
    some, and not while one is drawn."""
    gc.disable()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):  # there is none in this process
        ctypes.CDLL("libgomp.so.1", os.RTLD_NOW | os.RTLD_NOLOAD).omp_set_num_threads(1)


def _draw(index: int, formats: tuple[str, ...]) -> dict[str, bytes] | str:
    try:
        canvas = drawing.draw(_figures[index])
        files = {f: drawing.encode(canvas, f) for f in formats}
        del canvas
        if not gc.isenabled():
            gc.collect()
        return files
    except Exception as error:  # one figure of an unusual record must not cost the report
        if not forgives():
            raise
        return f"{type(error).__name__}: {error}"
