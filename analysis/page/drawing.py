"""Figures drawn, laid out and written as files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser
from matplotlib.ticker import ScalarFormatter
from PIL import Image

_OWN = {
    "font.family": "DejaVu Sans", "font.size": 10.5, "axes.titlesize": 11.5,
    "axes.labelsize": 11.5, "legend.fontsize": 9.2, "legend.frameon": False,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.color": "#DDDDDD", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "lines.linewidth": 1.9, "lines.markersize": 4.2, "figure.dpi": 100, "savefig.dpi": 170,
    "mathtext.fontset": "dejavusans", "pdf.fonttype": 42, "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-3, 5), "axes.formatter.use_mathtext": True,
    "hatch.linewidth": 0.6, "hatch.color": "#9A9A9A", "image.interpolation": "nearest",
}
# Whatever a user's matplotlibrc says. rcdefaults() would read every style sheet of Matplotlib; a
# context gives back all but the backend.
_SETTINGS = {key: value for key, value in matplotlib.rcParamsDefault.items()
             if not key.startswith("backend")} | _OWN


class _TickNumbers(ScalarFormatter):
    """Plain numbers at ticks, and what they are multiplied with as a formula: to typeset every
    number as a formula is an eighth of the time of a report."""

    def __call__(self, x, pos=None):
        return super().__call__(x, pos).removeprefix(r"$\mathdefault{").removesuffix("}$")


class Canvas(Figure):
    """A Matplotlib figure that no window or notebook knows of, and that a notebook shows as a
    report has it."""

    def _repr_png_(self) -> bytes:
        return encode(self, "png")


def draw(figure) -> Canvas:
    """Draws a figure in the style of all figures.

    Parameters
    ----------
    figure : content.Figure
        Its `draw` receives the empty canvas.

    Returns
    -------
    matplotlib Figure
        Laid out; every file format shares the result.
    """
    with matplotlib.rc_context(_SETTINGS):
        canvas = Canvas(figsize=figure.size, layout="constrained")
        FigureCanvasAgg(canvas)
        figure.draw(canvas)
        for ax in canvas.axes:
            for axis in (ax.xaxis, ax.yaxis):
                if type(axis.get_major_formatter()) is ScalarFormatter:
                    axis.set_major_formatter(_TickNumbers())
        # Lay out once; every file format then shares the result. Where that cannot be, Matplotlib
        # leaves the axes where they are.
        if canvas.axes:
            with suppress(ValueError):
                canvas.get_layout_engine().execute(canvas)
        # Not "none", which leaves a placeholder: savefig draws twice what has any engine.
        canvas.set_layout_engine(None)
        return canvas


def encode(canvas: Figure, file_format: str) -> bytes:
    """A drawn figure as a file; the same figure gives the same bytes.

    Parameters
    ----------
    canvas : matplotlib Figure
        What `draw` returned.
    file_format : str
        png, pdf or svg.

    Returns
    -------
    bytes
        The file.
    """
    with matplotlib.rc_context(_SETTINGS | {"svg.hashsalt": "syncgap"}):
        buffer = io.BytesIO()
        if file_format == "png":
            # Without the channel that says nothing is transparent, quick packing makes no larger
            # files than Matplotlib's own thorough one, in two thirds of the time.
            canvas.savefig(buffer, format="rgba")
            dpi = matplotlib.rcParams["savefig.dpi"]
            size = int(canvas.get_figwidth() * dpi), int(canvas.get_figheight() * dpi)
            image = Image.frombuffer("RGBA", size, buffer.getvalue()).convert("RGB")
            buffer = io.BytesIO()
            image.save(buffer, "png", dpi=(dpi, dpi), compress_level=3)
        else:
            silent = {"pdf": {"CreationDate": None, "Producer": None}, "svg": {"Date": None}}
            with _glyphs_alone() if file_format == "pdf" else nullcontext():
                canvas.savefig(buffer, format=file_format, metadata=silent[file_format])
    return buffer.getvalue()


def load(formats: tuple[str, ...]) -> None:
    """Gets ready what writing files of these formats needs.

    Parameters
    ----------
    formats : tuple of str
        Of png, pdf and svg.
    """
    Image.preinit()
    MathTextParser("path").parse("$x$")  # the first formula builds the grammar of all
    for name in set(formats) - {"png"}:
        import_module(f"matplotlib.backends.backend_{name}")


@contextmanager
def _glyphs_alone() -> Iterator[None]:
    """Fonts are embedded without the tables by which text is laid out: a PDF says where each of
    its glyphs stands, and going through them is two thirds of the work of embedding."""
    from fontTools.subset import Options
    known = getattr(Options, "_drop_tables_default", [])
    Options._drop_tables_default = [*known, "GDEF", "GPOS", "GSUB", "kern"]
    try:
        yield
    finally:
        Options._drop_tables_default = known
