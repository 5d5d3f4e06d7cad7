"""Records as xarray datasets, and what notebooks make of them."""

import pickle
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest
from processes import ROOT
from synthetic import parts, toy_plan, write

import analysis
from analysis import RecordError, open_record

xarray = pytest.importorskip("xarray")

@pytest.fixture
def toy(tmp_path):
    return write(tmp_path / "toy.h5", toy_plan())


@pytest.fixture
def part(tmp_path):
    """Two units still to come, one of them with numbers in the file, and one that failed."""
    plan = toy_plan()
    plan.status = np.ones((2, 5), np.uint8)
    plan.status[1, 2], plan.status[0, 0], plan.status[0, 4] = 0, 0, 2
    plan.failures = {4: "a root was not found"}
    return write(tmp_path / "part.h5", plan)


def test_axes_are_coordinates_and_errors_are_linked(toy):
    with analysis.open(toy) as data:
        assert dict(data.sizes) == {"g": 2, "theta": 5, "step": 7}
        assert data.curve.dims == ("g", "theta", "step")
        assert data.theta.attrs == {"units": "rad", "long_name": "angle between the means",
                                    "role": "split"}
        assert data.total.attrs == {"units": "1", "long_name": "a sum", "source": "nowhere (1)",
                                    "ancillary_variables": "total_error unit_status"}
        assert data.curve.attrs["ancillary_variables"] == "unit_status"
        assert float(data.total.sel(g=0.5, theta=0.0)) == 0.5
        assert data.attrs["experiment"] == "toy" and "name = \"toy\"" in data.attrs["job"]
        # Not by which files are told to be records: a copy by to_netcdf is none.
        assert data.attrs["Conventions"] != "syncgap-record-1"


def test_unfinished_cells_are_masked_and_units_say_why(part):
    with analysis.open(part) as data:
        missing = ~data.done.values
        assert np.isnan(data.total.values[missing]).all()
        assert np.isfinite(data.total.values[~missing]).all() and missing.sum() == 3
        assert np.isnan(data.curve.isel(g=1, theta=2).values).all()
        assert data.unit_status.attrs["flag_meanings"] == "pending done failed not_needed"
        np.testing.assert_array_equal(data.unit_status.attrs["flag_values"], [0, 1, 2, 3])
        assert data.unit_message.values[0, 4] == "a root was not found"
        assert data.unit_status.values[0, 4] == 2


def test_cells_are_read_when_used_and_only_those(toy, monkeypatch):
    asked = []
    read = analysis.Record.read
    monkeypatch.setattr(analysis.Record, "read",
                        lambda self, name, key: asked.append((name, key)) or read(self, name, key))
    with analysis.open(toy) as data:
        assert asked == []
        assert float(data.curve.isel(g=1, theta=0)[3]) == 1.5
        (name, key), = asked
        assert name == "curve" and key[:2] == (1, 0)


@pytest.mark.parametrize("where", [
    {"g": [1, 0], "theta": slice(None, None, -2)}, {"step": slice(6, None, -4)}, {"g": -1},
    {"step": slice(2, 2)}, {"step": slice(1, 7, 3), "theta": [4, 4, 0]},
    {"g": slice(None, None, -1), "step": [0]}])
def test_every_selection_is_that_of_the_array(part, where):
    with analysis.open(part) as data, open_record(part) as record:
        index = [where.get(dim, slice(None)) for dim in ("g", "theta", "step")]
        expected = record["curve"].values
        for axis in (2, 1, 0):
            expected = expected[(slice(None),) * axis + (index[axis],)]
        np.testing.assert_array_equal(data.curve.isel(where).values, expected)


def test_points_are_picked_as_from_an_array(toy):
    with analysis.open(toy) as data, open_record(toy) as record:
        points = {dim: xarray.DataArray(places, dims="point")
                  for dim, places in (("g", [0, 1, 1]), ("step", [6, 0, 2]))}
        found = data.curve.isel(points).transpose("point", "theta")
        np.testing.assert_array_equal(found.values,
                                      record["curve"].values[[0, 1, 1], :, [6, 0, 2]])


def test_a_packed_record_is_the_same_dataset(run_job, syncgap):
    record = run_job("[experiment]\nname = \"coupled_ou\"\n[axes]\ng = [0.1, 0.4]\n")
    packed = record.with_suffix(".packed.h5")
    subprocess.run([syncgap, "pack", record, "--output", packed], check=True, capture_output=True)
    with analysis.open(record) as one, analysis.open(packed) as other:
        assert one.equals(other) and one.attrs["identity"] == other.attrs["identity"]
        assert one.g.attrs == other.g.attrs and all(
            one[name].attrs.keys() == other[name].attrs.keys() for name in one.data_vars)


def test_a_narrowed_dataset_is_drawn_like_a_record(part):
    with analysis.open(part) as data:
        assert analysis.figures(data) == analysis.figures(part)
        narrow = data.sel(g=[0.5], theta=slice(0, 2))
        canvas = analysis.figure(narrow, "overview-total")
        assert canvas.axes[0].get_lines() and canvas._repr_png_()[:4] == b"\x89PNG"
        rows = analysis.frame(analysis.tables(narrow)[0]).set_index("observable")
        assert rows.loc["total", "cells measured"] == "2 of 3"
        assert rows.loc["total", "largest"] == "1.2854"
        with pytest.raises(KeyError, match="no figure 'overview-nothing'; this record has o"):
            analysis.figure(data, "overview-nothing")
        with pytest.raises(RecordError, match=r"dropped the axis 'g'.*data.sel\(g=\[...\]\)"):
            analysis.figures(data.isel(g=0))
        with pytest.raises(RecordError, match="not a record's"):
            analysis.figures(data.drop_vars("unit_status"))


def test_what_an_experiment_cannot_draw_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # as a user has it
    plan = toy_plan()
    plan.experiment = "coupled_ou"
    record = write(tmp_path / "other.h5", plan)
    with pytest.warns(UserWarning, match="could not be laid out"):
        assert "overview-total" in analysis.figures(record)


def test_opening_needs_no_matplotlib(toy):
    script = ("import sys, analysis; analysis.open(sys.argv[1]).load(); "
              "print('matplotlib' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", script, toy], cwd=ROOT, capture_output=True,
                          text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr


def test_drawing_leaves_matplotlib_as_it_was(toy):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.rcParams["lines.linewidth"] = 7.5
    before, backend = dict(matplotlib.rcParams), matplotlib.get_backend()
    analysis.figure(toy, "overview-total").savefig(toy.with_suffix(".png"))
    assert dict(matplotlib.rcParams) == before and matplotlib.get_backend() == backend
    matplotlib.rcdefaults()


def test_claims_are_a_table(run_job):
    record = run_job(ROOT / "jobs/multimodal_figure2.toml", "--profile", "smoke")
    claims = analysis.claims(record)
    table = analysis.frame(claims)
    assert list(table.columns) == ["where", "statement", "measured", "verdict", "note"]
    assert len(table) == len(claims) > 0
    assert set(table.verdict) <= {"reproduced", "partly", "contradicted", "not decided"}
    assert not table.statement.str.contains(r"[$<\\]").any()


def test_parts_of_a_grid_are_joined_in_the_order_of_the_axis(tmp_path):
    one, two = parts(tmp_path, [0.3, 0.1], [0.4, 0.2])
    with h5py.File(two, "r+") as file:
        file["unit_status"][0, 1] = 2
        file["failures/unit"][0] = 1
        file["failures/message"][0, :7] = list(b"no root")
    with analysis.open(one, two) as data:
        np.testing.assert_array_equal(data.g, [0.1, 0.2, 0.3, 0.4])
        assert data.attrs["host"] == "node0; node1"
        assert data.unit_status.values[3, 1] == 2 and data.unit_message.values[3, 1] == "no root"
        assert np.isnan(data.curve.values[3, 1]).all()
        expected = data.g.values[:, None, None] + np.arange(7) + np.zeros((4, 5, 7))
        expected[3, 1] = np.nan
        np.testing.assert_array_equal(data.curve.values, expected)
        for where in ({"g": 2}, {"g": [3, 0]}, {"g": slice(1, 3), "step": 2}, {"g": slice(0, 0)},
                      {"g": slice(None, None, -3)}):
            index = where["g"], slice(None), where.get("step", slice(None))
            np.testing.assert_array_equal(data.curve.isel(where).values, expected[index])
    # In any order of the files, and with a third part of one value.
    three = parts(tmp_path, [0.3, 0.1], [0.4, 0.2], [0.35])
    with analysis.open(*reversed(three)) as data:
        np.testing.assert_array_equal(data.total.isel(theta=0), [0.1, 0.2, 0.3, 0.35, 0.4])


def test_seeds_of_several_sweeps_are_those_of_one(run_job, tmp_path):
    job = ("[experiment]\nname = \"exact_score\"\ntrials = 200\n[axes]\ntheta = [0, 1, 2]\n"
           "g = [0.0, 0.4]\nscore = [\"path\"]\nmethod = [\"plane\"]\nseed = {}\n")
    whole, one, two = (run_job(job.format(seeds)) for seeds in ("[1, 2]", "[2]", "[1]"))
    with analysis.open(whole) as data, analysis.open(one, two) as joined:
        assert list(joined.seed) == [1, 2]
        left_out = ["unit_seconds"]
        assert joined.drop_vars(left_out).equals(data.drop_vars(left_out))
        keys = list(analysis.figures(data))
        assert keys and all(
            analysis.figure(data, key)._repr_png_() == analysis.figure(joined, key)._repr_png_()
            for key in keys)
        assert analysis.frame(analysis.claims(data)).equals(
            analysis.frame(analysis.claims(joined)))
    analysis.report(one, two, out=tmp_path / "r")
    text = (tmp_path / "r/report.html").read_text(encoding="utf-8")
    assert text.count("<h1") == 1 and "6 / 6" in text


def test_datasets_go_to_other_processes(tmp_path):
    paths = parts(tmp_path, [0.3, 0.1], [0.2])
    lazy, loaded = analysis.open(*paths), analysis.open(*paths).load()
    expected = loaded.total.values
    for sent in (pickle.dumps(lazy), pickle.dumps(loaded)):
        with pickle.loads(sent) as there:
            np.testing.assert_array_equal(there.total.values, expected)
    sent = pickle.dumps(loaded)
    for path in paths:  # what was read needs no file
        path.unlink()
    np.testing.assert_array_equal(pickle.loads(sent).total.values, expected)


def test_records_that_do_not_make_one_are_refused_with_what_differs(tmp_path, toy):
    one, two = parts(tmp_path, [0.1], [0.2])
    with h5py.File(two, "r+") as file:
        file.attrs["identity"] = file.attrs["identity"].replace("trials = 100", "trials = 50")
    with pytest.raises(RecordError, match="part0.h5 has g = 0.1; trials = 100; part1.h5 has "
                                          "g = 0.2; trials = 50"):
        analysis.open(one, two)
    same = shutil.copy(one, tmp_path / "copy.h5")
    with pytest.raises(RecordError, match="part0.h5 has part0.h5; copy.h5 has copy.h5"):
        analysis.open(one, same)
    with pytest.raises(RecordError):  # records of version 0.1 do not say what decides
        analysis.open(toy, write(tmp_path / "other.h5", toy_plan()))


def test_xarray_knows_the_engine(toy):
    from analysis.reading.dataset import RecordBackend
    with xarray.open_dataset(toy, engine=RecordBackend, drop_variables="curve") as data:
        assert "curve" not in data and float(data.total[1, 0]) == 0.5
