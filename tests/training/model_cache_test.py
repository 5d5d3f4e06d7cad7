"""One model asked for by several real processes: trained once, whoever is killed or stopped."""

import os
import pathlib
import signal

import pytest
from processes import DRAINED, SUCCESS, Run, binary, wait_until


@pytest.fixture
def ask(tmp_path):
    """Starts a process, or one on several ranks, that asks for the model in a folder."""
    program = binary("model_cache_driver", "SYNCGAP_MODEL_DRIVER")
    assert program is not None, "model_cache_driver is not built"

    def start(folder="models", log="log", ranks=1, teams=1, pause=0):
        return Run(ranks, [program, tmp_path / folder, tmp_path / log, teams, pause])

    return start


def trained(log: pathlib.Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if line.startswith("trained")]


def weights(run) -> set[str]:
    """What every rank says of its weights."""
    code, out, err = run.finish()
    assert code == SUCCESS, out + err
    lines = out.splitlines()
    assert len(lines) == run.ranks
    return set(lines)


def has_checkpoint(folder) -> bool:
    return any(folder.glob("*.training"))


def test_two_at_once_train_once(ask, tmp_path):
    runs = [ask(pause=2), ask(pause=2), ask(ranks=2, pause=2)]
    assert len(set.union(*(weights(run) for run in runs))) == 1
    assert len(trained(tmp_path / "log")) == 1
    assert len(list((tmp_path / "models").iterdir())) == 1


def test_two_teams_of_one_job_train_once(ask, tmp_path):
    assert len(weights(ask(ranks=4, teams=2, pause=1))) == 1
    assert len(trained(tmp_path / "log")) == 1


def test_killed_while_training_goes_on_bitwise(ask, tmp_path):
    whole = weights(ask("undisturbed", "other log"))
    run = ask(pause=200)
    wait_until(lambda: has_checkpoint(tmp_path / "models"), "a checkpoint")
    waiting = ask()
    run.kill()
    run.finish()
    assert not trained(tmp_path / "log")
#The one that waits takes over, from the checkpoint of the killed one.
    assert weights(waiting) == whole
    assert len(trained(tmp_path / "log")) == 1
    assert weights(ask()) == whole
    assert not has_checkpoint(tmp_path / "models")


def test_a_drain_ends_the_waiting(ask, tmp_path):
    trains = ask(pause=500)
    wait_until(lambda: (tmp_path / "log").exists(), "training")
    waits = ask()
    wait_until(lambda: any((tmp_path / "models").glob("*.lock")), "the lock")
    try:
        waits.finish(1)
    except AssertionError:
        pass  # killed while it waited, as it should be
    else:
        pytest.fail("it did not wait")
    waits = ask(ranks=2)
    for pid in waits.rank_pids():
        wait_until(lambda pid=pid: catches_usr1(pid), "its handler")
        os.kill(pid, signal.SIGUSR1)
    code, out, err = waits.finish(20)
    assert code == DRAINED and "another run trained" in err, out + err
    os.kill(trains.pid, signal.SIGUSR1)
    code, out, err = trains.finish(20)
    assert code == DRAINED and "at a checkpoint" in err, out + err


def catches_usr1(pid) -> bool:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt"):
            return bool(int(line.split()[1], 16) >> (signal.SIGUSR1 - 1) & 1)
    return False
