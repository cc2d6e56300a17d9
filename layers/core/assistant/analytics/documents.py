"""A report as JSON, Markdown, HTML or PDF. Names are data: they are escaped wherever marks mean something."""

import base64
import html
import io
import json
from dataclasses import asdict, dataclass
from typing import Any

from assistant.analytics.charts import draw, fonts
from assistant.analytics.report import Report, Table, shown
from assistant.analytics.request import Format

MEDIA_TYPES = {"json": "application/json", "md": "text/markdown", "html": "text/html", "pdf": "application/pdf",
               "svg": "image/svg+xml", "png": "image/png"}  # fmt: skip
STYLE = """body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem;font-size:.9rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid #d9dee3;text-align:right}
th:first-child,td:first-child{text-align:left}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem}dt{color:#52606d;font-size:.85rem}
dd{margin:0;font-size:1.4rem}figure{margin:1.5rem 0}svg{max-width:100%;height:auto}.note{color:#52606d}"""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a report."""

    name: str
    media_type: str
    content: bytes


def files_of(report: Report, form: Format, *, include_charts: bool) -> list[File]:
    """The report in its form, first, and with charts each as SVG and as PNG."""
    charts = {chart.name: draw(chart) for chart in report.charts} if include_charts else {}
    write = {"json": _json, "md": _markdown, "html": _html, "pdf": _pdf}[form]
    files = [File(f"{report.report_type}.{form}", MEDIA_TYPES[form], write(report, charts))]
    for name, (picture, image) in charts.items():
        files.append(File(f"{name}.svg", MEDIA_TYPES["svg"], picture.encode()))
        files.append(File(f"{name}.png", MEDIA_TYPES["png"], image))
    return files


Charts = dict[str, tuple[str, bytes]]


def _subtitle(report: Report) -> str:
    scope = report.scope
    whose = f"the whole of {scope.organization}" if scope.whole_organization else "your own"
    return f"{scope.start} to {scope.end} ({scope.time_zone}), {whose}"


def _json(report: Report, charts: Charts) -> bytes:
    scope = report.scope
    body: dict[str, Any] = {
        "report_type": report.report_type,
        "title": report.title,
        "date_range": {"start": scope.start.isoformat(), "end": scope.end.isoformat(), "time_zone": scope.time_zone},
        "whole_organization": scope.whole_organization,
        "totals": [asdict(total) for total in report.totals],
        "tables": [
            {"title": table.title, "units": table.units,
             "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows]}
            for table in report.tables
        ],
        "charts": [{**asdict(chart), "svg": f"{chart.name}.svg", "png": f"{chart.name}.png"} for chart in report.charts
                   if chart.name in charts],
        "notes": report.notes,
    }  # fmt: skip
    return json.dumps(body, indent=2, ensure_ascii=False).encode()


def _markdown(report: Report, charts: Charts) -> bytes:
    lines = [f"# {report.title}", "", _plain(_subtitle(report)), ""]
    lines += [f"- {total.name}: **{_plain(shown(total.value, total.unit))}**" for total in report.totals]
    for chart in report.charts:
        if chart.name in charts:
            image = base64.b64encode(charts[chart.name][1]).decode()
            lines += ["", f"![{chart.title}](data:image/png;base64,{image})"]
    for table in report.tables:
        lines += ["", f"## {table.title}", ""]
        lines += ["| " + " | ".join(table.columns) + " |", "|---" + "|---:" * (len(table.columns) - 1) + "|"]
        lines += ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in _cells(table)]
        lines += [] if table.rows else ["", "Nothing in these days."]
    lines += ["", *(f"*{note}*" for note in report.notes)]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _plain(text: str) -> str:
    """Text in which no mark of Markdown or HTML means anything."""
    text = " ".join(text.split()).replace("\\", "\\\\")
    for mark in "|*_`[]<>#!":
        text = text.replace(mark, f"\\{mark}")
    return text


def _html(report: Report, charts: Charts) -> bytes:
    title = html.escape(report.title)
    parts = [f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"]
    parts.append(f"<h1>{title}</h1><p class=note>{html.escape(_subtitle(report))}</p><dl>")
    parts += [
        f"<div><dt>{html.escape(total.name)}</dt><dd>{html.escape(shown(total.value, total.unit))}</dd></div>"
        for total in report.totals
    ]
    parts.append("</dl>")
    for chart in report.charts:
        if chart.name in charts:
            picture = charts[chart.name][0]
            parts.append(
                f"<figure role=img aria-label='{html.escape(chart.title)}'>{picture[picture.index('<svg') :]}</figure>"
            )
    for table in report.tables:
        head = "".join(f"<th scope=col>{html.escape(column)}" for column in table.columns)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in row) for row in _cells(table))
        parts.append(f"<h2>{html.escape(table.title)}</h2><table><thead><tr>{head}<tbody>{rows}</table>")
        parts += [] if table.rows else ["<p>Nothing in these days."]
    parts += [f"<p class=note>{html.escape(note)}" for note in report.notes]
    return "\n".join([*parts, "</html>"]).encode()


def _pdf(report: Report, charts: Charts) -> bytes:
    from fpdf import FPDF
    from fpdf.fonts import FontFace

    page = FPDF(format="A4")
    regular, bold = fonts()
    page.add_font("DejaVu", "", str(regular))
    page.add_font("DejaVu", "B", str(bold))
    page.set_title(report.title)
    page.set_margins(18, 16)
    page.set_auto_page_break(auto=True, margin=16)
    page.add_page()
    _text(page, report.title, 20, "B")
    _text(page, _subtitle(report), 9)
    page.ln(3)
    for total in report.totals:
        _text(page, f"{total.name}: {shown(total.value, total.unit)}", 11)
    for chart in report.charts:
        if chart.name in charts:
            page.ln(3)
            page.image(io.BytesIO(charts[chart.name][1]), w=page.epw, alt_text=chart.title)
    for table in report.tables:
        page.ln(4)
        _text(page, table.title, 13, "B")
        page.set_font("DejaVu", size=8)
        first = 3 if len(table.columns) < 5 else 2
        with page.table(
            col_widths=(first, *(1 for _ in table.columns[1:])),
            text_align=("LEFT", *("RIGHT" for _ in table.columns[1:])),
            borders_layout="HORIZONTAL_LINES", line_height=5, headings_style=FontFace(emphasis="B"),
        ) as grid:  # fmt: skip
            for row in [table.columns, *_cells(table)]:
                line = grid.row()
                for cell in row:
                    line.cell(cell)
        if not table.rows:
            _text(page, "Nothing in these days.", 9)
    for note in report.notes:
        page.ln(3)
        _text(page, note, 8)
    return bytes(page.output())


def _text(page: Any, text: str, size: int, style: str = "") -> None:
    page.set_font("DejaVu", style, size)
    page.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")


def _cells(table: Table) -> list[list[str]]:
    return [[shown(value, unit) for value, unit in zip(row, table.units, strict=True)] for row in table.rows]
