"""The command as users call it, and what every report has to be."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

from processes import ROOT
from records import set_pending


def analyse(*arguments, forgiving: bool = False):
    """Runs the command; `forgiving` as a user has it, where an error in a figure is shown in the
    report, else the error fails the command."""
    environment = dict(os.environ)
    if forgiving:
        environment.pop("PYTEST_CURRENT_TEST", None)
    return subprocess.run([sys.executable, "-m", "analysis", *map(str, arguments)], cwd=ROOT,
                          capture_output=True, text=True, timeout=120, env=environment)


class Page(HTMLParser):
    """What a report holds: anchors, links, sources of images, and whether its tags balance."""

    VOID = {"meta", "img", "link", "br", "hr", "input"}

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.images, self.broken = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        if tag == "img":
            self.images.append(values["src"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.broken.append(tag)


def check_page(text) -> Page:
    """Well formed, every link leads somewhere inside, nothing is fetched from outside."""
    page = Page(text)
    assert not page.broken and not page.open
    assert len(set(page.ids)) == len(page.ids)
    for link in page.links:
        assert link[0] == "#" and link[1:] in page.ids
    assert all(src.startswith("data:image/png;base64,") for src in page.images)
    assert not re.search(r"(src|href)=['\"]?(https?:|//)|@import|url\(", text)
    return page


def report(*records, folder) -> str:
    """The text of the report of some records."""
    done = analyse(*records, "--out", folder, "--format", "png")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (folder / "report.html").read_text(encoding="utf-8")
    check_page(page)
    return page


def figures_of_reports(record, folder) -> set[str]:
    """Draws a record of two units whole, half finished and empty; the figures of the whole one."""
    for name, which in (("whole", lambda u: False), ("half", lambda u: u == 1),
                        ("empty", lambda u: True)):
        report(set_pending(record, folder / f"{name}.h5", which), folder=folder / name)
    return {path.stem for path in (folder / "whole").rglob("*.png")}
