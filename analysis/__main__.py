"""python3 -m analysis RECORD [RECORD ...]: figures and one self-contained HTML report."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .reading.errors import ExitCode, RecordError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading.record import Record

LIBRARIES = ("numpy", "h5py", "matplotlib")
# How the command was called: in the source tree, or installed.
PROGRAM = "python3 -m analysis" if __package__ == "analysis" else "syncgap-report"
FORMATS = ("png", "pdf", "svg")


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    # Modules and figures are many objects that live on: looking for those that do not takes a
    # seventh of the time, with Python's own thresholds.
    gc.set_threshold(100_000)
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        print(f"analysis: {missing_libraries(missing)}", file=sys.stderr)
        return int(ExitCode.NO_LIBRARY)
    try:
        return int(watch(options) if options.watch else draw(options))
    except RecordError as error:
        print(f"analysis: {error}", file=sys.stderr)
        return int(error.code)
    except OSError as error:
        print(f"analysis: cannot write to {options.out} ({error.strerror or error}): give another "
              "folder with --out", file=sys.stderr)
        return int(ExitCode.CANNOT_WRITE)


@contextmanager
def opened(paths: list[Path]) -> Iterator[list[Record]]:
    """The records, checked and open."""
    from .reading.opening import check_readable, open_record
    with ExitStack() as stack:
        records = []
        for path in paths:
            check_readable(path)
            records.append(stack.enter_context(open_record(path)))
        yield records


def draw(options: argparse.Namespace) -> ExitCode:
    """Writes the report once."""
    with opened(options.records) as records:
        return write(options, records)


def write(options: argparse.Namespace, records: list[Record], reload_every: float = 0) -> ExitCode:
    # Matplotlib takes a second to import: a wrong file should not have to wait for it.
    from .page.report import write_report
    report = write_report(records, options.out, options.format, reload_every)
    for record in records:
        if not record.complete:
            print(f"{record.path}: {record.done_count} of {record.unit_count} units done, "
                  f"{record.failed_count} failed; missing cells are shown as missing")
    print(f"figures: {options.out / 'figures'}")
    print(f"report:  {report.path}", flush=True)
    return ExitCode.UNDRAWN if report.undrawn else ExitCode.DONE


def watch(options: argparse.Namespace) -> ExitCode:
    """Writes the report again whenever units were finished, until none is pending; Ctrl-C ends it
    after the report that is being written."""
    from .page.report import stop_reloading
    stopped, seen, code = threading.Event(), None, ExitCode.DONE
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    while True:
        with opened(options.records) as records:
            left = any(record.pending_count for record in records)
            state = [record.status.tobytes() for record in records]
            if state != seen:
                code = write(options, records, options.interval if left else 0)
                seen = state
        if not left:
            return code
        if stopped.wait(options.interval):
            stop_reloading(options.out / "report.html", options.interval)
            return code


def missing_libraries(names: list[str]) -> str:
    """Which Python was asked, and what to install there."""
    version = ".".join(map(str, sys.version_info[:3]))
    told = (f"{sys.executable} (Python {version}) has no {' and no '.join(names)}: install with "
            f"`{sys.executable} -m pip install {' '.join(names)}`")
    if Path("/usr/bin/python3").exists() and Path(sys.executable) != Path("/usr/bin/python3"):
        told += (f", or call another Python: on Debian `apt-get install "
                 f"{' '.join('python3-' + name for name in names)}` and "
                 "`/usr/bin/python3 -m analysis`")
    return told


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=PROGRAM, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Draws every figure of the records' experiments and writes one self-contained\n"
        "HTML report with figures, tables, the papers' statements beside what was\nmeasured, "
        "options, timings and provenance. Records may be unfinished.",
        epilog="exit codes: 0 done, 1 some figures could not be drawn, 2 wrong command line, or\n"
        "no h5py, NumPy or Matplotlib, 3 file cannot be read, 4 not an HDF5 file, 5 not a\n"
        "syncgap record, 6 truncated or damaged, 7 cannot write the output")
    parser.add_argument("records", nargs="+", metavar="RECORD", type=Path,
                        help="file written by `syncgap run`; several make one report, in which "
                        "those that differ in one axis alone, say in seeds, are one")
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="folder for report.html and figures/ (default: the record's name "
                        "with -report instead of its suffix)")
    parser.add_argument("--format", type=_formats, default=("png", "pdf"), metavar="LIST",
                        help="file formats of the figures, of png, pdf, svg (default: png,pdf)")
    parser.add_argument("--watch", action="store_true",
                        help="write the report again as units are finished, until the sweep is; a "
                        "browser that shows it reloads it meanwhile")
    parser.add_argument("--interval", type=_seconds, default=30.0, metavar="SECONDS",
                        help="between two looks of --watch (default: 30)")
    options = parser.parse_args(arguments)
    options.out = options.out or default_folder(options.records)
    return options


def default_folder(records: list[Path]) -> Path:
    """runs/figure4.h5 -> runs/figure4-report."""
    return records[0].with_name(records[0].stem + "-report")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0.1 to 86400")
    return seconds


def _formats(text: str) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = [part for part in asked if part not in FORMATS]
    if unknown or not asked:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of formats: choose from {', '.join(FORMATS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
