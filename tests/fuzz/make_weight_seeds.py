"""make_weight_seeds.py FOLDER GOLDEN: writes the seeds of fuzz_weights.

Files of torch.save come from the folder GOLDEN, each whole and as the pickle in it; the others, and
a zip file of the present layout with 64-bit sizes, are made here.
"""

import json
import pathlib
import struct
import sys
import zipfile

folder, golden = map(pathlib.Path, sys.argv[1:])
folder.mkdir(parents=True, exist_ok=True)
FILE, PICKLE, INDEX, NAMES = (bytes([kind]) for kind in (0, 4, 6, 7))


def write(name, kind, content):
    (folder / name).write_bytes(kind + content)


for path in sorted(golden.glob("*.pt")):
    write(path.name, FILE, path.read_bytes())
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith("/data.pkl"):
                    write(f"{path.name}.pkl", PICKLE, archive.read(name))

with zipfile.ZipFile(golden / "views.pt") as archive, \
        zipfile.ZipFile(folder / "zip64", "w") as large:
    for name in archive.namelist():
        with large.open(name, "w", force_zip64=True) as out:
            out.write(archive.read(name))
write("zip64", FILE, (folder / "zip64").read_bytes())

header = json.dumps({"a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
                     "b": {"dtype": "BOOL", "shape": [3], "data_offsets": [8, 11]},
                     "__metadata__": {"format": "pt"}}).encode()
write("safetensors", FILE, struct.pack("<Q", len(header)) + header + bytes(range(11)))
write("index", INDEX, json.dumps({"metadata": {"total_size": 11},
                                  "weight_map": {"a": "part-1", "b": "part-2"}}).encode())
write("names", NAMES, b"module.a\n_orig_mod.module.b\nmodule._orig_mod.c")
