"""Post-hoc analysis of syncgap records: figures, tables and a self-contained HTML report.

    python3 -m analysis RECORD [RECORD ...] [--out DIR] [--format png,pdf]

From Python, with nothing but h5py and NumPy:

    from analysis import open_record

    with open_record("figure4.h5") as record:
        print(record.title, record.done_count, "of", record.unit_count, "units")
        time = record["speciation_time"]          # Observable: .values, .dims, .coords, .units
        aligned = time.at(theta=0.0)              # one value of one axis
        print(aligned.coords["g"], aligned.values)

A record is an ordinary HDF5 file with dimension scales, so xarray reads it as well, with every
axis as a coordinate and every observable as a variable:

    import xarray
    data = xarray.open_dataset("figure4.h5", engine="h5netcdf", phony_dims="sort")
    data["speciation_time"].sel(theta=0.0).plot()

The difference: `record[name]` blanks the cells of units that are not finished, also when a killed
run left numbers there; xarray shows the bytes as they are, with `unit_status` beside them.
"""

from analysis.reading.errors import RecordError
from analysis.reading.opening import open_record
from analysis.reading.record import Record
from analysis.reading.values import Observable

__all__ = ["Observable", "Record", "RecordError", "open_record"]
