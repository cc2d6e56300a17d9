"""A report before it has a form: numbers with their names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from assistant.platform.db import Row

Value = int | float | str | None
# dollars are shown with six digits after the point: a call may cost less than a cent.
Unit = Literal["", "dollars", "seconds", "percent"]


@dataclass(frozen=True, slots=True)
class Total:
    """One number that sums the report up."""

    name: str
    value: Value
    unit: Unit = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`units` are of the columns, in their order."""

    title: str
    columns: tuple[str, ...]
    units: tuple[Unit, ...]
    rows: Sequence[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Chart:
    """One series: `line` over the days, `bars` over names."""

    name: str
    title: str
    kind: Literal["line", "bars"]
    labels: list[str]
    values: list[float]
    unit: Unit = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows, and of which days, both with."""

    organization_id: str
    organization: str
    user_id: str
    whole_organization: bool
    time_zone: str
    start: date
    end: date

    @property
    def binds(self) -> dict[str, object]:
        """What every statement of a report is bound to."""
        return {
            "organization": self.organization_id,
            "user": self.user_id,
            "whole": self.whole_organization,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All that is in a report."""

    report_type: str
    title: str
    scope: Scope
    totals: list[Total]
    tables: list[Table]
    charts: list[Chart]
    notes: list[str] = field(default_factory=list)


def table_of(
    title: str,
    first: str,
    columns: Mapping[str, Unit],
    rows: Sequence[Row],
    line: Callable[[Row], tuple[Value, ...]],
    key: str = "name",
) -> Table:
    """A table whose lines begin with what they are about; `columns`: those that `line` fills, with their units."""
    lines = [(row[key], *line(row)) for row in rows]
    return Table(title, (first, *columns), ("", *columns.values()), lines)


def labels(rows: Sequence[Row], key: str = "name") -> list[str]:
    """What a chart's values are of."""
    return [str(row[key]) for row in rows]


def values(rows: Sequence[Row], key: str) -> list[float]:
    """A chart's values."""
    return [float(row.get(key, 0)) for row in rows]


def shown(value: Value, unit: Unit = "") -> str:
    """A value for people; nothing is a dash."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if unit == "dollars":
        return f"${value:,.6f}"
    if unit == "seconds":
        return f"{value:,.1f} s"
    if unit == "percent":
        return f"{value:.1f} %"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
