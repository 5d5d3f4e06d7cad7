"""Fixtures of tests that call the program."""

import pytest
from commands import JOB
from processes import SUCCESS, Run


@pytest.fixture
def job(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(JOB)
    return path


@pytest.fixture
def call(syncgap, tmp_path):
    """Runs `syncgap WORDS` on some ranks; checks the exit code; returns standard output, error."""

    def run(*words, ranks=1, expect=SUCCESS):
        code, out, err = Run(ranks, [syncgap, *words], cwd=tmp_path).finish()
        assert code == expect, f"exit code {code}, expected {expect}\n{out}\n{err}"
        return out, err

    return run
