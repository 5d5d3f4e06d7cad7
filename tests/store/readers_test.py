"""Records in other hands: what other programs and libraries read is what HDF5 holds.

Readers that are not installed are skipped by name; versions of the others are printed."""

import subprocess

import h5py
import numpy as np
import pytest
from processes import DRAINED, ROOT, SUCCESS, UNITS_FAILED
from readers import READERS, Missing, version_of
from readers import h5py as by_hdf5

# A job of every experiment, whose smoke profile takes a second or two.
COMPUTED = ["multimodal_figure4", "modality_graphs", "quickstart", "regimes_table",
            "regimes_figure2_oracle", "regimes_figure3_oracle", "information_dimensions",
            "information_figure4"]
# Laid out, none of their networks trained.
TRAINED = ["coupled_cloning_figure10", "quickstart_layers", "quickstart_replicas",
           "quickstart_training", "trained_regimes_figure4", "transformer_quality"]
# What unit libraries read alike.
UNITS = {"1", "rad", "s", "1 / s"}


@pytest.fixture(scope="session")
def record_in_hands(syncgap, driver_program, tmp_path_factory):
    """Records by the name of their job, or of what happened to a made-up sweep."""
    made = {}

    def swept(name):
        path = tmp_path_factory.mktemp("readers") / f"{name}.h5"
        if name in ("failed", "pending", "packed"):
            words = ["--units", 40, "--doubles", 9, "--fail", 17]
            words += ["--walltime", 0.001] if name == "pending" else []
            run(driver_program, "--record", path, *words)
            if name != "packed":
                return path
            run(syncgap, "pack", path, "--output", path.with_suffix(".packed.h5"))
            return path.with_suffix(".packed.h5")
        run(syncgap, "run", ROOT / "jobs" / f"{name}.toml", "--profile", "smoke", "--record", path,
            "--quiet", "--set", f"run.walltime={0.001 if name in TRAINED else 3}",
            *(["--set", f'experiment.models="{path.parent}"'] if name in TRAINED else []))
        return path

    def record(name):
        if name not in made:
            made[name] = swept(name)
        return made[name]

    return record


@pytest.fixture
def path(name, record_in_hands, request):
    """Of the record that the test's `name` says."""
    if name in TRAINED:
        request.getfixturevalue("with_torch")
    return record_in_hands(name)


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (SUCCESS, DRAINED, UNITS_FAILED), done.stdout + done.stderr


def plain(values):
    """Values by which readers are compared: kerchunk makes reals of all numbers."""
    return np.asarray(values, dtype=float).ravel()


def is_text_alike(one, other):
    return str(one) == str(other.decode() if isinstance(other, bytes) else other)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", [*COMPUTED, *TRAINED, "failed", "pending", "packed"])
def test_a_record_is_read_by(reader, path):
    try:
        found = READERS[reader][0](path)
    except Missing as reason:
        pytest.skip(f"{reader} is not installed: {reason}")
    expected = by_hdf5(path)
    assert expected.keys() <= found.keys()
    for key, right in expected.items():
        if (seen := found[key]) is None:
            continue
        np.testing.assert_array_equal(plain(seen.values), plain(right.values), err_msg=key)
        if seen.dims is not None:
            assert tuple(seen.dims) == right.dims and seen.values.shape == right.values.shape, key
        if seen.attributes is not None:
            for attribute in ("units", "long_name"):
                assert is_text_alike(right.attributes[attribute], seen.attributes[attribute]), key


def test_versions_of_the_readers(capsys, record_in_hands):
    path, told = record_in_hands("packed"), []
    for reader, (function, _) in READERS.items():
        try:
            function(path)
            told.append(f"{reader} {version_of(reader)}")
        except Missing:
            told.append(f"no {reader}")
    with capsys.disabled():
        print("\nreaders: " + "; ".join(told))


@pytest.mark.parametrize("name", [*COMPUTED, *TRAINED, "failed", "packed"])
def test_fill_values_occur_nowhere_and_units_are_read_by_unit_libraries(path):
    seen = []

    def look(key, item):
        if not isinstance(item, h5py.Dataset):
            return
        fill = {"f": lambda: np.nan, "i": lambda: np.iinfo(item.dtype).min,
                "u": lambda: np.iinfo(item.dtype).max}[item.dtype.kind]()
        np.testing.assert_equal(item.fillvalue, fill, err_msg=key)
        assert item.dtype.kind == "f" or not (item[...] == fill).any(), key
        assert item.attrs["units"] in UNITS, key
        if "unit" in item.attrs:
            assert item.attrs["units"] == "1"
            assert item.attrs["long_name"].endswith(f" ({item.attrs['unit']})")
        seen.append(key)

    with h5py.File(path) as file:
        file.visititems(look)
        assert {"unit_status", "failures/message"} <= set(seen)


@pytest.mark.parametrize("library", ["pint", "scipp", "cf_units"])
def test_unit_libraries_know_the_units(library):
    module = pytest.importorskip(library)
    unit_of = module.UnitRegistry().parse_units if library == "pint" else module.Unit
    one = unit_of("dimensionless") if library == "pint" else unit_of("1")  # pint has no unit 1
    assert unit_of("1 / s") * unit_of("s") == one
    assert unit_of("rad") != unit_of("s")


def test_labels_are_numbered_flags(record_in_hands):
    with h5py.File(record_in_hands("quickstart")) as file:
        schedule = file["schedule"]
        assert schedule.attrs["labels"].split("\n") == ["constant", "late", "early"]
        assert schedule.attrs["flag_meanings"] == "constant late early"
        np.testing.assert_array_equal(schedule[...], [0, 1, 2])
        np.testing.assert_array_equal(schedule.attrs["flag_values"], [0, 1, 2])
        assert file["unit_status"].attrs["flag_meanings"] == "pending done failed not_needed"


def test_a_message_is_a_row_of_bytes(record_in_hands):
    with h5py.File(record_in_hands("failed")) as file:
        unit, message = file["failures/unit"][0], file["failures/message"][0]
        assert unit == 17 and message.dtype == np.uint8
        assert message.tobytes().rstrip(b"\0") == b"this unit was asked to fail"
