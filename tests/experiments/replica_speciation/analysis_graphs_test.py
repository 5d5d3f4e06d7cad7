"""replica_speciation of more than two replicas: what the report shows, on a real record of a tiny
network with known answers written into it."""

import shutil

import h5py
import numpy as np
import pytest
from command import report
from decided_replicas import decide, units
from records import set_pending

from analysis import open_record
from analysis.experiments.reach import Reach
from analysis.experiments.replica_speciation.graphs import modes
from analysis.experiments.replicas import groups
from analysis.experiments.table import content
from analysis.page.content import Verdict

JOB = """
[experiment]
name = "replica_speciation"
images = 100
epochs = 1
batch = 20
width = 8
depth = 2
heads = 2
pairs = 12
group = 12
steps = 10
coarse_step = 5
context_samples = 8
classifier_epochs = 1
classifier_width = 8
resamples = 20
[axes]
g = [0.3333333333333333, 1.0]
seed = [1, 2]
graph = ["complete 2", "complete 3", "ring 4"]
[run]
title = "Graphs, small"
"""
GRAPHS = ("complete 2", "complete 3", "ring 4")
TITLE = "Modes of replicas on graphs, no class told, independent noise"


@pytest.fixture(scope="module")
def graphs(run_trained):
    return run_trained(JOB)


def written(record, copy, agreement, reliable=1.0):
    """A copy in which modes of rho on a graph agree by agreement(rho, graph) at the end: rows
    differ much, but alike on every graph, and graphs by little beyond."""
    rows = np.arange(12)
    shared, own = 0.3 * (-1.0) ** (rows // 2), 0.02 * (-1.0) ** rows
    shutil.copy(record, copy)
    with h5py.File(copy, "r+") as file:
        for place, at in units(file):
            file["reliable"][place] = reliable
            file["independent_agreement"][place] = 0.0
            for mode, carried in enumerate(file["mode_carried"][place]):
                if np.isfinite(carried):
                    graph = GRAPHS[at["graph"]]
                    file["mode_end"][(*place, mode)] = agreement(carried, graph) + shared + (
                        0 if graph == "complete 2" else own)
    return copy


def claim_of(path):
    with open_record(path) as record:
        claim, = [c for c in content(record).claims if "coupling graph acts" in c.statement]
        return claim


def test_report_shows_the_modes_of_every_graph(graphs, tmp_path):
    page = report(graphs, folder=tmp_path / "report")
    assert TITLE in page and "Replicas on graphs" in page
    with open_record(graphs) as record:
        found = content(record)
        keys = [figure.key for figure in found.figures]
        assert len(set(keys)) == len(keys)
        assert [key for key in keys if key.startswith("graphs")] == ["graphs-untold-independent"]
        assert not any(key.startswith("reach") for key in keys)  # coupled everywhere in all
        assert [key for key in keys if key.startswith("images")] == ["images-untold-independent"]
        table, = [t for t in found.tables if t.title == TITLE]
        # A pair and a complete graph have one rho, a ring of four two; two couplings, two seeds.
        assert [row[0] for row in table.rows] == ["pair"] * 4 + ["complete 3"] * 4 + ["ring 4"] * 8
        assert [row[3:5] for row in table.rows if row[0] == "ring 4" and row[2] == "1"] == [
            ["0.750", "2"], ["0.500", "1"], ["0.500", "2"], ["0.000", "1"]]
        ring, = [group for group in groups(record) if group.reach == Reach(graph="ring 4")]
        assert ring.reach.replicas == 4 and ring.reach.text == "ring 4 replicas"
        assert [mode.count for mode in modes(ring.units(1.0)[0])] == [2, 1]


def test_couplings_that_the_paper_has_not_are_left_out_of_its_table(graphs, tmp_path):
    path = decide(graphs, tmp_path / "decided.h5", lambda g, noise: 6.0 - 2 * g, late=1.0)
    with open_record(path) as record:
        claims = content(record).claims
        claim, = [c for c in claims if "within the published intervals" in c.measured]
        assert "1 of 1 midpoints" in claim.measured  # of g = 1 alone
        assert any("falls monotonically" in c.statement for c in claims)


@pytest.mark.parametrize("left", [lambda u: True, lambda u: u % 3 == 0])
def test_unfinished_records_are_drawn(graphs, tmp_path, left):
    report(set_pending(graphs, tmp_path / "part.h5", left), folder=tmp_path / "report")


def test_verdict_says_whether_the_graph_acts_through_rho_alone(graphs, tmp_path):
    by_rho = claim_of(written(graphs, tmp_path / "rho.h5", lambda rho, graph: 1 - 0.5 * rho))
    assert by_rho.verdict is Verdict.REPRODUCED
    # The fast mode of the ring at both couplings, its slow one at g = 1 beside the pair at 1/3.
    assert "on average over 6, cosine 0.000" in by_rho.measured and "alike" in by_rho.measured
    assert "within its own interval for 6 of them" in by_rho.measured
    by_size = claim_of(written(graphs, tmp_path / "size.h5",
                               lambda rho, graph: 0.4 if graph == "complete 2" else 0.8))
    assert by_size.verdict is Verdict.CONTRADICTED and "cosine 0.400" in by_size.measured
    unreliable = claim_of(written(graphs, tmp_path / "no.h5", lambda rho, graph: 0.5, reliable=0))
    assert unreliable.verdict is Verdict.OPEN and "no reliable mode" in unreliable.measured
    # Where pairs hardly rise, a small difference decides nothing.
    weak = claim_of(written(graphs, tmp_path / "weak.h5",
                            lambda rho, graph: 0.01 if graph == "complete 2" else 0.015))
    assert weak.verdict is Verdict.OPEN and "not decided" in weak.measured
