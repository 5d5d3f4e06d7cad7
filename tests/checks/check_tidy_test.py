"""cmake/check_tidy.py, with programs in place of clang-tidy."""

import json
import pathlib
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).parents[2] / "cmake" / "check_tidy.py"


def check(tmp_path, program_text):
    """Exit code and output of the check over rooms a and b of a made-up build."""
    source = tmp_path / "src"
    names = ["a/one.cc", "a/deep/two.cc", "b/three.torch.cc", "c/four.cc"]
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("int x;\n")
    database = [{"file": str(source / name)} for name in names] + [{"file": "/elsewhere/a/five.cc"}]
    (tmp_path / "compile_commands.json").write_text(json.dumps(database))
    program = tmp_path / "tidy"
    program.write_text(f"#!{sys.executable}\nimport sys\n{program_text}\n")
    program.chmod(0o755)
    answer = subprocess.run([sys.executable, SCRIPT, "--clang-tidy", program, "--build", tmp_path,
                             "--source", source, "a", "b"],
                            capture_output=True, text=True, check=False)
    return answer.returncode, answer.stdout


def test_only_sources_of_the_rooms_that_need_no_libtorch_are_checked(tmp_path):
    code, out = check(tmp_path, "print(sys.argv[-1])")
    assert code == 1
    seen = sorted(line.rsplit("src/", 1)[1] for line in out.splitlines()[:-1])
    assert seen == ["a/deep/two.cc", "a/one.cc"]


def test_nothing_found_is_success(tmp_path):
    code, out = check(tmp_path, "")
    assert code == 0 and "2 files, 0 with complaints" in out


def test_a_program_that_fails_without_words_is_no_success(tmp_path):
    code, out = check(tmp_path, "sys.exit('cannot start')")
    assert code == 1 and "cannot start" in out
