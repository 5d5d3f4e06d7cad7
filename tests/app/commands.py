"""A small job, and what a refused command says."""

import re

from processes import BAD_INPUT

JOB = """
[experiment]
name = "exact_score"
trials = 50

[axes]
theta = { linspace = [0.0, 1.0, 9], unit = "pi" }
g = [0.2, 0.5]
score = ["path"]
method = ["plane"]

[run]
title = "A small sweep"
seed = 3

[profile.smoke]
experiment.trials = 20

[profile.long]
axes.theta = { linspace = [0.0, 1.0, 41], unit = "pi" }
experiment.trials = 20000
"""


def refusal(call, *words, ranks=3):
    """The one message of a refused command, from one rank. Launchers remark on its exit code; no
    rank was aborted."""
    out, err = call(*words, ranks=ranks, expect=BAD_INPUT)
    assert err.count("syncgap: ") == 1, err
    told = re.sub("^-{20,}\n.*?^-{20,}$", "", err, flags=re.M | re.S)
    assert not re.search("MPI|ORTE|PRTE|PMIX|abort", told) and "MPI_ABORT" not in err, err
    assert "internal error" not in err
    return err
