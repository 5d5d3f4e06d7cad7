"""What sections 2.4 to 2.6 and appendix B of the dit paper assume, beside what a record shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...page.content import Claim, left_out_text, verdict_of
from ...reading.estimates import Z95, wilson
from ...reading.record import Record
from ..replicas import Unit
from .data import (
    Told,
    groups,
    ratio,
    root_mean_square,
    size_of,
    strengths,
    two_branches_found,
)

SMALL = 0.2  # what "much smaller" and "nearly the same" mean
WITHIN = np.log10(1.5)  # of a product that follows what it stands for, in decades
FAR = np.log10(3.0)


def claims(record: Record) -> list[Claim]:
    made = [_pattern_is_small, _routing_prefers_coarse, _routing_is_late, _perceptron_is_uniform,
            _cross_term_is_small, _two_branches, _product_follows, _coupling_changes_gains,
            _block_is_linear, _bound_is_small]
    return [claim(group) for group in groups(record) for claim in made if group.units()]


def _answer(group: Told, where: str, statement: str, note: str,
            of_unit: Callable[[Unit], tuple[bool | None, str]]) -> Claim:
    """One answer for each seed that is reliable; the verdict is what they come to."""
    chosen = [unit for unit in group.units() if unit.reliable]
    answers = [of_unit(unit) for unit in chosen]
    text = "; ".join(f"seed {unit.seed}: {found}" for unit, (_, found) in zip(chosen, answers))
    said = f"{group.text}: {text or 'nothing reliable'}."
    return Claim(where, statement, said + left_out_text(len(group.units()) - len(chosen)),
                 verdict_of([answer for answer, _ in answers]), note)


def _below(found: float) -> bool | None:
    """Whether a ratio is small; None where there is none."""
    return bool(found < SMALL) if np.isfinite(found) else None


def _pattern_is_small(group: Told) -> Claim:
    def of_unit(unit):
        ratios = [ratio(size_of(unit, prefix + "pattern", pick),
                        size_of(unit, prefix + "routing", pick))
                  for prefix, pick in (("band_", slice(0, 1)), ("band_", slice(-1, None)),
                                       ("", slice(None)))]
        text = (f"{ratios[0]:.2g} in band 0, {ratios[1]:.2g} in the highest band, {ratios[2]:.2g} "
                "along modes")
        return _below(ratios[0]), text

    return _answer(group, "(59), appendix B",
                   "For coarse directions the pattern's change is much smaller than what attention "
                   r"routes, $|\pi_k| \ll |\chi_k|$.",
                   f"Ratio of root mean squares over steps and blocks at $g=0$, below {SMALL:g} in "
                   "band 0.", of_unit)


def _routing_prefers_coarse(group: Told) -> Claim:
    def of_unit(unit):
        difference = unit.array("routing_preference")[0]
        noise = Z95 * unit.array("routing_preference_error")[0]
        above, below = (difference > noise).mean(), (difference < -noise).mean()
        text = f"larger in band 0 at {above:.0%} of steps and blocks, smaller at {below:.0%}"
        return (True if above > 2 / 3 else False if below > 1 / 3 else None), text

    return _answer(group, "(61)", "Attention routes coarse modes more strongly than fine ones, "
                   r"$\chi_{hi} > \chi_{lo}$.",
                   "With its sign, band 0 against the highest band of the same states, beyond "
                   "95% intervals. Contradicted where it is smaller at more than a third.", of_unit)


def _routing_is_late(group: Told) -> Claim:
    def of_unit(unit):
        chi, error = (unit.array("band_routing" + end)[0][..., 0] for end in ("", "_error"))
        energy = np.maximum((chi**2 - error**2).sum(axis=0), 0)  # over steps, by block
        late = max(1, round(len(energy) / 6))  # the last five of 28
        if len(energy) == late:
            return None, "one block alone"
        if not energy.sum() > 0:
            return None, r"$\chi$ is zero"
        share = energy / energy.sum()
        block = int(unit.record.axes["block"].values[np.argmax(share)])
        text = (f"{share[-late:].sum():.0%} of $\\chi^2$ in the last {late} of {len(share)} "
                f"blocks, most in block {block}")
        return bool(share[-late:].sum() > 0.5), text

    return _answer(group, "section 4.2", "The last blocks route the difference.",
                   "Band 0, sum over the steps without what errors add; more than half of it.",
                   of_unit)


def _perceptron_is_uniform(group: Told) -> Claim:
    def of_unit(unit):
        found, error = (unit.array("band_perceptron" + end)[0] for end in ("", "_error"))
        if found.shape[-1] < 2:
            return None, "one band alone"
        about = found - found.mean(axis=-1, keepdims=True)
        uneven = ratio(float(np.sqrt(np.nanmean(about**2))), root_mean_square(found, error))
        return _below(uneven), f"{uneven:.2g}"

    return _answer(group, "(60)", "The perceptron's gain hardly depends on the mode.",
                   f"Spread between bands over size, root mean squares; below {SMALL:g}. Errors "
                   "are taken off the size alone: bands share their states, and what their errors "
                   "have in common is no spread.", of_unit)


def _cross_term_is_small(group: Told) -> Claim:
    def of_unit(unit):
        g = int(np.argmin(strengths(unit.record)))
        left_out = ratio(
            root_mean_square(unit.array("cross_gain")[g], unit.array("cross_gain_error")[g]),
            root_mean_square(unit.array("gain")[g] - 1, unit.array("gain_error")[g]))
        return _below(left_out), f"{left_out:.2g} of $\\eta-1$"

    return _answer(group, "(33)", "What the perceptron makes of the attention's change can be left "
                   "out.", "Root mean squares at the smallest $g$, without what their errors add; "
                   f"below {SMALL:g}.", of_unit)


def _two_branches(group: Told) -> Claim:
    level = group.record.option("bimodal_level")

    def of_unit(unit):
        share, places = two_branches_found(unit)
        # Modes and steps are not independent: of the trajectory's places, one in as many counts.
        low, high = wilson(np.array([share]), np.array([max(10, places // 100)]))
        text = f"{share:.1%} [{low[0]:.1%}, {high[0]:.1%}]"
        return (True if low[0] > 0.5 else False if high[0] < 0.5 else None), text

    return _answer(group, "(34), (48)-(51)", "Components of the difference along modes have two "
                   "branches, so that a self-consistency equation decides about speciation.",
                   "Share of steps, blocks, modes and $g$ where two branches are found; "
                   f"{level:.0%} are by chance. Interval: Wilson's, one place in a hundred taken "
                   "as independent.",
                   of_unit)


def _product_follows(group: Told) -> Claim:
    def of_unit(unit):
        late = np.s_[:, unit.array("gain").shape[1] // 2:]
        product, measured, excess = (
            [unit.array(name + end)[late] for end in ("", "_error")]
            for name in ("product_gain", "measured_gain", "propagated_excess"))
        off = root_mean_square(product[0] - measured[0], np.hypot(product[1], measured[1]))
        text = (f"product {10 ** off:.2g} times off, propagated differences "
                f"{10 ** root_mean_square(*excess):.2g} times those of the same pairs")
        return (True if off < WITHIN else False if off > FAR else None), text

    return _answer(group, "(56)-(57)", "The product of gains says how differences along a mode "
                   "grow.",
                   "Root mean square over blocks, modes, $g$ and the second half of the steps of "
                   "the logarithm's difference from real pairs, without what errors add; within a "
                   "factor of 1.5, contradicted beyond 3. Of a product the mean logarithm over "
                   "states is taken, of the others the logarithm of the root mean square.", of_unit)


def _coupling_changes_gains(group: Told) -> Claim:
    def of_unit(unit):
        sizes = [ratio(size_of(unit, "band_partner", pick), size_of(unit, "band_uncoupled", pick))
                 for pick in (slice(0, 1), slice(-1, None))]
        text = f"{sizes[0]:.2g} of $\\eta-1$ in band 0, {sizes[1]:.2g} in the highest band"
        small = _below(sizes[0])
        return None if small is None else not small, text

    return _answer(group, "(62)-(66)", "Gains of coarse modes depend on the coupling through "
                   r"$\rho(g)$.",
                   "What carries $\\rho$, values and keys of the other replica, over all that a "
                   f"block adds at $g=0$; root mean squares, above {SMALL:g} in band 0.", of_unit)


def _block_is_linear(group: Told) -> Claim:
    def of_unit(unit):
        beyond = unit.array("beyond_linear")
        middle, most = np.nanquantile(beyond, (0.5, 0.9))
        return (True if most < SMALL ** 2 else False if middle > 0.5 else None), (
            f"median {middle:.2g}, {most:.2g} at the ninth decile")

    return _answer(group, "(30)-(32)", "A block is linear in the difference.",
                   "What its exact response at the mean of a pair leaves of what it adds to real "
                   "differences, ratio of squares over steps, blocks and $g$: the ninth decile "
                   f"below {SMALL ** 2:g}; contradicted where the median is above 0.5.", of_unit)


def _bound_is_small(group: Told) -> Claim:
    def of_unit(unit):
        bound, share = unit.array("pattern_bound"), unit.array("bound_share")
        small = (bound[..., 0] < 1).mean()  # no value where it promises nothing
        text = (f"in band 0 the right side is positive for {share[..., 0].mean():.0%} and below 1 "
                f"for {small:.0%} of heads and steps")
        if share.shape[-1] > 1:
            text += f"; in other bands positive for {share[..., 1:].mean():.0%}"
        return (True if small > 0.5 else False if small < 0.1 else None), text

    return _answer(group, "(105)-(106)", "The bound shows that routing dominates for coarse "
                   "directions.", "A median bound over states below 1 shows it; contradicted below "
                   "a tenth of heads and steps.", of_unit)
