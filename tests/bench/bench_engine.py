"""Benchmarks of the sweep engine: claims, utilisation, bandwidth, resume, memory, ways to write.

    cmake --build build/release --target bench_engine

Rates are medians over the repetitions. Goals are printed beside what was seen.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sweep"))
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
MPIRUN = ["mpirun", "-q", "--oversubscribe"]


def launch(program, ranks, *words):
    """Standard output of the program, as JSON."""
    command = [str(program), *map(str, words)]
    if ranks > 1:
        command = [*MPIRUN, "-n", str(ranks), *command]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed ({done.returncode}):\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def unit_seconds(run):
    """Time of the claims, units and commits: without the survey before and the sync after."""
    return run["seconds"] - run["survey_seconds"] - run["sync_seconds"]


def row(what, seen, goal):
    print(f"{what:<58} {seen:>26}   {goal}", flush=True)


def claims(given, folder):
    rates = {}
    for ranks in (1, 2):
        found = []
        for k in range(given.repeat):
            record = folder / f"claims{ranks}-{k}.h5"
            units = 200_000 * ranks
            run = launch(given.driver, ranks, "--record", record, "--units", units,
                            "--doubles", 128)
            found.append(units / unit_seconds(run) / ranks)
            record.unlink()
        rates[ranks] = statistics.median(found)
    row("units of 1 KiB: claim, run, commit, 1 rank", f"{rates[1]:,.0f}/s", ">= 50,000/s")
    row("the same on 2 ranks, each", f"{rates[2]:,.0f}/s = {100 * rates[2] / rates[1]:.0f}%",
        ">= 80% of 50,000/s")


def utilisation(given, folder):
    record = folder / "utilisation.h5"
    run = launch(given.driver, 4, "--record", record, "--units", 4000, "--sleep", 0.01,
                    "--sigma", 2)
    import h5py
    with h5py.File(record) as file:
        asked = file["unit_seconds"][...]
    best = max(asked.sum() / 4, asked.max())
    row("4 ranks, log-normal units (sigma 2): best schedule / time",
        f"{100 * best / (run['seconds'] - run['survey_seconds']):.2f}%", ">= 99%")
    record.unlink()


def bandwidth(given, folder):
    units, doubles = 64, 1 << 21  # 16 MiB a unit, 1 GiB in all
    ratios, speeds = [], []
    block = os.urandom(1 << 20) * 16
    for k in range(given.repeat):
        record = folder / f"bandwidth{k}.h5"
        run = launch(given.driver, 1, "--record", record, "--units", units, "--doubles", doubles)
        commit_seconds = unit_seconds(run) - run["busy_seconds"]
        os.sync()
        plain = folder / "plain"
        handle = os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for _ in range(units):
            os.write(handle, block)
        os.fsync(handle)
        os.lseek(handle, 0, os.SEEK_SET)
        start = time.perf_counter()
        for _ in range(units):
            os.write(handle, block)
        seconds = time.perf_counter() - start
        os.close(handle)
        speeds.append(units * doubles * 8 / commit_seconds)
        ratios.append(seconds / commit_seconds)
        record.unlink()
        plain.unlink()
    row("record write bandwidth, checksums included", f"{statistics.median(speeds) / 1e9:.2f} GB/s",
        "")
    row("against plain write over a file as warm", f"{100 * statistics.median(ratios):.0f}%",
        ">= 90%")


def resume(given, folder):
    record = folder / "resume.h5"
    words = ("--record", record, "--units", 1_000_000, "--doubles", 8)
    launch(given.driver, 1, *words)
    found = [launch(given.driver, 1, *words)["survey_seconds"] for _ in range(given.repeat)]
    row("resume scan of 10^6 units, checksums checked", f"{statistics.median(found):.3f} s", "< 1 s")
    record.unlink()


def memory(given, folder):
    sizes = {}
    for units in (100_000, 1_000_000, 4_000_000):
        record = folder / "memory.h5"
        # Two axes, so that the list of coordinates does not count as memory of the units.
        run = launch(given.driver, 1, "--record", record, "--units", units, "--columns",
                     1000, "--doubles", 1, "--system-calls")
        sizes[units] = run["peak_memory"]
        record.unlink()
    for low, high in ((100_000, 1_000_000), (1_000_000, 4_000_000)):
        row(f"memory from {low:,} to {high:,} units",
            f"{(sizes[high] - sizes[low]) / (high - low):.1f} bytes a unit", "<= 16")


def ways(given, folder):
    if not given.write_paths:
        print("ways to write: skipped, parallel HDF5 (libhdf5-openmpi-dev) is not installed")
        return
    for name, units, cell in (("1 KiB", 100_000, 1024), ("16 MiB", 32, 1 << 24)):
        for ranks in (1, 2):
            text = []
            for way in ("pwrite", "map", "hdf5"):
                found = []
                for _ in range(given.repeat):
                    path = folder / "ways"
                    run = launch(given.write_paths, ranks, way, path, units, cell)
                    found.append(run["bytes_per_second"])
                    path.unlink()
                text.append(f"{way} {statistics.median(found) / 1e6:,.0f}")
            row(f"units of {name}, {ranks} rank(s), MB/s", ", ".join(text), "")


def kills(given, folder):
    from kill_storm import Storm
    start = time.perf_counter()
    storm = Storm(given.driver, folder, seed=1).run(given.kills)
    row("SIGKILLs survived, nothing recomputed, same bits",
        f"{storm.kills.total()} in {time.perf_counter() - start:.0f} s", "500")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--write-paths", default="")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="bench_engine") as name:
        for bench in (claims, utilisation, bandwidth, resume, memory, ways, kills):
            if not given.only or bench.__name__ in given.only:
                bench(given, pathlib.Path(name))


if __name__ == "__main__":
    main()
