"""Programs and libraries that read HDF5 or netCDF, each as a function: a record's path -> what it
finds in the root group. A reader that is not installed raises Missing."""

from __future__ import annotations

import importlib
import importlib.metadata
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np


class Missing(Exception):
    """Not installed."""


@dataclass
class Found:
    """A dataset as a reader sees it; without dimensions where it knows none."""

    values: np.ndarray
    dims: tuple[str, ...] | None = None
    attributes: dict | None = None


def library(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Missing(str(error)) from error


def program(name):
    if shutil.which(name) is None:
        raise Missing(f"no program {name}")
    return name


def told(*words):
    """What a program writes to standard output; fails with all it said."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, f"{words[0]}: {done.returncode}\n{done.stdout[-500:]}{done.stderr}"
    return done.stdout


# The record as HDF5 itself has it

def h5py(path):
    import h5py

    def dims_of(item):
        return tuple(dim[0].name[1:] if len(dim) else item.name[1:] for dim in item.dims)

    with h5py.File(path) as file:
        return {name: Found(item[...], dims_of(item), dict(item.attrs))
                for name, item in file.items() if isinstance(item, h5py.Dataset)}


# netCDF-C

def netcdf4(path):
    with library("netCDF4").Dataset(path) as file:
        file.set_auto_mask(False)
        assert file["failures/message"][...].dtype == np.uint8
        return {name: Found(item[...], item.dimensions, item.__dict__)
                for name, item in file.variables.items()}


def ncdump(path):
    """Of the text only what is easily told apart: names and dimensions, and that it gets to its
    end."""
    text = told(program("ncdump"), path)
    assert text.endswith("}\n")
    return {name: None for name in h5py(path) if f" {name}(" in text or f" {name} ;" in text}


def nccopy(path):
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.nc"
        told(program("nccopy"), path, copy)
        return {name: Found(found.values, found.dims) for name, found in h5py(copy).items()}


# xarray and what feeds it

def of_dataset(dataset):
    return {str(name): Found(item.values, item.dims, item.attrs)
            for name, item in dataset.variables.items()}


def xarray_by(engine, path):
    xarray = library("xarray")
    library("netCDF4" if engine == "netcdf4" else engine)
    with xarray.open_dataset(path, engine=engine, group="failures") as failures:
        assert failures.load()["message"].dims == ("slot", "byte")
    with xarray.open_dataset(path, engine=engine) as dataset:
        return of_dataset(dataset)


def xarray_without_engine(path):
    library("netCDF4")
    with library("xarray").open_dataset(path) as dataset:
        return of_dataset(dataset)


def xarray_h5netcdf(path):
    return xarray_by("h5netcdf", path)


def xarray_netcdf4(path):
    return xarray_by("netcdf4", path)


def kerchunk(path):
    hdf = library("kerchunk.hdf")
    references = hdf.SingleHdf5ToZarr(str(path), inline_threshold=0).translate()
    return of_dataset(library("xarray").open_dataset(references, engine="kerchunk").load())


def virtualizarr(path):
    """Coordinates are loaded, observables stay references: of them, names and dimensions."""
    opening, parsers = library("virtualizarr"), library("virtualizarr.parsers")
    store = library("obstore.store").LocalStore()
    registry = library("obspec_utils.registry").ObjectStoreRegistry({"file://": store})
    dataset = opening.open_virtual_dataset(f"file://{path}", registry=registry,
                                           parser=parsers.HDFParser())
    return {str(name): Found(item.values, item.dims, item.attrs) if name in dataset.coords else None
            for name, item in dataset.variables.items()}


# Others

def h5netcdf(path):
    with library("h5netcdf").File(path, "r") as file:
        return {name: Found(item[...], item.dimensions, dict(item.attrs))
                for name, item in file.variables.items()}


def pyfive(path):
    with library("pyfive").File(str(path)) as file:
        kind = type(file["failures"])
        return {name: Found(file[name][...], None, dict(file[name].attrs))
                for name in file if not isinstance(file[name], kind)}


def octave(path):
    """Arrays arrive with their dimensions the other way round, in the same order in memory."""
    script = """
      record = load("-hdf5", "RECORD");
      for [value, name] = record
        if (isstruct(value)) continue; end
        printf("%s", name); printf(" %.17g", double(value(:))); printf("\\n");
      end"""
    return of_lines(told(program("octave-cli"), "--no-init-file", "--no-history", "--eval",
                         script.replace("RECORD", str(path))))


def rhdf5(path):
    program("Rscript")
    script = """
      suppressMessages(library(rhdf5))
      names <- h5ls("RECORD", recursive = FALSE)
      for (name in names$name[names$otype == "H5I_DATASET"]) {
        value <- suppressWarnings(h5read("RECORD", name, bit64conversion = "double"))
        cat(name, sprintf("%.17g", as.numeric(value)), "\\n") }"""
    if subprocess.run(["Rscript", "-e", "library(rhdf5)"], capture_output=True).returncode != 0:
        raise Missing("no rhdf5 in R")
    return of_lines(told("Rscript", "-e", script.replace("RECORD", str(path))))


def of_lines(text):
    rows = [line.split() for line in text.splitlines()]
    return {name: Found(np.array([float("nan" if value == "NA" else value) for value in values]))
            for name, *values in rows}


# A reader's function, and who knows its version: a package or a program.
READERS = {
    "netCDF4-python": (netcdf4, "netCDF4"),
    "ncdump": (ncdump, ["ncdump"]),
    "nccopy": (nccopy, ["ncdump"]),
    "xarray": (xarray_without_engine, "xarray"),
    "xarray by netCDF4": (xarray_netcdf4, "netCDF4"),
    "xarray by h5netcdf": (xarray_h5netcdf, "h5netcdf"),
    "h5netcdf": (h5netcdf, "h5netcdf"),
    "pyfive": (pyfive, "pyfive"),
    "kerchunk": (kerchunk, "kerchunk"),
    "VirtualiZarr": (virtualizarr, "virtualizarr"),
    "Octave": (octave, ["octave-cli", "--version"]),
    "rhdf5": (rhdf5, ["Rscript", "-e", "cat(format(packageVersion('rhdf5')))"]),
}


def version_of(reader):
    """In one line, as far as the reader says."""
    source = READERS[reader][1]
    try:
        if isinstance(source, str):
            return importlib.metadata.version(source)
        told = subprocess.run(source, capture_output=True, text=True)
        lines = (told.stdout + told.stderr).strip().split("\n")
        return next((line for line in lines if "version" in line), lines[0])
    except (importlib.metadata.PackageNotFoundError, FileNotFoundError):
        return "of unknown version"
