"""Times the default transformer, evaluated and trained, against PyTorch of the same network, eager
and compiled, in single precision and bfloat16, on one core in the same run.

    cmake --build build/release --target bench_transformer_peer

Ratios are medians over runs that followed each other, by processor time.
"""

import argparse
import json
import pathlib
import statistics
import sys

from measuring import call, print_table

PEER = pathlib.Path(__file__).parent / "transformer_peer.py"
WIDTH, BATCH = 96, 64
FORMS = [(form, precision) for precision in ("single", "bf16") for form in ("eager", "compiled")]


def rate(*words):
    run = json.loads(call(*words))
    return run["images"] / run["cpu_seconds"]


def compare(given, mode, coupling, steps, precisions):
    """Our rate in each precision, and the peer's in each of its forms; runs alternate."""
    network = (WIDTH, "dit", coupling, BATCH, steps)
    own = {precision: [] for precision in precisions}
    peer = {form: [] for form in FORMS}
    for _ in range(given.repeat):
        for precision in precisions:
            own[precision].append(rate(given.timer, mode, *network, *(
                [precision] if mode == "evaluate" else [])))
        for form in FORMS:
            peer[form].append(rate(given.python, PEER, mode, *network, *form))
    rows = []
    for precision in precisions:
        for form in FORMS:
            ratio = statistics.median(a / b for a, b in zip(own[precision], peer[form]))
            rows.append((precision, " ".join(form), f"{max(own[precision]):.0f}",
                         f"{max(peer[form]):.0f}", f"{ratio:.2f}"))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--timer", required=True, help="the executable training_timer")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    header = ("ours", "PyTorch", "a second", "PyTorch's", "x")
    for title, mode, coupling, steps, precisions in (
            ("Evaluation of pairs, by themselves", "evaluate", "-", 10, ("single", "bf16")),
            ("Evaluation of pairs, coupled", "evaluate", "0.5", 10, ("single", "bf16")),
            ("Training on images", "train", "-", 12, ("single",))):
        print(f"{title}: width {WIDTH}, batch {BATCH}, one core")
        print_table(header, compare(given, mode, coupling, steps, precisions), left=2)


if __name__ == "__main__":
    main()
