"""The engine's own costs: units a second, utilisation, bandwidth of the record, resume, memory.

    cmake --build build/release --target bench_sweep

Rates are medians over repetitions (best in brackets). Other work on the machine lowers them: the
first line says how much of it there was. Run on an idle machine for numbers worth quoting.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import MPI_ENVIRONMENT, Driver, command  # noqa: E402

KIB = 128  # doubles in 1 KiB


def table(title, head, rows):
    print(f"\n{title}")
    widths = [max(len(str(row[k])) for row in [head, *rows]) for k in range(len(head))]
    for row in [head, ["-" * w for w in widths], *rows]:
        print("  " + "  ".join(str(cell).ljust(w) for cell, w in zip(row, widths)).rstrip())
    sys.stdout.flush()


def verdict(reached):
    return "reached" if reached else "NOT REACHED"


def spread(values, form="{:,.0f}"):
    return f"{form.format(statistics.median(values))} ({form.format(max(values))})"


def others():
    """Processors taken by other work during the last minute."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


class Bench:
    def __init__(self, given, folder):
        self.given, self.folder = given, folder

    def driver(self):
        record = self.folder / "record.h5"
        record.unlink(missing_ok=True)
        return Driver(self.given.driver, record)

    def unit_rate(self, ranks, units, observables=1):
        """Units a second of one sweep of empty units with 1 KiB of results, without the last
        flush to disk, which waits for the device."""
        report = self.driver().run("--units", units, "--columns", 1000, "--doubles",
                                   KIB // observables, "--observables", observables, ranks=ranks)
        return units / (report["seconds"] - report["survey_seconds"] - report["sync_seconds"])

    def empty_units(self):
        units = 200_000 // self.given.scale
        one, two, shares = [], [], []
        for _ in range(self.given.repeat):
            one.append(self.unit_rate(1, units))
            two.append(self.unit_rate(2, units))
            shares.append(two[-1] / 2 / one[-1])
        share = statistics.median(shares)
        each = [rate / 2 for rate in two]
        rows = [
            ("1 rank", spread(one), "50,000", verdict(statistics.median(one) >= 50_000)),
            ("2 ranks, each", spread(each), "80% of that: 40,000",
             f"{verdict(statistics.median(each) >= 40_000)}; {100 * share:.0f}% "
             f"({100 * max(shares):.0f}%) of one rank alone")]
        eight = [self.unit_rate(1, units, observables=8) for _ in range(self.given.repeat)]
        rows.append(("1 rank, 8 observables", spread(eight), "", ""))
        table("Claim, run and commit of empty units with 1 KiB of results", (
            "", "units/s", "goal", ""), rows)

    def utilisation(self):
        """Sleeping units of log-normal cost against the best possible schedule: no schedule ends
        before total / 4 or before the longest unit does."""
        rows = []
        for _ in range(max(3, self.given.repeat // 2)):
            driver = self.driver()
            report = driver.run("--units", 1500, "--doubles", KIB, "--sleep", 0.02, "--sigma", 2,
                                ranks=4)
            with h5py.File(driver.record) as file:
                seconds = file["unit_seconds"][...]
            best = max(seconds.sum() / 4, seconds.max())
            rows.append((f"{report['seconds']:.3f}", f"{best:.3f}", f"{seconds.max():.3f}",
                         100 * best / report["seconds"]))
        median = statistics.median(row[-1] for row in rows)
        table("1500 sleeping units on 4 ranks, cost log-normal with sigma = 2", (
            "seconds", "best possible", "longest unit", "utilisation"),
            [(*row[:3], f"{row[3]:.2f}%") for row in rows]
            + [("", "", "median", f"{median:.2f}%, goal 99%: {verdict(median >= 99)}")])

    def bandwidth(self):
        rows = []
        for reach, doubles in (("disk", 1 << 7), ("disk", 1 << 10), ("disk", 1 << 13),
                               ("disk", 1 << 17), ("disk", 1 << 21), ("cache", 1 << 7),
                               ("cache", 1 << 13), ("cache", 1 << 17), ("cache", 1 << 21)):
            units = (1 << 25) // doubles
            (self.folder / "record.h5").unlink(missing_ok=True)
            out = subprocess.run([self.given.record_timer, self.folder, str(units), str(doubles),
                                  str(3 * self.given.repeat), reach],
                                 capture_output=True, text=True, check=True).stdout
            (self.folder / "plain").unlink()
            rounds = json.loads(out)
            ratio = statistics.median(r["record"] / r["plain"] for r in rounds)
            rows.append((f"{doubles * 8 >> 10:,} KiB",
                         "disk" if reach == "disk" else "page cache",
                         spread([r["plain"] / 1e9 for r in rounds], "{:.2f}"),
                         spread([r["record"] / 1e9 for r in rounds], "{:.2f}"),
                         f"{100 * ratio:.0f}%: {verdict(ratio >= 0.9)}"))
        table("256 MB into a record, checksummed, and by plain write() into a file that exists", (
            "unit", "to", "plain, GB/s", "record, GB/s", "median ratio, goal 90%"), rows)

    def resume(self):
        rows = []
        units = 1_000_000 // self.given.scale
        for doubles in (1, 16, KIB):
            driver = self.driver()
            driver.run("--units", units, "--columns", 1000, "--doubles", doubles, ranks=2)
            for ranks in (1, 2):
                scans = [driver.run("--units", units, "--columns", 1000, "--doubles", doubles,
                                    ranks=ranks)["survey_seconds"]
                         for _ in range(self.given.repeat)]
                median = statistics.median(scans)
                rows.append((f"{units:,} of {8 * doubles} B", ranks,
                             f"{median:.3f} ({min(scans):.3f})", verdict(median < 1)))
        table("Reading every status and checking every checksum of a finished record", (
            "units", "ranks", "seconds (best)", "goal 1 s"), rows)

    def memory(self):
        counts = [n // self.given.scale for n in (100_000, 1_000_000, 4_000_000)]
        rows = []
        for kind in ("fresh", "resumed"):
            peaks = []
            for units in counts:
                driver = self.driver()
                # Stores to a mapping would count the pages of the record as memory of the rank.
                words = ("--units", units, "--columns", 1000, "--doubles", 1, "--system-calls")
                report = driver.run(*words)
                if kind == "resumed":
                    # Half of the units are pending again: costs are learnt, an order is made.
                    with h5py.File(driver.record) as file:
                        offset = file["unit_status"].id.get_offset()
                    with open(driver.record, "r+b") as file:
                        file.seek(offset)
                        file.write(bytes(units // 2))
                    report = driver.run(*words)
                peaks.append(report["peak_memory"])
            slope = (peaks[-1] - peaks[0]) / (counts[-1] - counts[0])
            rows.append((kind, *(f"{p / 1e6:.1f}" for p in peaks), f"{slope:.1f}",
                         verdict(slope <= 16)))
        table("Peak resident memory of one rank", (
            "record", *(f"{n:,} units, MB" for n in counts), "bytes a unit", "goal 16"), rows)

    def paths(self):
        """Why small cells go through a memory map and large ones through pwrite."""
        if self.given.write_paths is None:
            return
        rows = []
        for units, doubles, label in ((60_000, KIB, "1 KiB"), (256, 1 << 17, "1 MiB")):
            for ranks in (1, 2):
                row = [label, ranks]
                for how in ("pwrite", "mmap", "hdf5"):
                    runs = [self.path(how, units, doubles, ranks)
                            for _ in range(self.given.repeat)]
                    if not all(runs):
                        row.append("not installed")
                    elif doubles == KIB:
                        row.append(spread([r["units_per_second"] for r in runs]) + " units/s")
                    else:
                        row.append(spread([r["bytes_per_second"] / 1e9 for r in runs], "{:.2f}")
                                   + " GB/s")
                rows.append(row)
        table("The same units written in three ways, all ranks together", (
            "unit", "ranks", "pwrite", "stores into a mapping", "parallel HDF5, independent"), rows)

    def path(self, how, units, doubles, ranks):
        # Parallel HDF5 needs MPI's start-up even for one rank, and speaks of its locks.
        done = subprocess.run(
            command(ranks, [self.given.write_paths, self.folder / "paths", how, units, doubles]),
            capture_output=True, text=True, env={**os.environ, **MPI_ENVIRONMENT})
        if done.returncode != 0:
            sys.exit(f"write_paths {how} failed:\n{done.stderr}")
        return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--driver", required=True)
    parser.add_argument("--record-timer", required=True)
    parser.add_argument("--write-paths")
    parser.add_argument("--folder", help="where records are written (default: a temporary folder)")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--scale", type=int, default=1, help="divide the numbers of units by this")
    parser.add_argument("--only", choices=("empty_units", "utilisation", "bandwidth", "resume",
                                           "memory", "paths"))
    given = parser.parse_args()
    os.environ.update(MPI_ENVIRONMENT)
    # Ranks of a benchmark get a processor each and keep it.
    os.environ["OMPI_MCA_mpi_yield_when_idle"] = "0"
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="syncgap-bench-") as folder:
        print(f"{others()}; records in {folder}; medians of {given.repeat} (best)")
        bench = Bench(given, pathlib.Path(folder))
        for part in ("empty_units", "utilisation", "bandwidth", "resume", "memory", "paths"):
            if given.only in (None, part):
                getattr(bench, part)()
        print(f"\n{others()} at the end")


if __name__ == "__main__":
    main()
