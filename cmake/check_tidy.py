"""Runs clang-tidy over the rooms named, with the compile database of a build folder.

Files that need LibTorch are left out: its headers take most of a minute each. So are kernels:
their flags are nvcc's. Prints what clang-tidy finds and exits 1 if it finds anything; .clang-tidy
says what it looks for.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys


def sources_of(build, source_root, rooms):
    """The sources of the rooms that this build compiles, the longest to check first."""
    database = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    files = {pathlib.Path(entry["file"]) for entry in database}
    wanted = [file for file in files
              if file.is_relative_to(source_root) and not file.name.endswith((".torch.cc", ".cu"))
              and file.relative_to(source_root).parts[0] in rooms]
    return sorted(wanted, key=lambda file: (-weight(file), file))


def weight(file):
    """Vector code is read once for each instruction set."""
    text = file.read_text(encoding="utf-8")
    return len(text) * (20 if "HWY_TARGET_INCLUDE" in text else 1)


def complaints(program, build, file):
    # The flags are the compiler's, which may have warnings that clang does not know.
    command = [program, "-p", str(build), "--quiet", "--extra-arg=-Wno-unknown-warning-option",
               str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout + (answer.stderr if answer.returncode and not answer.stdout else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clang-tidy", required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("rooms", nargs="+")
    arguments = parser.parse_args()
    files = sources_of(arguments.build, arguments.source, set(arguments.rooms))
    if not files:
        sys.exit(f"no sources of these rooms in {arguments.build}/compile_commands.json")
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        answers = pool.map(lambda file: complaints(arguments.clang_tidy, arguments.build, file),
                           files)
        found = [text for text in answers if text.strip()]
    print("".join(found), end="")
    print(f"{len(files)} files, {len(found)} with complaints")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
