"""Charts as SVG and PNG, drawn by matplotlib without a screen."""

import io
import math
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from assistant.analytics.report import Chart, shown

INK, GRID, MARK = "#1f2933", "#d9dee3", "#2563ab"
INCHES, DOTS = (7.2, 3.0), 144
MOST_BARS = 12


def draw(chart: Chart) -> tuple[str, bytes]:
    """(the SVG's text, the PNG's bytes) of a chart; the same chart gives the same SVG."""
    figure = _figure(chart)
    picture, image = io.StringIO(), io.BytesIO()
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": chart.name, "svg.fonttype": "path"}):
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    figure.savefig(image, format="png", dpi=DOTS, metadata={"Software": None})
    return picture.getvalue(), image.getvalue()


@cache
def fonts() -> tuple[Path, Path]:
    """(regular, bold) of DejaVu Sans, which comes with matplotlib and has Latin and Cyrillic letters."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"


def _figure(chart: Chart) -> Any:
    # It writes a list of fonts on its first use, and a function can write to its temporary folder only.
    os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "matplotlib"))
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    figure = Figure(figsize=INCHES, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(chart.title, loc="left", fontsize=11, color=INK, fontweight="bold")
    if not any(chart.values):
        axes.text(0.5, 0.5, "Nothing in these days", ha="center", va="center", color=INK, transform=axes.transAxes)
        axes.set_axis_off()
        return figure
    formatted = FuncFormatter(lambda value, _: _tick(value, chart))
    if chart.kind == "line":
        places = range(len(chart.values))
        axes.fill_between(places, chart.values, color=MARK, alpha=0.15, linewidth=0)
        axes.plot(
            places, chart.values, color=MARK, linewidth=1.8, marker="o" if len(chart.values) < 40 else "", markersize=3
        )
        step = max(math.ceil(len(chart.labels) / 8), 1)
        axes.set_xticks(list(places)[::step], chart.labels[::step])
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(formatted)
        axes.grid(axis="y", color=GRID, linewidth=0.8)
    else:
        labels, values = _most(chart)
        bars = axes.barh(range(len(values)), values, color=MARK, height=0.65)
        axes.bar_label(bars, [_tick(value, chart) for value in values], padding=4, fontsize=8, color=INK)
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.xaxis.set_visible(False)
    axes.tick_params(colors=INK, labelsize=8, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure


def _most(chart: Chart) -> tuple[list[str], list[float]]:
    """The first bars, and the rest as one."""
    labels, values = list(chart.labels), list(chart.values)
    if len(values) > MOST_BARS:
        labels = [*labels[: MOST_BARS - 1], f"{len(values) - MOST_BARS + 1} others"]
        values = [*values[: MOST_BARS - 1], sum(values[MOST_BARS - 1 :])]
    return labels, values


def _tick(value: float, chart: Chart) -> str:
    if chart.unit == "dollars":
        return f"${value:,.2f}" if value >= 0.01 or value == 0 else f"${value:.6f}"
    return shown(round(value) if value == round(value) else value, chart.unit)
