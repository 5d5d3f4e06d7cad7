"""Checks every #include under src/ against the table of rooms in src/CMakeLists.txt, and that files
there and in tests/ include the standard headers in STANDARD that they use, and see the headers that
declare the types of other rooms that they name: where several files are compiled as one, one hides
what the next one lacks.

A room may include itself and what its USES names; some foreign headers belong to one room alone,
and so do kernels (*.cu), which see CUDA's without including them; only files marked by their suffix
see LibTorch, without which the program starts; no experiment includes the folder
of another one.
Prints one line per offence, "file:line: what is wrong", and exits 1 if there is any.
"""

import pathlib
import re
import sys

# Foreign headers that only some rooms may see. main.cc ties the rooms together and may see all.
TORCH = re.compile(r"(torch|ATen|c10)/.*")
OWNERS = {
    r"hdf5(_hl)?\.h|H5\w*\.h": {"store"},
    r"mpi\.h|nccl\.h|cuda\w*\.h": {"parallel"},
    TORCH.pattern: {"networks", "training", "diffusion", "models", "experiments",
                             "cloud"},
}
KERNEL_OWNER = "parallel"
# What several experiments use; every other folder below experiments/ is one experiment's.
SHARED = "shared"
# Standard headers that others include in one compiler's library and not in the next one's. A file
# includes them itself, or the header of its own name does.
STANDARD = {
    "algorithm": (
        "adjacent_find|all_of|any_of|binary_search|clamp|copy(_backward|_if|_n)?|count(_if)?|equal"
        "(_range)?|fill(_n)?|find(_if|_if_not)?|for_each(_n)?|generate(_n)?|is_permutation"
        "|inplace_merge|is_sorted(_until)?|lexicographical_compare|lower_bound|max(_element)?|merge"
        "|min(_element)?|minmax(_element)?|mismatch|(next|prev)_permutation|none_of|nth_element"
        "|partial_sort|(stable_)?partition|remove(_if)?|replace(_if)?|reverse|rotate|search"
        "|set_(difference|intersection|union)|shuffle|(stable_)?sort|swap_ranges|transform|unique"
        "|upper_bound"),
    "array": "array",
    "cmath": (
        "abs|ceil|cosh?|erfc?|exp2?|expm1|fabs|floor|fma|hypot|is(finite|inf|nan)|lgamma"
        "|log(10|1p|2)?|lround|nextafter|pow|rint|round|sinh?|sqrt|tanh?|trunc"),
    "functional": "function|greater|less|plus",
    "limits": "numeric_limits",
    "numeric": "accumulate|gcd|inner_product|iota|lcm|midpoint|partial_sum|reduce",
}
USES = {header: re.compile(rf"\bstd::(?:ranges::)?({names})\b(?!::)")
        for header, names in STANDARD.items()}
NO_CODE = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"')
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"(?P<own>[^"]+)"|<(?P<foreign>[^>]+)>)')
DECLARED = re.compile(r"^(?:class|struct|enum class|using|concept) ([A-Z]\w+)", re.M)
QUALIFIED = re.compile(r"\b([a-z]\w*)::([A-Z]\w+)")
ROOM = re.compile(r"syncgap_room\(\s*(\w+)([^)]*)\)")


def read_rooms(cmake_text):
    """Room -> set of rooms it uses, from the syncgap_room(NAME USES ... LIBS ...) calls."""
    rooms = {}
    without_comments = re.sub(r"#.*", "", cmake_text)
    for name, arguments in ROOM.findall(without_comments):
        uses, section = set(), None
        for word in arguments.split():
            if word in ("USES", "LIBS", "TORCH_TABLE"):
                section = word
            elif section == "USES":
                uses.add(word)
        rooms[name] = uses
    return rooms


def find_table_errors(rooms):
    """A room may only use rooms above it in the table, so the directions have no circle."""
    seen = set()
    for name, uses in rooms.items():
        for used in sorted(uses - seen):
            yield f"src/CMakeLists.txt: room {name} uses {used}, which is not above it in the table"
        seen.add(name)


def folder_of_experiment(relative):
    """The folder of one experiment that a file lies in, or None."""
    parts = relative.parts
    return parts[1] if len(parts) > 2 and parts[0] == "experiments" and parts[1] != SHARED else None


def sees_torch(path):
    """Sources *.torch.cc, and headers that have no other source or say so themselves."""
    if path.name.endswith((".torch.cc", ".torch.h")):
        return True
    return (path.suffix == ".h" and path.with_suffix(".torch.cc").exists()
            and not path.with_suffix(".cc").exists())


def find_file_errors(source_root, path, rooms):
    relative = path.relative_to(source_root)
    room = relative.parts[0] if len(relative.parts) > 1 else None
    if room is not None and room not in rooms:
        yield f"src/{relative}:1: folder {room} is not in the table (src/CMakeLists.txt)"
        return
    if path.suffix == ".cu" and room != KERNEL_OWNER:
        yield f"src/{relative}:1: kernels belong to the room {KERNEL_OWNER} alone"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        where = f"src/{relative}:{number}"
        if foreign := match["foreign"]:
            for pattern, owners in OWNERS.items():
                if room is not None and re.fullmatch(pattern, foreign) and room not in owners:
                    allowed = " and ".join(sorted(owners))
                    yield f"{where}: room {room} may not include <{foreign}>, only {allowed}"
            if TORCH.fullmatch(foreign) and not sees_torch(path):
                yield f"{where}: <{foreign}> is LibTorch's: only files *.torch.cc see it"
            continue
        included = match["own"]
        if not (source_root / included).is_file() or ".." in included:
            yield f'{where}: "{included}" is not a path from src/'
        elif sees_torch(source_root / included) and not sees_torch(path):
            yield f'{where}: "{included}" needs LibTorch: only files *.torch.cc see it'
        elif room is not None:
            target = included.split("/")[0]
            if target != room and target not in rooms[room]:
                yield f"{where}: room {room} may not include {target} (src/CMakeLists.txt)"
            own, other = (folder_of_experiment(each) for each in (relative, pathlib.Path(included)))
            if own and other and other != own:
                yield (f"{where}: experiment {own} may not include {other}'s folder: what two "
                       f"share moves to experiments/{SHARED} or to a room")


def own_header(source_root, path):
    """src/ROOM/NAME.h of a source or test of that name; a path that may not exist."""
    room = path.parent.relative_to(source_root if path.is_relative_to(source_root)
                                   else source_root.parent / "tests")
    name = re.sub(r"_(test|ranks)$", "", path.name.split(".")[0])
    return source_root / room / f"{name}.h"


def foreign_includes(path):
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {match["foreign"] for line in lines if (match := INCLUDE.match(line))}


def find_missing_headers(source_root, path, code):
    included = foreign_includes(path) | foreign_includes(own_header(source_root, path))
    for header, used in USES.items():
        if header not in included and (first := used.search(code)):
            line = code.count("\n", 0, first.start()) + 1
            yield (f"{path.relative_to(source_root.parent)}:{line}: {first[0]} is used: "
                   f"include <{header}>")


class Closures:
    """What each file sees of this project: itself and what it includes, directly or not."""

    def __init__(self, source_root):
        self.folders = (source_root, source_root.parent / "tests")
        self.seen = {}
        self.code = {}
        self.declaring = {}
        for header in sorted(source_root.rglob("*.h")):
            room = header.relative_to(source_root).parts[0]
            for name in DECLARED.findall(self.code_of(header)):
                self.declaring.setdefault((room, name), set()).add(header)

    def code_of(self, path):
        if path not in self.code:
            self.code[path] = NO_CODE.sub("", path.read_text(encoding="utf-8"))
        return self.code[path]

    def of(self, path):
        if path not in self.seen:
            self.seen[path] = {path}
            for line in path.read_text(encoding="utf-8").splitlines():
                match = INCLUDE.match(line)
                if match and match["own"]:
                    for folder in self.folders:
                        if (included := folder / match["own"]).is_file():
                            self.seen[path] |= self.of(included)
        return self.seen[path]


def find_unseen_types(source_root, path, closures):
    code = closures.code_of(path)
    for room, name in sorted(set(QUALIFIED.findall(code)) & closures.declaring.keys()):
        declaring = closures.declaring[room, name]
        declared_ahead = re.search(rf"\b(class|struct) {name};", code)
        if declaring.isdisjoint(closures.of(path)) and not declared_ahead:
            line = code.count("\n", 0, code.index(f"{room}::{name}")) + 1
            headers = " or ".join(str(each.relative_to(source_root)) for each in sorted(declaring))
            yield (f"{path.relative_to(source_root.parent)}:{line}: {room}::{name} is used: "
                   f'include "{headers}"')


def find_errors(source_root):
    rooms = read_rooms((source_root / "CMakeLists.txt").read_text(encoding="utf-8"))
    if not rooms:
        yield "src/CMakeLists.txt: no syncgap_room(...) lines found"
    yield from find_table_errors(rooms)
    for path in sorted(source_root.rglob("*")):
        if path.suffix in (".h", ".cc", ".cu"):
            yield from find_file_errors(source_root, path, rooms)
    closures = Closures(source_root)
    for folder in closures.folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".h", ".cc", ".cu"):
                yield from find_missing_headers(source_root, path, closures.code_of(path))
                yield from find_unseen_types(source_root, path, closures)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_includes.py SOURCE_FOLDER")
    errors = list(find_errors(pathlib.Path(sys.argv[1])))
    print("\n".join(errors) or "include directions: fine")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
