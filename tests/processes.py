"""Launches real processes of the sweep: the made-up one of sweep_driver and the program itself."""

import contextlib
import itertools
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
PENDING, DONE, FAILED = 0, 1, 2
SUCCESS, BAD_INPUT, UNITS_FAILED, DAMAGED, HOST_LOST, DRAINED = 0, 2, 3, 4, 69, 75

# What a killed launcher of Open MPI 5 leaves behind keeps one of the same process number from
# starting. Open to every user: some tests start ranks as somebody else.
session_folder = tempfile.TemporaryDirectory(prefix="mpi", ignore_cleanup_errors=True)
os.chmod(session_folder.name, 0o1777)

# As root, on fewer cores than ranks, without pinning several launches to the same core: OMPI_MCA_
# is read by Open MPI 4, PRTE_ by 5; MPICH needs none.
MPI_ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PRTE_ALLOW_RUN_AS_ROOT": "1", "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_hwloc_default_binding_policy": "none",
    # Open MPI 5 remarks on interfaces over which ranks of one machine do not reach each other.
    "OMPI_MCA_btl_tcp_if_include": "lo",
    "TMPDIR": session_folder.name,
}
# Open MPI's launcher else leaves the other ranks two seconds to come to an end.
AT_ONCE = {"OMPI_MCA_odls_base_sigkill_timeout": "0"}
# The launcher; for programs built with another MPI library its launcher's path.
LAUNCHER = os.environ.get("SYNCGAP_MPIRUN", "mpirun")
# The variable by which whatever a run launched is known.
MARK = "SYNCGAP_TEST_RUN"
launches = itertools.count()


def binary(name, variable):
    path = pathlib.Path(os.environ.get(variable, ROOT / "build/release" / name))
    return path if path.exists() else None


def launcher_library():
    told = subprocess.run([LAUNCHER, "--version"], capture_output=True, text=True).stdout
    return "Open MPI" if "Open MPI" in told else "MPICH"


def command(ranks, words):
    """One rank is started without mpirun: quicker, and what a user on a laptop does."""
    if ranks == 1:
        return [str(w) for w in words]
    return [LAUNCHER, "-n", str(ranks), *(str(w) for w in words)]


class Run:
    """A launch in a session of its own, so that nothing of it outlives the test."""

    def __init__(self, ranks, words, environment=(), **settings):
        self.ranks = ranks
        # Inherited by all that it launches, whoever their parent is by then.
        self.mark = f"{os.getpid()}.{next(launches)}"
        self.process = subprocess.Popen(
            command(ranks, words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
            env={**os.environ, **MPI_ENVIRONMENT, **dict(environment), MARK: self.mark}, **settings)
        self.pid = self.process.pid

    def wait_until_gone(self, seconds=60):
        """A launcher that is killed leaves ranks behind, also such as nobody had seen yet."""
        wait_until(lambda: not any(variable_of(pid, MARK) == self.mark for pid in all_processes()),
                   "the ranks are gone", seconds)

    def rank_pids(self, seconds=20):
        """Process ids of all ranks, lowest rank first; waits until they are there."""
        if self.ranks == 1:
            return [self.pid]
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            found = [pid for pid in descendants_of(self.pid) if rank_of(pid) is not None]
            if len(found) == self.ranks:
                return sorted(found, key=rank_of)
            time.sleep(0.005)
        return []

    @contextlib.contextmanager
    def held(self):
        """All ranks stand still meanwhile: what is looked at cannot end or change."""
        pids = self.rank_pids()
        assert len(pids) == self.ranks, "the run ended before it could be held"
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def finish(self, seconds=120):
        """Waits; returns exit code, standard output, standard error."""
        try:
            out, err = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"still running after {seconds} s:\n{out}\n{err}") from None
        return self.process.returncode, out, err

    def kill(self, pids=None):
        """SIGKILL to the given processes, or to the launcher and all ranks."""
        if pids is None:
            pids = [*descendants_of(self.pid), self.pid]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def stat_of(pid):
    """State letter and parent, None for a process that is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, parent = text.rsplit(")", 1)[1].split()[:2]
    return state, int(parent)


def is_alive(pid):
    stat = stat_of(pid)
    return stat is not None and stat[0] not in "ZX"


def all_processes():
    return (int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def children_of(pid):
    return [child for child in all_processes() if (stat := stat_of(child)) and stat[1] == pid]


def descendants_of(pid):
    """Also of MPICH's launcher, which has a helper in between."""
    found = children_of(pid)
    return found + [lower for child in found for lower in descendants_of(child)]


def variable_of(pid, *names):
    """The first of these variables that a process was started with, None once it has ended."""
    try:
        variables = pathlib.Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0")
    except OSError:
        return None
    for variable in variables:
        name, _, value = variable.partition("=")
        if name in names:
            return value
    return None


def rank_of(pid):
    rank = variable_of(pid, "OMPI_COMM_WORLD_RANK", "PMI_RANK")
    return None if rank is None else int(rank)


def wait_until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.005)


class Driver:
    """The made-up sweep over one record."""

    def __init__(self, program, record):
        self.program, self.record = program, pathlib.Path(record)

    def start(self, *arguments, ranks=1, environment=(), **settings):
        return Run(ranks, [self.program, "--record", self.record, *arguments], environment,
                   **settings)

    def run(self, *arguments, ranks=1, expect=SUCCESS, environment=()):
        """Runs to the end; returns what the driver reports, or its message if it was refused."""
        code, out, err = self.start(*arguments, ranks=ranks, environment=environment).finish()
        assert code == expect, f"exit code {code}, expected {expect}\n{out}\n{err}"
        return json.loads(out) if out else err

    def run_part(self, units, *arguments):
        """Drains after some units were begun."""
        log = self.record.with_suffix(".part")
        run = self.start(*arguments, "--sleep", 0.01, "--log", log)
        wait_until(lambda: len(units_begun(log)) >= units, "some units")
        os.kill(run.pid, signal.SIGUSR2)
        code, out, err = run.finish()
        assert code == DRAINED, f"{code} {out} {err}"
        log.unlink()

    @property
    def lock(self):
        return self.record.with_name(self.record.name + ".lock")


def statuses(record):
    """Opened by HDF5 at this very instant."""
    with h5py.File(record, "r") as file:
        return file["unit_status"][...].ravel()


def observables(record):
    """Bytes of every cell of every observable, by name."""
    with h5py.File(record, "r") as file:
        return {name: item[...].tobytes() for name, item in file.items()
                if isinstance(item, h5py.Dataset) and "dimensions" in item.attrs}


def units_begun(log):
    """Units in the driver's log, in the order they were begun; a torn last line is left out."""
    if not log.exists():
        return np.array([], dtype=int)
    lines = log.read_text().split("\n")[:-1]
    return np.array([int(line) for line in lines], dtype=int)
