#!/usr/bin/env bash
# An HDF5 file may begin with a user block: bytes that belong to someone else, of a length of 512 or a
# power of two above. It looks like the place for what must survive other programs, a checksum of the
# file for one, since HDF5 never touches it. Two readers of the Python world do not look behind it.
#
# pyfive opens such a file, lists its datasets with their shapes, and gives wrong numbers: data
# addresses count from the end of the user block, and it reads contiguous data at the same offset from
# the start of the file, without a word. Chunked data stop it with an AssertionError.
# xarray.open_dataset without engine= looks for the signature in the first bytes only and finds no
# backend, although h5netcdf and netCDF4 are installed and read the file when they are named.
#
# Seen with pyfive 1.3.0, xarray 2026.9.0, h5netcdf 1.8.1, h5py 3.16.0 on Python 3.11, x86_64:
#   1 ... 8 written, 0 0 0 0 0 0 0 0 read by pyfive (h5py: right).
# Remedy: no user block in files that others read. A checksum behind the last byte of HDF5, or in an
# attribute, is in nobody's way.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install pyfive==1.3.0 h5py==3.16.0 xarray==2026.9.0 h5netcdf==1.8.1
cat > "$folder/seen.py" <<'CODE'
import sys

import h5py
import numpy as np
import pyfive
import xarray

written, folder = np.arange(1.0, 9.0), sys.argv[1]
read = {}
for block in (0, 512):
    for kind, chunks in (("contiguous", None), ("chunked", (4,))):
        path = f"{folder}/{block}_{kind}.h5"
        with h5py.File(path, "w", userblock_size=block) as file:
            file.create_dataset("x", data=written, chunks=chunks)
        with h5py.File(path) as file:
            assert np.array_equal(file["x"][...], written)
        try:
            with pyfive.File(path) as file:
                assert file["x"].shape == written.shape
                read[block, kind] = np.array(file["x"][...])
        except AssertionError:
            read[block, kind] = "AssertionError"
        print(f"user block {block}, {kind}: pyfive reads {read[block, kind]}")


def guessed(block):
    path = f"{folder}/{block}_contiguous.h5"
    xarray.open_dataset(path, engine="h5netcdf", phony_dims="sort").close()
    try:
        xarray.open_dataset(path, phony_dims="sort").close()
        return True
    except ValueError as error:
        print(f"user block {block}: xarray: {str(error).splitlines()[0][:90]}")
        return False


ok = (all(np.array_equal(read[0, kind], written) for kind in ("contiguous", "chunked"))
      and np.array_equal(read[512, "contiguous"], np.zeros(8))
      and isinstance(read[512, "chunked"], str) and guessed(0) and not guessed(512))
print("as described" if ok else "CHANGED")
sys.exit(0 if ok else 1)
CODE
"$folder/venv/bin/python" "$folder/seen.py" "$folder"
