"""What the theory says of its optimal schedules, beside what replicas of a trained network show."""

from __future__ import annotations

import numpy as np

from ...page.content import Claim, Verdict, left_out_text
from .data import Seen, difference

PAIRS = (("largest_gap", "constant", 1), ("smallest_gap", "constant", -1),
         ("largest_gap", "smallest_gap", 1))
WORDS = {1: "wider", -1: "narrower"}


def claims(found: list[Seen]) -> list[Claim]:
    """One for each pair of schedules that the same pairs of replicas were coupled by."""
    made = []
    for name, base, sign in PAIRS:
        measured = difference(found, name, base)
        if measured is None:
            continue
        low, high = sorted((sign * measured.low, sign * measured.high))
        verdict = (Verdict.OPEN if not np.isfinite(low) or low <= 0 <= high
                   else Verdict.REPRODUCED if low > 0 else Verdict.CONTRADICTED)
        first, second = (text.replace("_", " ") for text in (name, base))
        left_out = left_out_text(len({(id(one.unit.record), one.unit.place) for one in found
                                      if not one.unit.reliable}))
        made.append(Claim("theory of two modalities",
                          f"At equal integrated coupling the gap is {WORDS[sign]} under the "
                          f"schedule of the {first} than under {second}.",
                          f"Replicas of a trained network, the same pairs: {measured.text(1)} "
                          f"steps of the gap of fine and coarse scale.{left_out}", verdict,
                          "The theory's gap is that of common and difference mode. 95% intervals "
                          "over pairs."))
    return made
