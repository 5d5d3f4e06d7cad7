"""The table of experiments: which module lays out the figures of which experiment. Every folder
here that has figures is one; nothing lists them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ..page.content import Content
from ..page.forgiving import forgives
from ..reading.errors import RecordError
from ..reading.record import Record
from . import overview

NAMES = sorted(path.parent.name for path in Path(__file__).parent.glob("*/figures.py"))


def module_of(experiment: str) -> ModuleType:
    """The module with the figures of an experiment; the overview where there is none."""
    return import_module(f".{experiment}.figures", __package__) if experiment in NAMES else overview


def together(records: Sequence[Record]) -> list[Content]:
    """What several records show only together: when, for those of one data set."""
    from ..when import picture
    try:
        return picture.contents(records)
    except RecordError:
        raise
    except Exception as error:  # the chapters of the records do not need it
        if not forgives():
            raise
        return [Content(problem="What these records say together of when could not be laid out "
                        f"({type(error).__name__}: {error}); one may be of another version.")]


def content(record: Record, beside: Sequence[Record] = ()) -> Content:
    """Figures, tables and claims of a record; an overview where no module knows its experiment, or
    where the module cannot make sense of the record, say one of another version. A module that has
    `content_beside` is shown the other records of the report too."""
    try:
        module = module_of(record.experiment)
        if hasattr(module, "content_beside"):
            return module.content_beside(record, beside)
        return module.content(record)
    except RecordError:
        raise
    except Exception as error:  # whatever it is, the reader still wants to see the numbers
        if not forgives():
            raise
        found = overview.content(record)
        found.problem = (f"The figures of {record.experiment} could not be laid out for this "
                            f"record ({type(error).__name__}: {error}); it may be of another "
                            "version. What follows is an overview.")
        return found
