"""What notebooks and other programs use: records as datasets, and all that a report shows of
them."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .page.content import Claim, Content, Table
from .page.markup import to_plain
from .reading.joining import opened
from .reading.opening import open_record
from .reading.record import Record

if TYPE_CHECKING:
    import pandas
    import xarray

    from .page.drawing import Canvas
    from .page.report import Report

    Source = str | os.PathLike | Record | xarray.Dataset


def open(*paths: str | os.PathLike) -> xarray.Dataset:
    """Opens a record, or several that make one, as a dataset.

    Parameters
    ----------
    *paths : str or path
        Files of `syncgap run` or `syncgap pack`, finished or not. Several are joined along the
        axis in which they differ: seeds, or the parts of a grid.

    Returns
    -------
    xarray.Dataset
        Dimensions and coordinates are the axes. Observables have `units`, `long_name`, `source`
        and, in `ancillary_variables`, the names of their errors; they are read from the file when
        used. Cells of units that are not finished are NaN; `done` says which are finished,
        `unit_status`, `unit_seconds` and `unit_message` what became of each unit. Attributes are
        those of the file: the job, options, facts (checksums of data and weights), versions.

    Raises
    ------
    RecordError
        If a file is no record, or several do not make one: with what differs.
    ModuleNotFoundError
        Without xarray.

    Examples
    --------
    >>> data = open("figure4.h5")                                            # doctest: +SKIP
    >>> data.speciation_time.sel(g=0.5, method="nearest").plot()             # doctest: +SKIP
    >>> data.accuracy.where(data.reliable == 1).mean("seed")                 # doctest: +SKIP
    """
    try:
        from .reading.dataset import dataset_of
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"open() gives an xarray Dataset, and {sys.executable} has no {error.name}: install "
            f"it ({sys.executable} -m pip install xarray), or use open_record(), which needs h5py "
            "alone", name=error.name) from None
    if not paths:
        raise TypeError("open() takes the path of a record, or of several that make one")
    return dataset_of(opened(paths))


def content(source: Source, beside: Sequence[Source] = ()) -> Content:
    """Everything a report shows of a record beyond what every record has.

    Parameters
    ----------
    source : Dataset, Record, str or path
        What `open` gave, or a selection of it that keeps every axis; or a record's file.
    beside : sequence of these
        Other records, which an experiment may use: `layer_energies` takes the step at which it
        looks at layers from a record of `replica_speciation`.

    Returns
    -------
    Content
        `summary`, `figures`, `tables`, `claims`. Texts hold formulas between dollar signs.

    Raises
    ------
    RecordError
        If the source is no record.

    Warns
    -----
    UserWarning
        If the experiment's own figures cannot be made of it, and it gets an overview instead.
    """
    # Not at the top: who only opens records does not wait for Matplotlib.
    from .experiments import table
    found = table.content(_record(source), [_record(other) for other in beside])
    if found.problem:
        warnings.warn(found.problem, stacklevel=2)
    return found


def figures(source: Source, beside: Sequence[Source] = ()) -> dict[str, str]:
    """The figures of a record.

    Parameters
    ----------
    source, beside
        As `content` takes them.

    Returns
    -------
    dict
        Titles by the key that `figure` takes.
    """
    return {f.key: to_plain(f.title) for f in content(source, beside).figures}


def figure(source: Source, key: str, beside: Sequence[Source] = ()) -> Canvas:
    """Draws one figure of a record.

    Parameters
    ----------
    source, beside
        As `content` takes them.
    key : str
        One of `figures(source)`.

    Returns
    -------
    matplotlib.figure.Figure
        Not known to pyplot: a notebook shows it, `savefig` writes it.

    Raises
    ------
    KeyError
        If the record has no such figure.
    """
    found = {f.key: f for f in content(source, beside).figures}
    if key not in found:
        raise KeyError(f"no figure {key!r}; this record has {', '.join(found) or 'none'}")
    from .page import drawing
    return drawing.draw(found[key])


def tables(source: Source, beside: Sequence[Source] = ()) -> list[Table]:
    """The tables of a record.

    Parameters
    ----------
    source, beside
        As `content` takes them.

    Returns
    -------
    list of Table
        `title`, `columns`, `rows` of ready text; `frame` makes a DataFrame of one.
    """
    return content(source, beside).tables


def claims(source: Source, beside: Sequence[Source] = ()) -> list[Claim]:
    """What the paper states, beside what a record holds.

    Parameters
    ----------
    source, beside
        As `content` takes them.

    Returns
    -------
    list of Claim
        `where` in the paper, `statement`, `measured`, `verdict`, `note`; `frame` makes a
        DataFrame of it.
    """
    return content(source, beside).claims


def frame(rows: Table | Sequence[Claim]) -> pandas.DataFrame:
    """A table or claims as a DataFrame.

    Parameters
    ----------
    rows : Table or list of Claim
        What `tables` and `claims` gave.

    Returns
    -------
    pandas.DataFrame
        Of plain text, with formulas in letters.

    Raises
    ------
    ModuleNotFoundError
        Without pandas.
    """
    import pandas
    if isinstance(rows, Table):
        names = [to_plain(name.lstrip("<")) for name in rows.columns]
        return pandas.DataFrame([[to_plain(cell) for cell in row] for row in rows.rows],
                                columns=names)
    return pandas.DataFrame({
        "where": [to_plain(c.where) for c in rows],
        "statement": [to_plain(c.statement) for c in rows],
        "measured": [to_plain(c.measured) for c in rows],
        "verdict": [c.verdict.value for c in rows], "note": [to_plain(c.note) for c in rows]})


def report(*sources: Source, out: str | os.PathLike, formats: Sequence[str] = ("png",)) -> Report:
    """Writes the report of some records, as the command does.

    Parameters
    ----------
    *sources : Dataset, Record, str or path
        Records of any experiments; those that make one are joined.
    out : str or path
        The folder for report.html and figures/, made if needed.
    formats : sequence of str
        Of the files of the figures: png, pdf, svg.

    Returns
    -------
    Report
        `path` of the page; `undrawn`, the figures that could not be drawn.
    """
    from .page.report import write_report
    return write_report([_record(source) for source in sources], Path(out), tuple(formats))


def _record(source: Source) -> Record:
    if isinstance(source, Record):
        return source
    if isinstance(source, (str, os.PathLike)):
        return open_record(source)
    from .reading.dataset import record_of
    return record_of(source)
