"""The console's figures in a report: what `make perf-console` measured in the browser, with its budgets."""

import json
from html import escape
from pathlib import Path
from typing import Any

FILE = "console.json"


def read(folder: Path) -> dict[str, Any] | None:
    """What was measured last; none where it never was."""
    try:
        return json.loads((folder / FILE).read_text())
    except OSError:
        return None


def console_markdown(found: dict[str, Any] | None) -> str:
    """A section of its own, or nothing."""
    if found is None:
        return ""
    text = [
        "## The console",
        "",
        f"{found['at']}, {found['browser']}.",
        "",
        "| | measured | budget | |",
        "|---|---:|---:|---|",
    ]
    text += [f"| {' | '.join(row)} |" for row in _figures(found)]
    text += ["", *(f"- {one}" for one in found["notes"]), "", "| route | KB gzip |", "|---|---:|"]
    text += [f"| {' | '.join(row)} |" for row in _routes(found)]
    return "\n" + "\n".join(text) + "\n"


def console_html(found: dict[str, Any] | None) -> str:
    """The same for the page."""
    if found is None:
        return ""
    notes = "".join(f"<li>{escape(one)}</li>" for one in found["notes"])
    return (
        f"<h2>The console</h2><p class=soft>{escape(found['at'])}, {escape(found['browser'])}</p>"
        + _table(["", "measured", "budget", ""], _figures(found))
        + f"<ul>{notes}</ul>"
        + _table(["route", "KB gzip"], _routes(found))
    )


def _figures(found: dict[str, Any]) -> list[list[str]]:
    return [
        [
            one["name"],
            "–" if one["value"] is None else f"{one['value']:g} {one['unit']}",
            f"{'at least' if one.get('least') else 'at most'} {one['budget']:g}",
            "" if one["ok"] else "over its budget",
        ]
        for one in found["figures"]
    ]


def _routes(found: dict[str, Any]) -> list[list[str]]:
    return [[name, f"{size / 1024:.1f}"] for name, size in found["routes"].items()]


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    inner = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{top}</tr>{inner}</table></div>'
