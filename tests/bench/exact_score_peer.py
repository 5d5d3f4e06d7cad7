"""The experiment `exact_score` as one would write it in NumPy: all d dimensions, double precision,
every operation on whole arrays, in place where that helps, the trials in chunks that stay in cache.
What bench_exact_score.py measures syncgap against, and an implementation of its own to compare
with.

    python3 exact_score_peer.py --angle 1.0 --score printed --trials 2000
"""

import argparse
import json
import time

import numpy as np

BETA, NOISE_VARIANCE, DURATION = 1.0, 2.0, 2.0


def couplings(switch_time):
    """(schedule, g_0, g(t)) of the baseline and of figures 12-14."""
    yield "baseline", 0.0, lambda t: 0.0 * t
    for strength in (0.2, 0.5, 1.0):
        yield "constant", strength, lambda t, g=strength: g + 0.0 * t
        yield "late", strength, lambda t, g=strength: g * (t < switch_time)
        yield "early", strength, lambda t, g=strength: g * (t > switch_time)


class Moments:
    """G = int g, C_11, C_12, C_22 on the grid, all couplings (coupling, k); midpoint rule on a fine
    grid, far below the error of the scheme."""

    def __init__(self, functions, steps, refine=20):
        h = DURATION / (steps * refine)
        t = (np.arange(steps * refine) + 0.5) * h
        g = np.array([f(t) for f in functions])
        decay = np.exp(-2 * BETA * h)
        c = np.zeros((len(functions), 3))
        c[:, 0] = c[:, 2] = 1.0
        at = np.empty((len(functions), steps + 1, 3))
        at[:, 0] = c
        gain = NOISE_VARIANCE * (1 - decay) / (2 * BETA)
        for i in range(steps * refine):
            # Exact for constant g within the step, to second order in h.
            c11, c12, c22 = c.T
            half12 = c12 + 0.5 * h * g[:, i] * c11
            new = np.stack([decay * c11 + gain, decay * (c12 + h * g[:, i] * c11)
                            + 0.5 * h * g[:, i] * gain,
                            decay * (c22 + 2 * h * g[:, i] * half12) + gain], axis=1)
            c = new
            if (i + 1) % refine == 0:
                at[:, (i + 1) // refine] = c
        self.c11, self.c12, self.c22 = np.moveaxis(at, 2, 0)
        steps_of = g.reshape(len(functions), steps, refine).mean(axis=2)
        self.g = np.concatenate([np.zeros((len(functions), 1)), steps_of], axis=1)
        self.integral = np.cumsum(self.g, axis=1) * h * refine
        self.decay = np.exp(-BETA * DURATION / steps * np.arange(steps + 1))


def run_chunk(rng, moments, score, mu_x, mu_y, trials, steps):
    """(x_0, y_0) of all couplings, y (coupling, trial, d); x likewise for the joint score."""
    d, h = len(mu_x), DURATION / steps
    c11, c12, c22, g, integral, decay = (moments.c11, moments.c12, moments.c22, moments.g,
                                         moments.integral, moments.decay)
    label = rng.choice([-1.0, 1.0], trials)
    path = np.empty((steps + 1, trials, d))
    path[0] = label[:, None] * mu_x + rng.standard_normal((trials, d))
    rng.standard_normal(out=path[1:])
    path[1:] *= np.sqrt(NOISE_VARIANCE * (1 - decay[1] ** 2) / (2 * BETA))
    for k in range(1, steps + 1):
        path[k] += decay[1] * path[k - 1]
    means = decay[:, None] * mu_x                                        # (k, d), of X
    targets = decay[:, None] * (mu_y + integral[:, :, None] * mu_x)      # (coupling, k, d), of Y
    noise_size = np.sqrt(NOISE_VARIANCE * h)

    if score == "path":
        # I_t of every coupling, (coupling, k, trial, d), would not fit: keep it on the way back by
        # undoing the step that made it.
        total = np.zeros((len(g), trials, d))
        for k in range(1, steps + 1):
            total += (h / 2) * g[:, k, None, None] * path[k - 1]
            total *= decay[1]
            total += (h / 2) * g[:, k, None, None] * path[k]

    first = steps
    if score == "path":
        centre, mean = total.copy(), np.broadcast_to(decay[first] * mu_y, (len(g), d))
        variance = c11[:, first]
        logit = 2 * path[0] @ mu_x
    else:
        regression = c12[:, first] / c11[:, first]
        centre = regression[:, None, None] * path[first]
        mean = targets[:, first] - regression[:, None] * means[first]
        variance = c22[:, first] - regression * c12[:, first]
        logit = 2 * path[first] @ means[first] / c11[0, first]
    side = label if score == "joint" else \
        np.where(rng.random(trials) < 1 / (1 + np.exp(-logit)), 1.0, -1.0)
    y = centre + side[:, None] * mean[:, None, :] \
        + np.sqrt(variance)[:, None, None] * rng.standard_normal((trials, d))
    x_back = np.repeat(path[first][None], len(g), axis=0) if score == "joint" else None

    work = np.empty_like(y)
    for k in range(steps, 0, -1):
        noise = rng.standard_normal((trials, d))
        noise *= noise_size
        if score == "joint":
            det = c11[:, k] * c22[:, k] - c12[:, k] ** 2
            p11, p12, p22 = c22[:, k] / det, -c12[:, k] / det, c11[:, k] / det
            on_x = p11[:, None] * means[k] + p12[:, None] * targets[:, k]
            on_y = p12[:, None] * means[k] + p22[:, None] * targets[:, k]
            bend = np.tanh(np.matmul(x_back, on_x[:, :, None])
                           + np.matmul(y, on_y[:, :, None]))             # (coupling, trial, 1)
            noise_x = rng.standard_normal((trials, d))
            noise_x *= noise_size
            new_x = x_back * (1 + h * (BETA - NOISE_VARIANCE * p11))[:, None, None]
            new_x -= np.multiply(y, (h * NOISE_VARIANCE * p12)[:, None, None], out=work)
            new_x += np.multiply(bend, h * NOISE_VARIANCE * on_x[:, None, :], out=work)
            new_x += noise_x
            y *= (1 + h * (BETA - NOISE_VARIANCE * p22))[:, None, None]
            y -= np.multiply(x_back, (h * (g[:, k] + NOISE_VARIANCE * p12))[:, None, None],
                             out=work)
            y += np.multiply(bend, h * NOISE_VARIANCE * on_y[:, None, :], out=work)
            y += noise
            x_back = new_x
            continue
        if score == "path":
            variance = c11[:, k]
            slope = np.broadcast_to(decay[k] * mu_y, (len(g), d)) / variance[:, None]
            shift = path[0] @ mu_x - np.matmul(total, slope[:, :, None])[:, :, 0]
            on_x = -h * g[:, k]
        else:
            regression = c12[:, k] / c11[:, k]
            variance = c22[:, k] - regression * c12[:, k]
            slope = (targets[:, k] - regression[:, None] * means[k]) / variance[:, None]
            shift = path[k] @ (means[k] / c11[0, k] - regression[:, None] * slope).T
            shift = shift.T
            on_x = h * (NOISE_VARIANCE * regression / variance - g[:, k])
        bend = np.tanh(shift[:, :, None] + np.matmul(y, slope[:, :, None]))
        y *= (1 + h * (BETA - NOISE_VARIANCE / variance))[:, None, None]
        y += np.multiply(path[k], on_x[:, None, None], out=work)
        y += np.multiply(bend, h * NOISE_VARIANCE * slope[:, None, :], out=work)
        y += noise
        if score == "path":
            y += np.multiply(total, (h * NOISE_VARIANCE / variance)[:, None, None], out=work)
            total -= np.multiply(path[k], (h / 2) * g[:, k, None, None], out=work)
            total /= decay[1]
            total -= np.multiply(path[k - 1], (h / 2) * g[:, k, None, None], out=work)
    return (x_back if score == "joint" else path[0][None]), y


def measure(x, y, mu_x, mu_y, plane):
    """Accuracy, signal-plane MSE and NLL of every trial, (coupling, trial)."""
    along_x, along_y = x @ mu_x, y @ mu_y
    side = np.sign(along_x)
    accuracy = (side == np.sign(along_y)).astype(float)
    off = (y - side[..., None] * mu_y) @ plane.T
    mse = 0.5 * (off**2).sum(axis=-1)
    exponent = -0.5 * ((y**2).sum(axis=-1) + mu_y @ mu_y)
    nll = -(exponent + np.logaddexp(along_x + along_y, -along_x - along_y)
            - np.logaddexp(along_x, -along_x)) + 0.5 * len(mu_y) * np.log(2 * np.pi)
    return accuracy, mse, nll


def run(angle, score, trials, steps, dimension, amplitude, switch_time, chunk, seed):
    rng = np.random.Generator(np.random.SFC64(seed))
    u, v = np.linalg.qr(rng.standard_normal((dimension, 2)))[0].T
    norm = np.sqrt(dimension) * amplitude
    mu_x, mu_y = norm * u, norm * (np.cos(angle) * u + np.sin(angle) * v)
    settings = list(couplings(switch_time))
    moments = Moments([f for _, _, f in settings], steps)
    start = time.perf_counter(), time.process_time()
    pieces = []
    for done in range(0, trials, chunk):
        x, y = run_chunk(rng, moments, score, mu_x, mu_y, min(chunk, trials - done), steps)
        pieces.append(measure(x, y, mu_x, mu_y, np.stack([u, v])))
    values = [np.concatenate(piece, axis=1) for piece in zip(*pieces)]
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    cells = []
    for i, (schedule, g, _) in enumerate(settings):
        cell = {"schedule": schedule, "g": g}
        for name, value in zip(("accuracy", "mse", "nll"), values):
            cell[name] = value[i].mean()
            cell[name + "_error"] = value[i].std(ddof=1) / np.sqrt(trials)
        cells.append(cell)
    return {"seconds": wall, "cpu_seconds": cpu, "cells": cells}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--angle", type=float, default=0.0)
    parser.add_argument("--score", choices=["printed", "path", "joint"], default="printed")
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--dimension", type=int, default=32)
    parser.add_argument("--amplitude", type=float, default=0.5)
    parser.add_argument("--switch-time", type=float, default=0.35)
    parser.add_argument("--chunk", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(json.dumps(run(given.angle, given.score, given.trials, given.steps, given.dimension,
                         given.amplitude, given.switch_time, given.chunk, given.seed)))


if __name__ == "__main__":
    main()
