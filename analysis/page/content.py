"""What an experiment's module hands to the report: figures, tables, and claims of the paper.

Texts may hold `$t_S$`-style formulas (see markup.py); they are escaped otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True)
class Figure:
    """One figure: `draw` receives an empty matplotlib Figure. `key` names the files."""

    key: str
    title: str
    caption: str
    draw: Callable
    size: tuple[float, float] = (7.2, 4.5)


@dataclass(frozen=True)
class Table:
    """Rows of ready text; columns whose name starts with "<" are left-aligned text."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    caption: str = ""


class Verdict(Enum):
    """What became of a statement of the paper."""

    REPRODUCED = "reproduced"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    OPEN = "not measured here"


@dataclass(frozen=True)
class Claim:
    """A statement of the paper beside what this record holds."""

    where: str
    statement: str
    measured: str
    verdict: Verdict
    note: str = ""


@dataclass
class Content:
    """Everything the report shows of one record beyond what every record has. `paper` is the source
    of the claims, in full; `problem` says why this is not what the experiment should show."""

    summary: str = ""
    paper: str = ""
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    problem: str = ""
