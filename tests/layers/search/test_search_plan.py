"""How PostgreSQL runs a search among 20,000 chunks: by the index of words, whoever's they are."""

import json
import uuid
from types import SimpleNamespace

import pytest
import sqlglot

from assistant.platform.db import Database
from assistant.platform.db.migrate import migrate
from assistant.search import statement
from assistant.search.models import SearchQuery
from assistant.search.search import search

OWNED = {"chunks", "documents", "embeddings", "sources", "users"}
STATEMENTS = {str(length) if length else "by words": text for length, text in statement.STATEMENTS.items()}
CHUNKS = {"large": 19_000, "small": 1_000}
FILL = """
INSERT INTO chunks (organization_id, document_id, chunk_index, content)
SELECT CAST(:organization_id AS uuid), CAST(:document_id AS uuid), number,
       (SELECT string_agg('word' || CAST(floor(power(random(), 3) * 3000) AS integer), ' ')
        FROM generate_series(1, 100 + 0 * number))
FROM generate_series(1, CAST(:chunks AS integer)) AS number
"""


@pytest.fixture(scope="module")
def filled(postgres):
    """A database of its own, so that its statistics are those of these chunks."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    administrator = postgres.connect("postgres")
    administrator.execute_simple(f"CREATE DATABASE {name}")
    owner = postgres.connect(name)
    migrate(owner)
    callers = {size: organization(owner, chunks) for size, chunks in CHUNKS.items()}
    owner.execute_simple("ANALYZE")
    yield SimpleNamespace(owner=owner, callers=callers, open=lambda: postgres.connect(name, "assistant"))
    owner.close()
    administrator.execute_simple(f"DROP DATABASE {name} WITH (FORCE)")
    administrator.close()


def organization(owner, chunks):
    made = {name: str(uuid.uuid4()) for name in ("organization_id", "user_id", "document_id")}
    for sql in (
        "INSERT INTO organizations (organization_id, name) VALUES (CAST(:organization_id AS uuid), 'Test')",
        """INSERT INTO users (user_id, organization_id, email, name, password_hash)
           VALUES (CAST(:user_id AS uuid), CAST(:organization_id AS uuid), :user_id, 'Test', '-')""",
        """INSERT INTO documents (document_id, organization_id, uploaded_by, title, filename, external_id,
                                  content_type, object_key, content_hash, size_bytes, chunk_count)
           VALUES (CAST(:document_id AS uuid), CAST(:organization_id AS uuid), CAST(:user_id AS uuid), 't', 'f', 'f',
                   '', '', '', 1, :chunks)""",
        FILL,
    ):
        owner.execute(sql, {**made, "chunks": chunks})
    return SimpleNamespace(**made)


class Explaining:
    """A unit of work that keeps the plan of each statement instead of its rows."""

    database = None

    def __init__(self, connection):
        self.connection, self.plans = connection, []

    def run(self, sql, **params):
        [row] = self.connection.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, params)
        plan = row["QUERY PLAN"]
        self.plans.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        return [{"total_found": 0, "document_id": None}]


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


@pytest.mark.parametrize("size", CHUNKS)
@pytest.mark.parametrize("query", ["word2500", "word1 word20 word300 word2000", '"word1 word2" ' + "word7 " * 40])
def test_words_are_looked_up_in_the_index(filled, size, query):
    work = Explaining(filled.owner)
    search(work, filled.callers[size], SearchQuery(query=query))
    [plan] = work.plans
    found = list(nodes(plan))
    assert "chunks_terms" in {node.get("Index Name") for node in found if node["Node Type"] == "Bitmap Index Scan"}
    of_chunks = [node["Node Type"] for node in found if node.get("Relation Name") == "chunks"]
    assert set(of_chunks) <= {"Bitmap Heap Scan", "Index Scan"}


def test_the_search_finds_what_the_plan_says(filled):
    database = Database(filled.open)
    with database.reading() as work:
        found = search(work, filled.callers["small"], SearchQuery(query="word1 word20", limit=100))
        [by_hand] = work.run(
            """SELECT count(*) AS n FROM chunks WHERE organization_id = CAST(:id AS uuid)
               AND (content ~ '\\mword1\\M' OR content ~ '\\mword20\\M')""",
            id=filled.callers["small"].organization_id,
        )
    database.discard()
    assert found.total_found == by_hand["n"] > 0


@pytest.mark.parametrize("text", STATEMENTS.values(), ids=STATEMENTS)
def test_the_statement_is_one_that_a_proxy_does_not_pin(text):
    assert len(text.encode()) < 16_384
    [parsed] = sqlglot.parse(text, dialect="postgres")
    assert isinstance(parsed, sqlglot.exp.Select)


@pytest.mark.parametrize("text", STATEMENTS.values(), ids=STATEMENTS)
def test_each_table_is_read_by_organization(text):
    """In every SELECT, each of the tables has a condition of its own: a join alone does not stand for it."""
    read = 0
    for select in sqlglot.parse_one(text, dialect="postgres").find_all(sqlglot.exp.Select):
        tables = [table.alias_or_name for table in direct(select, sqlglot.exp.Table) if table.name in OWNED]
        conditions = [
            equal.this.table
            for equal in direct(select, sqlglot.exp.EQ)
            if equal.this.name == "organization_id" and "organization_id" in equal.expression.sql()
        ]
        read += len(tables)
        assert sorted(conditions) in ([""] * len(tables), sorted(tables)), select.sql()
    assert read >= 4


def direct(select, kind):
    """Nodes of a SELECT that belong to no SELECT inside it."""
    return [node for node in select.find_all(kind) if node.find_ancestor(sqlglot.exp.Select) is select]
