"""How a record came about and what is in it, as tables of the report."""

from __future__ import annotations

import json

from ..reading.record import Record
from ..reading.values import show
from .content import Table
from .markup import symbol_markup

_OWN_PLACE = {"experiment", "title", "job", "options", "option_docs", "identity", "provenance"}
_READING = """\
import syncgap_analysis as sg           # pip install path/to/syncgap/analysis
data = sg.open({paths})
data["{name}"]                          # an xarray DataArray; NaN where a unit is not finished
sg.figures(data), sg.frame(sg.claims(data))

import h5py
with h5py.File({path}) as file:
    values, status = file["{name}"][...], file["unit_status"][...]
"""


def reading_text(record: Record) -> str:
    """How to read the record from Python."""
    return _READING.format(
        name=record.names[0] if record.names else "observable", path=f'"{record.path.name}"',
        paths=", ".join(f'"{path.name}"' for path in record.paths))


def option_table(record: Record) -> Table:
    rows = [[o.name, symbol_markup(o.symbol), show(o.value),
             "" if o.unit in ("", "1") else o.unit, o.doc]
            for o in record.options.values()]
    return Table("Options as they ran", ["<option", "<symbol", "value", "<unit", "<meaning"],
                 rows or [["(none)", "", "", "", ""]])


def axis_table(record: Record) -> Table:
    rows = []
    for axis in record.axes.values():
        few = ", ".join(show(v) for v in axis.values[:6])
        if len(axis) > 6:
            few += f", … {show(axis.values[-1])}"
        rows.append([axis.name, axis.role, str(len(axis)), few,
                     "" if axis.units in ("", "1") else axis.units, axis.long_name])
    return Table("Axes", ["<axis", "<role", "values", "<which", "<unit", "<meaning"], rows)


def provenance_table(record: Record) -> Table:
    rows = [["record", ", ".join(path.name for path in record.paths)]]
    for key, value in record.attributes.items():
        if key not in _OWN_PLACE:
            rows.append([key, _flat(value)])
    return Table("Where the numbers come from", ["<attribute", "<value"], rows)


def observable_table(record: Record) -> Table:
    rows = []
    for name in record.names:
        found = record[name]
        rows.append([name, found.long_name, " × ".join(found.dims) or "–",
                     "" if found.units in ("", "1") else found.units, found.source,
                     f"{found.done.size - found.missing_count} of {found.done.size}"])
    return Table("Observables", ["<name", "<meaning", "<dimensions", "<unit", "<source",
                                 "cells measured"], rows)


def _flat(value) -> str:
    text = str(value)
    if text.startswith("{"):
        try:
            return "; ".join(f"{k} {show(v)}" for k, v in json.loads(text).items())
        except (ValueError, AttributeError):
            pass
    return text
