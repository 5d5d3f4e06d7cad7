import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cluster import Cluster, missing_programs  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def cluster():
    if missing := missing_programs():
        pytest.fail(f"not installed: {', '.join(missing)} (./bootstrap.sh install)")
    # Sockets have short names, so not pytest's own deep folders.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="syncgap-slurm-"))
    try:
        with Cluster(folder / "cluster") as running:
            running.environment |= {"SYNCGAP_HOME": str(ROOT)}
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_up_sweep(tmp_path_factory):
    """A program that stands for syncgap: `run ARGUMENTS...` runs made-up units that sleep, `plan`
    knows their record, and the rest is the program's own."""
    driver = os.environ["SYNCGAP_SWEEP_DRIVER"]
    script = tmp_path_factory.mktemp("program") / "syncgap"
    script.write_text(f"""#!/bin/bash
case $1 in
  run) exec {driver} "${{@:2}}" ;;
  plan) while [ "$1" != --record ]; do shift; done; echo "{{\\"record\\": \\"$2\\"}}" ;;
  *) exec {os.environ["SYNCGAP"]} "$@" ;;
esac
""")
    script.chmod(0o755)
    return script
