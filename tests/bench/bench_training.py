"""Times the training and evaluation of denoisers against eager PyTorch of the same network, sizes
and LibTorch build, on one core in the same run.

    cmake --build build/release --target bench_training

Ratios are medians over runs that followed each other, by processor time, which other work on the
machine disturbs least. The share of the data is all that comes before the network: pairs, swaps,
random numbers, noise.
"""

import argparse
import json
import pathlib
import statistics
import sys

from measuring import call, print_table, ranks

PEER = pathlib.Path(__file__).parent / "training_peer.py"
# Width, multipliers, levels that attend, batch, steps of an epoch, evaluations.
NETWORKS = [(8, "1,2", "-", 64, 24, 40), (16, "1,2,2", "-", 64, 12, 20),
            (16, "1,2,2", "-", 128, 6, 10), (32, "1,2,2", "2", 128, 2, 4)]


def measure(*words):
    return json.loads(call(*words))


def title(network):
    return f"{network[0]} x [{network[1]}]" + (", attention" if network[2] != "-" else "")


def rate(run):
    return run["images"] / run["cpu_seconds"]


def compare(given, mode, network, steps):
    """Rates of both in runs that alternate, the median of their ratios, the peer's parameters."""
    own, eager, parameters = [], [], 0
    for _ in range(given.repeat):
        own.append(rate(measure(given.timer, mode, *network, steps)))
        peer = measure(given.python, PEER, mode, *network, steps)
        eager.append(rate(peer))
        parameters = peer["parameters"]
    ratio = statistics.median(a / b for a, b in zip(own, eager))
    return max(own), max(eager), ratio, parameters


def one_core(given):
    training, evaluation = [], []
    for *network, steps, evaluations in NETWORKS[:given.shapes]:
        name = title(network)
        own, eager, ratio, parameters = compare(given, "train", network, steps)
        data = min(measure(given.timer, "data", *network, steps)["cpu_seconds"]
                   for _ in range(given.repeat)) / (network[3] * steps)
        training.append((name, parameters, network[3], f"{own:.0f}", f"{eager:.0f}", f"{ratio:.2f}",
                         f"{100 * data * own:.2f}%"))
        own, eager, ratio, _ = compare(given, "evaluate", network, evaluations)
        evaluation.append((name, network[3], f"{own:.0f}", f"{eager:.0f}", f"{ratio:.2f}"))
    return training, evaluation


def two_ranks(given):
    """One training of two ranks against two trainings of one, in turn on the same processors."""
    rows, trace = [], None
    for *network, steps, _ in NETWORKS[:given.shapes]:
        for summation in ("fixed_order", "fast"):
            seen = measure(*ranks(2), given.timer, "ranks", *network, 2 * steps, summation,
                           given.rounds)
            rows.append((title(network), network[3], summation,
                         *(f"{statistics.median(r[k] for r in seen['rates']):.0f}" for k in (0, 1)),
                         f"{100 * statistics.median(a / b for a, b in seen['rates']):.0f}%"))
            if seen["buckets"]:
                trace = (title(network), seen)
    return rows, trace


def print_trace(name, seen):
    print(f"Sums of gradients in one step of {name}, ms since backward began; it ended at "
          f"{1e3 * seen['backward']:.2f}, the last sum at {1e3 * seen['finished']:.2f}")
    print_table(("bucket", "gradients", "begins", "done"),
                [(k, size, f"{1e3 * begin:.2f}", f"{1e3 * end:.2f}")
                 for k, (size, begin, end) in enumerate(seen["buckets"])])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--timer", required=True, help="the executable training_timer")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5, help="of two ranks together and apart")
    parser.add_argument("--shapes", type=int, default=len(NETWORKS), help="only the first so many")
    given = parser.parse_args()
    training, evaluation = one_core(given)
    print("Training, images of 28 x 28 pixels and 2 channels, one core (goals: 1.0 times, under "
          "1%)")
    print_table(("network", "parameters", "batch", "images/s", "PyTorch", "x", "data"), training)
    print("Evaluation without gradients, one core, images/s")
    print_table(("network", "batch", "images/s", "PyTorch", "x"), evaluation)
    rows, trace = two_ranks(given)
    print("Two ranks, images/s: one training together, two side by side summed (goal 95%)")
    print_table(("network", "batch", "summation", "together", "apart", ""), rows, left=1)
    print_trace(*trace)


if __name__ == "__main__":
    main()
