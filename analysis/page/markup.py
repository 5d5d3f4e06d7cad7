"""Captions are written once, with formulas between dollar signs, and become HTML here.

Only what captions need: sub- and superscripts, Greek letters and a few signs. Figures hand the same
formulas to matplotlib's mathtext.
"""

from __future__ import annotations

import html
import re

_SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "Lambda": "Λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "chi": "χ", "pm": "±", "mp": "∓", "gtrsim": "≳", "lesssim": "≲",
    "leq": "≤", "geq": "≥", "le": "≤", "ge": "≥",
    "neq": "≠", "ll": "≪", "gg": "≫", "approx": "≈", "to": "→", "infty": "∞", "cdot": "·",
    "times": "×", "sum": "∑", "eta": "η", "xi": "ξ",
    "cos": "cos ", "sin": "sin ", "log": "log ", "ln": "ln ", "max": "max", "sup": "sup",
    "min": "min", "Pi": "Π", "sqrt": "√", "in": "∈", "ldots": "…", "quad": "  ", "nu": "ν",
}
_UPRIGHT = {"cos ", "sin ", "log ", "ln ", "max", "sup", "min"}


def to_html(text: str) -> str:
    """Text of a caption as HTML.

    Parameters
    ----------
    text : str
        With formulas between dollar signs and code between backquotes; all else is escaped.

    Returns
    -------
    str
        Without block elements.
    """
    parts = re.split(r"\$([^$]*)\$", text)
    return "".join(_formula(part) if i % 2 else
                   re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(part, quote=False))
                   for i, part in enumerate(parts))


def to_plain(text: str) -> str:
    """The same text without markup, for titles, alt texts and terminals.

    Parameters
    ----------
    text : str
        As for `to_html`.

    Returns
    -------
    str
        Subscripts as `_`, superscripts as `^`.
    """
    rendered = re.sub(r"<sub>(.*?)</sub>", r"_\1", to_html(text))
    rendered = re.sub(r"<sup>(.*?)</sup>", r"^\1", rendered)
    return html.unescape(re.sub(r"<[^>]+>", "", rendered))


def symbol_markup(symbol: str) -> str:
    """A formula of a plain symbol.

    Parameters
    ----------
    symbol : str
        Such as "sigma_W^2" or "alpha_C/alpha".

    Returns
    -------
    str
        For `to_html`; empty for an empty symbol.
    """
    if not symbol:
        return ""
    return "$" + re.sub(r"[A-Za-z]{2,}", lambda word: "\\" + word[0] + " "
                        if word[0] in _SIGNS else word[0], symbol) + "$"


def _formula(source: str) -> str:
    out, rest = [], source
    while rest:
        if match := re.match(r"[_^](\{(?:[^{}]|\{[^{}]*\})*\}|\\(?:mathrm|text)\{[^{}]*\}"
                             r"|\\[A-Za-z]+|.)", rest):
            tag = "sub" if rest[0] == "_" else "sup"
            inner = match[1][1:-1] if match[1].startswith("{") else match[1]
            out.append(f"<{tag}>{_formula(inner)}</{tag}>")
        elif match := re.match(r"\\(?:mathrm|text)\{([^{}]*)\}", rest):
            out.append(html.escape(match[1], quote=False))
        elif match := re.match(r"\\frac\{([^{}]*)\}\{([^{}]*)\} ?", rest):
            out.append(f"{_formula(match[1])}/{_formula(match[2])} ")
        elif match := re.match(r"\\bar ?(\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z])", rest):
            out.append(_formula(match[1].strip("{}")) + "\u0304")  # a line above
        elif match := re.match(r"\\([A-Za-z]+) ?", rest):
            sign = _SIGNS.get(match[1], match[1])
            out.append(sign if sign in _UPRIGHT or not sign.isalpha() else f"<i>{sign}</i>")
        elif match := re.match(r"\\([,;! ])", rest):
            out.append(" ")
        elif match := re.match(r"[A-Za-z]+", rest):
            out.append(f"<i>{match[0]}</i>")
        else:
            match = re.match(r".", rest, re.DOTALL)
            out.append(_character(match[0]))
        rest = rest[match.end():]
    return "".join(out)


def _character(sign: str) -> str:
    return {"-": "−", "{": "", "}": "", "'": "′", "=": " = ", "<": " &lt; ", ">": " &gt; "}.get(
        sign, html.escape(sign, quote=False))
