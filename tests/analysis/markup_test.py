"""Captions: formulas become HTML, everything else is escaped."""

import pytest

from analysis.page.markup import symbol_markup, to_html, to_plain


@pytest.mark.parametrize("source, rendered", [
    ("a < b & c", "a &lt; b &amp; c"),
    ("$t_S$", "<i>t</i><sub><i>S</i></sub>"),
    (r"$\kappa(0)=1$", "<i>κ</i>(0) = 1"),
    (r"$\sigma_W^{2}$", "<i>σ</i><sub><i>W</i></sub><sup>2</sup>"),
    (r"$\lambda_\pm=-\beta\pm g$",
     "<i>λ</i><sub>±</sub> = −<i>β</i>±<i>g</i>"),
    (r"$\cos\theta<1$", "cos <i>θ</i> &lt; 1"),
    (r"$\Delta\mathrm{NLL}$", "<i>Δ</i>NLL"),
    (r"$\tau_\mathrm{spec}$", "<i>τ</i><sub>spec</sub>"),
    (r"$\tau_{\mathrm{g},1}$", "<i>τ</i><sub>g,1</sub>"),
    ("run `syncgap <job>`", "run <code>syncgap &lt;job&gt;</code>"),
])
def test_formulas(source, rendered):
    assert to_html(source) == rendered


def test_plain_text_keeps_the_meaning():
    assert to_plain(r"$t_S$ at $\theta=\pi/2$") == "t_S at θ = π/2"
    assert to_plain("x < y") == "x < y"


@pytest.mark.parametrize("symbol, rendered", [
    ("sigma_W^2", "<i>σ</i><sub><i>W</i></sub><sup>2</sup>"), ("m_x^2",
     "<i>m</i><sub><i>x</i></sub><sup>2</sup>"),
    ("alpha_C/alpha", "<i>α</i><sub><i>C</i></sub>/<i>α</i>"), ("t_0", "<i>t</i><sub>0</sub>"),
    ("", "")])
def test_option_symbols(symbol, rendered):
    assert to_html(symbol_markup(symbol)) == rendered


def test_fractions_and_lines_above():
    assert to_plain(r"$t=-\frac{1}{2}\log\bar\alpha$") == "t = −1/2 log α\u0304"
    assert to_plain(r"$\frac{1}{2} x$") == "1/2 x"
