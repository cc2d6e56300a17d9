"""SVG charts without a library: bars and lines that are read at a glance, in both colour schemes."""

from collections.abc import Sequence
from html import escape
from math import log10

WIDTH, BAR, LABEL = 860, 20, 230
Value = float | None


def bars(rows: Sequence[tuple[str, float, float, float | None]], unit: str) -> str:
    """(name, p50, p95, target) as a bar from p50 to p95 on a logarithmic axis, with a tick at the target.

    Red where p95 passes the target.
    """
    if not rows:
        return ""
    most = max(max(p95, target or 0) for _, _, p95, target in rows) * 1.2
    least = max(0.1, min(p50 for _, p50, _, _ in rows) * 0.8)
    span = max(0.3, log10(most / least))
    room = WIDTH - LABEL - 70

    def x(value: float) -> float:
        return LABEL + room * max(0.0, log10(max(value, least) / least)) / span

    height = BAR * len(rows) + 26
    parts = [_open(height, f"p50 and p95 of each endpoint in {unit}")]
    for power in range(-1, 6):
        for step in (1, 2, 5):
            value = step * 10.0**power
            if least <= value <= most:
                parts.append(f'<line class="grid" x1="{x(value):.1f}" x2="{x(value):.1f}" y1="16" y2="{height}"/>')
                parts.append(f'<text class="axis" x="{x(value):.1f}" y="11" text-anchor="middle">{value:g}</text>')
    for index, (name, p50, p95, target) in enumerate(rows):
        top = 20 + index * BAR
        kind = "bad" if target is not None and p95 > target else "good"
        wide = max(3.0, x(p95) - x(p50))
        parts.append(f'<text x="{LABEL - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="{kind}" x="{x(p50):.1f}" y="{top + 4}" width="{wide:.1f}" height="11" rx="2"/>')
        if target is not None:
            parts.append(f'<line class="target" x1="{x(target):.1f}" x2="{x(target):.1f}" y1="{top}" y2="{top + 18}"/>')
        parts.append(f'<text class="value" x="{max(x(p95), x(p50) + 3) + 6:.1f}" y="{top + 13}">{p95:.3g}</text>')
    return "".join(parts) + "</svg>"


def lines(named: dict[str, Sequence[Value]], step: float, unit: str, least: float | None = None) -> str:
    """Each series over time, from zero; the last value stands at its end."""
    values = [value for one in named.values() for value in one if value is not None]
    if not values:
        return ""
    height, left, right, top = 150, 46, 150, 12
    most = max(max(values), least or 0) * 1.1 or 1.0
    longest = max(len(one) for one in named.values())
    parts = [_open(height, f"{', '.join(named)} in {unit} over the time of the stage")]
    for share in (0, 0.5, 1):
        y = height - 20 - share * (height - 20 - top)
        parts.append(f'<line class="grid" x1="{left}" x2="{WIDTH - right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="axis" x="{left - 5}" y="{y + 4:.1f}" text-anchor="end">{most * share:.3g}</text>')
    parts.append(f'<text class="axis" x="{WIDTH - right}" y="{height - 5}" text-anchor="end">'
                 f"{longest * step:.0f} s</text>")  # fmt: skip
    ends: list[float] = []
    for index, (name, one) in enumerate(named.items()):
        points = [
            (left + (WIDTH - right - left) * number / max(1, longest - 1),
             height - 20 - (height - 20 - top) * value / most)
            for number, value in enumerate(one) if value is not None
        ]  # fmt: skip
        if not points:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline class="line l{index % 6}" points="{path}"/>')
        end = points[-1][1]
        while any(abs(end - other) < 12 for other in ends):
            end += 12 if end < height - 30 else -12
        ends.append(end)
        last = next(value for value in reversed(one) if value is not None)
        parts.append(f'<text class="t{index % 6}" x="{WIDTH - right + 6}" y="{end + 4:.1f}">'
                     f"{escape(name)} {last:.3g}</text>")  # fmt: skip
    return "".join(parts) + "</svg>"


def forest(rows: Sequence[tuple[str, str, float, float, float]], margin: float) -> str:
    """(name, verdict, low, estimate, high) of ratios around 1, with the band that counts as no difference."""
    widest = max([0.15, *(min(1.0, max(abs(low - 1), abs(high - 1))) for _, _, low, _, high in rows)]) * 1.1
    room, height = WIDTH - LABEL - 120, BAR * len(rows) + 26

    def x(ratio: float) -> float:
        return LABEL + room * (min(max(ratio - 1, -widest), widest) + widest) / (2 * widest)

    parts = [_open(height, "how much longer each endpoint takes, with its interval")]
    band = x(1 + margin) - x(1 - margin)
    parts.append(f'<rect class="band" x="{x(1 - margin):.1f}" y="16" width="{band:.1f}" height="{height - 16}"/>')
    for share in (-1, -0.5, 0, 0.5, 1):
        at = 1 + share * widest / 1.1
        parts.append(f'<text class="axis" x="{x(at):.1f}" y="11" text-anchor="middle">{at - 1:+.0%}</text>')
    parts.append(f'<line class="zero" x1="{x(1):.1f}" x2="{x(1):.1f}" y1="16" y2="{height}"/>')
    for index, (name, verdict, low, estimate, high) in enumerate(rows):
        top = 20 + index * BAR
        kind = {"slower": "bad", "faster": "good", "same": "same"}.get(verdict, "open")
        parts.append(f'<text x="{LABEL - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<line class="ci {kind}" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{top + 9}" y2="{top + 9}"/>')
        parts.append(f'<circle class="{kind}" cx="{x(estimate):.1f}" cy="{top + 9}" r="4"/>')
        parts.append(f'<text class="value" x="{WIDTH - 112}" y="{top + 13}">{estimate - 1:+.1%} {verdict}</text>')
    return "".join(parts) + "</svg>"


def _open(height: float, title: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
