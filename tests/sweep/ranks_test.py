"""Contract 1: the answer does not depend on how it was run."""

import os
import signal

import h5py
import numpy as np
import pytest
from processes import (
    DONE,
    DRAINED,
    Driver,
    launcher_library,
    observables,
    statuses,
    units_begun,
    wait_until,
)

UNITS = ("--units", 300, "--doubles", 40, "--observables", 3)


@pytest.fixture(scope="module")
def reference(driver_program, tmp_path_factory):
    driver = Driver(driver_program, tmp_path_factory.mktemp("one") / "record.h5")
    driver.run(*UNITS)
    return observables(driver.record)


@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
@pytest.mark.parametrize("arguments", [
    (), ("--order-seed", 1), ("--order-seed", 2, "--sleep", 0.001, "--sigma", 2),
    ("--order-seed", 3, "--claims", "messages"), ("--order-seed", 4, "--claims", "window"),
    ("--order-seed", 5, "--drive"), ("--order-seed", 6, "--claim-service", 0.2),
    ("--order-seed", 7, "--claim-service", 0.2, "--claims", "messages"),
], ids=["index order", "shuffled", "shuffled, uneven", "by messages", "by window", "driven",
        "several units a claim", "several units a message"])
def test_bits_are_the_same_on_any_ranks_in_any_order(driver, reference, ranks, arguments):
    report = driver.run(*UNITS, *arguments, ranks=ranks)
    assert report["done"] == 300 and report["teams"] == ranks
    assert observables(driver.record) == reference


@pytest.mark.parametrize("ranks, ranks_per_unit", [(2, 2), (4, 2), (3, 2)])
def test_teams_give_the_same_bits(driver, reference, ranks, ranks_per_unit):
    report = driver.run(*UNITS, "--ranks-per-unit", ranks_per_unit, ranks=ranks)
    assert report["teams"] == ranks // ranks_per_unit
    assert observables(driver.record) == reference


def test_a_signal_to_one_rank_in_the_middle_of_a_claim_loses_nothing(driver, reference, tmp_path):
    log = tmp_path / "log"
    words = (*UNITS, "--claim-service", 0.02, "--sleep", 0.02, "--log", log)
    run = driver.start(*words, ranks=3)
    wait_until(lambda: len(units_begun(log)) >= 20, "some units")
    os.kill(run.rank_pids()[1], signal.SIGUSR2)
    code, _, err = run.finish()
    assert code == DRAINED, err
    kept = (statuses(driver.record) == DONE).sum()
    assert kept == len(units_begun(log)) < 300
    report = driver.run(*words, ranks=2)
    assert report["done_before"] == kept and report["done"] == 300
    assert observables(driver.record) == reference
    assert sorted(units_begun(log)) == list(range(300))


def test_all_ranks_take_part(driver, tmp_path):
    log = tmp_path / "log"
    driver.run("--units", 200, "--sleep", 0.005, "--log", log, ranks=4)
    with h5py.File(driver.record) as file:
        seconds = file["unit_seconds"][...].sum()
    report = driver.run("--units", 200)
    assert report["done_before"] == 200
    # Four ranks slept at the same time: the whole took much less than the sum.
    assert seconds > 0.9
    lines = [int(x) for x in log.read_text().split()]
    assert sorted(lines) == list(range(200))


@pytest.mark.parametrize("claims", ["window", "messages", "memory"])
def test_ranks_do_not_wait_for_a_rank_that_computes(driver, claims):
    """Claims go on while rank 0, which holds the counter, is inside a unit that never calls MPI."""
    report = driver.run("--units", 40, "--sleep", 0.002, "--rank0-busy", 3, "--claims", claims,
                        "--drive", ranks=3)
    with h5py.File(driver.record) as file:
        seconds = np.sort(file["unit_seconds"][...])
    on_rank0 = int((seconds > 2.9).sum())
    # 39 short units take the other two ranks a fraction of rank 0's first one. If they had to wait
    # for it, every second unit would be rank 0's.
    assert on_rank0 <= 3, f"rank 0 ran {on_rank0} of 40 units in {report['seconds']} s"
    assert (statuses(driver.record) == DONE).all()


def test_a_library_without_windows_falls_back_to_messages(driver):
    """What Open MPI as Debian configures it can do between nodes without RDMA hardware."""
    if launcher_library() != "Open MPI":
        pytest.skip("only Open MPI can be told to have no windows")
    without = {"OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": "lo",
               "OMPI_MCA_osc": "^sm,ucx,pt2pt"}
    report = driver.run("--units", 40, "--sleep", 0.002, "--rank0-busy", 2, "--claims", "window",
                        ranks=3, environment=without)
    assert report["done"] == 40
    with h5py.File(driver.record) as file:
        assert (file["unit_seconds"][...] > 1.9).sum() <= 4
