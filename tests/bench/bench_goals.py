"""How many units sweeps with goals leave out, against designs without: every cell with as many
repetitions as the one that needs most, every value of a refined axis.

    cmake --build build/release --target bench_goals

Counts, not times: they are the same on any machine. The case that trains takes some minutes.
"""

import argparse
import json
import pathlib
import tempfile

import h5py
import numpy as np
from measuring import call, print_table, ranks

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = {
    "excess entropy of clouds, within 5e-4, over d and n": ("precision", """
[experiment]
name = "mixture_collapse"
data_sets = 2
evaluations = 10
[axes]
dimension = [64, 128, 256]
points = [500, 2000]
time = { linspace = [0.2, 4.0, 20] }
seed = { range = [1, 401] }
[run.precision]
excess_entropy = 5e-4
"""),
    "share of rising steps, within 0.02, over process and d": ("precision", """
[experiment]
name = "pathwise_entropy"
trials = 50
[axes]
process = ["ou", "edm"]
d = [2, 8, 64]
u = { linspace = [0.05, 2.0, 40] }
seed = { range = [1, 401] }
[run.precision]
rising_share = 0.02
"""),
    "cloning agreement (regimes, figure 2), within 0.01": ("precision", """
[experiment]
name = "mixture_cloning"
trials = 200
steps = 200
[axes]
dimension = [256, 1024]
seed = { range = [1, 401] }
[run.precision]
agreement = 0.01
"""),
    "cosine curves of trained denoisers (table 1), within 0.002, over g": ("precision", """
[experiment]
name = "synchronization_gap"
images = 1000
epochs = 2
batch = 64
shards = 1
learning_rate = 2e-3
ema_decay = 0.98
width = 8
multipliers = [1, 2]
groups = 4
samples = 32
resamples = 50
denoising_samples = 4
[axes]
pairing = ["main"]
g = [0.0, 0.3, 0.5, 0.7]
seed = { range = [1, 101] }
tau = [0.95]
intervention_step = [100]
[run.precision]
cosine = 0.002
"""),
    "speciation time over g and theta (figure 4), rows of g": ("refine", None),
}
FIGURE4 = ROOT / "jobs/multimodal_figure4.toml"
REFINE = ["--set", "run.refine.axis=g", "--set", "run.refine.observable=speciation_time", "--set",
          "run.refine.tolerance=0.01", "--set", "run.refine.first=5"]


def precise(given, folder, text):
    """Units done, and those of as many repetitions in every cell as in the one that took most."""
    job, record = folder / "job.toml", folder / "record.h5"
    job.write_text(text)
    record.unlink(missing_ok=True)
    call(*ranks(given.ranks), given.syncgap, "run", job, "--record", record, "--quiet")
    told = json.loads(call(given.syncgap, "status", record, "--json"))
    reached = told["goals"]["reached"]
    counts = [each["count"] for each in reached]
    met = sum(each["met"] for each in reached)
    how = f"{met} of {len(counts)} cells reached, {min(counts)} to {max(counts)} repetitions"
    return told["done"], max(counts) * len(counts), how


def refined(given, folder):
    """Rows done and all rows; the greatest error of lines between them, where both ends have a
    value, and cells on the wrong side of the edge."""
    whole, part = folder / "whole.h5", folder / "part.h5"
    call(given.syncgap, "run", FIGURE4, "--record", whole, "--quiet")
    call(given.syncgap, "run", FIGURE4, "--record", part, "--quiet", *REFINE)
    with h5py.File(whole) as all_rows, h5py.File(part) as some:
        g, exact = all_rows["g"][...], np.squeeze(all_rows["speciation_time"][...])
        done = np.flatnonzero(np.squeeze(some["unit_status"][...]) == 1)
    worst, wrong = 0.0, 0
    for a, b in zip(done[:-1], done[1:]):
        for m in range(a + 1, b):
            share = (g[m] - g[a]) / (g[b] - g[a])
            line = (1 - share) * exact[a] + share * exact[b]
            known = np.isfinite(line) & np.isfinite(exact[m])
            worst = max(worst, float(np.abs(line - exact[m])[known].max(initial=0)))
            wrong += int((np.isfinite(line) != np.isfinite(exact[m])).sum())
    return len(done), len(g), f"greatest error {worst:.1e}, {wrong} cells of {exact.size} on the " \
        "wrong side of the edge"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--syncgap", required=True)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--no-training", action="store_true", help="leave out the case that trains")
    given = parser.parse_args()
    rows = []
    for name, (kind, text) in CASES.items():
        if given.no_training and "trained" in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            if text is not None:
                text = text.replace("[run.precision]", f"[run]\nrecord = \"{place}/r.h5\"\n"
                                    "[run.precision]")
                text = text.replace("[axes]", f"models = \"{place}/models\"\n[axes]") \
                    if "trained" in name else text
            done, uniform, how = precise(given, place, text) if kind == "precision" \
                else refined(given, place)
        rows.append((name, done, uniform, f"{uniform / done:.2f}", how))
    print_table(("case", "units run", "without goals", "x", ""), rows)


if __name__ == "__main__":
    main()
