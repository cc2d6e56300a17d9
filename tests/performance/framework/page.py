"""The report as one HTML file that needs nothing else: no script, no font, no address."""

from html import escape
from typing import Any

from tests.performance.framework.charts import bars, forest, lines, short
from tests.performance.framework.console import console_html

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#667085;--paper:#fff;--line:#e4e7ec;--good:#2563a8;--bad:#c0362c;
--band:#eef4ee;--same:#2f7d4f;--open:#98a2b3}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#98a2b3;--paper:#12161d;--line:#2b3340;--good:#6ea8e0;
--bad:#f0806f;--band:#1b2a20;--same:#63b384;--open:#667085}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:900px;margin:2rem auto;
padding:0 1rem}h1{font-size:1.5rem}
h2{font-size:1.15rem;margin-top:2.2rem}p,li{max-width:75ch}small,.soft{color:var(--soft)}
.head{display:flex;gap:2rem;align-items:center;flex-wrap:wrap}.grade{font-size:3.6rem;font-weight:700;line-height:1}
.A,.B{color:var(--same)}.C,.D{color:var(--open)}.F{color:var(--bad)}dl{display:flex;gap:1.6rem;flex-wrap:wrap;margin:0}
dt{color:var(--soft);font-size:.8rem}dd{margin:0;font-size:1.25rem;font-weight:600}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.85rem}
td,th{padding:.2rem .5rem;text-align:right;border-bottom:1px solid var(--line)}
td:first-child,th:first-child{text-align:left}
.scroll{overflow-x:auto}.wrong{color:var(--bad);font-weight:600}
svg{width:100%;height:auto;font:11px system-ui,sans-serif}
svg text{fill:var(--ink)}svg .axis,svg .value{fill:var(--soft)}
.grid{stroke:var(--line)}.target{stroke:var(--ink);stroke-width:1.5}.zero{stroke:var(--soft)}.band{fill:var(--band)}
.good{fill:var(--good);stroke:var(--good)}.bad{fill:var(--bad);stroke:var(--bad)}
.same{fill:var(--same);stroke:var(--same)}
.open{fill:var(--open);stroke:var(--open)}.ci{stroke-width:3}rect.good,rect.bad{stroke:none}
.line{fill:none;stroke-width:1.8}
.l0{stroke:#2563a8}.l1{stroke:#c9702b}.l2{stroke:#2f8f83}.l3{stroke:#a0438a}
.l4{stroke:#7a7d2c}.l5{stroke:#667085}
svg .t0{fill:#2563a8}svg .t1{fill:#c9702b}svg .t2{fill:#2f8f83}svg .t3{fill:#a0438a}
svg .t4{fill:#7a7d2c}svg .t5{fill:#667085}
"""


def page(title: str, body: list[str]) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return (
        f"<!doctype html><html lang=en><head>{head}<style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def run_page(report: dict[str, Any], targets: dict[str, float]) -> str:
    """One run: the grade, what cost it, each stage as a picture, the figures below."""
    busiest = max(report["stages"], key=lambda stage: (stage["name"].startswith("steady"), stage["users"]))
    every, score = busiest["all"], report["score"]
    body = [
        f"<h1>Performance of {escape(report['commit'])}</h1>",
        _head(score, [
            (f"p95, {busiest['name']}", f"{short(every['p95_ms'])} ms"), ("p50", f"{short(every['p50_ms'])} ms"),
            ("errors in all stages", str(sum(stage["all"]["errors"] for stage in report["stages"]
                                             if not stage.get("stress")))),
            ("endpoints", str(report["endpoints"])),
            ("per 1,000 requests", "–" if report["cost"] is None else f"${report['cost']:.4f}"),
        ]),
        f'<p class="soft">{escape(report["at"])} · profile {escape(report["profile"])} · {report["cpus"]} CPUs · '
        f"{escape(report['about'])}</p>",
        _list("What cost points", [f"{one['points']:.2f}: {one['why']}" for one in score["lost"]], "Nothing."),
    ]  # fmt: skip
    if report.get("breaks"):
        body.append(f"<p>{escape(report['breaks'])}</p>")
    rows = sorted(busiest["operations"].items(), key=lambda item: -item[1]["p95_ms"])
    body += [
        f"<h2>Endpoints, {escape(busiest['name'])}</h2><p>From p50 to p95 in milliseconds; the tick is the target.</p>",
        bars([(name, one["p50_ms"], one["p95_ms"], targets.get(name)) for name, one in rows], "ms"),
        *[part for stage in report["stages"] for part in _stage(stage)],
        "<h2>One request, asked alone</h2>",
        _table(["", "ms", "statements", "round trips", "cache calls", "hits", "$ per 1,000"],
               [[name, one["ms"], one.get("statements"), one.get("round_trips"), one.get("cache_calls"),
                 one.get("hits"), one.get("cost")] for name, one in sorted(report["alone"].items())]),
        "<h2>Figures</h2>",
        *[_figures(stage) for stage in report["stages"]],
        console_html(report.get("console")),
        _list("What could not be told", score["cannot_tell"], "Nothing."),
    ]  # fmt: skip
    return page(f"Performance of {report['commit']}", body)


def _stage(stage: dict[str, Any]) -> list[str]:
    found, step = stage["series"], stage["series"]["step_seconds"][0]
    kept = "" if stage["generator"]["kept_up"] else ' <span class="wrong">the load generator fell behind</span>'
    every = stage["all"]
    title = f"<h2>{escape(stage['name'])}</h2><p>{every['count']} requests, {every.get('rate', 0)} a second, "
    title += f"{every['errors']} errors, p95 {short(every.get('p95_ms', 0))} ms, "
    title += f"p99 {short(every.get('p99_ms', 0))} ms{kept}"
    if sockets := stage.get("sockets"):
        title += f"; {sockets['held']} sockets held, ping p99 {sockets['p99_ms']} ms"
    if tasks := stage.get("tasks"):
        title += f"; {tasks['completed']} of {tasks['submitted']} tasks done, {tasks['cancelled']} cancelled"
    parts = [title + "</p>", lines({"p95 ms": found["p95_ms"], "p50 ms": found["p50_ms"]}, step, "ms")]
    if stage["parts"]:
        largest = sorted(stage["parts"].items(), key=lambda item: -item[1]["pss_most_mb"])[:6]
        seconds = stage["seconds"] / max(1, len(largest[0][1]["samples"]))
        parts.append(lines({f"{name} MB": [mb for _, mb in one["samples"]] for name, one in largest}, seconds, "MB"))
    return parts


def _figures(stage: dict[str, Any]) -> str:
    rows = [
        [name, one["count"], one["errors"], one.get("rate"), one.get("p50_ms"), one.get("p95_ms"), one.get("p99_ms"),
         f"{one.get('p95_low_ms')}–{one.get('p95_high_ms') or '?'}"]
        for name, one in [("all", stage["all"]), *sorted(stage["operations"].items())]
    ]  # fmt: skip
    head = ["", "count", "errors", "a second", "p50", "p95", "p99", "p95 within"]
    return f"<h3>{escape(stage['name'])}</h3>{_table(head, rows)}"


def compare_page(report: dict[str, Any]) -> str:
    """Two commits: per endpoint and quantile, where the difference lies."""
    title = f"{report['b']} against {report['a']}"
    counts = [(verdict, str(number)) for verdict, number in report["verdicts"].items()]
    body = [
        f"<h1>{escape(title)}</h1>",
        _head(report["score"], counts),
        f'<p class="soft">{escape(report["about"])}</p>',
        _list("What cost points", [f"{x['points']:.2f}: {x['why']}" for x in report["score"]["lost"]], "Nothing."),
    ]
    for share, margin in report["margins"].items():
        rows = [(x["operation"], x["verdict"], x["low"], x["ratio"], x["high"])
                for x in report["comparisons"] if x["quantile"] == share and x["ratio"] is not None]  # fmt: skip
        rows.sort(key=lambda row: -row[3])
        said = f"<h2>{share}</h2><p>How much longer {escape(report['b'])} takes; within the band is the same.</p>"
        body += [said, forest(rows, margin)] if rows else []
    body.append(_list("What could not be told", report["score"]["cannot_tell"], "Nothing."))
    return page(title, body)


def _head(score: dict[str, Any], facts: list[tuple[str, str]]) -> str:
    found = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    judged = f"of 100, of which {score['judged']:g} could be judged"
    points = f"<div><dt>{judged}</dt><dd>{score['points']:g}</dd></div>"
    grade = f'<div class="grade {score["grade"]}">{score["grade"]}</div>'
    return f'<div class="head">{grade}<dl>{points}{found}</dl></div>'


def _list(title: str, lines_: list[str], nothing: str) -> str:
    inner = "".join(f"<li>{escape(line)}</li>" for line in lines_)
    return f"<h2>{title}</h2>" + (f"<ul>{inner}</ul>" if inner else f"<p>{nothing}</p>")


def _table(head: list[str], rows: list[list[Any]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    inner = "".join(
        "<tr>" + "".join(f"<td>{'' if cell is None else escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><tr>{top}</tr>{inner}</table></div>'
