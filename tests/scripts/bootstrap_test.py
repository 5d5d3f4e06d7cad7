"""What bootstrap.sh installs and how strictly it builds; apt and CMake only take notes."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEBIAN_12, DEBIAN_13 = 'ID=debian\nVERSION_ID="12"\n', 'ID=debian\nVERSION_ID="13"\n'
FEDORA, DEBIAN_TESTING = "ID=fedora\nVERSION_ID=43\n", "ID=debian\n"


@pytest.fixture
def bootstrap(tmp_path):
    """Runs it on a system of this os-release; returns what it said and what it called."""
    (tmp_path / "bin").mkdir()
    notes = tmp_path / "notes"
    for name, script in (("apt-get", f'echo apt-get "$@" >>{notes}'), ("dpkg-query", "exit 1"),
                         ("cmake", f'echo cmake "$@" >>{notes}'), ("id", "echo 0"),
                         ("ctest", "true"), ("ruff", "true"), ("nvcc", "false")):
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    # Where its own folder is, it would leave its log of a build that is another test's.
    (tmp_path / "bootstrap.sh").write_bytes((ROOT / "bootstrap.sh").read_bytes())

    def run(system, *words):
        (tmp_path / "os-release").write_text(system)
        done = subprocess.run(
            ["bash", tmp_path / "bootstrap.sh", *words], capture_output=True, text=True,
            timeout=60, check=False, env=os.environ | {
                "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
                "OS_RELEASE": str(tmp_path / "os-release")})
        called = notes.read_text().splitlines() if notes.exists() else []
        return done.returncode, done.stdout + done.stderr, called

    return run


@pytest.mark.parametrize("system, with_clang", [(DEBIAN_12, True), (DEBIAN_13, False)])
def test_packages_are_those_of_the_system(bootstrap, system, with_clang):
    code, told, called = bootstrap(system, "install", "--torch", "debian")
    assert code == 0, told
    installed = " ".join(line for line in called if " install " in line).split()
    assert {"libopenmpi-dev", "libhdf5-dev", "libtorch-dev", "slurmd"} <= set(installed)
    assert ("clang-format-14" in installed) == ("clang-14" in installed) == with_clang


@pytest.mark.parametrize("system", [FEDORA, DEBIAN_TESTING])
def test_other_systems_are_told_what_to_install(bootstrap, system):
    code, told, called = bootstrap(system, "run", "--torch", "debian")
    assert code == 1 and called == []
    assert "Debian 12 and 13 only" in told and "--no-install" in told
    assert {"libopenmpi-dev", "libhwy-dev", "libtorch-dev"} <= set(told.split())
    assert "libtorch-dev" not in bootstrap(system, "run", "--torch", "none")[1]
    assert bootstrap(system, "install", "--no-install")[0] == 0


@pytest.mark.parametrize("system, strict", [(DEBIAN_12, "ON"), (DEBIAN_13, "OFF")])
def test_warnings_are_errors_where_the_compiler_is_known(bootstrap, system, strict):
    code, told, called = bootstrap(system, "test", "--torch", "none")
    assert code == 0, told
    configured = [line for line in called if "--preset" in line]
    assert len(configured) >= 2 and all(f"-DSYNCGAP_WERROR={strict}" in line for line in configured)
    cmake = (ROOT / "CMakeLists.txt").read_text()
    assert 'does" OFF)' in cmake.split("SYNCGAP_WERROR")[1].split("\n")[0]
