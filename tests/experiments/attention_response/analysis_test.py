"""attention_response on a real record of tiny networks, and with known answers written into it."""

from types import SimpleNamespace

import numpy as np
import pytest
from command import report
from records import changed, set_pending

from analysis import open_record
from analysis.experiments.attention_response import claims
from analysis.experiments.attention_response.data import groups, root_mean_square
from analysis.experiments.table import content
from analysis.page.content import Verdict

YES, NO, OPEN = Verdict.REPRODUCED, Verdict.CONTRADICTED, Verdict.OPEN

JOB = """
[experiment]
name = "attention_response"
images = 100
epochs = 1
batch = 20
width = 8
depth = 6
heads = 2
pairs = 12
blocks_of_pairs = 4
trajectories = 4
whole_states = 2
modes = 4
mode_pairs = 6
chance_draws = 99
group = 12
steps = 20
context_samples = 8
[axes]
g = [0.0, 1.0]
seed = [1, 2]
[run]
title = "Response, small"
"""
PATTERN, COARSE, LATE, UNIFORM = "(59), appendix B", "(61)", "section 4.2", "(60)"
BRANCHES, PRODUCT = "(34), (48)-(51)", "(56)-(57)"


@pytest.fixture(scope="module")
def response(run_trained):
    return run_trained(JOB)


def said(path) -> dict[str, Verdict]:
    with open_record(path) as record:
        return {claim.where: claim.verdict for claim in content(record).claims}


def test_report_shows_parts_gains_products_branches_and_heads(response, tmp_path):
    page = report(response, folder=tmp_path / "report")
    for text in ("Gains of blocks by their parts", "Gains by spatial frequency",
                 "Gains along a trajectory", "Two branches and the score", "What is not linear",
                 "Routing and pattern in single heads", "The modewise speciation parameter",
                 "Appendix B on every head", "use of context"):
        assert text in page, text


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u == 0])
def test_unfinished_records_are_drawn(response, tmp_path, left):
    report(set_pending(response, tmp_path / "part.h5", left), folder=tmp_path / "report")


def test_cells_without_a_value_are_drawn(response, tmp_path):
    holes = changed(response, tmp_path / "holes.h5", kappa=np.nan, onset=np.nan,
                    bimodal_chance=np.nan, pattern_bound=np.nan, training_loss=np.nan,
                    gain=(np.s_[..., 2], np.nan), product_gain=(np.s_[..., 2], np.nan))
    report(holes, folder=tmp_path / "report")


def as_assumed(response, path):
    """What the paper assumes: routing alone, coarse before fine, late, two branches, products."""
    with open_record(response) as record:
        shape = record["band_routing"].values.shape  # (seed, told, state, step, block, band)
    late = np.where(np.arange(1, shape[-2] + 1) == shape[-2], 0.3, 0.01)[:, None]
    bands = np.broadcast_to(late * np.linspace(1, 0.3, shape[-1]), shape)
    return changed(response, path, reliable=1.0, band_routing=bands, band_routing_error=1e-3,
                   band_pattern=2e-3, band_pattern_error=1e-5, routing=0.1, pattern=2e-3,
                   band_partner=bands, band_partner_error=1e-3, band_uncoupled=bands + 0.05,
                   band_uncoupled_error=1e-3, band_perceptron=0.05, band_perceptron_error=1e-5,
                   gain=1.1, gain_error=1e-3, cross_gain=0.01, cross_gain_error=1e-3,
                   bimodal_chance=0.01, product_gain=0.4, product_gain_error=1e-3,
                   measured_gain=0.41, measured_gain_error=1e-3, beyond_linear=1e-4,
                   routing_preference=bands[..., 0] - bands[..., -1],
                   routing_preference_error=1e-3, pattern_bound=0.5)


def test_what_the_paper_assumes_is_recognised(response, tmp_path):
    found = said(as_assumed(response, tmp_path / "assumed.h5"))
    assert {found[where] for where in (PATTERN, COARSE, LATE, UNIFORM, BRANCHES, PRODUCT)} == {YES}
    assert {found[where] for where in ("(30)-(32)", "(33)", "(62)-(66)", "(105)-(106)")} == {YES}


def test_what_contradicts_it_is_recognised(response, tmp_path):
    path = as_assumed(response, tmp_path / "assumed.h5")
    with open_record(path) as record:
        values = record["band_routing"].values
        uneven = np.broadcast_to(np.linspace(-0.2, 0.2, values.shape[-1]), values.shape)
        preference = record["routing_preference"].values
    found = said(changed(path, tmp_path / "not.h5", band_routing=-values,
                         routing_preference=-preference, band_pattern=0.5,
                         band_perceptron=uneven, bimodal_chance=0.6, product_gain=3.0,
                         beyond_linear=0.9, cross_gain=0.05, band_partner=1e-3))
    for where in (PATTERN, COARSE, UNIFORM, BRANCHES, PRODUCT, "(30)-(32)", "(33)", "(62)-(66)"):
        assert found[where] == NO, where
    assert found[LATE] == YES  # whatever its sign


def test_products_are_off_by_what_errors_do_not_explain(response, tmp_path):
    path = as_assumed(response, tmp_path / "assumed.h5")
    noisy = changed(path, tmp_path / "noisy.h5", product_gain=0.8, product_gain_error=0.39,
                    propagated_excess=0.2, propagated_excess_error=0.2)
    with open_record(noisy) as record:
        found = next(c for c in content(record).claims if c.where == PRODUCT)
    assert found.verdict == YES
    assert "propagated differences 1 times those of the same pairs" in found.measured


def test_bound_that_promises_nothing_at_most_heads_shows_nothing(response, tmp_path):
    with open_record(response) as record:
        bound = np.full(record["pattern_bound"].values.shape, np.nan)
    bound[..., :1, :] = 0.5  # one head of two
    bound[..., 0, :, :] = np.nan
    path = as_assumed(response, tmp_path / "assumed.h5")
    assert said(changed(path, tmp_path / "few.h5", pattern_bound=bound))["(105)-(106)"] == OPEN


def test_what_is_not_reliable_decides_nothing(response, tmp_path):
    found = said(changed(as_assumed(response, tmp_path / "assumed.h5"), tmp_path / "doubt.h5",
                         reliable=0.0))
    assert set(found.values()) == {OPEN}


def test_size_leaves_out_what_errors_add():
    random = np.random.default_rng(2)
    true, error = 0.3, 0.4
    seen = true * random.choice([-1, 1], 20000) + error * random.normal(size=20000)
    assert root_mean_square(seen, np.full(20000, error)) == pytest.approx(true, rel=0.03)
    assert root_mean_square(np.zeros(5), np.ones(5)) == 0


def test_averages_are_over_seeds(response):
    with open_record(response) as record:
        group = groups(record)[0]
        seen = group.average("gain", g=1.0, block=3)
        each = [unit.array("gain")[1, :, 2] for unit in group.units()]
        assert seen.values == pytest.approx(np.mean(each, axis=0))


def group_of(**arrays):
    """One reliable unit with these arrays."""
    blocks = SimpleNamespace(values=np.arange(1, 9))
    unit = SimpleNamespace(reliable=True, seed=1, array=lambda name: arrays[name],
                           record=SimpleNamespace(axes={"block": blocks}))
    return SimpleNamespace(text="no class told", units=lambda: [unit])


def test_what_bands_have_in_common_is_no_spread():
    """Bands share their states: an error of all of them alike is not between them."""
    gains = np.linspace(0.3, 0.1, 7) * np.ones((1, 10, 4, 1))
    uneven = claims._perceptron_is_uniform(
        group_of(band_perceptron=gains, band_perceptron_error=0.07 * np.ones_like(gains)))
    assert uneven.verdict == NO and "0.34" in uneven.measured


@pytest.mark.parametrize("claim, arrays, reason", [
    (claims._perceptron_is_uniform, {"band_perceptron": (5, 2, 1)}, "one band alone"),
    (claims._routing_is_late, {"band_routing": (5, 1, 3)}, "one block alone"),
    (claims._routing_is_late, {"band_routing": (5, 2, 3)}, "is zero")])
def test_what_has_nothing_to_be_compared_with_decides_nothing(claim, arrays, reason):
    (name, shape), = arrays.items()
    values = np.zeros((1, *shape))
    found = claim(group_of(**{name: values, name + "_error": values}))
    assert found.verdict == OPEN and reason in found.measured
