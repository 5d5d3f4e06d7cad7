"""Figures as files: drawn once for each, with numbers at their ticks and fonts in them."""

import io
import os
import re
import subprocess
import sys
import zlib

import matplotlib
import numpy as np
import pytest
from fontTools.subset import Options
from fontTools.ttLib import TTFont
from matplotlib.lines import Line2D
from PIL import Image

from analysis.page import drawing, render, style
from analysis.page.content import Figure

SIZE = (4.0, 2.5)


def figure(paint, size=SIZE, key="figure"):
    return Figure(key, "A figure", "", paint, size)


def curve(canvas):
    ax = canvas.subplots()
    ax.plot([-1.0, 1.0], [-0.5, 0.5], label="$t_S$")
    ax.set_xlabel("coupling strength $g$")
    return ax


def tick_texts(canvas):
    canvas.draw_without_rendering()
    return [label.get_text() for label in canvas.axes[0].get_yticklabels()]


def test_a_legend_is_no_wider_than_its_figure():
    canvas = matplotlib.figure.Figure((4.0, 2.5), layout="constrained")
    handles = [Line2D([], [], label=f"one of several curves, number {k}") for k in range(4)]
    style.legend_below(canvas, (), 4, handles)
    assert canvas.legends[0].get_window_extent().width <= canvas.bbox.width
    assert [text.get_text() for text in canvas.legends[0].texts] == [h.get_label() for h in handles]


def test_every_file_costs_one_drawing():
    drawn = []

    class Counted(Line2D):
        def draw(self, renderer):
            drawn.append(renderer)
            super().draw(renderer)

    canvas = drawing.draw(figure(lambda c: curve(c).add_line(Counted([0, 1], [0, 0.2]))))
    assert drawn == []
    for count, file_format in enumerate(("png", "pdf", "svg"), 1):
        drawing.encode(canvas, file_format)
        assert len(drawn) == count, file_format


def test_a_figure_without_axes_is_drawn_without_a_warning(recwarn):
    canvas = drawing.draw(figure(lambda c: c.text(0.5, 0.5, "nothing is finished yet")))
    assert drawing.encode(canvas, "png").startswith(b"\x89PNG")
    assert list(recwarn) == []


def test_numbers_at_ticks_are_plain_text():
    canvas = drawing.draw(figure(lambda c: curve(c).set_yticks([-0.5, 0.0, 0.5])))
    assert tick_texts(canvas) == ["−0.5", "0.0", "0.5"]


def test_what_the_numbers_are_multiplied_with_is_a_formula():
    canvas = drawing.draw(figure(lambda c: c.subplots().plot([0, 1], [0, 4e7])))
    assert "4" in tick_texts(canvas)
    assert r"\times\mathdefault{10^{7}}" in canvas.axes[0].yaxis.get_offset_text().get_text()


def test_axes_with_names_or_logarithms_keep_theirs():
    def named(canvas):
        ax = curve(canvas)
        ax.set_yticks([0.0, 0.5], ["none", "half"])
        ax.set_xscale("log")
        ax.set_xlim(1, 100)

    canvas = drawing.draw(figure(named))
    assert tick_texts(canvas) == ["none", "half"]
    assert r"$\mathdefault{10^{1}}$" in [t.get_text() for t in canvas.axes[0].get_xticklabels()]


def test_a_png_is_opaque_and_has_its_resolution():
    image = Image.open(io.BytesIO(drawing.encode(drawing.draw(figure(curve)), "png")))
    assert (image.mode, image.size) == ("RGB", (680, 425))
    assert image.info["dpi"] == pytest.approx((170, 170), abs=0.1)


def test_the_pixels_are_those_of_matplotlib():
    canvas = drawing.draw(figure(curve))
    plain = io.BytesIO()
    canvas.savefig(plain, format="png", dpi=170, facecolor="white")
    expected = np.asarray(Image.open(plain).convert("RGB"))
    found = np.asarray(Image.open(io.BytesIO(drawing.encode(canvas, "png"))))
    np.testing.assert_array_equal(found, expected)


def test_a_pdf_embeds_outlines_and_nothing_for_text_layout():
    before = list(Options().drop_tables)
    data = drawing.encode(drawing.draw(figure(curve)), "pdf")
    fonts = [TTFont(io.BytesIO(zlib.decompress(stream))) for stream in re.findall(
        rb"/Length1 \d+.*?stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)]
    assert fonts, "no TrueType font in the file"
    for font in fonts:
        assert {"glyf", "loca", "hmtx", "cmap"} <= set(font.keys())
        assert not {"GSUB", "GPOS", "GDEF", "kern"} & set(font.keys())
    # Of the letters of the label, in one of them.
    assert any({ord(letter) for letter in "couplingstreh"} <= set(font.getBestCmap())
               for font in fonts)
    assert list(Options().drop_tables) == before


def test_settings_of_the_user_decide_nothing_and_stay():
    plain = drawing.encode(drawing.draw(figure(curve)), "png")
    with matplotlib.rc_context({"axes.facecolor": "black", "savefig.dpi": 30, "font.size": 30,
                                "savefig.bbox": "tight"}):
        assert drawing.encode(drawing.draw(figure(curve)), "png") == plain
        assert matplotlib.rcParams["font.size"] == 30
        assert matplotlib.rcParams["savefig.dpi"] == 30


@pytest.mark.parametrize("cores", [1, 2])
def test_results_are_in_the_order_of_the_figures(monkeypatch, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    sizes = [(2.0, 1.0), (4.0, 3.0), (3.0, 2.0)]
    drawn = render.draw_all([figure(curve, size, str(size)) for size in sizes], ("png",))
    assert [Image.open(io.BytesIO(files["png"])).size for files in drawn] \
        == [(340, 170), (680, 510), (510, 340)]


def test_no_window_and_no_style_sheet_is_asked_for():
    told = subprocess.run(
        [sys.executable, "-c", "from matplotlib.figure import Figure; import sys\n"
         "from analysis.page import drawing; from analysis.page.content import Figure\n"
         "drawing.encode(drawing.draw(Figure('k', '', '', lambda c: c.subplots())), 'png')\n"
         "print(*[m for m in ('matplotlib.pyplot', 'matplotlib.style') if m in sys.modules])"],
        capture_output=True, text=True, check=True, cwd=drawing.__file__.rsplit("/analysis/", 1)[0])
    assert told.stdout.split() == []
