"""What an experiment's module hands to the report: figures, tables, and claims of the paper.

Texts may hold `$t_S$`-style formulas (see markup.py); they are escaped otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes
    ----------
    key : str
        Names it, its files and its place on the page.
    title, caption : str
        For `to_html`.
    draw : callable
        Receives an empty Matplotlib figure.
    size : tuple of float
        In inches.
    """

    key: str
    title: str
    caption: str
    draw: Callable
    size: tuple[float, float] = (7.2, 4.5)


@dataclass(frozen=True)
class Table:
    """Rows of ready text.

    Attributes
    ----------
    title, caption : str
        For `to_html`, as columns and cells are.
    columns : list of str
        Their names; one that starts with "<" holds text, aligned left.
    rows : list of list of str
        As many cells as there are columns.
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    caption: str = ""


class Verdict(Enum):
    """What became of a statement of the paper. CONTRADICTED needs a measurement that says so: where
    the record does not reach what the statement speaks of, or its errors leave both answers, it is
    OPEN."""

    REPRODUCED = "reproduced"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    OPEN = "not decided"


def left_out_text(units: int) -> str:
    """What a claim adds of units that are unreliable; empty where there are none."""
    if units == 0:
        return ""
    return f" Left out: {units} unreliable {'unit' if units == 1 else 'units'}."


def verdict_of(answers: list[bool | None]) -> Verdict:
    """What several answers come to.

    Parameters
    ----------
    answers : list of bool or None
        Whether the statement holds in each case; None where that is not decided.

    Returns
    -------
    Verdict
        Reproduced if it holds in every case, contradicted if in none that is decided, open if none
        is decided; else partly.
    """
    known = [answer for answer in answers if answer is not None]
    if not known:
        return Verdict.OPEN
    if all(known):
        return Verdict.REPRODUCED if len(known) == len(answers) else Verdict.PARTLY
    return Verdict.PARTLY if any(known) else Verdict.CONTRADICTED


@dataclass(frozen=True)
class Claim:
    """A statement of the paper beside what this record holds.

    Attributes
    ----------
    where : str
        In the paper.
    statement, measured, note : str
        For `to_html`.
    verdict : Verdict
        What became of it.
    """

    where: str
    statement: str
    measured: str
    verdict: Verdict
    note: str = ""


@dataclass
class Content:
    """Everything the report shows of one record beyond what every record has.

    Attributes
    ----------
    summary : str
        What the experiment is and how it ran.
    paper : str
        The source of the claims, in full.
    figures : list of Figure
    tables : list of Table
    claims : list of Claim
    problem : str
        Why this is not what the experiment should show; empty if it is.
    """

    summary: str = ""
    paper: str = ""
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    problem: str = ""
