"""One self-contained HTML file of one or several records, and the figure files beside it."""

from __future__ import annotations

import base64
import html
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ..experiments import table
from ..reading.joining import differences, join
from ..reading.record import Record
from . import goals, progress, provenance, render
from .content import Claim, Content, Figure, Table, Verdict
from .markup import to_html, to_plain

_VERDICTS = {
    Verdict.REPRODUCED: ("reproduced", "✓ reproduced"),
    Verdict.PARTLY: ("partly", "◐ partly"),
    Verdict.CONTRADICTED: ("contradicted", "✗ not so"),
    Verdict.OPEN: ("open", "– not decided"),
}


@dataclass
class Chapter:
    """A part of the report: its anchor, heading, content, and where its figures go; of one record,
    or of several together."""

    anchor: str
    title: str
    record: Record | None
    content: Content
    folder: str


@dataclass
class Report:
    """What was written, and the keys of figures that could not be drawn."""

    path: Path
    undrawn: list[str]


def write_report(records: list[Record], out: Path, formats: tuple[str, ...],
                 reload_every: float = 0) -> Report:
    """Draws all figures of some records and writes them and one HTML page.

    Parameters
    ----------
    records : list of Record
        Open; each becomes a chapter, but those that make one become one.
    out : Path
        The folder for report.html and figures/, made if needed.
    formats : tuple of str
        File formats of the figures, of png, pdf and svg; the page holds PNG in any case.
    reload_every : float
        Seconds after which a browser that shows the page reads it again; 0: never. Every file
        is replaced at once, so that nobody reads half of one.

    Returns
    -------
    Report
        The page's path, and the figures that could not be drawn.
    """
    (out / "figures").mkdir(parents=True, exist_ok=True)
    records = join(records)
    chapters = _chapters(records)
    undrawn = []
    for c in chapters:
        if c.content.problem:
            undrawn.append(c.record.experiment if c.record else c.anchor)
            where = f"{c.record.path}: " if c.record else ""
            print(f"analysis: {where}{c.content.problem}", file=sys.stderr)
        for name in c.record.names if c.record else ():
            c.record[name]  # read now: the processes that draw leave the file alone
    every = [figure for c in chapters for figure in c.content.figures]
    drawn = iter(render.draw_all(every, tuple(dict.fromkeys(("png", *formats)))))
    navigation = _navigation(chapters)
    alone = len(chapters) == 1
    body = ""
    for c in chapters:
        own = [next(drawn) for _ in c.content.figures]
        for figure, result in zip(c.content.figures, own):
            if isinstance(result, str):
                undrawn.append(figure.key)
                print(f"analysis: {figure.key} could not be drawn ({result})", file=sys.stderr)
        body += _chapter(c, out, formats, own, navigation if alone else "")
    title = records[0].title if alone else "Report of " + _count(len(records), "record")
    css = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    # A report of a finished sweep is the same bytes whenever it is written.
    written = f"; written at {time.strftime('%H:%M:%S')}" if reload_every else ""
    lead = "" if alone else f"<h1>{_escape(title)}</h1>{navigation}"
    page = (f"<!doctype html>\n<html lang='en'>\n<head><meta charset='utf-8'>"
            f"<meta name='viewport' content='width=device-width, initial-scale=1'>"
            f"{_reload_tag(reload_every)}<title>{_escape(title)} · syncgap</title>\n"
            f"<style>\n{css}</style></head>\n"
            f"<body><main>{lead}{body}"
            f"<footer>syncgap {_escape(str(records[0].attributes.get('syncgap_version', '')))}; "
            f"figures by python3 -m analysis{written}</footer></main></body></html>\n")
    path = out / "report.html"
    _replace(path, page.encode("utf-8"))
    return Report(path, undrawn)


def stop_reloading(page: Path, reload_every: float) -> None:
    """Makes a page that `write_report` wrote one that stays as it is."""
    text = page.read_text(encoding="utf-8")
    _replace(page, text.replace(_reload_tag(reload_every), "", 1).encode("utf-8"))


def _reload_tag(seconds: float) -> str:
    return f"<meta http-equiv='refresh' content='{math.ceil(seconds)}'>" if seconds else ""


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.part")
    fresh.write_bytes(data)
    fresh.replace(path)


def _chapters(records: list[Record]) -> list[Chapter]:
    chapters, folders, titles = [], set(), _titles(records)
    for i, content in enumerate(table.together(records), 1):
        folder = "figures/when" + (f"-{i}" if i > 1 else "")
        folders.add(folder)
        title = to_plain(content.figures[0].title) if content.figures else "When"
        chapters.append(Chapter(f"when{i}", title, None, content, folder))
    for i, record in enumerate(records, 1):
        content = table.content(record, [other for other in records if other is not record])
        content.figures = content.figures + progress.figures(record)
        folder = "figures" if len(records) == 1 else f"figures/{record.path.stem}"
        if folder in folders:
            folder += f"-{i}"
        folders.add(folder)
        chapters.append(Chapter(f"r{i}", titles[i - 1], record, content, folder))
    return chapters


def _titles(records: list[Record]) -> list[str]:
    """Of the chapters; what tells records of one title from each other stands behind it."""
    titles = [record.title for record in records]
    alike = {title: [r for r in records if r.title == title] for title in titles}
    behind = {id(r): text for same in alike.values() if len(same) > 1
              for r, text in zip(same, differences(same))}
    return [r.title + (f": {behind[id(r)]}" if id(r) in behind else "") for r in records]


def _navigation(chapters: list[Chapter]) -> str:
    items = []
    for c in chapters:
        links = [("claims", "What the paper says, and what was measured")] if c.content.claims \
            else []
        links += [(f.key, f.title) for f in c.content.figures]
        if len(chapters) == 1:
            links += [("tables", "Tables")] if c.content.tables else []
            links += [("sweep", "Completeness and timings"), ("options", "Options and axes"),
                      ("provenance", "Provenance"), ("reading", "Reading the record")]
        inner = "".join(f"<li><a href='#{c.anchor}-{key}'>{to_html(text)}</a></li>"
                        for key, text in links)
        if len(chapters) == 1:
            return f"<nav><strong>Contents</strong><ol>{inner}</ol></nav>"
        items.append(f"<li><a href='#{c.anchor}'>{_escape(c.title)}</a>"
                     f"<ol>{inner}</ol></li>")
    return f"<nav><strong>Contents</strong><ol>{''.join(items)}</ol></nav>"


def _chapter(chapter: Chapter, out: Path, formats: tuple[str, ...],
             drawn: list[dict[str, bytes] | str], navigation: str) -> str:
    record, content = chapter.record, chapter.content
    heading = "h1" if navigation else "h2"
    parts = [f"<{heading} id='{chapter.anchor}'>{_escape(chapter.title)}</{heading}>"]
    if content.problem:
        parts.append(f"<p class='notice bad'>{_escape(content.problem)}</p>")
    if content.summary:
        parts.append(f"<p class='lead'>{to_html(content.summary)}</p>")
    if record:
        parts += [_tiles(record), _notices(record), navigation]
    if content.claims:
        parts.append(_section(chapter, "claims", "What the paper says, and what was measured"))
        if content.paper:
            parts.append(f"<p class='caption'>{to_html(content.paper)}</p>")
        parts.append(_claims(content.claims))
    if content.figures:
        parts.append("<h3>Figures</h3>")
    (out / chapter.folder).mkdir(parents=True, exist_ok=True)
    parts += [_figure(f, chapter, d, out, formats) for f, d in zip(content.figures, drawn)]
    if content.tables:
        parts.append(_section(chapter, "tables", "Tables"))
        parts += [_table(t) for t in content.tables]
    return "\n".join(parts + (_about_record(chapter) if record else []))


def _about_record(chapter: Chapter) -> list[str]:
    """What is shown of every record, whatever its experiment."""
    record = chapter.record
    parts = [_section(chapter, "sweep", "Completeness and timings")]
    tables = [*goals.tables(record), progress.timing_table(record), progress.failure_table(record),
              progress.missing_table(record)]
    parts += [_table(t) for t in tables if t]
    parts.append(_section(chapter, "options", "Options and axes"))
    parts += [_table(provenance.option_table(record)), _table(provenance.axis_table(record)),
              "<h4>The job</h4><pre>" + _escape(record.job.strip() or "(not stored)") + "</pre>"]
    parts.append(_section(chapter, "provenance", "Provenance"))
    parts.append(_table(provenance.provenance_table(record)))
    parts.append(_section(chapter, "reading", "Reading the record"))
    parts.append("<pre>" + _escape(provenance.reading_text(record)) + "</pre>")
    parts.append(_table(provenance.observable_table(record)))
    return parts


def _section(chapter: Chapter, key: str, title: str) -> str:
    return f"<h3 id='{chapter.anchor}-{key}'>{_escape(title)}</h3>"


def _tiles(record: Record) -> str:
    facts = [(f"{record.done_count} / {record.unit_count}", "units done"),
             (record.experiment, "experiment"),
             (str(record.attributes.get("profile") or "none"), "profile"),
             (str(record.attributes.get("sweep_seed", "–")), "sweep seed"),
             (str(record.attributes.get("syncgap_version", "–")), "syncgap version"),
             (str(record.attributes.get("created", "–"))[:19].replace("T", " "), "created")]
    return "<ul class='tiles'>" + "".join(
        f"<li><b>{_escape(value)}</b><span>{_escape(label)}</span></li>"
        for value, label in facts) + "</ul>"


def _notices(record: Record) -> str:
    parts = []
    if record.pending_count:
        parts.append(f"<p class='notice'>This record is unfinished: {record.pending_count} of "
                     f"{record.unit_count} units are still to come. Figures mark their cells as "
                     "not measured, and numbers below use the finished units only.</p>")
    if record.failed_count:
        parts.append(f"<p class='notice bad'>{_count(record.failed_count, 'unit')} failed; the "
                     "messages are listed under “Completeness and timings”. Their cells count as "
                     "not measured.</p>")
    return "".join(parts)


def _figure(figure: Figure, chapter: Chapter, drawn: dict[str, bytes] | str, out: Path,
            formats: tuple[str, ...]) -> str:
    anchor = f"{chapter.anchor}-{figure.key}"
    if isinstance(drawn, str):
        return (f"<p class='notice bad' id='{anchor}'><b>{to_html(figure.title)}</b> could not be "
                f"drawn ({_escape(drawn)}).</p>")
    for file_format in formats:
        _replace(out / chapter.folder / f"{figure.key}.{file_format}", drawn[file_format])
    files = ", ".join(f"{chapter.folder}/{figure.key}.{f}" for f in formats)
    data = base64.b64encode(drawn["png"]).decode("ascii")
    width = round(figure.size[0] * 100)
    return (f"<figure id='{anchor}'><img alt='{_escape(to_plain(figure.title))}' "
            f"style='max-width:{width + 160}px' src='data:image/png;base64,{data}'>"
            f"<figcaption><b>{to_html(figure.title)}.</b>{to_html(figure.caption)}"
            f"<div class='files'>{_escape(files)}</div></figcaption></figure>")


def _claims(claims: list[Claim]) -> str:
    rows = []
    for claim in claims:
        css, label = _VERDICTS[claim.verdict]
        note = f"<span class='note'>{to_html(claim.note)}</span>" if claim.note else ""
        rows.append(f"<tr><td class='text where'>{to_html(claim.where)}</td>"
                    f"<td class='text'>{to_html(claim.statement)}</td>"
                    f"<td class='text'>{to_html(claim.measured)}{note}</td>"
                    f"<td class='text verdict {css}'>{label}</td></tr>")
    return ("<div class='scroll claims'><table><thead><tr><th class='text'>where</th>"
            "<th class='text'>the paper says</th><th class='text'>this record says</th>"
            "<th class='text'>verdict</th></tr></thead><tbody>" + "".join(rows)
            + "</tbody></table></div>")


def _table(table: Table) -> str:
    css = [" class='text'" if c.startswith("<") else "" for c in table.columns]
    head = "".join(f"<th{k}>{to_html(c.lstrip('<'))}</th>" for c, k in zip(table.columns, css))
    rows = "".join("<tr>" + "".join(f"<td{k}>{to_html(cell)}</td>" for cell, k in zip(row, css))
                   + "</tr>" for row in table.rows)
    caption = f"<p class='caption'>{to_html(table.caption)}</p>" if table.caption else ""
    return (f"<h4>{to_html(table.title)}</h4><div class='scroll'><table><thead><tr>{head}</tr>"
            f"</thead><tbody>{rows}</tbody></table></div>{caption}")


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
