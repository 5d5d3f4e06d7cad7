"""Records of version 0.1 are read by today's names, and drawn by the same figures."""

import numpy as np
import pytest
from command import report
from synthetic import Made, Plan, write

from analysis import open_record
from analysis.reading.old_names import is_0_1

IMAGE = ("strip", "image_time", "channel", "row", "column")
OLD = {"image_time": "frame_time", "state_pixels": "picture", "denoised_pixels": "denoised_picture",
       "clone_pixels": "clone_picture"}


def regimes(version: str | None) -> Plan:
    """A unit of dataset_regimes with one trajectory's images; named as `version` names them."""
    random = np.random.default_rng(1)
    plan = Plan(experiment="dataset_regimes")
    times, branches = np.array([2.0, 1.0, 0.2]), np.array([1.5, 0.3])
    sizes = {"classes": 1, "images": 1, "seed": 1, "time": 5, "image_time": 3, "branch_time": 2,
             "trajectory": 2, "strip": 2, "channel": 1, "row": 3, "column": 3}
    plan.axes = {"classes": Made(np.array(["0-1"])), "images": Made([10]), "seed": Made([1])}
    plan.axes |= {name: Made(np.arange(size), role="captured") for name, size in sizes.items()
                  if name not in plan.axes}
    plan.axes |= {"time": Made(np.linspace(0.1, 3, 5), role="captured"),
                  "image_time": Made(times, role="captured"),
                  "branch_time": Made(branches, role="captured")}

    def add(name, *dims, values=None):
        shape = tuple(sizes[d] for d in ("classes", "images", "seed", *dims))
        values = random.random(shape) if values is None else np.broadcast_to(values, shape)
        plan.observables[name] = Made(values, ("classes", "images", "seed", *dims))

    add("image_count", values=10)
    add("dimension", values=9)
    add("final_class", "trajectory", values=[0, 1])
    add("final_image", "trajectory", values=[3, 4])
    add("projection", "trajectory", "time")
    add("state_pixels", *IMAGE)
    add("denoised_pixels", *IMAGE)
    add("clone_pixels", "strip", "branch_time", "channel", "row", "column")
    add("clone_image", "strip", "branch_time", values=[[3, 5], [4, 4]])
    add("clone_class", "strip", "branch_time", values=0)
    add("clone_time", "branch_time", values=branches)
    plan.options = {"data_path": "images", "padded_size": 3, "precision": "double", "steps": 10,
                    "scheme": "euler"}
    plan.attributes = {"syncgap_version": version}
    if version == "0.1.3":
        plan.axes = {OLD.get(name, name): axis for name, axis in plan.axes.items()}
        plan.observables = {OLD.get(name, name): Made(
            item.values, tuple(OLD.get(d, d) for d in item.dims))
            for name, item in plan.observables.items()}
    return plan


def test_a_record_of_either_version_has_todays_names(tmp_path):
    new, old, none = (open_record(write(tmp_path / f"{i}.h5", regimes(version)))
                      for i, version in enumerate(("0.2.0", "0.1.3", None)))
    with new, old, none:
        assert old.names == new.names == none.names
        assert list(old.axes) == list(new.axes) == list(none.axes)
        for name in new.names:
            assert old[name].dims == new[name].dims
            np.testing.assert_array_equal(old[name].values, new[name].values)
        assert old["clone_pixels"].values.shape[3:] == (2, 2, 1, 3, 3)
        assert old["clone_image"].at(classes="0-1", images=10, seed=1).values[0, 1] == 5
        with pytest.raises(KeyError, match="has no observable 'clone_picture'"):
            old["clone_picture"]


def test_both_are_drawn_alike(tmp_path):
    for version in ("0.2.0", "0.1.3"):
        record = write(tmp_path / f"record-{version}.h5", regimes(version))
        page = report(record, folder=tmp_path / version)
        assert "Figure 1 on real images" in page and "Clones of trajectories" in page
    for figure in ("figure-1", "clones"):
        new, old = ((tmp_path / version / f"figures/{figure}.png").read_bytes()
                    for version in ("0.2.0", "0.1.3"))
        assert new == old


@pytest.mark.parametrize("experiment, renamed", [
    ("exact_score", {"mode": "method"}), ("mixture_collapse", {"mode": "method"}),
    ("coupled_ou", {"mode": "mode"}), ("coupled_cloning", {"mode": "mode", "picture": "view"}),
    ("synchronization_gap", {"frame": "predicted_pixels", "mode": "mode"})])
def test_names_belong_to_their_experiment(tmp_path, experiment, renamed):
    plan = Plan(experiment=experiment, attributes={"syncgap_version": "0.1.0"})
    plan.axes = {name: Made(np.arange(2.0)) for name in renamed if name != "frame"}
    plan.observables = {name: Made(np.zeros((2,) * len(plan.axes)), tuple(plan.axes))
                        for name in ("frame", "total")}
    with open_record(write(tmp_path / "old.h5", plan)) as record:
        for old, today in renamed.items():
            assert today in (record.names if old == "frame" else record.axes)
        assert [axis.name for axis in record.split_axes] == list(record["total"].dims)


@pytest.mark.parametrize("version, old", [("0.1.0", True), ("0.1", True), ("0.10.0", False),
                                          ("0.2.0", False), ("", False)])
def test_versions_of_the_old_names(version, old):
    assert is_0_1(version) is old
