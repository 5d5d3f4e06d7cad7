"""What sections 2.6 and 4.2 of the dit paper say about protocol II, beside what a record shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...page.content import Claim, Verdict, left_out_text
from ...reading.estimates import t95
from ...reading.values import show
from ..replicas import Group, Unit, couplings
from .data import (
    READINGS,
    band_of_modes,
    beyond_chance,
    chance,
    gap,
    inverted_layers,
    last_layers,
    mode_frequencies,
    shown_step,
)

CHANNELS = "plain"  # the paper's; the other reading is in the tables
NONE_SHARE = 0.1  # of all cells: where no more lie outside chance, nothing is left
ALIKE_SHARE = 0.05  # of the highest frequency: frequencies that differ by less are alike
# How far from 1 a gap has to be seen, for its absence to say something: the paper's is sharp.
SHARP = 0.2
COUNTED = ("A block counts only where the gap lies outside the interval that holds 95% of what "
           "differences without preferred directions give, at the step shown.")
ABSENCE = (f" That it is not there counts only where chance alone makes less than {SHARP:.0%} of "
           "it.")


def claims(found: list[Group], beside) -> list[Claim]:
    answers = []
    for group in found:
        cells = [_Cells(group, unit, beside) for unit in group.every_unit()]
        answers += [_last_layers(group, cells), _inversion(group, cells), _vanishes(group, cells),
                    _leading_are_coarse(group)]
    return [claim for claim in answers if claim is not None]


@dataclass(frozen=True)
class _Cells:
    """One unit at the step shown."""

    group: Group
    unit: Unit
    beside: tuple

    def _at(self) -> int:
        step = shown_step(self.unit, self.group.told_class, self.beside).step
        return int(np.flatnonzero(self.unit.record.axes["step"].values == step)[0])

    def signs(self, modes: str) -> np.ndarray:
        """(layer): 1 above chance, -1 below, 0 inside."""
        return beyond_chance(self.unit, modes, CHANNELS)[:, self._at()]

    def visible(self, modes: str, which: np.ndarray) -> bool:
        """Whether chance makes no gap as large as a sharp one in these layers."""
        _, low, high = (part[which, self._at()] for part in chance(self.unit, modes, CHANNELS))
        return bool(np.all(high < 1 + SHARP) and np.all(low > 1 - SHARP))

    def gap(self, modes: str) -> np.ndarray:
        return gap(self.unit, modes, CHANNELS)[0][:, self._at()]


def _chosen(cells: list[_Cells], strengths) -> list[_Cells]:
    """The reliable ones at these couplings."""
    return [c for c in cells if strengths(c.unit.g) and c.unit.reliable]


def _left_out(cells: list[_Cells], strengths) -> str:
    return left_out_text(sum(strengths(c.unit.g) and not c.unit.reliable for c in cells))


def _blocks(record, which: np.ndarray) -> str:
    blocks = record.axes["layer"].values[which]
    if not len(blocks):
        return "no block"
    return f"blocks {', '.join(show(int(b)) for b in blocks)}" if len(blocks) > 1 \
        else f"block {int(blocks[0])}"


def _combine(verdicts: list[Verdict]) -> Verdict:
    """Of both ways to define the modes: what only one shows is shown partly, and where one leaves
    it open, the other decides."""
    known = {v for v in verdicts if v is not Verdict.OPEN}
    return known.pop() if len(known) == 1 else Verdict.PARTLY if known else Verdict.OPEN


def _last_layers(group: Group, cells: list[_Cells]) -> Claim | None:
    record = group.record

    def at_zero(g):
        return g == 0

    if not any(at_zero(c.unit.g) for c in cells):
        return None
    where, statement = "section 4.2, figure 1", ("At $g=0$ trailing modes keep more energy than "
                                                 "leading ones in the last five of 28 blocks, and "
                                                 "hardly before.")
    chosen, left_out = _chosen(cells, at_zero), _left_out(cells, at_zero)
    late = last_layers(record)
    if not chosen:
        return Claim(where, statement, f"{group.text}: nothing reliable.{left_out}", Verdict.OPEN)
    verdicts, texts = [], []
    for modes, name in READINGS.items():
        above = np.array([c.signs(modes) == 1 for c in chosen])
        share_late, share_before = above[:, late].mean(), above[:, ~late].mean()
        seen = all(c.visible(modes, late) for c in chosen)
        verdicts.append((Verdict.CONTRADICTED if seen else Verdict.OPEN) if share_late < 0.5
                        else Verdict.REPRODUCED if share_before < 0.5 * share_late
                        else Verdict.PARTLY)
        level = np.nanmean([c.gap(modes) for c in chosen], axis=0)
        texts.append(f"{name}: above chance in {share_late:.0%} of the last and {share_before:.0%} "
                     f"of the earlier blocks; $G_{{int}}$ {level[late].max():.3f} and "
                     f"{level[~late].max():.3f} at its largest there")
    return Claim(where, statement, f"{group.text}, {_blocks(record, late)} as the last: "
                 f"{'; '.join(texts)}.{left_out}", _combine(verdicts), COUNTED + ABSENCE)


def _inversion(group: Group, cells: list[_Cells]) -> Claim | None:
    record = group.record

    def weak(g):
        return g <= 0.1 + 1e-9

    if not any(weak(c.unit.g) for c in cells):
        return None
    where, statement = "section 4.2, figures 1 and 9", ("At $g=0$ and 0.1 leading modes keep more "
                                                        "energy than trailing ones between the "
                                                        "16th and the 22nd of 28 blocks.")
    chosen, left_out = _chosen(cells, weak), _left_out(cells, weak)
    inner = inverted_layers(record)
    if not chosen or not inner.any():
        return Claim(where, statement, f"{group.text}: nothing reliable.{left_out}", Verdict.OPEN)
    verdicts, texts = [], []
    for modes, name in READINGS.items():
        below = np.array([c.signs(modes) == -1 for c in chosen])
        share = below[:, inner].mean()
        seen = all(c.visible(modes, inner) for c in chosen)
        verdicts.append(Verdict.REPRODUCED if share > 0.5
                        else Verdict.PARTLY if share > NONE_SHARE
                        else Verdict.CONTRADICTED if seen else Verdict.OPEN)
        least = np.nanmin([c.gap(modes)[inner] for c in chosen])
        texts.append(f"{name}: below chance in {share:.0%} of them (and in "
                     f"{below[:, ~inner].mean():.0%} of the other blocks), $G_{{int}}$ down to "
                     f"{least:.3f}")
    return Claim(where, statement, f"{group.text}, {_blocks(record, inner)} as those: "
                 f"{'; '.join(texts)}.{left_out}", _combine(verdicts), COUNTED + ABSENCE)


def _vanishes(group: Group, cells: list[_Cells]) -> Claim | None:
    strengths = couplings(group.record)
    if not any(c.unit.g == 0 for c in cells) or not any(c.unit.g >= 0.3 - 1e-9 for c in cells):
        return None
    where, statement = "section 4.2, figure 10", ("Moderate coupling suppresses the internal gap: "
                                                  "none is left from $g=0.3$ on.")
    zero = _chosen(cells, lambda g: g == 0)
    strong = _chosen(cells, lambda g: g >= 0.3 - 1e-9)
    left_out = _left_out(cells, lambda g: g == 0 or g >= 0.3 - 1e-9)
    if not zero or not strong:
        return Claim(where, statement, f"{group.text}: nothing reliable.{left_out}", Verdict.OPEN)
    verdicts, texts = [], []
    for modes, name in READINGS.items():
        before, after = (np.mean([c.signs(modes) != 0 for c in part]) for part in (zero, strong))
        verdicts.append(Verdict.OPEN if before <= NONE_SHARE
                        else Verdict.REPRODUCED if after <= NONE_SHARE
                        else Verdict.PARTLY if after < 0.5 * before else Verdict.CONTRADICTED)
        spans = "; ".join(f"{show(g)}: {np.max(found):.3f}" for g in strengths
                          if (found := [np.nanmax(np.abs(c.gap(modes) - 1))
                                        for c in _chosen(cells, lambda x, g=g: x == g)]))
        texts.append(f"{name}: outside chance in {before:.0%} of the blocks at $g=0$ and in "
                     f"{after:.0%} from $g=0.3$ on; the largest $|G_{{int}}-1|$ by $g$ {spans}")
    verdict = _combine(verdicts)
    text = f"{group.text}: {'; '.join(texts)}."
    if verdict is Verdict.OPEN:
        text += " Nothing is there that could vanish."
    return Claim(where, statement, text + left_out, verdict,
                 f"{COUNTED} None: in at most {NONE_SHARE:.0%} of the blocks.")


def welch(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The difference of two means of at least two numbers each, and the half width of its 95%
    interval by Welch's t."""
    variances = np.array([each.var(ddof=1) / len(each) for each in (first, second)])
    counts = np.array([len(first), len(second)])
    difference = first.mean() - second.mean()
    if not variances.any():
        return difference, 0.0
    freedom = variances.sum()**2 / np.sum(variances**2 / (counts - 1))
    return difference, t95(int(freedom + 1e-9)) * np.sqrt(variances.sum())


def _leading_are_coarse(group: Group) -> Claim | None:
    units = [unit for g in couplings(group.record)[:1] for unit in group.units(g)]
    if not units:
        return None
    layers = group.record.axes["layer"].values
    width = ALIKE_SHARE * group.record.axes["band"].values.max()
    coarser, finer, alike, known = [], [], 0, 0
    for unit in units:
        frequencies, _ = mode_frequencies(unit)
        for block, row in zip(layers, frequencies):
            leading, trailing = band_of_modes(unit, row)
            if len(leading) < 2:
                continue
            known += 1
            difference, half = welch(trailing, leading)
            if difference > half:
                coarser.append(int(block))
            elif difference < -half:
                finer.append(int(block))
            elif abs(difference) + half < width:
                alike += 1
    where, statement = "section 2.6", ("Leading modes are those of coarse structure, trailing ones "
                                       "those of fine detail.")
    if known == 0:
        return Claim(where, statement, f"{group.text}: too few modes.", Verdict.OPEN)
    verdict = (Verdict.REPRODUCED if len(coarser) > 0.9 * known
               else Verdict.CONTRADICTED if len(finer) + alike > 0.9 * known
               else Verdict.PARTLY if coarser else Verdict.OPEN)
    return Claim(where, statement, f"{group.text}: at the start, leading modes have the lower mean "
                 f"spatial frequency, beyond the scatter of modes, after {len(coarser)} of {known} "
                 f"blocks ({', '.join(map(str, sorted(set(coarser)))) or 'none'}), the higher one "
                 f"after {len(finer)}; alike after {alike}.", verdict,
                 f"Alike: within {ALIKE_SHARE:.0%} of the highest frequency, over the grid of "
                 "tokens. The scatter over modes is small only where there are many pairs.")
