"""Times exact_score against NumPy at paper size (d = 32, N = 800, 2000 trials, ten couplings), one
angle after the other on one core, in the same run; then all of figures 12-14 on two ranks.

    cmake --build build/release --target bench_exact_score

Equal trials mean equal statistical error, or better: in the plane the NLL has a third of the error.
Columns of seconds are the best of the repetitions; the ratio is the median of the ratios of runs
that followed each other, by processor time, which other work on the machine disturbs least.
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
STEPS, COUPLINGS = 800, 10
SCORES = ("printed", "path", "joint")


def worst_deviation(a, b):
    """Largest difference between two sets of cells in standard errors."""
    worst = 0.0
    for mine, theirs in zip(a["cells"], b["cells"]):
        if (mine["schedule"], mine["g"]) not in {(c["schedule"], c["g"]) for c in b["cells"]}:
            sys.exit("the two programs ran different couplings")
        theirs = next(c for c in b["cells"]
                      if (c["schedule"], c["g"]) == (mine["schedule"], mine["g"]))
        for metric in ("accuracy", "mse", "nll"):
            error = (mine[metric + "_error"]**2 + theirs[metric + "_error"]**2) ** 0.5
            if error > 0:
                worst = max(worst, abs(mine[metric] - theirs[metric]) / error)
    return worst


def compare(given, score):
    """Rows of the table for one score: NumPy, full, plane."""
    runs = {"numpy": [], "full": [], "plane": []}
    angle = 1.0
    for seed in range(given.repeat):
        runs["numpy"].append(json.loads(call(
            sys.executable, HERE / "exact_score_peer.py", "--score", score, "--trials",
            given.trials, "--angle", angle, "--chunk", given.chunk, "--seed", seed + 1)))
        for method in ("full", "plane"):
            # The plane is too quick to time at one go of 2000 trials.
            factor = 10 if method == "plane" else 1
            run = json.loads(call(given.timer, "run", method, score, factor * given.trials, angle))
            run["seconds"] /= factor
            run["cpu_seconds"] /= factor
            runs[method].append(run)
    deviation = worst_deviation(runs["plane"][0], runs["numpy"][0])
    deviation_full = worst_deviation(runs["full"][0], runs["numpy"][0])
    rows = []
    for name in runs:
        seconds = min(r["cpu_seconds"] for r in runs[name])
        ratio = statistics.median(n["cpu_seconds"] / r["cpu_seconds"]
                                  for n, r in zip(runs["numpy"], runs[name]))
        wall = statistics.median(n["seconds"] / r["seconds"]
                                 for n, r in zip(runs["numpy"], runs[name]))
        share = ""
        if name != "numpy":
            factor = 10 if name == "plane" else 1
            noise = min(json.loads(call(given.timer, "normals", name, score,
                                        factor * given.trials))["cpu_seconds"] / factor
                        for _ in range(given.repeat))
            share = f"{100 * noise / seconds:.0f}%"
        rows.append((score, name, f"{seconds:.4f}",
                     f"{given.trials * STEPS * COUPLINGS / seconds:.3g}", f"{ratio:.1f}",
                     f"{wall:.1f}", share,
                     {"plane": f"{deviation:.1f}", "full": f"{deviation_full:.1f}"}.get(name, "")))
    return rows


def whole_jobs(given):
    """Wall-clock seconds of jobs at paper size on two ranks, from mpirun to its end."""
    jobs = HERE.parent.parent / "jobs"
    rows = []
    for what, goal, job, words in (
            ("figure 4, 401 x 401 speciation times", 1, "multimodal_figure4", []),
            ("figures 12-14, printed score", 20, "multimodal_figures12to14",
             ["--profile", "paper", "--set", 'axes.score=["printed"]']),
            ("figures 12-14, three scores", 60, "multimodal_figures12to14",
             ["--profile", "paper", "--set", f"axes.score={json.dumps(list(SCORES))}"])):
        seconds = []
        for _ in range(given.repeat):
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                call(*ranks(2), given.syncgap, "run", jobs / f"{job}.toml",
                     "--record", pathlib.Path(folder) / "record.h5", *words)
                seconds.append(time.perf_counter() - start)
        rows.append((what, f"{statistics.median(seconds):.2f}", f"< {goal}"))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--timer", required=True, help="the executable exact_score_timer")
    parser.add_argument("--syncgap", required=True, help="the executable syncgap")
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--chunk", type=int, default=250, help="trials NumPy holds at a time")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    print(f"One angle, {given.trials} trials, {STEPS} steps, {COUPLINGS} couplings, d = 32, one "
          "core")
    rows = [row for score in SCORES for row in compare(given, score)]
    print_table(("score", "program", "seconds", "trial-steps/s", "x NumPy (CPU)", "x NumPy (wall)",
                 "random numbers alone", "largest |diff|/SE"), rows, left=2)
    print("Jobs at paper size, 2 ranks, start to end")
    print_table(("job", "seconds", "goal"), whole_jobs(given), left=2)


if __name__ == "__main__":
    main()
