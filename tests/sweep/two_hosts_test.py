"""Two hosts that see each other over TCP alone: network namespaces of this machine, each with a
name of its own. Needs the right to make them, and Open MPI's launcher: it takes a remote shell."""

import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import time

import pytest
from processes import (
    DONE,
    DRAINED,
    LAUNCHER,
    MPI_ENVIRONMENT,
    Driver,
    Run,
    descendants_of,
    launcher_library,
    observables,
    rank_of,
    statuses,
    units_begun,
    wait_until,
)

NETWORK = "10.255.77"
UNITS = ("--units", 300, "--doubles", 40, "--sleep", 0.002)
numbers = itertools.count(os.getpid())


def inside(space, *words):
    return ["ip", "netns", "exec", space, "unshare", "--uts", *(str(w) for w in words)]


class TwoHosts:
    def __init__(self, folder):
        number = next(numbers)
        self.spaces = [f"syncgap{number}{letter}" for letter in "ab"]
        # The launcher calls this with the host's address and what to run there.
        self.shell = folder / "remote_shell"
        self.shell.write_text("#!/bin/sh\nshift\n"
                              f"exec ip netns exec {self.spaces[1]} unshare --uts "
                              "sh -c \"hostname host-b; $*\"\n")
        self.shell.chmod(0o755)
        self.link = [f"sg{number % 10**8}{letter}" for letter in "ab"]

    def __enter__(self):
        for space in self.spaces:
            self.ip("netns", "add", space)
        self.ip("link", "add", self.link[0], "netns", self.spaces[0], "type", "veth", "peer",
                "name", self.link[1], "netns", self.spaces[1])
        for k, space in enumerate(self.spaces):
            self.ip("-n", space, "addr", "add", f"{NETWORK}.{k + 1}/24", "dev", self.link[k])
            for device in (self.link[k], "lo"):
                self.ip("-n", space, "link", "set", device, "up")
        return self

    def __exit__(self, *_):
        for space in self.spaces:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.ip("netns", "delete", space)

    def part(self):
        """From now on neither hears of the other, and nobody tells them so."""
        self.ip("-n", self.spaces[0], "link", "set", self.link[0], "down")

    @staticmethod
    def ip(*words):
        subprocess.run(["ip", *words], check=True, capture_output=True, text=True)

    def start(self, driver, *arguments, ranks=4):
        """Ranks are dealt to the hosts in turn."""
        network = f"{NETWORK}.0/24"
        hosts = ",".join(f"{NETWORK}.{k}:{ranks}" for k in (1, 2))
        words = [LAUNCHER, "--mca", "plm_rsh_agent", self.shell, "--mca", "btl", "tcp,self",
                 "--mca", "btl_tcp_if_include", network, "--mca", "oob_tcp_if_include", network,
                 "--host", hosts, "--map-by", "node", "-n", ranks,
                 driver.program, "--record", driver.record, *arguments]
        line = "hostname host-a; exec " + " ".join(str(w) for w in words)
        return Run(1, inside(self.spaces[0], "sh", "-c", line), MPI_ENVIRONMENT)


@pytest.fixture
def two_hosts(tmp_path):
    if shutil.which("ip") is None or launcher_library() != "Open MPI":
        pytest.skip("needs the command ip and Open MPI's launcher")
    with contextlib.ExitStack() as stack:
        try:
            hosts = stack.enter_context(TwoHosts(tmp_path))
            subprocess.run(inside(hosts.spaces[0], "true"), check=True, capture_output=True)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces cannot be made here: {error.stderr}")
        yield hosts


def ranks_below(pid):
    return [p for p in descendants_of(pid) if rank_of(p) is not None]


def test_claims_between_hosts_are_measured_and_change_no_bit(two_hosts, driver, tmp_path):
    reference = Driver(driver.program, tmp_path / "one_host.h5")
    reference.run(*UNITS)
    code, out, err = two_hosts.start(driver, *UNITS).finish()
    assert code == 0, f"{out}\n{err}"
    report = json.loads(out)
    assert report["done"] == 300 and report["claim_seconds"] > 0
    print("a claim between hosts takes", report["claim_seconds"], "s")
    assert observables(driver.record) == observables(reference.record)


def test_claims_of_several_units_between_hosts_go_on_with_a_drained_sweep(two_hosts, driver,
                                                                           tmp_path):
    """The order and where claims end in it are in the memory of two hosts."""
    reference = Driver(driver.program, tmp_path / "one_host.h5")
    reference.run(*UNITS)
    log = tmp_path / "log"
    words = (*UNITS, "--claim-service", 0.001, "--log", log)
    run = two_hosts.start(driver, *words)
    wait_until(lambda: len(units_begun(log)) >= 30, "some units")
    os.kill(ranks_below(run.pid)[0], signal.SIGUSR2)
    assert run.finish()[0] == DRAINED
    kept = len(units_begun(log))
    assert kept < 300
    code, out, err = two_hosts.start(driver, *words).finish()
    assert code == 0, f"{out}\n{err}"
    assert json.loads(out)["done_before"] == kept
    assert sorted(units_begun(log)) == list(range(300))
    assert observables(driver.record) == observables(reference.record)


def test_ranks_leave_when_the_other_host_is_gone(two_hosts, driver, tmp_path):
    log = tmp_path / "log"
    run = two_hosts.start(driver, "--units", 40, "--sleep", 0.3, "--lost-after", 3, "--log", log)
    try:
        wait_until(lambda: len(units_begun(log)) >= 8, "some units")
        assert len(ranks_below(run.pid)) == 4
        two_hosts.part()
        parted = time.monotonic()
        # The launcher itself may wait for its helper on the other host without end.
        wait_until(lambda: not ranks_below(run.pid), "ranks leave", seconds=60)
        assert time.monotonic() - parted > 2
    finally:
        run.kill()
    _, _, problem = run.finish()
    assert "host-b has not answered for 3 s and is taken for lost" in problem
    assert (statuses(driver.record) == DONE).sum() >= 8
    driver.run("--units", 40)
    assert (statuses(driver.record) == DONE).all()
