"""SIGKILL 500 times at random instants: nothing committed is lost or run again, and the bits at the
end are those of an undisturbed run. Prints what was killed and what it cost.

    cmake --build build/release --target bench_kills
"""

import argparse
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "sweep")]
from kill_storm import Storm  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--driver", required=True)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=2)
    given = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="syncgap-kills-") as folder:
        storm = Storm(given.driver, folder, given.seed).run(given.kills)
    print(f"{storm.kills.total()} kills in {time.monotonic() - start:.0f} s: "
          + ", ".join(f"{n} of {whom}" for whom, n in storm.kills.most_common()))
    print(f"{storm.launches} launches on 1 to 4 ranks, {storm.records} records completed, bitwise "
          "equal to the undisturbed one")
    print(f"{storm.committed_at_kills} units committed before a kill: none lost, none run again; "
          f"{storm.begun - storm.committed_at_kills} units in flight were lost")


if __name__ == "__main__":
    main()
