"""The made-up sweep whose record is damaged and shared."""

UNITS = ("--units", 200, "--doubles", 64)
