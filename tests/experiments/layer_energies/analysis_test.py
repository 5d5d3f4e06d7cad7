"""layer_energies on real records of tiny networks, and with known answers written into them:
figures, tables, verdicts, and the step at which layers are shown."""

from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from command import analyse, check_page, report
from decided_replicas import decide, set_gaps
from records import changed, set_pending
from scipy import stats
from undecided import undecided

from analysis import open_record
from analysis.experiments.layer_energies.claims import welch
from analysis.experiments.layer_energies.data import (
    beyond_chance,
    chance,
    first_units,
    inverted_layers,
    last_layers,
    shown_step,
)
from analysis.experiments.replicas import groups
from analysis.experiments.table import content
from analysis.page.content import Verdict

YES, NO, OPEN = Verdict.REPRODUCED, Verdict.CONTRADICTED, Verdict.OPEN

NETWORK = """
images = 100
epochs = 1
batch = 20
width = 8
depth = 6
heads = 2
pairs = 12
group = 12
steps = 20
context_samples = 8
"""
JOB = f"""
[experiment]
name = "layer_energies"
chance_draws = 20
splits = 4
{NETWORK}
[axes]
g = [0.0, 0.1, 0.3, 0.9]
seed = [1, 2]
[run]
title = "Layers, small"
"""
BESIDE = f"""
[experiment]
name = "replica_speciation"
coarse_step = 5
classifier_epochs = 1
classifier_width = 8
resamples = 20
{NETWORK}
[axes]
g = [0.0, 0.1, 0.3]
seed = [1]
noise_correlation = [0.0, 1.0]
"""
LAST, INVERSION = "section 4.2, figure 1", "section 4.2, figures 1 and 9"
VANISHES, COARSE = "section 4.2, figure 10", "section 2.6"


@pytest.fixture(scope="module")
def layers(run_trained):
    return run_trained(JOB)


@pytest.fixture(scope="module")
def speciation(run_trained, tmp_path_factory):
    """Pairs that decide at step 12 without coupling and with shared noise, at 8 with coupling."""
    return decide(run_trained(BESIDE), tmp_path_factory.mktemp("beside") / "beside.h5",
                  lambda g, noise: (12.0 if noise else None) if g == 0 else 8.0)


def as_published(g, layers):
    """Of six blocks: the other way round after 3 to 5, large in the last, both gone from 0.3 on."""
    if g >= 0.3:
        return np.full(len(layers), 1.01)
    return np.where(layers == 6, 1.3, np.where(layers >= 3, 0.9, 1.0))


def said(path) -> dict[str, Verdict]:
    with open_record(path) as record:
        return {claim.where: claim.verdict for claim in content(record).claims}


def test_report_shows_layers_maps_frequencies_and_modes(layers, tmp_path):
    page = report(layers, folder=tmp_path / "report")
    for text in ("Figures 1, 9 and 10", "normalised channels", "Gap over steps and blocks",
                 "Energies by spatial frequency", "Which frequencies the modes are made of",
                 "How far the replicas are apart", "three quarters of the trajectory",
                 "What the numbers rest on", "use of context"):
        assert text in page, text


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 3 == 0])
def test_unfinished_records_are_drawn(layers, tmp_path, left):
    report(set_pending(layers, tmp_path / "part.h5", left), folder=tmp_path / "report")


def test_cells_without_a_value_are_drawn(layers, tmp_path):
    holes = changed(layers, tmp_path / "holes.h5", gap=(np.s_[..., 2, 3:], np.nan),
                    gap_error=(np.s_[..., 2, 3:], np.nan),
                    chance_gap_low=(np.s_[..., 1, :], np.nan),
                    chance_gap_high=(np.s_[..., 1, :], np.nan), context_rise=np.nan,
                    denoising_error=np.nan, training_loss=np.nan, noise_floor=0.0)
    report(holes, folder=tmp_path / "report")


def test_tables_hold_the_record_s_numbers(layers):
    with open_record(layers) as record:
        found = {t.title: t for t in content(record).tables}
        table = found["Energies at the step shown, normalised channels, no class told"]
        assert len(table.rows) == 4 * 2 * 7
        assert all(len(row) == len(table.columns) for row in table.rows)
        row = next(r for r in table.rows if r[:4] == ["0.1", "2", "15", "4"])
        where = {"g": 0.1, "seed": 2, "told_class": -1, "channels": "normalised", "layer": 4,
                 "step": 15}
        for column, name, modes in ((4, "leading", "same"), (5, "trailing", "same"),
                                    (6, "gap", "same"), (9, "gap", "others")):
            value = float(record[name].at(modes_from=modes, **where).values)
            assert float(row[column].split(" ± ")[0]) == pytest.approx(value, rel=1e-2)
        network = found["What the numbers rest on"].rows
        assert [r[1] for r in network] == ["1", "2"] and {r[3] for r in network} == {"100"}


def test_chance_is_a_straight_line_between_its_steps(layers, tmp_path):
    with h5py.File(layers) as file:
        drawn = file["chance_step"][...]
    path = changed(layers, tmp_path / "chance.h5", chance_gap_high=(np.s_[...], 1 + 0.01 * drawn))
    with open_record(path) as record:
        unit = first_units(groups(record)[0], [0.0])[0.0]
        _, _, high = chance(unit, "others", "plain")
        assert high[3] == pytest.approx(1 + 0.01 * np.arange(20))


def test_chance_does_not_depend_on_the_order_of_its_steps():
    def unit(steps):
        axes = {"chance_step": steps, "step": np.arange(100), "modes_from": ["same", "others"],
                "channels": ["plain", "normalised"]}
        values = np.broadcast_to(1 + 0.01 * np.array(steps), (2, 2, 1, len(steps)))
        record = SimpleNamespace(axes={name: SimpleNamespace(values=np.array(each))
                                       for name, each in axes.items()})
        return SimpleNamespace(record=record, array=lambda name: values)

    for steps in ([9, 49, 89], [89, 49, 9]):
        *_, high = chance(unit(steps), "same", "plain")
        assert high[0, [20, 50, 75]] == pytest.approx([1.2, 1.5, 1.75])


def test_layers_are_as_deep_as_the_published_ones(layers):
    with open_record(layers) as record:
        depth = record.axes["layer"].values
        assert list(depth[last_layers(record)]) == [6]
        assert list(depth[inverted_layers(record)]) == [3, 4, 5]


def test_verdicts_of_the_published_gap(layers, tmp_path):
    found = said(set_gaps(layers, tmp_path / "published.h5", as_published))
    assert found[LAST] is found[INVERSION] is found[VANISHES] is YES


def test_verdicts_flip_with_the_gap(layers, tmp_path):
    path = set_gaps(layers, tmp_path / "none.h5", lambda g, depth: np.full(len(depth), 1.01))
    none = said(path)
    assert none[LAST] is none[INVERSION] is NO
    assert undecided(path)[VANISHES][0].endswith("Nothing is there that could vanish.")
    everywhere = said(set_gaps(layers, tmp_path / "everywhere.h5",
                               lambda g, depth: np.full(len(depth), 1.3)))
    assert everywhere[LAST] is Verdict.PARTLY
    assert everywhere[INVERSION] is everywhere[VANISHES] is NO


def test_a_gap_that_chance_makes_as_well_does_not_count(layers, tmp_path):
    path = set_gaps(layers, tmp_path / "wide.h5", as_published, chance=(0.8, 1.4))
    found = undecided(path)
    assert "above chance in 0% of the last" in found[LAST][0]
    assert "below chance in 0% of them" in found[INVERSION][0]
    assert "outside chance in 0% of the blocks at $g=0$" in found[VANISHES][0]
    narrow = said(set_gaps(layers, tmp_path / "narrow.h5", as_published, chance=(0.85, 1.15)))
    assert narrow[LAST] is YES and narrow[INVERSION] is NO
    with open_record(path) as record:
        signs = beyond_chance(first_units(groups(record)[0], [0.0])[0.0], "same", "plain")
        assert not signs[:, 2:].any()  # at the first step chance makes no gap


def test_what_only_the_published_modes_show_is_shown_partly(layers, tmp_path):
    path = set_gaps(layers, tmp_path / "published.h5", as_published)
    same_only = changed(path, tmp_path / "same.h5", gap=(np.s_[..., 1, :, :, :], 1.0))
    assert said(same_only)[LAST] is Verdict.PARTLY


def test_nothing_is_said_of_a_network_without_context(layers, tmp_path):
    found = undecided(set_gaps(layers, tmp_path / "alone.h5", as_published, reliable=0.0))
    for claim, count in ((LAST, 2), (INVERSION, 4), (VANISHES, 6)):
        assert found[claim][0].endswith(f": nothing reliable. Left out: {count} unreliable units.")


@pytest.mark.parametrize("counts", [(2, 2), (3, 5), (8, 8)])
def test_interval_of_a_difference_is_welchs(counts):
    random = np.random.default_rng(2)
    first, second = random.normal(1, 1, counts[0]), random.normal(0, 3, counts[1])
    difference, half = welch(first, second)
    at_its_end = stats.ttest_ind(first - difference + half, second, equal_var=False)
    # Degrees of freedom are rounded down, so that the interval is no narrower.
    assert 0.02 < at_its_end.pvalue < 0.0502
    assert welch(np.ones(2), np.zeros(3)) == (1, 0)


def test_leading_modes_are_coarse_where_their_frequencies_are_lower(layers, tmp_path):
    def with_bands(copy, first, last, scatter=1):
        with h5py.File(layers) as file:
            share = np.full(file["mode_band_share"].shape, np.nan)
            bands, modes = share.shape[-1], 12
        for mode in range(modes):
            share[..., mode, :] = 0
            own = first if mode < modes // 2 else last
            share[..., mode, (own + mode % 2 * scatter) % bands] = 1
        return said(changed(layers, tmp_path / copy, mode_band_share=(np.s_[...], share)))[COARSE]

    assert with_bands("coarse.h5", 0, 4) is YES
    assert with_bands("fine.h5", 4, 0) is NO
    assert with_bands("alike.h5", 2, 2, scatter=0) is NO
    assert with_bands("scattered.h5", 2, 2, scatter=2) is OPEN
    assert "after 0 of " in undecided(tmp_path / "scattered.h5")[COARSE][0]
    unknown = changed(layers, tmp_path / "unknown.h5", mode_band_share=np.nan)
    assert undecided(unknown)[COARSE][0].endswith(": too few modes.")


def test_the_step_shown_is_the_job_s_or_that_of_a_record_beside(layers, speciation, tmp_path):
    named = changed(layers, tmp_path / "named.h5", speciation_step=6.4)
    with open_record(layers) as record, open_record(named) as other, \
            open_record(speciation) as beside:
        def steps(of, *records):
            return {g: shown_step(unit, -1, records) for g, unit in
                    first_units(groups(of)[0], [0.0, 0.1, 0.9]).items()}

        assert {s.step for s in steps(record).values()} == {15}
        assert {s.step for s in steps(other, beside).values()} == {6}
        found = steps(record, other, beside)
        assert [found[g].step for g in (0.0, 0.1, 0.9)] == [12, 8, 15]
        assert "beside.h5" in found[0.1].reason and "quarters" in found[0.9].reason


def test_records_of_one_call_know_of_each_other(layers, speciation, tmp_path):
    done = analyse(layers, speciation, "--out", tmp_path / "r", "--format", "png")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "r/report.html").read_text(encoding="utf-8")
    check_page(page)
    assert "midpoint of the cosine in beside.h5" in page


def test_a_record_of_another_network_says_nothing(layers, speciation, run_trained):
    other = run_trained(BESIDE.replace("epochs = 1\nbatch", "epochs = 2\nbatch")
                        .replace("g = [0.0, 0.1, 0.3]", "g = [0.1]"))
    with open_record(layers) as record, open_record(other) as beside:
        unit = first_units(groups(record)[0], [0.1])[0.1]
        assert "quarters" in shown_step(unit, -1, [beside]).reason
