"""Output that cannot be written: commands that were asked for it fail, sweeps do not."""

import subprocess

import pytest
from processes import ROOT, SUCCESS, observables

INTERNAL_ERROR = 1
JOB = ROOT / "jobs/multimodal_figure4.toml"


@pytest.mark.parametrize("words", [
    ["version"], ["experiments"], ["options", "exact_score"], ["plan", "JOB"],
    ["plan", "JOB", "--json"], ["status", "RECORD"], ["status", "RECORD", "--json"],
    ["status", "RECORD", "--exit-code"], ["verify", "RECORD"], ["repair", "RECORD"],
    ["pack", "RECORD"], ["--help"], ["plan", "--help"]], ids=" ".join)
@pytest.mark.parametrize("output", [">/dev/full", ">&-"])
def test_output_that_cannot_be_written_is_an_error(syncgap, driver, words, output):
    driver.run("--units", 5)
    before = driver.record.read_bytes()
    given = [str({"JOB": JOB, "RECORD": driver.record}.get(word, word)) for word in words]
    done = subprocess.run(["sh", "-c", f'"$@" {output}', "sh", syncgap, *given],
                          capture_output=True, text=True)
    assert done.returncode == INTERNAL_ERROR
    reason = "No space left on device" if "full" in output else "Bad file descriptor"
    assert f"syncgap: cannot write to standard output ({reason})" in done.stderr
    assert driver.record.read_bytes() == before


@pytest.mark.parametrize("output", [">/dev/full", ">&-", ">&- 2>&- <&-"])
def test_a_sweep_does_not_depend_on_what_is_printed(syncgap, run_job, tmp_path, output):
    done = subprocess.run(["sh", "-c", f'"$@" {output}', "sh", syncgap, "run", JOB, "--profile",
                           "smoke", "--record", tmp_path / "mute.h5"], capture_output=True)
    assert done.returncode == SUCCESS
    told = run_job(JOB, "--profile", "smoke")
    assert observables(tmp_path / "mute.h5") == observables(told)
    subprocess.run([syncgap, "verify", tmp_path / "mute.h5"], check=True, capture_output=True)
