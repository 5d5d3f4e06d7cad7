"""Times the training and evaluation of denoisers against PyTorch of the same network and sizes, in
whichever of its forms is fastest, on one core in the same run.

    cmake --build build/release --target bench_training

--python names a Python with the release of PyTorch to compare with.

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
FORMS = ("eager", "eager_last", "compiled", "compiled_last")
# Width, multipliers, levels that attend, batch, steps of an epoch, evaluations.
NETWORKS = [(8, "1,2", "-", 64, 24, 40), (16, "1,2,2", "-", 64, 12, 20),
            (16, "1,2,2", "-", 128, 6, 10), (32, "1,2,2", "2", 128, 2, 4)]


def measure(*words):
    return json.loads(call(*words))


def title(network):
    return f"{network[0]} x [{network[1]}]" + (", attention" if network[2] != "-" else "")


def rate(run):
    return run["images"] / run["cpu_seconds"]


def compare(given, mode, network, steps, precision):
    """Our best rate, the peer's best rate in its fastest form and that form's name, and the median
    of the ratios to it in runs that alternate; the peer's parameters and version."""
    own, peer, told = [], {form: [] for form in FORMS}, {}
    for _ in range(given.repeat):
        own.append(rate(measure(given.timer, mode, *network, steps, precision)))
        for form in FORMS:
            told = measure(given.python, PEER, mode, *network, steps, form, precision)
            peer[form].append(rate(told))
    fastest = max(FORMS, key=lambda form: statistics.median(peer[form]))
    ratio = statistics.median(a / b for a, b in zip(own, peer[fastest]))
    return max(own), max(peer[fastest]), fastest, ratio, told


def one_core(given):
    rows = {"train": [], "evaluate": []}
    version = ""
    for *network, steps, evaluations in NETWORKS[:given.shapes]:
        for mode, count in (("train", steps), ("evaluate", evaluations)):
            for precision in ("single", "bf16"):
                own, best, form, ratio, told = compare(given, mode, network, count, precision)
                version = told["version"]
                row = [title(network), told["parameters"], network[3], precision, f"{own:.0f}",
                       f"{best:.0f}", form.replace("_last", ", channels last"), f"{ratio:.2f}"]
                if mode == "train" and precision == "single":
                    data = min(measure(given.timer, "data", *network, count)["cpu_seconds"]
                               for _ in range(given.repeat)) / (network[3] * count)
                    row.append(f"{100 * data * own:.2f}%")
                elif mode == "train":
                    row.append("")
                rows[mode].append(row)
    return version, rows["train"], rows["evaluate"]


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
    version, training, evaluation = one_core(given)
    heads = ["network", "parameters", "batch", "precision", "images/s", f"PyTorch {version}",
             "in its fastest form", "x"]
    print("Training, images of 28 x 28 pixels and 2 channels, one core (goals: 1.4 times in single "
          "precision, 1.3 in bfloat16; data under 1%)")
    print_table([*heads, "data"], training)
    print("Evaluation without gradients, one core (the same goals)")
    print_table(heads, evaluation)
    rows, trace = two_ranks(given)
    print("Two ranks, images/s: one training together, two side by side summed (goal 95%)")
    print_table(("network", "batch", "summation", "together", "apart", ""), rows, left=1)
    print_trace(*trace)


if __name__ == "__main__":
    main()
