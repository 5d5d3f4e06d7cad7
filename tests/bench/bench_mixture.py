"""Times mixture_cloning and mixture_collapse against NumPy in the same run, on one core, and figure
2 on two ranks.

    cmake --build build/release --target bench_mixture

NumPy runs each branch of figure 2 from T in all d coordinates: that takes days, so a fraction of
its steps is measured and the rest extrapolated in proportion, and the table says so. Equal trials
mean equal statistical error: both compare two clones per trajectory and cloning time. Ratios are
medians over runs that followed each other, by processor time, which other work on the machine
disturbs least.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile
import time

from measuring import call, print_table, ranks

HERE = pathlib.Path(__file__).parent
STEPS, TRIALS = 1000, 10000
BRANCHES = [round((10 - t / 2) * 100) for t in range(2, 21)]  # steps at t = 1, 1.5, ..., 10
# Every branch from T: the trunk to the branch, then two clones to the end.
NAIVE_STEPS = sum(branch + 2 * (STEPS - branch) for branch in BRANCHES)


def measure(*words):
    return json.loads(call(*words))


def cloning(given):
    """Figure 2 at d = 16384: NumPy in full (extrapolated), NumPy in one dimension, syncgap."""
    peer, rows = HERE / "mixture_peer.py", []
    ratios, ratios_1d, own, numpy_full, numpy_1d = [], [], [], [], []
    for _ in range(given.repeat):
        part = measure(sys.executable, peer, "cloning", "--dimension", 16384, "--trials",
                       given.fraction_trials, "--steps", given.fraction_steps)
        whole = part["cpu_seconds"] * NAIVE_STEPS * TRIALS / (given.fraction_trials
                                                              * given.fraction_steps)
        one = measure(sys.executable, peer, "one_dimension", "--dimension", 16384, "--trials",
                      TRIALS)["cpu_seconds"]
        mine = measure(given.timer, "cloning", 10 * TRIALS, 2, 16384)["cpu_seconds"] / 10
        ratios.append(whole / mine)
        ratios_1d.append(one / mine)
        own.append(mine)
        numpy_full.append(whole)
        numpy_1d.append(one)
    share = given.fraction_trials * given.fraction_steps / (NAIVE_STEPS * TRIALS)
    rows.append(("NumPy, d = 16384, each branch from T", f"{min(numpy_full):.3g}", "1",
                 f"extrapolated from {share:.1e} of it"))
    rows.append(("NumPy, one coordinate, each branch from T", f"{min(numpy_1d):.3g}",
                 f"{statistics.median(f / o for f, o in zip(numpy_full, numpy_1d)):.3g}",
                 "measured"))
    rows.append(("syncgap projected, d = 16384", f"{min(own):.3g}",
                 f"{statistics.median(ratios):.3g}", "measured (goal: 10000)"))
    rows.append(("  against NumPy in one coordinate", "",
                 f"{statistics.median(ratios_1d):.3g}", ""))
    return rows


def kernel(given):
    """Path-steps per second and the share of random numbers, one and four dimensions."""
    opened = sum(1 + sum(branch <= step for branch in BRANCHES) for step in range(STEPS))
    noise = min(measure(given.timer, "normals", 4 * TRIALS, 2)["cpu_seconds"]
                for _ in range(given.repeat))
    rows = []
    for dimensions in ([16384], [256, 1024, 4096, 16384]):
        seconds = min(measure(given.timer, "cloning", 4 * TRIALS, 2, *dimensions)["cpu_seconds"]
                      for _ in range(given.repeat))
        steps = 4 * TRIALS * opened * len(dimensions)
        rows.append((f"{len(dimensions)} dimension(s)", f"{seconds / 4:.3f}",
                     f"{steps / seconds:.3g}", f"{100 * noise / seconds:.0f}%"))
    return rows


def whole_figure(given):
    """Wall-clock seconds of figure 2 on two ranks, start to end."""
    job = HERE.parent.parent / "jobs" / "regimes_figure2.toml"
    rows = []
    for name, words in (("10^4 clones (the paper)", ["--profile", "paper"]), ("10^5 clones", [])):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            call(*ranks(2), given.syncgap, "run", job, *words, "--record",
                 pathlib.Path(folder) / "record.h5")
            rows.append((name, f"{time.perf_counter() - start:.2f}"))
    return rows


def collapse(given):
    """One evaluation of f^e at 20 times, n = 20000."""
    rows = []
    for d in (256, 4096):
        few = 64
        numpy = min(measure(sys.executable, HERE / "mixture_peer.py", "collapse", "--dimension", d,
                            "--points", 20000, "--evaluations", few)["cpu_seconds"] / few
                    for _ in range(given.repeat))
        mine = min(measure(given.timer, "energies", 100, 20000, d, 20)["cpu_seconds"] / 100
                   for _ in range(given.repeat))
        exact = min(measure(given.timer, "finite", 20000, d, 20)["cpu_seconds"]
                    for _ in range(given.repeat))
        rows.append((f"d = {d}", f"{1e3 * numpy:.3g}", f"{1e3 * mine:.3g}", f"{numpy / mine:.1f}",
                     f"{exact:.3g}"))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--timer", required=True, help="the executable mixture_timer")
    parser.add_argument("--syncgap", required=True, help="the executable syncgap")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--fraction-trials", type=int, default=16)
    parser.add_argument("--fraction-steps", type=int, default=40)
    given = parser.parse_args()
    print(f"Figure 2 at d = 16384: 19 cloning times, {TRIALS} pairs each, one core")
    print_table(("program", "CPU seconds", "x", ""), cloning(given))
    print(f"The one-dimensional kernel, {TRIALS} trajectories with all their branches, one core")
    print_table(("", "seconds", "path-steps/s", "random numbers alone"), kernel(given))
    print("Figure 2, all four dimensions, 2 ranks, start to end (goal at 10^5 clones: 10 s)")
    print_table(("size", "seconds"), whole_figure(given))
    print("Figure 3: one evaluation of f^e at 20 times, n = 20000, one core, ms; exact average, s")
    print_table(("", "NumPy", "syncgap reduced", "x", "quadrature, 20 times"), collapse(given))


if __name__ == "__main__":
    main()
