"""Records written with h5py in the layout the sweep writes (or version 0.1 wrote), for what no
real sweep can give, such as damaged files, other layouts and experiments nobody knows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from analysis.reading.old_names import is_0_1


@dataclass
class Made:
    """An axis (values, role) or an observable (dims, values), with its attributes."""

    values: object
    dims: tuple[str, ...] = ()
    role: str = "split"
    units: str = "1"
    long_name: str = ""
    source: str = ""


@dataclass
class Plan:
    """Everything a record holds; change what a test is about."""

    experiment: str = "toy"
    title: str = "A toy sweep"
    axes: dict[str, Made] = field(default_factory=dict)
    observables: dict[str, Made] = field(default_factory=dict)
    status: np.ndarray | None = None
    failures: dict[int, str] = field(default_factory=dict)
    options: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)  # None: without it


def toy_plan() -> Plan:
    """2 x 5 units with a captured axis of 7: y = g + theta, curve = g * step."""
    g, theta = np.array([0.2, 0.5]), np.linspace(0, np.pi, 5)
    step = np.arange(7)
    plan = Plan()
    plan.axes = {"g": Made(g, long_name="coupling strength g"),
                 "theta": Made(theta, units="rad", long_name="angle between the means"),
                 "step": Made(step, role="captured", long_name="reverse step")}
    plan.observables = {
        "total": Made(g[:, None] + theta, ("g", "theta"), long_name="a sum", source="nowhere (1)"),
        "total_error": Made(np.full((2, 5), 0.1), ("g", "theta"), long_name="its error"),
        "curve": Made(g[:, None, None] * step * np.ones((2, 5, 7)), ("g", "theta", "step"),
                      units="nat", long_name="a product")}
    plan.options = {"trials": 100}
    return plan


def write(path: Path, plan: Plan) -> Path:
    """Writes the record and returns its path."""
    split = [n for n, a in plan.axes.items() if a.role == "split"]
    extents = tuple(len(plan.axes[n].values) for n in split)
    status = np.ones(extents, np.uint8) if plan.status is None else plan.status
    old = is_0_1(str(plan.attributes.get("syncgap_version") or ""))
    with h5py.File(path, "w", track_order=True) as file:
        scales = {}
        for name, axis in plan.axes.items():
            values = np.asarray(axis.values)
            if values.dtype.kind == "U" and old:
                data = file.create_dataset(name, values.shape, h5py.string_dtype("utf-8"))
                data[...] = values.astype(object)
            elif values.dtype.kind == "U":
                data = file.create_dataset(name, data=np.arange(len(values)))
                data.attrs["labels"] = "\n".join(values)
            else:
                data = file.create_dataset(name, data=values)
            data.make_scale(name)
            data.attrs.update(**_described(axis.units, axis.long_name or name, old),
                              role=axis.role)
            scales[name] = data
        for name, item in plan.observables.items():
            data = file.create_dataset(name, data=np.asarray(item.values, dtype=float))
            data.attrs.update(**_described(item.units, item.long_name, old), source=item.source)
            _attach(data, item.dims, scales)
        for name, values in (("unit_status", status),
                             ("unit_seconds", np.where(status == 1, 0.25, np.nan)),
                             ("unit_checksum", np.zeros(extents, np.uint64))):
            _attach(file.create_dataset(name, data=values), split, scales)
        slots = max(4, len(plan.failures))
        units = np.full(slots, -1, np.int64)
        messages = np.zeros(slots, h5py.string_dtype("utf-8", 200))
        for i, (unit, message) in enumerate(plan.failures.items()):
            units[i], messages[i] = unit, message.encode()
        if not old:
            messages = messages.view(np.uint8).reshape(slots, 200)
        file["failures/unit"], file["failures/message"] = units, messages
        docs = {name: {"symbol": "", "doc": name, "unit": "1"} for name in plan.options}
        attributes = {
            "experiment": plan.experiment, "title": plan.title, "profile": "", "sweep_seed": 1,
            "job": f"[experiment]\nname = \"{plan.experiment}\"\n",
            "options": json.dumps(plan.options), "option_docs": json.dumps(docs),
            "syncgap_version": "0.2.0", "created": "2025-01-01T00:00:00Z",
            "Conventions": "syncgap-record-1", **plan.attributes}
        file.attrs.update({key: v for key, v in attributes.items() if v is not None})
    return path


def parts(folder: Path, *grids) -> list[Path]:
    """Records of one sweep that hold these values of g: observables are g + the last index."""
    identity = ("experiment = toy\noption trials = 100\nsplit axis g = {}\nfact data = 1f\n"
                "seed = 1\n")
    paths = []
    for i, g in enumerate(grids):
        plan, values = toy_plan(), np.asarray(g, dtype=float)
        plan.axes["g"] = Made(values)
        for item in plan.observables.values():
            shape = (len(values), *np.shape(item.values)[1:])
            item.values = np.broadcast_to(
                values.reshape(-1, *(1,) * (len(shape) - 1)), shape) + np.arange(shape[-1])
        plan.attributes = {"identity": identity.format(list(g)), "host": f"node{i}"}
        paths.append(write(folder / f"part{i}.h5", plan))
    return paths


def _described(unit: str, meaning: str, old: bool) -> dict[str, str]:
    """Attributes of a unit; records of version 0.1 had it in `units`, whatever it was."""
    if old or unit in ("1", "rad", "s"):
        return {"units": unit, "long_name": meaning}
    return {"units": "1", "unit": unit, "long_name": f"{meaning} ({unit})"}


def _attach(data, dims, scales) -> None:
    for i, name in enumerate(dims):
        data.dims[i].attach_scale(scales[name])
