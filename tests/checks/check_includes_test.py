"""The include check must be able to fail: small source trees with one planted offence each."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "cmake"))
import check_includes  # noqa: E402

TABLE = """
# syncgap_room(ghost USES core)
syncgap_room(core LIBS some::library)
syncgap_room(parallel USES core LIBS MPI::MPI_C)
syncgap_room(sweep USES core parallel
  LIBS other::library)
"""


def errors_of(tmp_path, files, table=TABLE):
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "CMakeLists.txt").write_text(table)
    for name in ("core/a.h", "parallel/b.h", "sweep/c.h"):
        files.setdefault(name, "#pragma once\n")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    return list(check_includes.find_errors(tmp_path))


def test_table_is_read_over_lines_and_without_comments():
    assert check_includes.read_rooms(TABLE) == {
        "core": set(), "parallel": {"core"}, "sweep": {"core", "parallel"}}


def test_allowed_directions_pass(tmp_path):
    files = {"sweep/c.cc": '#include "core/a.h"\n#include "parallel/b.h"\n#include "sweep/c.h"\n',
             "parallel/b.cc": "#include <mpi.h>\n#include <nccl.h>\n#include <vector>\n",
             "main.cc": '#include "sweep/c.h"\n#include <mpi.h>\n'}
    assert errors_of(tmp_path, files) == []


@pytest.mark.parametrize("name, text, message", [
    ("core/a.cc", '#include "parallel/b.h"', "src/core/a.cc:1: room core may not include parallel"),
    ("sweep/c.cc", "\n#include <mpi.h>", "src/sweep/c.cc:2: room sweep may not include <mpi.h>"),
    ("core/a.cc", "#include <cuda_runtime.h>", "may not include <cuda_runtime.h>, only parallel"),
    ("parallel/b.cc", "#  include <hdf5_hl.h>", "may not include <hdf5_hl.h>, only store"),
    ("sweep/c.cc", '#include "c.h"', '"c.h" is not a path from src/'),
    ("sweep/c.cc", '#include "../core/a.h"', '"../core/a.h" is not a path from src/'),
    ("parallel/k.cu", '#include "sweep/c.h"',
     "parallel/k.cu:1: room parallel may not include sweep"),
    ("core/k.cu", '#include "core/a.h"', "core/k.cu:1: kernels belong to the room parallel alone"),
    ("garden/x.h", "#pragma once", "folder garden is not in the table"),
])
def test_offence_is_found_and_named(tmp_path, name, text, message):
    found = errors_of(tmp_path, {name: text + "\n"})
    assert len(found) == 1 and message in found[0]


@pytest.mark.parametrize("text, found", [
    ("int a = std::min(1, 2);", "core/a.cc:1: std::min is used: include <algorithm>"),
    ("\nauto b = std::ranges::sort(x);", "core/a.cc:2: std::ranges::sort is used"),
    ("auto c = std::numeric_limits<int>::max();", "include <limits>"),
    ("#include <algorithm>\nint a = std::max(1, 2);", None),
    ("// std::min\nauto d = \"std::sqrt\"; int min = own::max(1, 2);", None),
])
def test_a_header_that_comes_along_by_luck_is_named(tmp_path, text, found):
    for place in ("core/a.cc", "../tests/core/a_test.cc"):
        folder = tmp_path / place.replace("/", "_").replace(".", "_") / "src"
        folder.mkdir(parents=True)
        errors = errors_of(folder, {place: text + "\n"})
        assert len(errors) == (found is not None)
        if found:
            assert found.replace("core/a.cc", place.removeprefix("../")) in errors[0]


def test_the_header_of_the_same_name_may_include_it(tmp_path):
    files = {"core/a.h": "#pragma once\n#include <algorithm>\n",
             "core/a.torch.cc": '#include "core/a.h"\nint a = std::min(1, 2);\n'}
    assert errors_of(tmp_path / "src", files) == []


@pytest.mark.parametrize("text, found", [
    ("parallel::Ranks r;", 'sweep/c.cc:1: parallel::Ranks is used: include "parallel/b.h"'),
    ('#include "parallel/b.h"\nparallel::Ranks r;', None),
    ('#include "sweep/c.h"\nparallel::Ranks r;', None),
    ("namespace parallel { class Ranks; }\nparallel::Ranks* r;", None),
    ("// parallel::Ranks\nauto d = \"parallel::Ranks\"; other::Ranks r;", None),
])
def test_a_type_of_another_room_needs_its_header(tmp_path, text, found):
    files = {"parallel/b.h": "namespace syncgap::parallel {\nclass Ranks {};\n}\n",
             "sweep/c.h": '#include "parallel/b.h"\n', "sweep/c.cc": text + "\n",
             "../tests/sweep/c_test.cc": text + "\n"}
    errors = errors_of(tmp_path / "src", files)
    assert len(errors) == (2 if found else 0)
    if found:
        assert errors == [f"src/{found}", f"tests/{found.replace('c.cc', 'c_test.cc')}"]


TORCH = TABLE + "syncgap_room(networks USES core TORCH_TABLE symbol)\n"


@pytest.mark.parametrize("name, text, message", [
    ("networks/unet.torch.cc", '#include <torch/nn.h>\n#include "networks/unet.h"', None),
    ("networks/unet.torch.cc", '#include "networks/state.torch.h"', None),
    ("networks/other.torch.cc", '#include "networks/shape.h"', None),
    ("networks/shape.cc", '#include "networks/shape.h"', None),
    ("networks/shape.cc", "#include <ATen/ATen.h>",
     "<ATen/ATen.h> is LibTorch's: only files *.torch"),
    ("networks/shape.h", "#include <c10/core/Event.h>", "<c10/core/Event.h> is LibTorch's"),
    ("networks/shape.cc", '#include "networks/unet.h"', '"networks/unet.h" needs LibTorch'),
    ("networks/shape.h", '#include "networks/state.torch.h"', '"networks/state.torch.h" needs Lib'),
    ("networks/both.cc", '#include "networks/both.h"', None),
])
def test_only_marked_files_see_libtorch(tmp_path, name, text, message):
    files = {"networks/unet.h": "#include <torch/types.h>\n", "networks/unet.torch.cc": "\n",
             "networks/state.torch.h": "#include <torch/types.h>\n", "networks/shape.h": "\n",
             "networks/shape.cc": "\n", "networks/both.h": "\n", "networks/both.torch.cc": "\n",
             "networks/both.cc": "\n", name: text + "\n"}
    found = errors_of(tmp_path, files, TORCH)
    assert (found == []) if message is None else (len(found) == 1 and message in found[0])


EXPERIMENTS = TABLE + "syncgap_room(experiments USES core)\n"


@pytest.mark.parametrize("included, allowed", [
    ("experiments/first/parts.h", True), ("experiments/shared/axis_values.h", True),
    ("experiments/experiment.h", True), ("experiments/second/parts.h", False)])
def test_an_experiment_may_not_include_another_ones_folder(tmp_path, included, allowed):
    (tmp_path / "experiments").mkdir()
    files = {included: "#pragma once\n", "experiments/first/a.cc": f'#include "{included}"\n'}
    found = errors_of(tmp_path, files, EXPERIMENTS)
    assert (found == []) == allowed
    if not allowed:
        assert "src/experiments/first/a.cc:1: experiment first may not include second's" in found[0]


def test_rooms_may_only_use_rooms_above(tmp_path):
    found = errors_of(tmp_path, {}, TABLE.replace("(core LIBS", "(core USES sweep LIBS"))
    assert found == ["src/CMakeLists.txt: room core uses sweep, which is not above it in the table"]


def test_a_table_that_cannot_be_read_is_an_error(tmp_path):
    assert "no syncgap_room" in errors_of(tmp_path, {}, "add_library(core)\n")[0]
