"""What `cmake --install` leaves is enough: it runs with the source tree away, wherever it is moved,
and what is made from the help is what the help says."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def call(*words, **settings):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **settings)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(syncgap, tmp_path_factory):
    """Installed, then moved."""
    folder = tmp_path_factory.mktemp("install")
    call("cmake", "--install", syncgap.parent, "--prefix", folder / "first", "--strip")
    (folder / "first").rename(folder / "second place")
    return folder / "second place"


@pytest.fixture(scope="module")
def away():
    """Words before a command that hide the source tree from it; none where that is not allowed."""
    hide = ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs none "{ROOT}" && exec "$@"', "sh"]
    allowed = shutil.which("unshare") and subprocess.run(
        [*hide, "true"], capture_output=True, check=False).returncode == 0
    return hide if allowed else []


@pytest.fixture
def elsewhere(tmp_path):
    """Nothing of this test's environment that leads back to the build."""
    clean = {k: v for k, v in os.environ.items()
             if not k.startswith(("SYNCGAP", "PYTHON")) and k != "LD_LIBRARY_PATH"}
    return {"cwd": tmp_path, "env": {**clean, "PYTHON": sys.executable}}


def test_a_job_runs_and_its_report_is_drawn(prefix, away, elsewhere):
    jobs = prefix / "share/syncgap/jobs"
    call(*away, prefix / "bin/syncgap", "run", jobs / "quickstart.toml", "--profile", "smoke",
         "--record", "out/record.h5", **elsewhere)
    told = call(*away, prefix / "bin/syncgap-report", "out/record.h5", "--out", "report",
                **elsewhere)
    assert "report.html" in told
    assert "<html" in (elsewhere["cwd"] / "report/report.html").read_text()


def test_networks_are_found_beside_the_program(prefix, away, elsewhere, with_torch):
    job = prefix / "share/syncgap/jobs/quickstart_training.toml"
    call(*away, prefix / "bin/syncgap", "run", job, "--profile", "smoke", "--record", "trained.h5",
         **elsewhere)


def test_jobs_are_submitted_with_what_is_installed(prefix, away, elsewhere):
    told = call(*away, prefix / "share/syncgap/slurm/submit",
                prefix / "share/syncgap/jobs/quickstart.toml", "--dry-run", **elsewhere)
    home = re.search(r"SYNCGAP_HOME=([^,' ]+(?: [^,' ]+)*)", told)[1]
    assert pathlib.Path(home, "slurm/step").exists()


def test_the_module_names_the_place_it_was_moved_to(prefix, elsewhere):
    modulecmd = next((p for p in ("/usr/lib/x86_64-linux-gnu/modulecmd.tcl",
                                  "/usr/share/modules/libexec/modulecmd.tcl",
                                  "/usr/lib/modulecmd.tcl") if os.path.exists(p)), None)
    version = next((prefix / "share/modulefiles/syncgap").iterdir()).name
    if modulecmd is None:
        # Without Environment Modules: the file is Tcl and names nothing that is not installed.
        text = (prefix / "share/modulefiles/syncgap" / version).read_text()
        places = re.findall(r"\$prefix/(\S+)", text)
        assert len(places) >= 4 and all((prefix / place).exists() for place in places)
        assert str(ROOT) not in text
        return
    modules = {**elsewhere["env"], "MODULEPATH": str(prefix / "share/modulefiles")}
    told = call(modulecmd, "bash", "load", f"syncgap/{version}", cwd=elsewhere["cwd"], env=modules)
    assert f"SYNCGAP={prefix}/bin/syncgap".replace(" ", "\\ ") in told


def test_the_man_page_and_the_completions_say_what_the_help_says(prefix, elsewhere):
    page = (prefix / "share/man/man1/syncgap.1").read_text().replace("\\-", "-")
    completion = (prefix / "share/bash-completion/completions/syncgap").read_text()
    commands = re.findall(r"^  (\w+) {2,}\S", call(prefix / "bin/syncgap", "--help"), re.M)
    assert {"run", "plan", "status", "verify"} <= set(commands)
    for command in commands:
        assert f".SS syncgap {command} " in page
        for option in re.findall(r"--[a-z-]+", call(prefix / "bin/syncgap", command, "--help")
                                 .split("Options:")[-1].split("Exit codes")[0]):
            assert f"\\fB{option}\\fR" in page or option == "--set"
    for code in ("0", "2", "69", "75"):
        assert f".TP\n{code}\n" in page
    asked = f"""source '{prefix}/share/bash-completion/completions/syncgap'
                complete_words() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _syncgap; """ \
        """printf '%s\\n' "${COMPREPLY[@]}"; }
        touch a.toml b.h5; complete_words syncgap st; complete_words syncgap run ''
        complete_words syncgap status --ex"""
    assert completion.startswith("#")
    told = call("bash", "-c", asked, **elsewhere).split()
    assert told == ["status", "a.toml", "--exit-code"]


def test_nothing_installed_names_the_source_tree(prefix):
    for path in prefix.rglob("*"):
        if path.is_file() and path.suffix in ("", ".py", ".toml", ".sh", ".1", ".sbatch"):
            assert str(ROOT).encode() not in path.read_bytes() or path.parent.name == "bin", path
