"""What the scripts of this folder have in common: asking `syncgap plan` about a job."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BAD_INPUT = 2
# Flags of `syncgap run` that `syncgap plan` does not know: none changes a plan.
OF_RUN_ALONE = ("--resume", "--retry-failed", "--extend", "-q", "--quiet")


def refuse(message):
    sys.exit(print(f"{pathlib.Path(sys.argv[0]).name}: {message}", file=sys.stderr) or BAD_INPUT)


def find_program():
    """SYNCGAP, else the build beside this folder (preset release, then gpu), else what is installed
    with it."""
    candidates = [os.environ.get("SYNCGAP")] if os.environ.get("SYNCGAP") else [
        ROOT / "build/release/syncgap", ROOT / "build/gpu/syncgap", ROOT / "../../bin/syncgap"]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return str(candidate)
    refuse(f"no program at {candidates[0]}: build it (./bootstrap.sh run) or set SYNCGAP")


def read_plan(arguments, ranks=1):
    """The plan of `syncgap run ARGUMENTS...` as a dictionary; ends here if it is refused."""
    planned = [word for word in arguments if word not in OF_RUN_ALONE]
    command = [find_program(), "plan", *planned, "--ranks", str(ranks), "--json"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode != 0:
        sys.exit(answer.returncode)  # syncgap has said why
    return json.loads(answer.stdout)


def split_values(plan, name):
    """The values of a split axis of a plan; any other axis ends here with what there is."""
    axes = {axis["name"]: axis for axis in plan["axes"]}
    split = [axis["name"] for axis in plan["axes"] if axis["role"] == "split"]
    choice = f"choose a split axis, one of {', '.join(split)}"
    if name not in axes:
        refuse(f"there is no axis '{name}' ({plan['job']}): {choice}")
    if name not in split:
        refuse(f"axis '{name}' is captured, one run of a unit fills all of it ({plan['job']}): "
               f"{choice}")
    return axes[name]["values"]
