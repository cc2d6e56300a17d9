"""Two organizations with the same documents never see each other's, and no condition that keeps them apart can go.

Each `organization_id = …` of the search context's statements is taken away, one at a time: the rule that every table
in a statement has a condition of its own sees each. And each reading statement without any of them is run between two
organizations with the same documents: what somebody sees must change, or the condition would keep nobody apart.
"""

import re
import uuid
from types import SimpleNamespace

import pytest
import sqlglot
from sqlglot import exp

from assistant.identity.caller import Caller
from assistant.platform.db.unit_of_work import UnitOfWork
from assistant.platform.errors import AssistantError
from assistant.search import collections, similar, store_health, visible
from assistant.search.documents import Upload, store_document
from assistant.search.embeddings import configured
from assistant.search.embeddings.store import missing
from assistant.search.models import SearchQuery
from assistant.search.ranking import weights_of
from assistant.search.search import passages, search
from assistant.search.sources import items, requests, store
from tests.architecture.rules_tenancy import EXEMPT, SCOPES
from tests.architecture.schema import Schema
from tests.architecture.source import python_files
from tests.architecture.sql_texts import Texts

SCHEMA = Schema.read()
FOUND = {sql.text: sql for sql in Texts(python_files("layers/core/assistant/search")).found}
PREDICATE = re.compile(r"(?:\w+\.)?organization_id = CAST\(:organization\w* AS uuid\)")
BOUND = [sql for text, sql in FOUND.items() if not EXEMPT.match(text) and PREDICATE.search(text)]
MUTANTS = [
    pytest.param(sql.text, number, id=f"{sql.place}-{len(sql.text)}-{number}")
    for sql in BOUND
    for number in range(len(PREDICATE.findall(sql.text)))
]


# The id that it is asked by was looked up with the organization just before, so that this one cannot show more.
ASKED_BY_A_CHECKED_ID = "avg(embedding)"


def without(text: str, number: int) -> str:
    """The statement with one of its conditions always true."""
    place = [match.span() for match in PREDICATE.finditer(text)][number]
    return f"{text[: place[0]]}true{text[place[1] :]}"


def findings(text: str) -> list[str]:
    """The tables of an organization that a SELECT, UPDATE or DELETE uses without a condition of their own."""
    found = []
    for statement in sqlglot.parse(text, dialect="postgres"):
        for scope in statement.find_all(*SCOPES):
            if isinstance(scope, exp.Insert):
                conflict = scope.args.get("conflict")
                if conflict is not None and conflict.expressions and not own(conflict, conflict):
                    found.append("a row that may be anyone's is updated on conflict")
                continue
            tables = [table for table in scope.find_all(exp.Table) if table.find_ancestor(*SCOPES) is scope]
            owned = [table.alias_or_name for table in tables if table.name in SCHEMA.tenant_tables]
            found += owned[own(scope, scope) :]
    return found


def own(node: exp.Expression, scope: exp.Expression) -> int:
    """How many conditions on the organization stand in the scope itself."""
    return sum(
        isinstance(equal.this, exp.Column)
        and equal.this.name == "organization_id"
        and "organization" in equal.expression.sql()
        for equal in node.find_all(exp.EQ)
        if scope is not node or equal.find_ancestor(*SCOPES) in (scope, scope.find_ancestor(*SCOPES))
    )


@pytest.mark.parametrize("sql", BOUND, ids=str)
def test_every_table_has_a_condition_of_its_own(sql):
    assert findings(sql.text) == []


@pytest.mark.parametrize(("text", "number"), MUTANTS)
def test_a_condition_that_is_gone_is_seen(text, number):
    assert findings(without(text, number)) != []


# ---- the same, by what people see ----

TEXT = "# Budgets\n\nThe hold is taken before the call, by every vehicle."


@pytest.fixture
def two(db, person, bucket, embeddings):
    """Two administrators of two organizations that know the same, each with a source of the same name."""
    made = []
    for _ in range(2):
        admin = person(role="admin")
        caller = Caller(admin.user_id, admin.organization_id, "admin", frozenset(), "", "")
        what = {"source_type": "jira", "name": "Issues", "config": {"base_url": "https://a.example", "projects": []},
                "is_enabled": True, "team_ids": [], "schedule": "manual", "has_secret": False}  # fmt: skip
        with db.transaction() as work:
            source = store.create(work, caller.organization_id, caller.user_id, what)
            documents = [
                store_document(work, caller, Upload(TEXT.encode(), name)).document_id for name in ("a.md", "b.md")
            ]
            work.run(
                """INSERT INTO search_weights (organization_id, lexical, semantic, title, freshness, half_life_days)
                   VALUES (CAST(:id AS uuid), 1, 1, 0.1, 0, 100)""",
                id=caller.organization_id,
            )
            collections.initialize(work, caller.organization_id)
        made.append(SimpleNamespace(caller=caller, source=source, documents=documents))
    return made


def seen(db, me, other):
    """Everything that reading tells one of the two, asked for by what is the other's where an id is asked for."""
    caller, organization_id = me.caller, me.caller.organization_id
    foreign = other.documents[0]
    asks = [
        lambda work: [str(result.document_id) for mode in ("lexical", "vector", "hybrid") for result in
                      search(work, caller, SearchQuery(query="hold vehicle", mode=mode, limit=100)).results],
        lambda work: [
            passage.document_id for passage in passages(work, organization_id, caller.user_id, "hold", 100)
        ],
        lambda work: [row["document_id"] for row in similar.similar(work, caller, me.documents[0], 20).documents],
        lambda work: visible.find_document(work, caller, foreign)["document_id"],
        lambda work: visible.still_there(work, organization_id, [*me.documents, *other.documents]),
        lambda work: store.find(work, organization_id, other.source.source_id).source_id,
        lambda work: [each.source.source_id for each in
                      store.listed(work, organization_id, caller.user_id, include_disabled=True)],
        lambda work: collections.listed(work, organization_id),
        lambda work: [part.detail for part in store_health.measure(work, caller)],
        lambda work: len(missing(work, organization_id, configured.model(), 100, document_id=foreign)),
        lambda work: weights_of(work, organization_id),
        lambda work: items.hashes(work, organization_id, "upload", ["a.md", "b.md", "theirs.md"]),
        lambda work: [row["document_id"] for row in
                      items.unticked(work, organization_id, "upload", str(uuid.uuid4()), "", 100)],
        lambda work: requests._open(work, organization_id, other.source.source_id),
    ]  # fmt: skip
    told = []
    for ask in asks:
        try:
            with db.work(autocommit=True) as work:
                told.append(ask(work))
        except AssistantError as error:
            told.append(error.code)
    return told


def test_what_is_read_is_ones_own(db, two, monkeypatch):
    me, other = two
    with db.transaction() as work:  # so that what is theirs alone would show
        work.run(
            """UPDATE search_weights SET half_life_days = 7 WHERE organization_id = CAST(:id AS uuid)""",
            id=other.caller.organization_id,
        )
        work.run("DELETE FROM search_weights WHERE organization_id = CAST(:id AS uuid)", id=me.caller.organization_id)
        work.run(
            """INSERT INTO tasks (organization_id, user_id, task_type, args, request_hash)
               VALUES (CAST(:id AS uuid), CAST(:user AS uuid), 'process_data_sync',
                       jsonb_build_object('source', CAST(:source AS text)), '')""",
            id=other.caller.organization_id,
            user=other.caller.user_id,
            source=other.source.source_id,
        )
        work.run(
            "UPDATE documents SET external_id = 'theirs.md' WHERE document_id = CAST(:id AS uuid)",
            id=other.documents[1],
        )
        work.run("DELETE FROM embeddings WHERE document_id = CAST(:id AS uuid)", id=other.documents[0])
    sent, instead = set(), {}
    execute = UnitOfWork._execute

    def mutated(self, sql, params, **how):
        sent.add(sql)
        return execute(self, instead.get(sql, sql), params, **how)

    monkeypatch.setattr(UnitOfWork, "_execute", mutated)
    baseline = seen(db, me, other)
    assert not any(theirs in str(baseline) for theirs in (*other.documents, other.source.source_id))
    assert all(mine in str(baseline) for mine in (*me.documents, me.source.source_id))
    reading = [sql.text for sql in BOUND if sql.text in sent and re.match(r"\s*(SELECT|WITH)", sql.text)]
    assert len(reading) >= 12
    survivors = []
    for text in reading:
        if ASKED_BY_A_CHECKED_ID in text:
            continue
        instead.clear()
        instead[text] = PREDICATE.sub("true", text)
        if seen(db, me, other) == baseline:
            survivors.append(FOUND[text].place)
    assert survivors == []


def test_the_rule_sees_a_table_that_leans_on_another_ones_condition():
    bound = "chunks.organization_id = CAST(:organization AS uuid)"
    text = f"SELECT 1 FROM chunks JOIN documents USING (document_id) WHERE {bound}"
    assert findings(text) == ["documents"]
    assert findings(f"{text} AND documents.organization_id = CAST(:organization AS uuid)") == []
