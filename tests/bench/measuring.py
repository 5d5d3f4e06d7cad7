"""What the benchmarks share: programs on one thread, ranks of this machine, tables."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile

# What torch.compile made of another release of PyTorch need not load into this one.
COMPILED = tempfile.mkdtemp(prefix="syncgap-compiled-")
atexit.register(shutil.rmtree, COMPILED, ignore_errors=True)
ONE_THREAD = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1",
                  OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                  TORCHINDUCTOR_CACHE_DIR=COMPILED)


def call(*words):
    """What the program prints, run on one thread; its own message and the end where it fails."""
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, env=ONE_THREAD)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))} failed:\n{done.stderr}")
    return done.stdout


def ranks(count):
    """The words before a program that runs it on so many ranks of this machine."""
    return ["mpirun", "--bind-to", "none", "--map-by", ":OVERSUBSCRIBE", "-n", str(count)]


def print_table(header, rows, left=1):
    """Columns as wide as their widest cell; the first `left` of them are text, set flush left."""
    widths = [max(len(str(r[i])) for r in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        print("  ".join(str(v).ljust(w) if i < left else str(v).rjust(w)
                        for i, (v, w) in enumerate(zip(row, widths))))
    print()
