"""attention_response: what the numbers rest on, and why there is a speciation parameter or none."""

from __future__ import annotations

import numpy as np

from ...page.content import Table
from ...reading.record import Record
from ...reading.values import show
from ..replicas import rise_text
from .data import STATUS, groups, size_of, strengths, two_branches_found


def tables(record: Record) -> list[Table]:
    return [_sizes(record), _kappa(record), _heads(record), _networks(record)]


def _sizes(record: Record) -> Table:
    rows = []
    for group in groups(record):
        for unit in group.units():
            for prefix, name in (("band_", "band 0"), ("", "modes")):
                directions = slice(0, 1) if prefix else slice(None)
                cells = [f"{size_of(unit, prefix + part, directions):.2g}"
                         for part in ("routing", "query", "key", "perceptron")]
                rows.append([group.text, str(unit.seed), name, *cells])
    return Table("How large the parts of a block's gain are",
                 ["<replicas", "seed", "<directions", "routing", "queries", "keys", "perceptron"],
                 rows, "Root mean squares over steps, blocks and directions at symmetric states, "
                       "without what their standard errors add.")


def _kappa(record: Record) -> Table:
    rows = []
    for group in groups(record):
        for unit in group.units():
            for g, strength in enumerate(strengths(record)):
                status = unit.array("kappa_status")[g]
                known = np.isfinite(status)
                kappa, onset = unit.array("kappa")[g], unit.array("onset")[g]
                split = status == STATUS.index("two branches")
                two, places = two_branches_found(unit, g)
                shares = [f"{100 * (status[known] == k).mean():.1f} %" if known.any() else "–"
                          for k in range(len(STATUS))]
                found = np.count_nonzero(np.isfinite(kappa))
                rows.append([group.text, str(unit.seed), show(strength),
                             f"{100 * two:.1f} %" if places else "–", *shares,
                             f"{np.count_nonzero(kappa > 1)} of {found}",
                             f"{np.count_nonzero(kappa[split] > 1)} of {np.count_nonzero(split)}",
                             f"{np.count_nonzero(np.isfinite(onset))} of {onset.size}"])
    return Table("The modewise speciation parameter",
                 ["<replicas", "seed", "$g$", "two branches found", *STATUS, r"$\kappa > 1$",
                  "of two branches", "modes with an onset"],
                 rows, "Shares of all steps, blocks and modes. Two branches are found where one "
                       "Gaussian would be fitted so much better by two with a probability of at "
                       f"most {record.option('bimodal_level'):.0%}: that share is found by chance. "
                       r"The next four add up to all: where $\gamma \leq 0$ or (55) there is no "
                       "parameter, whatever is found. Chance alone makes fits those of "
                       "large $m^2/c$, so that $\\kappa > 1$ says nothing there. An onset is where "
                       "$\\kappa$ stays above 1 to the end, at which there are two branches: by "
                       f"chance in at most {record.option('bimodal_level'):.0%} of the modes.")


def _heads(record: Record) -> Table:
    rows = []
    for group in groups(record):
        for unit in group.units():
            share = unit.array("pattern_share")
            for band, number in enumerate(record.axes["band"].values):
                bound = unit.array("pattern_bound")[..., band]
                kept = bound[np.isfinite(bound)]
                rows.append([group.text, str(unit.seed), show(int(number)),
                             f"{np.nanmedian(share[..., band]):.3g}",
                             f"{100 * (share[..., band] < 1).mean():.0f} %",
                             f"{100 * unit.array('bound_share')[..., band].mean():.0f} %",
                             f"{np.median(kept):.3g}" if kept.size else "–"])
    return Table("Appendix B on every head",
                 ["<replicas", "seed", "band", "pattern / routing, median", "routing is larger",
                  "(105) promises something", "its bound, median"], rows,
                 "Over all steps looked at, blocks and heads. (105) promises something where its "
                 "right side is positive, with the smallest $\\epsilon$ and "
                 "$\\lambda_\\perp$ that there are; its bound is a median over states, without "
                 "bound where it promises nothing.")


def _networks(record: Record) -> Table:
    rows = []
    for group in groups(record):
        for unit in group.units():
            rows.append([group.text, str(unit.seed),
                         *(f"{unit.value(name):,.0f}" if np.isfinite(unit.value(name)) else "–"
                           for name in ("parameters", "image_count", "state_count", "pair_count")),
                         *(rise_text(unit, name) for name in ("other", "uniform")),
                         "yes" if unit.reliable else "NO"])
    return Table("What the numbers rest on",
                 ["<replicas", "seed", "parameters", "images", "states", "pairs",
                  "without another's context", "without context", "reliable"], rows,
                 "Rises: the largest relative rise of the denoising error over the steps, where "
                 "keys and values are another sample's, and where they are replaced by their mean.")
