"""What it costs to start the program: processor time, memory and libraries of commands that compute
nothing, beside a program that links LibTorch and does nothing, alternating in one run.

    cmake --build build/release --target bench_startup

`--other` names another build of the program to compare with, an older one for example.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from measuring import call, print_table, ranks

ROOT = pathlib.Path(__file__).resolve().parents[2]


def usage(words):
    """Processor seconds and greatest resident MiB of one run, its output thrown away."""
    process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"exit code {process.returncode}: {' '.join(map(str, words))}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def start_of_ranks(given, folder):
    """Seconds from the launch on many ranks to the end of a sweep of nine units of a millisecond:
    as good as to its first unit."""
    programs = {"this": (given.syncgap, ROOT / "jobs")}
    if given.other:
        programs["other"] = (given.other, given.other_jobs)
    seen = {who: [] for who in programs}
    for _ in range(max(3, given.repeat // 3)):
        for who, (program, jobs) in programs.items():
            record = pathlib.Path(folder) / f"{who}.h5"
            record.unlink(missing_ok=True)
            start = time.monotonic()
            call(*ranks(given.ranks), program, "run", jobs / "quickstart.toml", "--profile",
                 "smoke", "--record", record, "--quiet")
            seen[who].append(time.monotonic() - start)
    middle = {who: statistics.median(runs) for who, runs in seen.items()}
    ratio = f", the other build {middle['other'] / middle['this']:.1f} times that" \
        if given.other else ""
    print(f"{given.ranks} ranks on {os.cpu_count()} processors, launch to the end of a sweep of "
          f"nothing: {middle['this']:.2f} s{ratio}")


def libraries(program):
    return len(call("ldd", program).splitlines())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--syncgap", required=True)
    parser.add_argument("--links-torch", help="a program that links LibTorch, with its arguments")
    parser.add_argument("--other", help="another build of the program")
    parser.add_argument("--other-jobs", type=pathlib.Path, default=ROOT / "jobs",
                        help="its folder of jobs, where it does not know today's")
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--ranks", type=int, default=64)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        def commands(program, record, jobs):
            job = jobs / "quickstart.toml"
            call(program, "run", job, "--profile", "smoke", "--record", record, "--quiet")
            return {"--help": (program, "--help"), "status": (program, "status", record),
                    "verify": (program, "verify", record), "plan": (program, "plan", job),
                    "plan of a job that trains": (program, "plan",
                                                  jobs / "quickstart_training.toml")}

        programs = {"syncgap": commands(given.syncgap, f"{folder}/own.h5", ROOT / "jobs")}
        if given.other:
            programs["other"] = commands(given.other, f"{folder}/other.h5", given.other_jobs)
        torch = given.links_torch.split() if given.links_torch else None
        rows = []
        for name in programs["syncgap"]:
            seen = {who: [] for who in (*programs, *(["torch"] if torch else []))}
            for _ in range(given.repeat):
                for who, runs in seen.items():
                    runs.append(usage(torch if who == "torch" else programs[who][name]))
            middle = {who: [statistics.median(column) for column in zip(*runs)]
                      for who, runs in seen.items()}
            seconds, memory = middle["syncgap"]
            row = [name, f"{1e3 * seconds:.0f} ms", f"{memory:.0f} MiB"]
            for peer in [who for who in middle if who != "syncgap"]:
                row += [f"{middle[peer][0] / seconds:.1f}", f"{middle[peer][1] / memory:.1f}"]
            rows.append(tuple(row))
    heads = ["command", "processor", "memory"]
    for peer in [*(["other build"] if given.other else []), *(["LibTorch alone"] if torch else [])]:
        heads += [f"{peer} / this, processor", "memory"]
    print_table(heads, rows)
    counts = [f"{libraries(given.syncgap)} libraries"]
    if given.other:
        counts.append(f"{libraries(given.other)} of the other build")
    if torch:
        counts.append(f"{libraries(torch[0])} of a program that links LibTorch")
    print(", ".join(counts))
    with tempfile.TemporaryDirectory() as folder:
        start_of_ranks(given, folder)


if __name__ == "__main__":
    main()
