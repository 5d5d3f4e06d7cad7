"""Every correction a source cites is in src/theory/CORRECTIONS.md, and every test the page names
exists."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "src/theory/CORRECTIONS.md").read_text()
CITATION = re.compile(r"corrections?\s+(E\d+\.\d+(?:\s*(?:,|and)\s*E\d+\.\d+)*)")


def cited(text):
    return {name for group in CITATION.findall(text) for name in re.findall(r"E\d+\.\d+", group)}


def test_citations_are_found_in_text():
    assert cited("x, corrections E0.7; corrections E0.9, E4.2 and E4.3. E9.9") == {
        "E0.7", "E0.9", "E4.2", "E4.3"}


def test_every_cited_correction_is_listed():
    listed = set(re.findall(r"^\| (E\d+\.\d+) \|", PAGE, re.MULTILINE))
    unknown = {}
    for folder in ("src", "tests", "jobs", "analysis"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".cc", ".h", ".toml", ".py") and path != pathlib.Path(__file__):
                if missing := cited(path.read_text()) - listed:
                    unknown[str(path.relative_to(ROOT))] = missing
    assert listed and not unknown


def test_named_tests_exist():
    names = re.findall(r"`([\w/]+_test)`", PAGE)
    there = {str(path.relative_to(ROOT / "tests")).split(".")[0]
             for path in (ROOT / "tests").rglob("*_test*.cc")}
    assert names and not set(names) - there
