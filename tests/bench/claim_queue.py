"""Simulates how ranks claim units: the shared counter as a queue in which one claim is served after
the other, ranks that take the next claim when they are through with their last."""

import heapq
from bisect import bisect_right

import numpy as np


def log_normal(units, sigma, mean=1.0, seed=1):
    """Seconds of units, longest first; shape (units,)."""
    normal = np.random.default_rng(seed).standard_normal(units)
    return np.sort(mean * np.exp(sigma * normal - sigma**2 / 2))[::-1]


def chunks(seconds, ranks, service):
    """Seconds of each claim by the rule of src/sweep/chunks.h; shape (claims,)."""
    until = np.concatenate([[0.0], np.cumsum(seconds)])
    sums, total = until.tolist(), until[-1]
    least, most = 1.5 * ranks * service, 4 * ranks * service
    ends, at = [0], 0
    while at < len(seconds):
        limit = max(least, min(most, (total - sums[at]) / (4 * ranks)))
        at = max(at + 1, bisect_right(sums, sums[at] + limit, at + 1) - 1)
        ends.append(at)
    return np.diff(until[ends])


def sweep_seconds(claims, ranks, service, latency):
    """Seconds from the first claim to the moment at which every rank knows that none is left.

    Parameters
    ----------
    claims: seconds of work of each claim, in the order they are taken; shape (claims,)
    service: seconds of the counter for one claim, one after the other, first come first served
    latency: seconds more until the answer is there, in which others are served
    """
    free, replace, served = [0.0] * ranks, heapq.heapreplace, 0.0
    for work in claims.tolist():
        asked = free[0]
        served = (asked if asked > served else served) + service
        replace(free, served + latency + work)
    for asked in sorted(free):
        served = max(asked, served) + service
    return served + latency


def best_seconds(seconds, ranks):
    """No schedule ends before a fair share of the whole or before the longest unit does."""
    return max(seconds.sum() / ranks, seconds.max())
