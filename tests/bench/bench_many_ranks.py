"""Sweeps of sleeping units on up to 256 ranks of this machine, and on up to 100,000 simulated ones.

    cmake --build build/release --target bench_many_ranks

Prints utilisation, memory, the time to the first unit and what a claim takes; draws simulation
(lines) and measurement (points) in one figure. Ranks mostly sleep: two processors are enough. Other
work on the machine lowers what is measured; the first line says how much of it there was.
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import sys
import tempfile
import time

import h5py
import matplotlib
from claim_queue import best_seconds, chunks, log_normal, sweep_seconds
from measuring import print_table

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import DRAINED, MPI_ENVIRONMENT, SUCCESS, Driver, Run, children_of  # noqa: E402

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

# As between hosts without a faster network; shared memory is what claims on one host do not use.
OVER_TCP = {"OMPI_MCA_btl": "tcp,self"}
RANKS = (4, 16, 64, 256)
SIMULATED = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)
SIGMA_SIMULATED = 0.5  # so that the longest unit is no longer than a fair share of any number
UNITS_SIMULATED = 5_000_000  # the most in one sweep


def load():
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def verdict(reached):
    return "reached" if reached else "NOT REACHED"


def proportional_memory(pid):
    """Bytes of a process, of what it shares with others its share."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    except OSError:
        pass
    return 0


class Bench:
    def __init__(self, given, folder):
        self.given, self.folder = given, folder

    def sweep(self, ranks, units, mean, sigma, *words, environment=()):
        """Report of one sweep, with its `utilisation`."""
        run, _ = self.start(ranks, "--units", units, "--sleep", mean, "--sigma", sigma, *words,
                            environment=environment)
        report = self.report_of(run)
        with h5py.File(self.folder / "record.h5") as file:
            report["best"] = best_seconds(file["unit_seconds"][...], ranks)
        report["utilisation"] = report["best"] / report["seconds"]
        return report

    def start(self, ranks, *words, environment=()):
        """A sweep that has begun its first unit, and the seconds that took."""
        record, log = self.folder / "record.h5", self.folder / "log"
        for path in (record, log):
            path.unlink(missing_ok=True)
        started = time.monotonic()
        run = Driver(self.given.driver, record).start(
            "--doubles", 1, "--log", log, *words, ranks=ranks, environment=environment)
        while run.process.poll() is None and not (log.exists() and log.stat().st_size > 0):
            time.sleep(0.002)
        return run, time.monotonic() - started

    def report_of(self, run):
        try:
            code, out, error = run.finish(600)
        finally:
            run.kill()
        if code not in (SUCCESS, DRAINED):
            sys.exit(f"exit code {code}\n{out}\n{error}")
        return json.loads(out)

    def many(self):
        rows = []
        for ranks, sigma, mean, words in (
                (4, 2, 0.02, ()), (256, 2, 0.05, ()),
                (256, 1, 0.1, ("--claims", "messages"))):
            units = 1000 * ranks if ranks < 256 else 100_000
            report = self.sweep(ranks, units, mean, sigma, *words)
            reached = report["utilisation"] >= 0.99
            rows.append((ranks, f"{units:,}", sigma, words[-1] if words else "memory",
                         f"{report['seconds']:.2f}", f"{report['best']:.2f}",
                         f"{100 * report['utilisation']:.2f}%", verdict(reached)))
        print_table(("ranks", "units", "sigma", "claims by", "seconds", "best possible",
                     "utilisation", "goal 99%"), rows, 0)

    def memory(self):
        """The same sweep until it has run for a while; on few ranks it would take minutes."""
        rows, seen = [], {}
        for ranks in (4, 256):
            # Stores to a mapping would count the pages of the record as memory of the rank.
            run, _ = self.start(ranks, "--units", 100_000, "--sleep", 0.1, "--sigma", 1,
                                "--system-calls")
            time.sleep(10)
            shared = statistics.mean(proportional_memory(pid) for pid in children_of(run.pid))
            os.kill(run.pid, signal.SIGUSR1)
            seen[ranks] = self.report_of(run)["peak_memory"], shared
            rows.append((ranks, *(f"{size / 2**20:.1f}" for size in seen[ranks])))
        ratios = [many / few for many, few in zip(seen[256], seen[4])]
        rows.append(("256 / 4", *(f"{ratio:.2f}" for ratio in ratios)))
        print_table(("ranks", "peak resident, MiB a rank", "proportional, MiB a rank"), rows, 0)
        print(f"goal at most 1.2 times as much: {verdict(ratios[0] <= 1.2)}\n")

    def first_unit(self):
        rows, before = [], None
        for ranks in RANKS:
            seconds, inside = (statistics.median(column) for column in zip(*(
                self.seconds_to_first_unit(ranks) for _ in range(3 if ranks < 256 else 1))))
            growth = "" if before is None else \
                f"{seconds / before:.2f}: {verdict(seconds / before <= 4)}"
            rows.append((ranks, f"{seconds:.2f}", f"{inside:.2f}", growth))
            before = seconds
        print_table(("ranks", "seconds to the first unit", "of them MPI_Init",
                     "of four times fewer ranks, goal 4"), rows, 0)

    def seconds_to_first_unit(self, ranks):
        run, seconds = self.start(ranks, "--units", ranks, "--sleep", 0.1)
        return seconds, self.report_of(run)["mpi_seconds"]

    def claims(self):
        """What claims take: (seconds of service, of latency) of messages over TCP."""
        rows, found = [], {}
        for how, environment in (("shared memory", {}), ("TCP", OVER_TCP)):
            runs = [json.loads(self.timer(environment)) for _ in range(5)]
            middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            service = middle["seconds"] / middle["additions"]
            found[how] = service, middle["lone_seconds"]
            rows.append((how, f"{1e6 * service:.1f}",
                         f"{1e6 * middle['processor_seconds'] / middle['additions']:.1f}",
                         f"{1e6 * middle['lone_seconds']:.0f}"))
        print_table(("messages through", "us each under load", "of rank 0's processor",
                     "us of a lone one"), rows)
        return found["TCP"]

    def timer(self, environment):
        run = Run(8, [self.given.claims_timer, "messages", 40_000], environment)
        code, out, error = run.finish(120)
        if code != 0:
            sys.exit(f"claims_timer: exit code {code}\n{error}")
        return out

    def points(self, service):
        """Claims asked a second and utilisation, of single claims and of chunks, over TCP."""
        found = {"single": [], "chunks": []}
        rows = []
        for ranks, mean in ((16, 0.1), (64, 0.1), (64, 0.02), (64, 0.01), (64, 0.005),
                            (64, 0.0025), (256, 0.1)):
            units = int(min(100, 8 / mean) * ranks) if mean == 0.1 else int(10 / mean) * ranks
            row = [ranks, f"{1e3 * mean:g}", f"{units:,}"]
            for kind, words in (("single", ()), ("chunks", ("--claim-service", service))):
                report = self.sweep(ranks, units, mean, SIGMA_SIMULATED, "--claims", "messages",
                                    *words, environment=OVER_TCP)
                # From the first unit to the last, as it is simulated.
                share = report["best"] / report["units_seconds"]
                found[kind].append((ranks / mean, share))
                row.append(f"{100 * share:.2f}%")
            rows.append(tuple(row))
        print_table(("ranks", "mean unit, ms", "units", "single claims", "chunks"), rows, 0)
        return found


def simulate(service, latency):
    """Utilisation of units of 1 s on average, by number of ranks: single claims and chunks."""
    lines, rows, started = {"single": [], "chunks": []}, [], time.monotonic()
    for ranks in SIMULATED:
        units = min(200 * ranks, UNITS_SIMULATED)
        seconds = log_normal(units, SIGMA_SIMULATED)
        best = best_seconds(seconds, ranks)
        row = [f"{ranks:,}", f"{units:,}"]
        for kind, claims in (("single", seconds), ("chunks", chunks(seconds, ranks, service))):
            share = best / sweep_seconds(claims, ranks, service, latency)
            lines[kind].append((ranks, share))
            row += [f"{len(claims):,}", f"{100 * share:.2f}%"]
        rows.append(tuple(row))
    print_table(("ranks", "units", "claims", "utilisation", "chunks", "utilisation"), rows, 0)
    print(f"A claim keeps the counter for {1e6 * service:.1f} us and arrives "
          f"{1e6 * latency:.0f} us later: single claims of units of 1 s saturate it at "
          f"{1 / service:,.0f} ranks. Simulated in {time.monotonic() - started:.0f} s.\n")
    return lines


def draw(lines, points, service, path):
    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    for kind, colour, marker in (("single", "C3", "o"), ("chunks", "C0", "s")):
        name = "single claims" if kind == "single" else "claims of several units"
        axes.plot(*zip(*((x, 100 * y) for x, y in lines[kind])), color=colour,
                  label=f"{name}, simulated")
        axes.plot(*zip(*((x, 100 * y) for x, y in points[kind])), marker, color=colour,
                  fillstyle="none", label=f"{name}, measured")
    axes.axvline(1 / service, color="0.6", linestyle=":", label="a claim served after the other")
    axes.set(xscale="log", ylim=(0, 105), ylabel="best possible / time (%)",
             xlabel="ranks / mean seconds of a unit (1/s): with units of 1 s the number of ranks")
    axes.legend(loc="lower left", fontsize=8)
    figure.savefig(path)
    print(f"figure: {path}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--driver", required=True)
    parser.add_argument("--claims-timer", required=True)
    parser.add_argument("--plot", required=True, type=pathlib.Path)
    parser.add_argument("--only", choices=("many", "memory", "first_unit", "queue"))
    given = parser.parse_args()
    os.environ.update(MPI_ENVIRONMENT)
    with tempfile.TemporaryDirectory(prefix="syncgap-bench-") as folder:
        print(f"{load()}\n")
        bench = Bench(given, pathlib.Path(folder))
        for part in ("many", "memory", "first_unit"):
            if given.only in (None, part):
                getattr(bench, part)()
        if given.only in (None, "queue"):
            service, latency = bench.claims()
            lines = simulate(service, latency)
            draw(lines, bench.points(service), service, given.plot)
        print(f"{load()} at the end")


if __name__ == "__main__":
    main()
