"""Records of the same sweep that differ in one axis, as one: more seeds, or the parts of a grid."""

from __future__ import annotations

import copyreg
import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .errors import ExitCode, RecordError
from .opening import open_record
from .record import Cells, Record
from .values import show

MOST_DIFFERENCES = 3
_SPLIT = "split axis "


def join(records: Sequence[Record]) -> list[Record]:
    """Joins records where together they fill a grid.

    Parameters
    ----------
    records : sequence of Record
        Of any experiments, open.

    Returns
    -------
    list of Record
        In the order of the first of each. Joined are records whose deciding options, facts, sweep
        seed and observables are equal, and whose split axes are but for one, of which they hold
        different values: seeds before others. Everything else stays as it was.
    """
    found = list(records)
    names = dict.fromkeys(a.name for r in found for a in r.split_axes)
    for name in sorted(names, key=lambda name: name != "seed"):
        groups: dict[object, list[Record]] = {}
        for record in found:
            groups.setdefault(_common(record, name), []).append(record)
        found = [one for group in groups.values() for one in _joined_along(group, name)]
    return found


def deciding_text(record: Record) -> str:
    """What decides a record's numbers, but for its split axes.

    Parameters
    ----------
    record : Record
        Of version 0.2 or later; records of 0.1 do not say.

    Returns
    -------
    str
        A line for each option, captured axis, observable and fact, and the seed, sorted, as
        releases list them in their own orders; else empty.
    """
    lines = str(record.attributes.get("identity", "")).splitlines()
    return "\n".join(sorted(line for line in lines if not line.startswith(_SPLIT)))


def opened(paths: Sequence[str | os.PathLike]) -> Record:
    """Opens files that make one record.

    Parameters
    ----------
    paths : sequence of str or path
        At least one.

    Returns
    -------
    Record
        Open.

    Raises
    ------
    RecordError
        If a file is no record, or they do not make one: with what differs.
    """
    found = join([open_record(path) for path in paths])
    if len(found) > 1:
        raise RecordError(ExitCode.NOT_A_RECORD, "these do not make one record: "
                          + "; ".join(f"{r.path.name} has {text}"
                                      for r, text in zip(found, differences(found)))
                          + ". Open them one by one, or take records that differ in the values of "
                          "one axis alone")
    return found[0]


def differences(records: Sequence[Record]) -> list[str]:
    """What tells records from each other.

    Parameters
    ----------
    records : sequence of Record
        Of one experiment or of several.

    Returns
    -------
    list of str
        For each, such as "g = 0.3, 0.5; seed = 2": what is not the same in all of them; the
        file's name where that is nothing, or not enough.
    """
    told = [_told(record) for record in records]
    names = dict.fromkeys(name for one in told for name in one)
    differing = [n for n in names if len({one.get(n, "none") for one in told}) > 1]
    if "experiment" in differing:  # nothing else is comparable
        differing = ["experiment"]
    texts = ["; ".join(f"{n} = {one.get(n, 'none')}" for n in differing[:MOST_DIFFERENCES])
             for one in told]
    return [text if text and texts.count(text) == 1 else
            "; ".join(filter(None, (text, ", ".join(path.name for path in record.paths))))
            for text, record in zip(texts, records)]


def _told(record: Record) -> dict[str, str]:
    """What is set in a record, by name: split axes first, then facts and deciding options."""
    lines = [line.split(" = ", 1) for line in deciding_text(record).splitlines() if " = " in line]
    # Names of axes and observables keep their first word, and come after options and facts.
    deciding = {name.removeprefix("option "): value for name, value in sorted(
        lines, key=lambda line: line[0].startswith(("captured axis ", "observable ")))}
    if not deciding:
        deciding = {o.name: show(o.value) for o in record.options.values()}
    axes = {a.name: _few(a.values) for a in record.split_axes}
    return {"experiment": record.experiment} | axes | {
        name: value if len(value) <= 40 else value[:39] + "…" for name, value in deciding.items()}


def _few(values: np.ndarray) -> str:
    if len(values) <= 4:
        return ", ".join(show(v) for v in values)
    return f"{show(values[0])} … {show(values[-1])} ({len(values)} values)"


def _common(record: Record, name: str) -> object:
    """Equal for records that may be joined along one split axis."""
    axes = [a.name for a in record.split_axes]
    if not deciding_text(record) or name not in axes:
        return id(record)
    others = tuple((a.name, tuple(a.values)) for a in record.split_axes if a.name != name)
    return deciding_text(record), axes.index(name), others, frozenset(record.names)


def _joined_along(group: list[Record], name: str) -> list[Record]:
    parts, left, seen = [], [], set()
    for record in group:
        values = set(record.axes[name].values.tolist()) if len(group) > 1 else set()
        (left if values & seen else parts).append(record)
        seen |= values
    return ([_joined(parts, name)] if len(parts) > 1 else parts) + left


def _joined(parts: list[Record], name: str) -> Record:
    first = parts[0]
    along = [a.name for a in first.split_axes].index(name)
    values = np.concatenate([p.axes[name].values for p in parts])
    order = np.argsort(values, kind="stable") if values.dtype.kind in "fiu" \
        else np.arange(len(values))
    axis = replace(first.axes[name], values=values[order])
    axes = first.axes | {name: axis}
    split = [axes[a.name] for a in first.split_axes]
    shape = tuple(len(a) for a in split)
    starts = np.cumsum([0, *(len(p.axes[name]) for p in parts)])
    back = np.argsort(order)

    def whole(pieces: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(pieces, axis=along).take(order, axis=along)

    def cells_of(observable: str) -> Cells:
        cells = first.cells[observable]
        return replace(cells, shape=shape + cells.shape[len(shape):],
                       read=lambda key: _read([p.cells[observable] for p in parts], along, order,
                                              key))

    messages = {}
    for start, part in zip(starts, parts):
        for unit, message in part.messages.items():
            place = list(np.unravel_index(unit, part.status.shape))
            place[along] = back[start + place[along]]
            messages[int(np.ravel_multi_index(place, shape))] = message

    def close():
        for part in parts:
            part.close()

    return Record([path for p in parts for path in p.paths], _attributes(parts), axes, split,
                  whole([p.status for p in parts]), whole([p.seconds for p in parts]),
                  {observable: cells_of(observable) for observable in first.cells}, messages,
                  close)


def _read(parts: list[Cells], along: int, order: np.ndarray, key: tuple) -> np.ndarray:
    """Cells of the joined record, read from those parts that hold them."""
    chosen = np.atleast_1d(order[key[along]])
    axis = sum(isinstance(place, slice) for place in key[:along])
    pieces, places, start = [], [], 0
    for cells in parts:
        own = np.flatnonzero((chosen >= start) & (chosen < start + cells.shape[along]))
        if len(own) or not len(chosen):
            piece = cells.read((*key[:along], slice(None), *key[along + 1:]))
            pieces.append(piece.take(chosen[own] - start, axis=axis))
            places.append(own)
        start += cells.shape[along]
    found = np.concatenate(pieces, axis=axis).take(np.argsort(np.concatenate(places)), axis=axis)
    return found if isinstance(key[along], slice) else found.take(0, axis=axis)


def _attributes(parts: list[Record]) -> dict:
    """What the parts have in common, and each different text of the others once."""
    found = {}
    for key, value in parts[0].attributes.items():
        every = list(dict.fromkeys(str(p.attributes.get(key, "")) for p in parts))
        # Options that differ decide no number.
        kept = len(every) == 1 or key in ("options", "option_docs", "title")
        found[key] = value if kept else ("\n" if key == "job" else "; ").join(every)
    return found | {"identity": deciding_text(parts[0])}


# Open files cannot go to another process: it opens them again.
copyreg.pickle(Record, lambda record: (opened, (record.paths,)))
