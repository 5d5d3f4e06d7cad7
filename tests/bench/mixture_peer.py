"""The Gaussian-mixture experiments of "regimes" as one would write them in NumPy: what
bench_mixture.py measures syncgap against, and implementations of their own to compare with.

    python3 mixture_peer.py cloning --dimension 16384 --trials 16 --steps 25
    python3 mixture_peer.py one_dimension --dimension 16384 --trials 10000
    python3 mixture_peer.py collapse --dimension 4096 --points 20000 --evaluations 64
"""

import argparse
import json
import time

import numpy as np

HORIZON, STEPS = 10.0, 1000


class Clock:
    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self):
        return {"seconds": time.perf_counter() - self.wall,
                "cpu_seconds": time.process_time() - self.cpu}


def reverse_steps(rng, x, m, first, last):
    """Euler steps first ... last - 1 of the reverse process of clusters at +-m, sigma = 1, in
    place. x (trials, d)."""
    h = HORIZON / STEPS
    noise = np.empty_like(x)
    for k in range(first, last):
        mean = np.exp(-(HORIZON - k * h)) * m
        push = np.tanh(x @ mean)  # Gamma = 1 for sigma = 1
        rng.standard_normal(out=noise)
        noise *= np.sqrt(2 * h)
        x *= 1 - h
        x += 2 * h * push[:, None] * mean
        x += noise


def time_cloning(dimension, trials, steps):
    """Seconds of `steps` steps of `trials` trajectories in all coordinates; and the
    coordinate-steps they take."""
    rng = np.random.default_rng(1)
    m = np.ones(dimension)
    x = rng.standard_normal((trials, dimension))
    reverse_steps(rng, x, m, 0, 1)
    clock = Clock()
    reverse_steps(rng, x, m, 0, steps)
    return clock.read() | {"coordinate_steps": dimension * trials * steps}


def run_one_dimension(dimension, trials):
    """Figure 2 in the one coordinate that matters, every branch from T, all trials at once."""
    rng = np.random.default_rng(1)
    scale = np.sqrt(dimension)
    branches = [int(round((HORIZON - t) / HORIZON * STEPS)) for t in np.arange(10, 0.9, -0.5)]
    agreement = []
    clock = Clock()
    for branch in branches:
        trunk = rng.standard_normal((trials, 1))
        reverse_steps(rng, trunk, np.array([scale]), 0, branch)
        ends = []
        for _ in range(2):
            clone = trunk.copy()
            reverse_steps(rng, clone, np.array([scale]), branch, STEPS)
            ends.append(clone[:, 0] > 0)
        agreement.append(float(np.mean(ends[0] == ends[1])))
    return clock.read() | {"agreement": agreement}


def run_collapse(dimension, points, evaluations, times):
    """f^e and the weight of the true point at `times` times, double precision, matrix products."""
    rng = np.random.default_rng(1)
    labels = rng.choice([-1.0, 1.0], points)
    data = rng.standard_normal((points, dimension)) + labels[:, None]
    half_norms = 0.5 * np.einsum("ij,ij->i", data, data)
    excess, weight = [], []
    clock = Clock()
    for t in 8.0 * np.arange(1, times + 1) / times:
        source = rng.integers(points, size=evaluations)
        noise = rng.standard_normal((evaluations, dimension))
        signal, variance = np.exp(-t), -np.expm1(-2 * t)
        x = signal * data[source] + np.sqrt(variance) * noise
        energy = (signal ** 2 * half_norms - signal * (x @ data.T)) / variance
        own = energy[np.arange(evaluations), source]
        relative = own[:, None] - energy
        top = relative.max(axis=1)
        surprise = top + np.log(np.exp(relative - top[:, None]).sum(axis=1))
        excess.append(float(surprise.mean() / dimension))
        weight.append(float(np.exp(-surprise).mean()))
    return clock.read() | {"excess_entropy": excess, "true_weight": weight}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("cloning", "one_dimension", "collapse"))
    parser.add_argument("--dimension", type=int, default=16384)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--points", type=int, default=20000)
    parser.add_argument("--evaluations", type=int, default=64)
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    if given.what == "cloning":
        found = time_cloning(given.dimension, given.trials, given.steps)
    elif given.what == "one_dimension":
        found = run_one_dimension(given.dimension, given.trials)
    else:
        found = run_collapse(given.dimension, given.points, given.evaluations, given.times)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
