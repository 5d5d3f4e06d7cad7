"""coupled_cloning: the modes, as figures name and colour them."""

from __future__ import annotations

from ...page import style

MODES = {"u": ("common mode $u$", style.BLUE), "v": ("difference mode $v$", style.VERMILLION)}
