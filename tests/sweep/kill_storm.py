"""SIGKILL at random instants: of one rank, of mpirun, of everything, over and over on one record.

After every kill the file must open in HDF5, and the run that goes on, on another number of ranks,
must not begin a unit that was done. At the end the bits are those of an undisturbed run.
"""

import collections
import pathlib
import random
import signal
import time

from processes import (
    AT_ONCE,
    DONE,
    SUCCESS,
    Driver,
    observables,
    statuses,
    units_begun,
    wait_until,
)

UNITS, CELLS = 3000, 24
WHOM = ("everything", "everything", "one rank", "rank 0", "mpirun")


class Storm:
    def __init__(self, program, folder, seed):
        self.program, self.folder = program, pathlib.Path(folder)
        self.random = random.Random(seed)
        self.kills = collections.Counter()
        self.records = self.begun = self.committed_at_kills = self.launches = 0
        self.ranks = 1
        reference = Driver(program, self.folder / "undisturbed.h5")
        reference.run("--units", UNITS, "--doubles", CELLS)
        self.expected = observables(reference.record)

    def run(self, kills):
        while self.kills.total() < kills:
            self.one_record(kills)
        return self

    def one_record(self, kills):
        """Kills runs on one record until it is complete, or until there were enough kills."""
        driver = Driver(self.program, self.folder / f"record{self.records}.h5")
        self.records += 1
        done = set()
        while self.kills.total() < kills:
            code = self.one_launch(driver, done)
            if code == SUCCESS:
                break
        driver.run("--units", UNITS, "--doubles", CELLS, ranks=self.other_ranks())
        assert observables(driver.record) == self.expected, "the bits differ"
        assert (statuses(driver.record) == DONE).all()

    def other_ranks(self):
        self.ranks = self.random.choice([n for n in (1, 1, 2, 3, 4) if n != self.ranks])
        return self.ranks

    def one_launch(self, driver, done):
        """Starts, kills at a random instant, checks. `done` holds the units committed so far."""
        self.launches += 1
        log = self.folder / f"log{self.launches}"
        ranks = self.other_ranks()
        run = driver.start("--units", UNITS, "--doubles", CELLS, "--sleep", 0.0005, "--log", log,
                           ranks=ranks, environment=AT_ONCE)
        whom = self.random.choice(WHOM) if ranks > 1 else "everything"
        starting = self.random.random() < 0.15
        if starting:
            # Somewhere in the start: MPI, the lock, the creation of the record, the survey.
            time.sleep(self.random.uniform(0, 0.3))
            pids = run.rank_pids(seconds=0.1)
        else:
            pids = run.rank_pids()
            wait_until(lambda: log.exists() or run.process.poll() is not None, "the first unit", 60)
            time.sleep(self.random.expovariate(1 / 0.04))
        finished = run.process.poll() is not None
        victims = {"everything": None, "one rank": [self.random.choice(pids or [run.pid])],
                   "rank 0": (pids or [run.pid])[:1], "mpirun": [run.pid]}[whom]
        run.kill(victims)
        try:
            code, out, err = run.finish(60)
        except AssertionError as error:
            # Open MPI's launcher may wait for ever for a rank that died while it connected to it.
            if not starting or "PMIX ERROR" not in str(error):
                raise
            code, out, err = -signal.SIGKILL, "", ""
        # Ranks that lost their mpirun notice it after a while; a user would wait for them too.
        run.wait_until_gone()
        if finished:
            assert code == SUCCESS, f"exit code {code}\n{out}\n{err}"
        elif code != SUCCESS:
            self.kills[whom if ranks > 1 else "the only rank"] += 1
        self.check(driver, log, done)
        return code

    def check(self, driver, log, done):
        begun = units_begun(log)
        self.begun += len(begun)
        again = done.intersection(begun.tolist())
        assert not again, f"committed units were run again: {sorted(again)[:10]}"
        assert len(set(begun.tolist())) == len(begun), "one run began a unit twice"
        if not driver.record.exists():
            assert not done, "the record is gone"
            return
        now = set((statuses(driver.record) == DONE).nonzero()[0].tolist())
        assert done <= now, "committed units are no longer there"
        assert now - done <= set(begun.tolist())
        # Only units in flight are lost: at most one for every rank.
        assert len(set(begun.tolist()) - now) <= self.ranks
        self.committed_at_kills += len(now - done)
        done |= now
