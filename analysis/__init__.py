"""Analysis of syncgap records: figures, tables, the papers' statements beside what was measured.

    python3 -m analysis RECORD [RECORD ...] [--out DIR]     in the source tree
    syncgap-report RECORD [RECORD ...] [--out DIR]          after pip install ./analysis

From Python (in the source tree the package is called `analysis`, installed `syncgap_analysis`):

    import syncgap_analysis as sg

    data = sg.open("figure4.h5")                  # an xarray Dataset, read piece by piece
    data.speciation_time.sel(theta=0.0).plot()
    sg.figures(data)                              # titles by key
    sg.figure(data, "figure-4")                   # a Matplotlib figure
    sg.frame(sg.claims(data))                     # a pandas DataFrame

docs/analysis.md has the whole interface. Records need h5py and NumPy, `open` xarray, figures
Matplotlib, `frame` pandas.
"""

# Nothing is imported before it is used: without h5py or Matplotlib the command has to say so, and
# xarray would take longer to load than many reports take to draw.
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .library import claims, content, figure, figures, frame, open, report, tables
    from .reading.errors import RecordError
    from .reading.opening import open_record
    from .reading.record import Record
    from .reading.values import Observable

__all__ = ["Observable", "Record", "RecordError", "claims", "content", "figure", "figures", "frame",
           "open", "open_record", "report", "tables"]

_PLACES = {"RecordError": ".reading.errors", "open_record": ".reading.opening",
           "Record": ".reading.record", "Observable": ".reading.values"}


def __getattr__(name: str):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES.get(name, ".library"), __name__), name)


def __dir__() -> list[str]:
    return __all__
