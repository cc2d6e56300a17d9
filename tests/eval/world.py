"""A PostgreSQL of its own with the corpus in it, and the embedding model beside it, as the local cloud has them."""

import json
import os
import secrets
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.identity.caller import Caller
from assistant.platform.db import Database, UnitOfWork
from assistant.platform.db.connection import PooledConnection
from assistant.platform.db.migrate import migrate
from assistant.search.embeddings import configured
from assistant.search.embeddings.models import LOCAL
from assistant.search.index import Entry, put
from local.parts import embeddings, postgres
from local.process import free_port
from tests.eval.corpus import Page
from tests.eval.vectors import chunks_of

BUDGET = 1_000_000_000_000  # micro-dollars: queries are embedded and paid for as always
BATCH = 500


@dataclass(frozen=True)
class World:
    """`owner` may change anything: it copies chunks for the larger sizes."""

    database: Database
    owner: PooledConnection


@contextmanager
def running() -> Iterator[World]:
    """PostgreSQL and the model, for as long as the block lasts."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as folder:
        path, port, model_port, key = Path(folder), free_port(), free_port(), secrets.token_hex(8)
        server = postgres.Postgres(path / "data", path / "postgres.log", port)
        server.begin()
        parts = [server.process(), embeddings.process(model_port, key, root, path / "embeddings.log")]
        for part in parts:
            part.start()
        for part in parts:
            part.wait_ready()
        os.environ |= {
            "EMBEDDING_PROVIDER": "openai", "EMBEDDING_MODEL": LOCAL, "CACHE_HOST": "127.0.0.1", "CACHE_PORT": "1",
            "CACHE_TLS": "off", "CACHE_USER": "", "EMBEDDING_BASE_URL": f"http://127.0.0.1:{model_port}/v1",
        }  # fmt: skip
        configured._api_key = lambda fresh: key
        owner = PooledConnection("app", host="127.0.0.1", port=port, database="postgres")
        migrate(owner)
        open_one = lambda: PooledConnection("assistant", host="127.0.0.1", port=port, database="postgres")  # noqa: E731
        database = Database(open_one)
        try:
            yield World(database, owner)
        finally:
            database.discard()
            owner.close()
            for part in reversed(parts):
                part.stop()


def organization(database: Database) -> Caller:
    """Somebody who may search, and may spend."""
    with database.transaction() as work:
        [row] = work.run("INSERT INTO organizations (name) VALUES ('Eval') RETURNING organization_id")
        organization_id = str(row["organization_id"])
        [row] = work.run(
            """INSERT INTO users (organization_id, email, name, password_hash)
               VALUES (CAST(:id AS uuid), :email, 'Eval', '-') RETURNING user_id""",
            id=organization_id,
            email=f"{uuid.uuid4().hex}@eval.example",
        )
        user_id = str(row["user_id"])
        for level, owner_id in (("organization", organization_id), ("user", user_id)):
            work.run(
                """INSERT INTO budgets (organization_id, level, owner_id, limit_microdollars)
                   VALUES (CAST(:id AS uuid), :level, CAST(:owner AS uuid), :limit)""",
                id=organization_id,
                level=level,
                owner=owner_id,
                limit=BUDGET,
            )
    return Caller(user_id, organization_id, "user", frozenset({"search"}), "", "")


def fill(database: Database, caller: Caller, pages: Sequence[Page], vectors: Sequence[np.ndarray]) -> dict[str, str]:
    """Index the pages, each chunk with its vector; the page's key by the document's id."""
    keys = {}
    at = 0
    for start in range(0, len(pages), BATCH):
        with database.transaction() as work:
            for page in pages[start : start + BATCH]:
                chunks = chunks_of(page)
                entry = Entry(
                    caller.organization_id, caller.user_id, "index", page.key, page.title, page.key, "text/markdown",
                    page.key, len(page.text), collection="documents", source_type="manual",
                )  # fmt: skip
                written = put(work, entry, chunks, document_id=str(uuid.uuid4()), of_anyone=False)
                assert written is not None
                keys[written["document_id"]] = page.key
                _keep(work, caller, written["document_id"], vectors[at : at + len(chunks)])
                at += len(chunks)
    return keys


def _keep(work: UnitOfWork, caller: Caller, document_id: str, vectors: Sequence[np.ndarray]) -> None:
    model = configured.model()
    assert model is not None
    rows = [
        {"chunk_index": index, "embedding": "[" + ",".join(f"{number:.5g}" for number in vector) + "]"}
        for index, vector in enumerate(vectors)
    ]
    work.run(
        """INSERT INTO embeddings (chunk_id, model, dimensions, organization_id, document_id, embedding)
           SELECT chunk_id, :model, CAST(:dimensions AS smallint), organization_id, document_id,
                  CAST(row.embedding AS halfvec)
           FROM json_to_recordset(CAST(:rows AS json)) AS row (chunk_index integer, embedding text)
           JOIN chunks USING (chunk_index)
           WHERE organization_id = CAST(:id AS uuid) AND document_id = CAST(:document_id AS uuid)""",
        model=model.key,
        dimensions=model.dimensions,
        rows=json.dumps(rows),
        id=caller.organization_id,
        document_id=document_id,
    )


def multiplied(world: World, original: Caller, copy: Caller, chunks: int) -> None:
    """Give an organization so many chunks: copies of the original's, each vector moved a little aside."""
    parameters = {
        "original": original.organization_id, "copy": copy.organization_id, "user": copy.user_id, "chunks": chunks,
    }  # fmt: skip
    world.owner.execute(
        """CREATE TEMPORARY TABLE copied AS
           SELECT row_number() OVER () AS number, gen_random_uuid() AS document_id, source.* FROM (
               SELECT content, heading, chunks.title, embedding, model, dimensions
               FROM chunks JOIN embeddings USING (chunk_id)
               CROSS JOIN generate_series(1, CAST(:chunks AS integer) / (
                   SELECT count(*) FROM chunks WHERE organization_id = CAST(:original AS uuid)) + 1) AS times
               WHERE chunks.organization_id = CAST(:original AS uuid)
               ORDER BY times, chunk_id LIMIT CAST(:chunks AS integer)) AS source""",
        {"chunks": chunks, "original": original.organization_id},
    )
    for statement in (
        """INSERT INTO documents (document_id, organization_id, uploaded_by, origin, external_id, title, filename,
               content_type, content_hash, size_bytes, chunk_count, embedded_with)
           SELECT document_id, CAST(:copy AS uuid), CAST(:user AS uuid), 'index', CAST(number AS text), title, 'f',
                  '', '', 1, 1, model FROM copied""",
        """INSERT INTO chunks (organization_id, document_id, title, chunk_index, heading, content)
           SELECT CAST(:copy AS uuid), document_id, title, 0, heading, content FROM copied""",
        """INSERT INTO embeddings (chunk_id, model, dimensions, organization_id, document_id, embedding)
           SELECT chunk_id, model, dimensions, CAST(:copy AS uuid), chunks.document_id,
                  embedding + CAST(CAST(ARRAY(SELECT (random() - 0.5) * 0.02 + 0 * number
                                              FROM generate_series(1, 384)) AS vector) AS halfvec)
           FROM copied JOIN chunks ON chunks.document_id = copied.document_id""",
    ):
        names = [name for name in parameters if f":{name}" in statement]
        world.owner.execute(statement, {name: parameters[name] for name in names})
    world.owner.execute_simple("DROP TABLE copied")
    world.owner.execute_simple("ANALYZE")
