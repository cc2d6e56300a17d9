"""Two organizations with the same documents never see each other's, and no condition that keeps them apart can go.

Each reading statement of the search context is run without its conditions on the organization, between two
organizations with the same documents: what somebody sees must change, or the condition would keep nobody apart. That
each condition alone cannot go unseen is a rule of the whole tree (tests/architecture/test_own_condition.py).
"""

import re
import uuid
from types import SimpleNamespace

import pytest

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
from tests.architecture.rules_own_condition import PREDICATE
from tests.architecture.rules_tenancy import EXEMPT
from tests.architecture.source import python_files
from tests.architecture.sql_texts import Texts

FOUND = {sql.text: sql for sql in Texts(python_files("layers/core/assistant/search")).found}
BOUND = [sql for text, sql in FOUND.items() if not EXEMPT.match(text) and PREDICATE.search(text)]
# The id that it is asked by was looked up with the organization just before, so that this one cannot show more.
ASKED_BY_A_CHECKED_ID = "avg(embedding)"


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
