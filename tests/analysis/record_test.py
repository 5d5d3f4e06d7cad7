"""Opening records: values, missing cells, provenance, and every kind of wrong file."""

import numpy as np
import pytest
from synthetic import Made, Plan, toy_plan, write

from analysis import RecordError, open_record
from analysis.reading.errors import ExitCode


@pytest.fixture
def toy(tmp_path):
    return write(tmp_path / "toy.h5", toy_plan())


def test_axes_observables_and_options(toy):
    with open_record(toy) as record:
        assert record.experiment == "toy" and record.title == "A toy sweep"
        assert [a.name for a in record.split_axes] == ["g", "theta"]
        assert record.axes["step"].role == "captured" and record.axes["theta"].units == "rad"
        assert set(record.names) == {"total", "total_error", "curve"}
        assert record.option("trials") == 100 and record.option("nothing", 7) == 7
        assert record.complete and record.done_count == record.unit_count == 10
        curve = record["curve"]
        assert curve.dims == ("g", "theta", "step") and curve.units == "nat"
        assert curve.values.shape == (2, 5, 7)
        np.testing.assert_array_equal(curve.at(g=0.5, theta=0.0).values, 0.5 * np.arange(7))


@pytest.mark.parametrize("version", ["0.1.3", "0.2.0"])
def test_units_labels_and_messages_read_alike_in_either_version(tmp_path, version):
    plan = toy_plan()
    plan.attributes = {"syncgap_version": version}
    plan.axes["schedule"] = Made(np.array(["late", "two words", "späť"]), role="captured")
    plan.observables["entropy"] = Made(np.ones((2, 5, 3)), ("g", "theta", "schedule"),
                                       units="nat / step", long_name="conditional entropy H[y|x]")
    plan.status = np.ones((2, 5), np.uint8)
    plan.status[1, 2] = 2
    plan.failures = {7: "μ is not a number"}
    with open_record(write(tmp_path / "a.h5", plan)) as record:
        entropy = record["entropy"]
        assert entropy.units == "nat / step" and record["curve"].units == "nat"
        assert entropy.long_name == "conditional entropy H[y|x]"
        assert record.axes["theta"].units == "rad"
        assert list(entropy.coords["schedule"]) == ["late", "two words", "späť"]
        assert [failure.message for failure in record.failures] == ["μ is not a number"]


def test_slices_find_coordinates_within_rounding(toy):
    with open_record(toy) as record:
        total = record["total"]
        assert total.at(g=0.1 + 0.1, theta=np.pi).values == pytest.approx(0.2 + np.pi)
        with pytest.raises(KeyError, match="g = 0.3 is not on the axis"):
            total.at(g=0.3)
        with pytest.raises(KeyError, match="no dimension 'speed'"):
            total.at(speed=1)
        assert total.over("theta", "g").values.shape == (5, 2)
        with pytest.raises(KeyError):
            total.over("theta")


def test_cells_of_unfinished_units_are_blank_whatever_they_hold(tmp_path):
    plan = toy_plan()
    plan.status = np.ones((2, 5), np.uint8)
    plan.status[1, 2], plan.status[0, 4] = 0, 2
    plan.failures = {4: "a root was not found", 6: "failed once, done on retry"}
    with open_record(write(tmp_path / "part.h5", plan)) as record:
        curve = record["curve"]
        assert np.isnan(curve.values[1, 2]).all() and not curve.done[1, 2].any()
        assert np.isnan(curve.values[0, 4]).all()
        assert np.isfinite(curve.values[1, 3]).all() and curve.missing_count == 14
        assert (record.done_count, record.failed_count, record.pending_count) == (8, 1, 1)
        only, = record.failures
        assert (only.unit, only.message) == (4, "a root was not found")
        assert only.where == "g = 0.2, theta = 3.14159"


def test_text_axes_and_units_without_split_axes(tmp_path):
    plan = Plan()
    plan.axes = {"schedule": Made(np.array(["constant", "späť"])), "k": Made([3, 1, 2])}
    plan.observables = {"y": Made(np.arange(6).reshape(2, 3), ("schedule", "k"))}
    with open_record(write(tmp_path / "a.h5", plan)) as record:
        y = record["y"]
        assert y.at(schedule="späť", k=2).values == 5
        np.testing.assert_array_equal(y.sorted().coords["k"], [1, 2, 3])
        np.testing.assert_array_equal(y.sorted().values[0], [1, 2, 0])
    single = Plan(axes={"t": Made([0.0, 1.0], role="captured")},
                  observables={"kappa": Made([4.0, 2.0], ("t",))})
    with open_record(write(tmp_path / "b.h5", single)) as record:
        assert record.unit_count == 1 and record.describe(0) == ""
        np.testing.assert_array_equal(record["kappa"].values, [4.0, 2.0])


def test_axis_order_comes_from_the_units_not_from_the_names(tmp_path):
    plan = Plan()
    plan.axes = {"zeta": Made([1.0, 2.0]), "alpha": Made([1.0, 2.0, 3.0])}
    plan.observables = {"y": Made(np.arange(6).reshape(2, 3), ("zeta", "alpha"))}
    with open_record(write(tmp_path / "a.h5", plan)) as record:
        assert [a.name for a in record.split_axes] == ["zeta", "alpha"]
        assert record.describe(4) == "zeta = 2, alpha = 2"


def _refusal(path) -> RecordError:
    with pytest.raises(RecordError) as caught:
        open_record(path)
    return caught.value


def test_files_that_are_not_records_are_refused_each_with_its_code(tmp_path, toy):
    assert _refusal(tmp_path / "none.h5").code == ExitCode.UNREADABLE
    assert _refusal(tmp_path).code == ExitCode.UNREADABLE
    text = tmp_path / "job.toml"
    text.write_text("[experiment]\nname = 'toy'\n")
    assert _refusal(text).code == ExitCode.NOT_HDF5
    empty = tmp_path / "empty.h5"
    empty.touch()
    assert _refusal(empty).code == ExitCode.DAMAGED

    other = write(tmp_path / "other.h5", Plan(attributes={"Conventions": "CF-1.8"}))
    assert _refusal(other).code == ExitCode.NOT_A_RECORD
    assert "CF-1.8" in str(_refusal(other))


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.97])
def test_a_truncated_record_says_so(tmp_path, toy, kept):
    whole = toy.read_bytes()
    cut = tmp_path / "cut.h5"
    cut.write_bytes(whole[:int(len(whole) * kept)])
    error = _refusal(cut)
    assert error.code == ExitCode.DAMAGED and "truncated" in str(error)


def test_a_record_with_a_broken_header_is_damaged_not_foreign(tmp_path, toy):
    whole = bytearray(toy.read_bytes())
    whole[8:64] = bytes(56)
    broken = tmp_path / "broken.h5"
    broken.write_bytes(whole)
    assert _refusal(broken).code == ExitCode.DAMAGED


def test_a_layout_whose_extents_disagree_is_refused(tmp_path):
    plan = toy_plan()
    plan.status = np.ones((2, 4), np.uint8)
    assert _refusal(write(tmp_path / "a.h5", plan)).code == ExitCode.NOT_A_RECORD


def test_xarray_reads_the_same_record(toy):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    with xarray.open_dataset(toy, engine="h5netcdf", phony_dims="sort") as data:
        found = data["total"].sel(g=0.5, theta=0.0)
        assert float(found) == 0.5 and data["total"].dims == ("g", "theta")
