"""File systems that are full or read-only, for tests that may mount; others skip with a reason."""

import contextlib
import ctypes
import os
import subprocess

import pytest


def mount_or_skip(*words):
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"may not mount here: {done.stderr.strip() or 'mount failed'}")


@contextlib.contextmanager
def small_disk(folder, size, options=""):
    """A file system of its own of `size` bytes in memory."""
    folder.mkdir()
    mount_or_skip("-t", "tmpfs", "-o", f"size={size}{options}", "syncgap-test", folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextlib.contextmanager
def read_only(folder):
    """`folder` mounted over itself without the right to write, which binds root too."""
    mount_or_skip("--bind", folder, folder)
    try:
        mount_or_skip("-o", "remount,ro,bind", folder)
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Takes all the space that is left; returns the file to remove to have it again."""
    path = folder / "filler"
    with open(path, "wb", buffering=0) as file:
        for piece in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(piece)) == piece:
                    pass
    return path


def punch_hole(path, offset, length):
    """Gives bytes of a file back to the disk, as on file systems that copy on write."""
    libc = ctypes.CDLL(None, use_errno=True)
    keep_size, punch = 1, 2
    with open(path, "r+b") as file:
        if libc.fallocate(file.fileno(), keep_size | punch, ctypes.c_long(offset),
                          ctypes.c_long(length)) != 0:
            pytest.skip(f"no holes here: {os.strerror(ctypes.get_errno())}")
