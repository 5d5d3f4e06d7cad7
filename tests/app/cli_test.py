"""The command line as a user meets it: help, options, plans, every refused command once."""

import json
import re
import shutil
import subprocess

import h5py
import pytest
from commands import refusal
from processes import BAD_INPUT, ROOT, SUCCESS, Run, observables

COMMANDS = ("experiments", "options", "plan", "run", "status", "verify", "repair", "pack",
            "merge", "version")


# Help and versions

@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_is_everywhere(call, command, flag):
    out, err = call(*([command] if command else []), flag)
    assert err == ""
    assert "Usage: syncgap" in out
    if not command:
        assert all(re.search(rf"^  {name} +\w", out, re.M) for name in COMMANDS)
    for code in ("0 done", "2 bad input", "3 some units failed", "75 drained"):
        assert code in out


def test_experiments_and_their_options_are_listed(call):
    out, _ = call("experiments")
    names = re.findall(r"^(\w+)$", out, re.M)
    assert {"coupled_ou", "exact_score"} <= set(names)
    for name in names:
        listed, _ = call("options", name)
        assert listed.startswith(name + "\n")
        assert all(part in listed for part in ("options:", "axes:", "observables"))


def test_options_can_be_looked_up_as_others_leave_them(call):
    triangular, _ = call("options", "coupled_ou", "--set", 'experiment.relaxation="triangular"',
                         "--set", 'experiment.quantities=["collapse", "curves"]',
                         "--set", "axes.g=[0.03]")
    assert 'relaxation = "triangular"   (default "symmetric", M, ' in triangular
    assert re.search(r"^  theta +\(captured, rad\) default ", triangular, re.M)
    assert re.search(r"^  g +\(split, 1/time\) set to 0.03$", triangular, re.M)
    assert "observables (with these options)" in triangular
    assert re.search(r"^  conditional_collapse_time$", triangular, re.M)
    assert "common_fraction" not in triangular and "speciation_time" not in triangular
    symmetric, _ = call("options", "coupled_ou")
    assert "observables (with the default options)" in symmetric
    assert re.search(r"^  common_fraction ", symmetric, re.M)
    assert not re.search(r"^  theta ", symmetric, re.M)
    assert "did you mean 'relaxation'?" in refusal(
        call, "options", "coupled_ou", "--set", 'experiment.relaxatoin="triangular"')


@pytest.mark.parametrize("experiment, settings, expected", [
    ("coupled_ou", ["axes.theta=[0.0]"],
     "there is no axis 'theta' (--set axes.theta=[0.0]) with experiment.relaxation = "
     "\"symmetric\": remove it, or set relaxation = \"triangular\""),
    ("coupled_ou", ['experiment.relaxation="triangular"', "axes.common_fraction=[1.0]"],
     "there is no axis 'common_fraction' (--set axes.common_fraction=[1.0]) with "
     "experiment.relaxation = \"triangular\""),
    ("coupled_ou", ["axes.energy=[1.0]"],
     "there is no axis 'energy' (--set axes.energy=[1.0]) with experiment.quantities = "
     "[\"speciation\", \"collapse\"]: remove it, or set quantities = [\"speciation\", "
     "\"collapse\", \"large_deviations\"]"),
    ("coupled_ou", ["axes.thetta=[0.0]"], "unknown axis 'thetta'"),
])
def test_an_axis_that_an_option_rules_out_names_the_option(call, experiment, settings, expected):
    words = [word for setting in settings for word in ("--set", setting)]
    assert expected in refusal(call, "options", experiment, *words)


def test_a_plan_names_the_observables(call):
    job = ROOT / "jobs/multimodal_figure4.toml"
    text, _ = call("plan", job)
    planned = json.loads(call("plan", job, "--json")[0])
    names = [observable["name"] for observable in planned["observables"]]
    assert "speciation_time" in names and f"{len(names)} observables" in text
    for observable in planned["observables"]:
        assert observable["name"] in text
        assert set(observable) == {"name", "over", "unit", "long_name"}


def test_version_names_the_commit_and_the_libraries(call):
    out, _ = call("version")
    assert re.search(r"syncgap \d+\.\d+\.\d+ \(git \w+", out)
    assert "HDF5" in out and "MPI" in out


TRAINING = ROOT / "jobs/quickstart_training.toml"


def test_jobs_that_train_are_listed_and_planned_in_any_build(call):
    assert "synchronization_gap" in call("experiments")[0]
    out, _ = call("plan", TRAINING)
    assert "synchronization_gap" in out
    if "LibTorch" not in call("version")[0]:
        assert "built without it: install LibTorch" in refusal(call, "run", TRAINING)


def test_libtorch_is_in_a_part_that_only_jobs_that_train_open(syncgap, with_torch, tmp_path):
    program = tmp_path / "bin/syncgap"
    program.parent.mkdir()
    shutil.copy(syncgap, program)
    part = syncgap.parent / "libsyncgap_torch.so"

    def run(*words, expect):
        code, out, err = Run(1, [program, *words], cwd=tmp_path).finish()
        assert code == expect, f"exit code {code}\n{out}\n{err}"
        return err

    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    assert "torch" not in linked
    assert len(linked.splitlines()) <= 70  # 53 with Debian 12's libraries, 67 with 13's
    run("plan", TRAINING, expect=SUCCESS)
    train = ("run", TRAINING, "--set", 'experiment.weights="none.safetensors"')
    missing = run(*train, expect=BAD_INPUT)
    assert (f"trains networks is missing (libsyncgap_torch.so, neither in {program.parent}"
            in missing)
    assert f"nor in {tmp_path}/lib/syncgap)" in missing
    installed = tmp_path / "lib/syncgap" / part.name
    installed.parent.mkdir(parents=True)
    installed.write_text("no library")
    assert f"cannot be opened ({installed}: " in run(*train, expect=BAD_INPUT)
    shutil.copy(part, installed)
    assert "cannot open the file of weights (none.safetensors)" in run(*train, expect=BAD_INPUT)
    assert not list(tmp_path.rglob("*.h5"))


@pytest.mark.parametrize("words, expected", [
    ([], "A subcommand is required"),
    (["rum", "x.toml"], "unknown command 'rum' (syncgap): did you mean 'run'?"),
    (["run"], "job is required"),
    (["run", "x.toml", "--profil", "smoke"], "unknown argument '--profil' (syncgap run): did you "
                                            "mean '--profile'?"),
    (["plan", "x.toml", "--ranks", "0"], "--ranks: Value 0 not in range"),
    (["plan", "x.toml", "--ranks", "many"], "--ranks"),
    (["options", "exact_scores"], "unknown experiment 'exact_scores' (command line): did you mean "
                                  "'exact_score'?"),
    (["status", "nothing.h5"], "there is no record here (nothing.h5): check the path"),
    (["verify", "nothing.h5"], "there is no record here (nothing.h5): check the path"),
    (["pack", "nothing.h5"], "there is no record here (nothing.h5): check the path"),
    (["run", "nothing.toml"], "cannot open the job (nothing.toml): check the path"),
    (["run", "."], "the job is a folder (.): give a .toml file"),
])
@pytest.mark.parametrize("ranks", [1, 3])
def test_a_wrong_command_line_is_one_message(call, words, expected, ranks):
    assert expected in refusal(call, *words, ranks=ranks)


# Plan

def test_plan_tells_what_would_happen_and_does_nothing(call, job, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    out, err = call("plan", job, "--ranks", 4)
    assert err == ""
    for line in (r"axis +theta +split +9 values", r"axis +g +captured",
                 r"units +9, \d+ observables", r"record +out/small.h5, [\d.]+ kB",
                 r"cost +about [\d.e-]+ s on one rank",
                 r"split +4 ranks: about", r"memory +about [\d.]+ MB a rank"):
        assert re.search(line, out), f"{line}\n{out}"
    assert sorted(tmp_path.rglob("*")) == before


def test_plan_as_json_agrees_with_what_run_makes(call, job, tmp_path):
    plan = json.loads(call("plan", job, "--json", "--profile", "smoke", "--ranks", 2)[0])
    assert plan["units"] == 9 and plan["ranks"] == 2 and plan["profile"] == "smoke"
    assert plan["record"] == "out/small-smoke.h5"
    assert plan["estimated_seconds_on_ranks"] >= plan["estimated_seconds_total"] / 2
    call("run", job, "--profile", "smoke")
    record = tmp_path / plan["record"]
    assert record.stat().st_size <= plan["record_bytes"] <= 3 * record.stat().st_size
    with h5py.File(record) as file:
        cells = sum(file[name][...].nbytes for name in observables(record))
    assert plan["doubles_per_unit"] * 9 * 8 == cells


def test_plan_for_too_few_ranks_for_a_team_is_refused(call, job):
    assert "run.ranks_per_unit is 4 but the plan is for 2 ranks" in refusal(
        call, "plan", job, "--ranks", 2, "--set", "run.ranks_per_unit=4")
