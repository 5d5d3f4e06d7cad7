"""dataset_regimes: figures 1, 4 and 5 and the table of the regimes paper, without training."""

from __future__ import annotations

from ...page.content import Content
from ...page.papers import REGIMES
from ...reading.image_sets import data_text
from ...reading.record import Record
from ..image_units import Unit, units
from . import claims, curves, images, information, tables


def content(record: Record) -> Content:
    """Where real images are decided, then the paper's figures for what this record has measured."""
    found = units(record)
    figures = [figure for part in (information, images, curves)
               for figure in part.figures(record, found)]
    return Content(_summary(record, found), REGIMES, figures, tables.tables(record, found),
                   claims.claims(record, found))


def _summary(record: Record, found: list[Unit]) -> str:
    size = f", d = {found[0].dimension}" if found else ""
    return (f"Images of two classes under their exact empirical score, nothing trained: "
            f"{data_text(record)}{size}; distance products in {record.option('precision')} "
            "precision. Forward time $t$ runs from the data ($t=0$) to noise, so a larger time is "
            "an earlier event of generation.")
