"""sample_experiment: moments against their closed form."""

from __future__ import annotations

from ...page import style
from ...page.content import Content, Figure
from ...reading.record import Record
from . import claims, tables
from .data import Curve, curves


def content(record: Record) -> Content:
    found = curves(record)
    summary = (f"Moments of a normal $x$ with standard deviation $\\sigma$, "
               f"{int(record.option('trials', 0))} trials each, beside $\\sigma^p (p-1)!!$.")
    return Content(summary, figures=[_moments(found)], tables=tables.tables(found),
                   claims=claims.claims(found))


def _moments(found: list[Curve]) -> Figure:
    def draw(canvas):
        ax = canvas.subplots()
        for i, curve in enumerate(found):
            ax.plot(curve.sigma, curve.exact, color=style.BLACK, linewidth=0.9)
            style.band(ax, curve.sigma, curve.value, curve.error, i, f"p = {curve.power}",
                       done=curve.done, style="")
        ax.set_xlabel(r"$\sigma$")
        ax.set_ylabel(r"mean of $x^p$")
        ax.legend()

    return Figure("moments", "Moments of a normal",
                  "Points: trials, with 95% intervals; lines: closed form.", draw)
