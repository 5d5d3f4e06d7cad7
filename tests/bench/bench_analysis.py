"""What a report costs, from the start of `python3 -m analysis` to its end: wall time, processor
time of all its processes, and memory, for records that the program makes here.

    cmake --build build/release --target bench_analysis

`--other` names another checkout whose analysis is timed in alternation, on records of the same jobs
that its own program, `--other-program`, made.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from measuring import call, print_table

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What is drawn: the job and how it is run. Version 0.1 knows all of them.
JOBS = {"figure 4, smoke": ("multimodal_figure4", "--profile", "smoke"),
        "figure 4, 401 x 401": ("multimodal_figure4",),
        "quickstart": ("quickstart",),
        "information, figure 1": ("information_figure1", "--profile", "smoke")}


def make_records(program, checkout, folder):
    """The records of JOBS by their names there, of the jobs as the checkout has them."""
    folder.mkdir()
    made = {}
    for number, (name, (job, *how)) in enumerate(JOBS.items()):
        made[name] = folder / f"{number}.h5"
        call(*program.split(), "run", checkout / "jobs" / f"{job}.toml", *how,
             "--record", made[name], "--quiet")
    return made


def draw(checkout, record, out):
    """Seconds, processor seconds and greatest resident MiB of one report, in a fresh folder."""
    shutil.rmtree(out, ignore_errors=True)
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "analysis", str(record), "--out", str(out)],
                               cwd=checkout, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"exit code {process.returncode}: the analysis of {checkout} on {record}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--syncgap", required=True)
    parser.add_argument("--other", type=pathlib.Path, help="another checkout, say of version 0.1")
    parser.add_argument("--other-program", help="its program, after `env NAME=VALUE` if need be")
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    if bool(given.other) != bool(given.other_program):
        parser.error("--other and --other-program belong together")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sides = {"this": (ROOT, make_records(given.syncgap, ROOT, folder / "this"))}
        if given.other:
            sides["other"] = (given.other, make_records(given.other_program, given.other,
                                                        folder / "other"))
        rows = []
        for job in JOBS:
            seen = {who: [] for who in sides}
            for turn in range(given.repeat + 1):
                for who, (checkout, records) in sides.items():
                    cost = draw(checkout, records[job], folder / f"report-{who}")
                    if turn:  # the first reads files from the disk
                        seen[who].append(cost)
            figures = len(list((folder / "report-this/figures").glob("*.png")))
            middle = {who: [statistics.median(column) for column in zip(*costs)]
                      for who, costs in seen.items()}
            wall, processor, memory = middle["this"]
            row = [job, figures, f"{wall:.2f}", f"{processor:.2f}", f"{memory:.0f}"]
            if given.other:
                row += [f"{theirs / ours:.2f}"
                        for theirs, ours in zip(middle["other"], middle["this"])]
            rows.append(row)
    heads = ["report of", "figures", "wall [s]", "processor [s]", "memory [MiB]"]
    if given.other:
        heads += ["other / this: wall", "processor", "memory"]
    print_table(heads, rows)


if __name__ == "__main__":
    main()
